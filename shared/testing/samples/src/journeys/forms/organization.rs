//! What the organization does: email-flow rules, journaling, DMARC.

use super::{arrive_all, mailboxes, receive};
use crate::journeys::draft::{Action, Draft};
use crate::journeys::plan::Said;
use crate::mail::line::Checks;

const FAILED: Checks =
    Checks { spam: "FAIL", dkim: "FAIL", dmarc: "FAIL", dmarc_policy: Some("REJECT"), spf: "FAIL" };

pub(super) fn dropped(draft: &mut Draft<'_>) {
    let recipients = mailboxes(draft, 3, "inbound");
    let (leg, ..) = receive(draft, &recipients);
    let [first, second, third] = recipients[..] else { return };
    let actions = [
        Action { word: "DROP", recipients: &[first], said: Some(Said::Dropped) },
        Action { word: "BOUNCE", recipients: &[second], said: Some(Said::BouncedIncoming) },
        Action { word: "DEFAULT", recipients: &[third], said: None },
    ];
    draft.organization_rule(leg, "INBOUND_RULE", &actions);
    draft.bounced_inside(leg, second, "5.7.1");
    draft.delivered(leg, third, "INBOX", Said::Delivered);
}

pub(super) fn junk_by_rule(draft: &mut Draft<'_>) {
    let recipients = mailboxes(draft, 2, "inbound");
    let (leg, ..) = receive(draft, &recipients);
    let action = Action { word: "MOVE_TO_JUNK", recipients: &recipients, said: Some(Said::JunkByRule) };
    draft.organization_rule(leg, "INBOUND_RULE", &[action]);
    for recipient in recipients {
        draft.delivered(leg, recipient, "Junk E-mail", Said::Junk);
    }
}

pub(super) fn stopped_on_its_way_out(draft: &mut Draft<'_>) {
    let [one, other, third] = ["press@example.net", "billing@example.org", "orders@example.org"]
        .map(|address| draft.recipient(address, "outbound"));
    let id = draft.message_id();
    let leg = draft.leg(&id);
    draft.submitted(leg, "carla@example.com", &[one, other, third]);
    let actions = [
        Action { word: "DROP", recipients: &[one], said: Some(Said::Dropped) },
        Action { word: "BOUNCE", recipients: &[other], said: Some(Said::BouncedOutgoing) },
    ];
    draft.organization_rule(leg, "OUTBOUND_RULE", &actions);
    draft.sent(leg, "carla@example.com", third);
}

fn journal(draft: &mut Draft<'_>, id: &str, received: usize, leg: usize, is_same_id: bool) {
    let (address, journaling) = draft.journaling(leg);
    let other_id = draft.message_id();
    let copy = draft.leg(if is_same_id { id } else { &other_id });
    draft.plan.legs[copy].copy_of = Some(journaling);
    let target = draft.recipient(&address, "outbound");
    let sent = draft.sent(copy, "journaling@example.com", target);
    if is_same_id {
        draft.link(leg, copy, &[&[received], &[sent], &[journaling]]);
    }
}

pub(super) fn journaled(draft: &mut Draft<'_>) {
    let recipients = mailboxes(draft, 2, "inbound");
    let (leg, received, id, _) = receive(draft, &recipients);
    journal(draft, &id, received, leg, true);
    arrive_all(draft, leg, &recipients);
}

pub(super) fn journaled_under_another_id(draft: &mut Draft<'_>) {
    let recipients = mailboxes(draft, 1, "inbound");
    let (leg, received, id, _) = receive(draft, &recipients);
    journal(draft, &id, received, leg, false);
    arrive_all(draft, leg, &recipients);
}

fn failing(draft: &mut Draft<'_>) -> (usize, Vec<usize>) {
    let (recipients, id) = (mailboxes(draft, 2, "inbound"), draft.message_id());
    let leg = draft.leg(&id);
    draft.received_checked(leg, "security@example.org", &recipients, FAILED);
    draft.dmarc(leg, "security@example.org", &recipients, "REJECT");
    (leg, recipients)
}

pub(super) fn dmarc_reject(draft: &mut Draft<'_>) {
    failing(draft);
}

pub(super) fn dmarc_delivered(draft: &mut Draft<'_>) {
    let (leg, recipients) = failing(draft);
    draft.delivered(leg, recipients[0], "INBOX", Said::Delivered);
    draft.delivered(leg, recipients[1], "Junk E-mail", Said::Junk);
}

pub(super) fn dmarc_after_delivery(draft: &mut Draft<'_>) {
    let (recipients, id) = (mailboxes(draft, 1, "inbound"), draft.message_id());
    let leg = draft.leg(&id);
    draft.received_checked(leg, "security@example.org", &recipients, FAILED);
    draft.delivered(leg, recipients[0], "INBOX", Said::Delivered);
    draft.dmarc(leg, "security@example.org", &recipients, "REJECT");
}
