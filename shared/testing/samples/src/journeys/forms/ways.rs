//! The plain ways, and what can end them.

use super::{arrive_all, cross, mailboxes, receive};
use crate::journeys::draft::Draft;
use crate::journeys::plan::Said;
use crate::mail::company::PARTNERS;

pub(super) fn from_outside(draft: &mut Draft<'_>) {
    let count = 1 + draft.rng.below(3) as usize;
    let recipients = mailboxes(draft, count, "inbound");
    let (leg, ..) = receive(draft, &recipients);
    arrive_all(draft, leg, &recipients);
}

pub(super) fn internal(draft: &mut Draft<'_>) {
    let count = 1 + draft.rng.below(3) as usize;
    let (recipients, id) = (mailboxes(draft, count, "internal"), draft.message_id());
    let leg = cross(draft, "grace@example.com", &recipients, &id);
    arrive_all(draft, leg, &recipients);
}

pub(super) fn to_outside(draft: &mut Draft<'_>) {
    let recipients: Vec<usize> = PARTNERS[..3].iter().map(|to| draft.recipient(to, "outbound")).collect();
    let id = draft.message_id();
    let leg = draft.leg(&id);
    draft.submitted(leg, "grace@example.com", &recipients);
    for recipient in recipients {
        if draft.rng.one_in(3) {
            draft.bounced_outside(leg, recipient);
        } else {
            draft.sent(leg, "grace@example.com", recipient);
        }
    }
}

pub(super) fn bounced_later(draft: &mut Draft<'_>) {
    let (id, recipient) = (draft.message_id(), draft.recipient("orders@example.org", "outbound"));
    let leg = draft.leg(&id);
    draft.submitted(leg, "ana@example.com", &[recipient]);
    draft.sent(leg, "ana@example.com", recipient);
    draft.wait(2 * 24 * 60 * 60 * 1000);
    draft.bounced_outside(leg, recipient);
}

pub(super) fn sent_after_bounce(draft: &mut Draft<'_>) {
    let (id, recipient) = (draft.message_id(), draft.recipient("orders@example.org", "outbound"));
    let leg = draft.leg(&id);
    draft.submitted(leg, "ana@example.com", &[recipient]);
    draft.bounced_outside(leg, recipient);
    draft.sent(leg, "ana@example.com", recipient);
}

pub(super) fn to_both_sides(draft: &mut Draft<'_>) {
    let (inside, id) = (mailboxes(draft, 2, "internal"), draft.message_id());
    let outside = draft.recipient("press@example.net", "outbound");
    let out = draft.leg(&id);
    let submitted = draft.submitted(out, "grace@example.com", &[inside[0], outside, inside[1]]);
    let sent = [inside[0], inside[1], outside].map(|to| draft.sent(out, "grace@example.com", to));
    let leg = draft.leg(&id);
    let received = draft.received(leg, "grace@example.com", &inside);
    draft.link(out, leg, &[&sent, &[received], &[submitted, sent[0], sent[1]]]);
    draft.plan.halves.push((out, leg));
    arrive_all(draft, leg, &inside);
}

pub(super) fn many_recipients(draft: &mut Draft<'_>) {
    let addresses: Vec<String> = (0..40).map(|n| format!("user{n}@example.com")).collect();
    let recipients: Vec<usize> = addresses.iter().map(|to| draft.recipient(to, "inbound")).collect();
    let (leg, ..) = receive(draft, &recipients);
    arrive_all(draft, leg, &recipients);
}

pub(super) fn never_sent(draft: &mut Draft<'_>) {
    let recipients =
        [draft.recipient("orders@example.org", "outbound"), draft.recipient("x@example.net", "outbound")];
    let id = draft.message_id();
    let leg = draft.leg(&id);
    draft.submitted(leg, "ana@example.com", &recipients);
}

pub(super) fn masked(draft: &mut Draft<'_>) {
    let count = 1 + draft.rng.below(2) as usize;
    let mask = draft.recipient("***************", "inbound");
    draft.plan.recipients[mask].masked = count;
    let leg = draft.leg("*******************");
    let named = vec![mask; count];
    draft.received(leg, "******************", &named);
    for _ in 0..count {
        draft.delivered(leg, mask, "INBOX", Said::Delivered);
    }
}
