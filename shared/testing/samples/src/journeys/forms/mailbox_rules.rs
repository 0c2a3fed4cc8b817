//! Rules of mailboxes, which send messages on, move and delete them.

use super::{arrive, cross, mailboxes, receive};
use crate::journeys::draft::{Draft, MailboxRule};
use crate::journeys::plan::{Kind, Said};

pub(super) fn redirect(owner: usize, target: &str) -> MailboxRule<'_> {
    MailboxRule { owner, word: "Redirect", folder: None, target: Some(target), said: Some(Said::Redirected) }
}

pub(super) fn redirected_to_outside(draft: &mut Draft<'_>) {
    let ana = draft.recipient("ana@example.com", "inbound");
    let (leg, received, id, from) = receive(draft, &[ana]);
    if draft.rng.one_in(2) {
        draft.delivered(leg, ana, "INBOX", Said::Delivered);
    }
    let rule = draft.mailbox_rule(leg, redirect(ana, "former.colleague@example.net"));
    let target = draft.recipient("former.colleague@example.net", "outbound");
    let out = draft.leg(&id);
    let sent = draft.sent(out, from, target);
    draft.link(leg, out, &[&[received], &[sent], &[rule]]);
}

/// Redirected by a mailbox to another one: its way out and in again.
fn onwards(
    draft: &mut Draft<'_>,
    leg: (usize, usize, usize),
    id: &str,
    from: &str,
    target: usize,
) -> (usize, usize) {
    let (leg, received, rule) = leg;
    let out = draft.leg(id);
    let sent = draft.sent(out, from, target);
    let next = draft.leg(id);
    let received_next = draft.received(next, from, &[target]);
    draft.link(leg, out, &[&[received], &[sent], &[rule]]);
    draft.link(out, next, &[&[sent], &[received_next]]);
    draft.link(leg, next, &[&[received], &[received_next], &[rule]]);
    (next, received_next)
}

pub(super) fn redirected_inside(draft: &mut Draft<'_>) {
    let ana = draft.recipient("ana@example.com", "inbound");
    let bob = draft.recipient("bob@example.com", "inbound");
    let (leg, received, id, from) = receive(draft, &[ana]);
    let rule = draft.mailbox_rule(leg, redirect(ana, "bob@example.com"));
    let (next, _) = onwards(draft, (leg, received, rule), &id, from, bob);
    arrive(draft, next, bob);
}

pub(super) fn redirected_by_one_of_two(draft: &mut Draft<'_>) {
    let recipients = mailboxes(draft, 2, "inbound");
    let (leg, ..) = receive(draft, &recipients);
    draft.delivered(leg, recipients[1], "INBOX", Said::Delivered);
    draft.mailbox_rule(leg, redirect(recipients[0], "former.colleague@example.net"));
}

pub(super) fn forwarded(draft: &mut Draft<'_>) {
    let ana = draft.recipient("ana@example.com", "inbound");
    let (leg, ..) = receive(draft, &[ana]);
    draft.delivered(leg, ana, "INBOX", Said::Delivered);
    let target = Some("grace@example.com");
    draft.mailbox_rule(leg, MailboxRule { owner: ana, word: "Forward", folder: None, target, said: None });
    // A forward is a message of its own, with another id.
    let (grace, id) = (draft.recipient("grace@example.com", "internal"), draft.message_id());
    let next = cross(draft, "ana@example.com", &[grace], &id);
    arrive(draft, next, grace);
}

pub(super) fn loop_of_redirects(draft: &mut Draft<'_>) {
    let ana = draft.recipient("ana@example.com", "inbound");
    let bob = draft.recipient("bob@example.com", "inbound");
    let (mut leg, mut received, id, from) = receive(draft, &[ana]);
    let mut legs = Vec::new();
    for round in 0..4 {
        let (owner, target) = if round % 2 == 0 { (ana, bob) } else { (bob, ana) };
        let address = draft.plan.recipients[target].address.clone();
        let rule = draft.mailbox_rule(leg, redirect(owner, &address));
        legs.push((leg, received, rule, target));
        (leg, received) = onwards(draft, (leg, received, rule), &id, from, target);
        legs.push((leg, received, usize::MAX, target));
    }
    draft.bounced_inside(leg, ana, "5.4.6");
    every_way_round(draft);
}

/// In a loop any leg that carries a message to a mailbox fits any leg that takes it there.
fn every_way_round(draft: &mut Draft<'_>) {
    let of_kind = |draft: &Draft<'_>, leg: usize, kind: Kind| {
        let events = draft.plan.events.iter().enumerate();
        events.filter(|(_, event)| event.leg == leg && event.kind == kind).map(|(index, _)| index).next()
    };
    let address = |draft: &Draft<'_>, event: usize| {
        let event = &draft.plan.events[event];
        event
            .names
            .first()
            .map(|own| draft.plan.recipients[*own].address.clone())
            .or_else(|| event.target.clone())
    };
    let legs = draft.plan.legs.len();
    for (one, other) in (0..legs).flat_map(|one| (0..legs).map(move |other| (one, other))) {
        let rule = of_kind(draft, one, Kind::MailboxRule);
        let received = of_kind(draft, one, Kind::Received);
        let sent = of_kind(draft, one, Kind::Sent);
        let ends = [of_kind(draft, other, Kind::Received), of_kind(draft, other, Kind::Sent)];
        for end in ends.into_iter().flatten() {
            if let (Some(rule), Some(received)) = (rule, received)
                && address(draft, rule) == address(draft, end)
            {
                draft.link(one, other, &[&[received], &[rule], &[end]]);
            }
            if let Some(sent) = sent
                && address(draft, sent) == address(draft, end)
                && draft.plan.events[end].kind == Kind::Received
            {
                draft.link(one, other, &[&[sent], &[end]]);
            }
        }
    }
}

pub(super) fn moved_by_mailbox_rule(draft: &mut Draft<'_>) {
    let ana = draft.recipient("ana@example.com", "inbound");
    let (leg, ..) = receive(draft, &[ana]);
    draft.delivered(leg, ana, "INBOX", Said::Delivered);
    let (folder, said) =
        if draft.rng.one_in(2) { ("Newsletters", Said::Delivered) } else { ("Junk E-mail", Said::Junk) };
    let rule = MailboxRule { owner: ana, word: "Move", folder: Some(folder), target: None, said: Some(said) };
    draft.mailbox_rule(leg, rule);
}

pub(super) fn deleted_by_mailbox_rule(draft: &mut Draft<'_>) {
    let ana = draft.recipient("ana@example.com", "inbound");
    let (leg, ..) = receive(draft, &[ana]);
    draft.delivered(leg, ana, "INBOX", Said::Delivered);
    let rule =
        MailboxRule { owner: ana, word: "Delete", folder: None, target: None, said: Some(Said::Dropped) };
    draft.mailbox_rule(leg, rule);
}

pub(super) fn moved_out_of_junk(draft: &mut Draft<'_>) {
    let ana = draft.recipient("ana@example.com", "inbound");
    let (leg, ..) = receive(draft, &[ana]);
    draft.delivered(leg, ana, "Junk E-mail", Said::Junk);
    let (folder, said) = (Some("Newsletters"), Some(Said::Delivered));
    draft.mailbox_rule(leg, MailboxRule { owner: ana, word: "Move", folder, target: None, said });
}
