//! Message-IDs that are not unique, not valid, or not there; and several organizations.

use super::{arrive, arrive_all, cross, mailboxes};
use crate::journeys::draft::Draft;
use crate::mail::company::CLEAN;

pub(super) fn constant_id(draft: &mut Draft<'_>) {
    let id = format!("{}.constant@example.net", draft.number);
    for recipient in mailboxes(draft, 5, "inbound") {
        let leg = draft.leg(&id);
        draft.received(leg, "winner@example.net", &[recipient]);
        arrive(draft, leg, recipient);
    }
}

pub(super) fn copied_id(draft: &mut Draft<'_>) {
    let (recipients, id) = (mailboxes(draft, 1, "internal"), draft.message_id());
    let leg = cross(draft, "grace@example.com", &recipients, &id);
    arrive_all(draft, leg, &recipients);
    // The same id and recipient, from someone else; and from the same long after.
    let other = draft.plan.recipients[recipients[0]].address.clone();
    let other = draft.recipient(&other, "inbound");
    let leg = draft.leg(&id);
    draft.received(leg, "security@example.org", &[other]);
    arrive(draft, leg, other);
    draft.wait(6 * 24 * 60 * 60 * 1000);
    let leg = draft.leg(&id);
    draft.received(leg, "grace@example.com", &[other]);
    arrive(draft, leg, other);
}

const OTHER_ORGANIZATION: &str = "/aws/workmail/emailevents/example-branch";

pub(super) fn two_organizations(draft: &mut Draft<'_>) {
    let (recipients, id) = (mailboxes(draft, 1, "inbound"), draft.message_id());
    let leg = draft.leg(&id);
    draft.received(leg, "orders@example.org", &recipients);
    arrive_all(draft, leg, &recipients);
    let other = draft.recipient("ana@branch.example.com", "inbound");
    let leg = draft.leg_in(OTHER_ORGANIZATION, &id);
    // The trace id may be the same, too: it is unique in its log group only.
    let trace_id = draft.plan.legs[0].trace_id.clone();
    draft.plan.legs[leg].trace_id = trace_id;
    draft.received(leg, "orders@example.org", &[other]);
    arrive(draft, leg, other);
}

pub(super) fn between_organizations(draft: &mut Draft<'_>) {
    let (id, from) = (draft.message_id(), "grace@example.com");
    let recipient = draft.recipient("ana@branch.example.com", "internal");
    let out = draft.leg(&id);
    let submitted = draft.submitted(out, from, &[recipient]);
    let sent = draft.sent(out, from, recipient);
    let leg = draft.leg_in(OTHER_ORGANIZATION, &id);
    let received = draft.received(leg, from, &[recipient]);
    draft.link(out, leg, &[&[sent], &[received], &[submitted, sent]]);
    draft.plan.halves.push((out, leg));
    arrive(draft, leg, recipient);
}

/// Nothing joins its legs; sender, subject, recipients and time suggest that they are one.
fn apart(draft: &mut Draft<'_>, id: &str) {
    let recipients = mailboxes(draft, 2, "outbound");
    let out = draft.leg(id);
    draft.submitted(out, "grace@example.com", &recipients);
    for recipient in &recipients {
        draft.sent(out, "grace@example.com", *recipient);
    }
    let received =
        recipients.iter().map(|own| draft.plan.recipients[*own].address.clone()).collect::<Vec<_>>();
    let received: Vec<usize> = received.iter().map(|address| draft.recipient(address, "inbound")).collect();
    let leg = draft.leg(id);
    draft.received_checked(leg, "grace@example.com", &received, CLEAN);
    draft.plan.halves.push((out, leg));
    arrive_all(draft, leg, &received);
}

pub(super) fn without_id(draft: &mut Draft<'_>) {
    apart(draft, "");
}

pub(super) fn malformed_id(draft: &mut Draft<'_>) {
    let id = draft.pick(&["20261120", "not an id", "*************"]).to_owned();
    apart(draft, &id);
}
