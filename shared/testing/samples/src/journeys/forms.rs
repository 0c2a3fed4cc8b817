//! The forms that a message's way can take.

use super::draft::{Action, Draft, MailboxRule};
use super::plan::Said;
use crate::mail::company::{CLEAN, PARTNERS};
use crate::mail::line::Checks;

type Form = (&'static str, fn(&mut Draft<'_>));

pub(super) const FORMS: &[Form] = &[
    ("from outside", from_outside),
    ("internal", internal),
    ("to outside", to_outside),
    ("bounced after it was sent", bounced_later),
    ("sent after a bounce", sent_after_bounce),
    ("to both sides", to_both_sides),
    ("many recipients", many_recipients),
    ("redirected to outside", redirected_to_outside),
    ("redirected inside", redirected_inside),
    ("redirected by one of two", redirected_by_one_of_two),
    ("forwarded", forwarded),
    ("loop of redirects", loop_of_redirects),
    ("moved by a mailbox rule", moved_by_mailbox_rule),
    ("deleted by a mailbox rule", deleted_by_mailbox_rule),
    ("moved out of junk", moved_out_of_junk),
    ("dropped by a rule", dropped),
    ("junk by a rule", junk_by_rule),
    ("stopped on its way out", stopped_on_its_way_out),
    ("journaled", journaled),
    ("journaled under another id", journaled_under_another_id),
    ("group", group),
    ("group beside a mailbox", group_beside_mailbox),
    ("internal to a group", internal_to_group),
    ("alias", alias),
    ("group and junk by a rule", group_and_junk),
    ("group and a mailbox rule", group_and_mailbox_rule),
    ("alias and a mailbox rule", alias_and_mailbox_rule),
    ("constant Message-ID", constant_id),
    ("Message-ID of another sender", copied_id),
    ("two organizations, one id", two_organizations),
    ("between organizations", between_organizations),
    ("rejected by DMARC", dmarc_reject),
    ("delivered against DMARC", dmarc_delivered),
    ("DMARC applied after delivery", dmarc_after_delivery),
    ("never sent", never_sent),
    ("without a Message-ID", without_id),
    ("malformed Message-ID", malformed_id),
    ("masked", masked),
];

/// Mailboxes of the organization; two of them are hard to write.
const INSIDE: &[&str] = &[
    "ana@example.com",
    "bob@example.com",
    "carla@example.com",
    "dmitri@example.com",
    "elif@example.com",
    "jürgen@bücher.example.com",
    "\"front desk\"@example.com",
];
const OUTSIDE: &[&str] = &[
    "orders@example.org",
    "k.tanaka@example.org",
    "billing@example.org",
    "用户@例子.example.net",
    "o'hara@example.net",
];
const JUNK: &[&str] = &["Junk E-mail", "Junk", "Courrier indésirable", "迷惑メール", "Ongewenste e-mail"];
const FAILED: Checks =
    Checks { spam: "FAIL", dkim: "FAIL", dmarc: "FAIL", dmarc_policy: Some("REJECT"), spf: "FAIL" };

/// So many different mailboxes.
fn mailboxes(draft: &mut Draft<'_>, count: usize, direction: &'static str) -> Vec<usize> {
    let start = draft.rng.below(7) as usize;
    (0..count).map(|n| draft.recipient(INSIDE[(start + n) % INSIDE.len()], direction)).collect()
}

/// Puts a message into a mailbox, or returns it.
fn arrive(draft: &mut Draft<'_>, leg: usize, recipient: usize) {
    match draft.rng.below(8) {
        0 => {
            draft.bounced_inside(leg, recipient, "5.2.2");
        }
        1 => {
            let folder = draft.pick(JUNK);
            draft.delivered(leg, recipient, folder, Said::Junk);
        }
        _ => {
            draft.delivered(leg, recipient, "INBOX", Said::Delivered);
        }
    }
}

fn arrive_all(draft: &mut Draft<'_>, leg: usize, recipients: &[usize]) {
    recipients.iter().for_each(|recipient| arrive(draft, leg, *recipient));
}

/// The two legs of a message inside the organization: submitted, handed over, received. Gives the receiving leg.
fn cross(draft: &mut Draft<'_>, from: &str, recipients: &[usize], id: &str) -> usize {
    let out = draft.leg(id);
    let mut ends = vec![draft.submitted(out, from, recipients)];
    let sent: Vec<usize> = recipients.iter().map(|recipient| draft.sent(out, from, *recipient)).collect();
    ends.extend(&sent);
    let leg = draft.leg(id);
    let received = draft.received(leg, from, recipients);
    draft.link(out, leg, &[&sent, &[received], &ends]);
    draft.plan.halves.push((out, leg));
    leg
}

/// A message from outside, received for some.
fn receive(draft: &mut Draft<'_>, recipients: &[usize]) -> (usize, usize, String, &'static str) {
    let (id, from) = (draft.message_id(), draft.pick(OUTSIDE));
    let leg = draft.leg(&id);
    let received = draft.received(leg, from, recipients);
    (leg, received, id, from)
}

fn from_outside(draft: &mut Draft<'_>) {
    let count = 1 + draft.rng.below(3) as usize;
    let recipients = mailboxes(draft, count, "inbound");
    let (leg, ..) = receive(draft, &recipients);
    arrive_all(draft, leg, &recipients);
}

fn internal(draft: &mut Draft<'_>) {
    let count = 1 + draft.rng.below(3) as usize;
    let (recipients, id) = (mailboxes(draft, count, "internal"), draft.message_id());
    let leg = cross(draft, "grace@example.com", &recipients, &id);
    arrive_all(draft, leg, &recipients);
}

fn to_outside(draft: &mut Draft<'_>) {
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

fn bounced_later(draft: &mut Draft<'_>) {
    let (id, recipient) = (draft.message_id(), draft.recipient("orders@example.org", "outbound"));
    let leg = draft.leg(&id);
    draft.submitted(leg, "ana@example.com", &[recipient]);
    draft.sent(leg, "ana@example.com", recipient);
    draft.wait(2 * 24 * 60 * 60 * 1000);
    draft.bounced_outside(leg, recipient);
}

fn sent_after_bounce(draft: &mut Draft<'_>) {
    let (id, recipient) = (draft.message_id(), draft.recipient("orders@example.org", "outbound"));
    let leg = draft.leg(&id);
    draft.submitted(leg, "ana@example.com", &[recipient]);
    draft.bounced_outside(leg, recipient);
    draft.sent(leg, "ana@example.com", recipient);
}

fn to_both_sides(draft: &mut Draft<'_>) {
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

fn many_recipients(draft: &mut Draft<'_>) {
    let addresses: Vec<String> = (0..40).map(|n| format!("user{n}@example.com")).collect();
    let recipients: Vec<usize> = addresses.iter().map(|to| draft.recipient(to, "inbound")).collect();
    let (leg, ..) = receive(draft, &recipients);
    arrive_all(draft, leg, &recipients);
}

fn redirect<'a>(owner: usize, target: &'a str) -> MailboxRule<'a> {
    MailboxRule { owner, word: "Redirect", folder: None, target: Some(target), said: Some(Said::Redirected) }
}

fn redirected_to_outside(draft: &mut Draft<'_>) {
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

fn redirected_inside(draft: &mut Draft<'_>) {
    let ana = draft.recipient("ana@example.com", "inbound");
    let bob = draft.recipient("bob@example.com", "inbound");
    let (leg, received, id, from) = receive(draft, &[ana]);
    let rule = draft.mailbox_rule(leg, redirect(ana, "bob@example.com"));
    let (next, _) = onwards(draft, (leg, received, rule), &id, from, bob);
    arrive(draft, next, bob);
}

fn redirected_by_one_of_two(draft: &mut Draft<'_>) {
    let recipients = mailboxes(draft, 2, "inbound");
    let (leg, ..) = receive(draft, &recipients);
    draft.delivered(leg, recipients[1], "INBOX", Said::Delivered);
    draft.mailbox_rule(leg, redirect(recipients[0], "former.colleague@example.net"));
}

fn forwarded(draft: &mut Draft<'_>) {
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

fn loop_of_redirects(draft: &mut Draft<'_>) {
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
    use super::plan::Kind;
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

fn moved_by_mailbox_rule(draft: &mut Draft<'_>) {
    let ana = draft.recipient("ana@example.com", "inbound");
    let (leg, ..) = receive(draft, &[ana]);
    draft.delivered(leg, ana, "INBOX", Said::Delivered);
    let (folder, said) =
        if draft.rng.one_in(2) { ("Newsletters", Said::Delivered) } else { ("Junk E-mail", Said::Junk) };
    let rule = MailboxRule { owner: ana, word: "Move", folder: Some(folder), target: None, said: Some(said) };
    draft.mailbox_rule(leg, rule);
}

fn deleted_by_mailbox_rule(draft: &mut Draft<'_>) {
    let ana = draft.recipient("ana@example.com", "inbound");
    let (leg, ..) = receive(draft, &[ana]);
    draft.delivered(leg, ana, "INBOX", Said::Delivered);
    let rule =
        MailboxRule { owner: ana, word: "Delete", folder: None, target: None, said: Some(Said::Dropped) };
    draft.mailbox_rule(leg, rule);
}

fn moved_out_of_junk(draft: &mut Draft<'_>) {
    let ana = draft.recipient("ana@example.com", "inbound");
    let (leg, ..) = receive(draft, &[ana]);
    draft.delivered(leg, ana, "Junk E-mail", Said::Junk);
    let (folder, said) = (Some("Newsletters"), Some(Said::Delivered));
    draft.mailbox_rule(leg, MailboxRule { owner: ana, word: "Move", folder, target: None, said });
}

fn dropped(draft: &mut Draft<'_>) {
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

fn junk_by_rule(draft: &mut Draft<'_>) {
    let recipients = mailboxes(draft, 2, "inbound");
    let (leg, ..) = receive(draft, &recipients);
    let action = Action { word: "MOVE_TO_JUNK", recipients: &recipients, said: Some(Said::JunkByRule) };
    draft.organization_rule(leg, "INBOUND_RULE", &[action]);
    for recipient in recipients {
        draft.delivered(leg, recipient, "Junk E-mail", Said::Junk);
    }
}

fn stopped_on_its_way_out(draft: &mut Draft<'_>) {
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

fn journaled(draft: &mut Draft<'_>) {
    let recipients = mailboxes(draft, 2, "inbound");
    let (leg, received, id, _) = receive(draft, &recipients);
    journal(draft, &id, received, leg, true);
    arrive_all(draft, leg, &recipients);
}

fn journaled_under_another_id(draft: &mut Draft<'_>) {
    let recipients = mailboxes(draft, 1, "inbound");
    let (leg, received, id, _) = receive(draft, &recipients);
    journal(draft, &id, received, leg, false);
    arrive_all(draft, leg, &recipients);
}

fn group(draft: &mut Draft<'_>) {
    let (leg, _, members) = to_group(draft, 3);
    arrive_all(draft, leg, &members);
}

fn group_beside_mailbox(draft: &mut Draft<'_>) {
    let members = mailboxes(draft, 3, "inbound");
    let address = format!("team-{}@example.com", draft.number);
    // The last is a member as well.
    let team = draft.group(&address, "inbound", members.clone());
    let grace = draft.recipient("grace@example.com", "inbound");
    let (leg, ..) = receive(draft, &[grace, team, members[2]]);
    arrive_all(draft, leg, &[members[0], grace, members[1], members[2]]);
}

fn internal_to_group(draft: &mut Draft<'_>) {
    let members = mailboxes(draft, 2, "internal");
    let address = format!("team-{}@example.com", draft.number);
    let team = draft.group(&address, "internal", members.clone());
    let id = draft.message_id();
    let leg = cross(draft, "grace@example.com", &[team], &id);
    arrive_all(draft, leg, &members);
}

fn alias(draft: &mut Draft<'_>) {
    let (leg, _, members) = to_group(draft, 1);
    arrive(draft, leg, members[0]);
}

/// A message to a group, or to an alias, of so many mailboxes.
fn to_group(draft: &mut Draft<'_>, members: usize) -> (usize, usize, Vec<usize>) {
    let members = mailboxes(draft, members, "inbound");
    let address = format!("team-{}@example.com", draft.number);
    let team = draft.group(&address, "inbound", members.clone());
    let (leg, ..) = receive(draft, &[team]);
    (leg, team, members)
}

fn group_and_junk(draft: &mut Draft<'_>) {
    let (leg, team, members) = to_group(draft, 2);
    let action = Action { word: "MOVE_TO_JUNK", recipients: &[team], said: Some(Said::JunkByRule) };
    draft.organization_rule(leg, "INBOUND_RULE", &[action]);
    for member in members {
        draft.delivered(leg, member, "Junk E-mail", Said::Junk);
    }
}

fn group_and_mailbox_rule(draft: &mut Draft<'_>) {
    let (leg, _, members) = to_group(draft, 2);
    for member in &members {
        draft.delivered(leg, *member, "INBOX", Said::Delivered);
    }
    draft.mailbox_rule(leg, redirect(members[0], "former.colleague@example.net"));
}

fn alias_and_mailbox_rule(draft: &mut Draft<'_>) {
    let (leg, _, members) = to_group(draft, 1);
    draft.delivered(leg, members[0], "INBOX", Said::Delivered);
    draft.mailbox_rule(leg, redirect(members[0], "former.colleague@example.net"));
}

fn constant_id(draft: &mut Draft<'_>) {
    let id = format!("{}.constant@example.net", draft.number);
    for recipient in mailboxes(draft, 5, "inbound") {
        let leg = draft.leg(&id);
        draft.received(leg, "winner@example.net", &[recipient]);
        arrive(draft, leg, recipient);
    }
}

fn copied_id(draft: &mut Draft<'_>) {
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

fn two_organizations(draft: &mut Draft<'_>) {
    let (recipients, id) = (mailboxes(draft, 1, "inbound"), draft.message_id());
    let leg = draft.leg(&id);
    draft.received(leg, "orders@example.org", &recipients);
    arrive_all(draft, leg, &recipients);
    let other = draft.recipient("ana@branch.example.com", "inbound");
    let leg = draft.leg_in(OTHER_ORGANIZATION, &id);
    // The trace id may be the same, too: it is unique in its log group only.
    draft.plan.legs[leg].trace_id = draft.plan.legs[0].trace_id.clone();
    draft.received(leg, "orders@example.org", &[other]);
    arrive(draft, leg, other);
}

fn between_organizations(draft: &mut Draft<'_>) {
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

fn failing(draft: &mut Draft<'_>) -> (usize, Vec<usize>) {
    let (recipients, id) = (mailboxes(draft, 2, "inbound"), draft.message_id());
    let leg = draft.leg(&id);
    draft.received_checked(leg, "security@example.org", &recipients, FAILED);
    draft.dmarc(leg, "security@example.org", &recipients, "REJECT");
    (leg, recipients)
}

fn dmarc_reject(draft: &mut Draft<'_>) {
    failing(draft);
}

fn dmarc_delivered(draft: &mut Draft<'_>) {
    let (leg, recipients) = failing(draft);
    draft.delivered(leg, recipients[0], "INBOX", Said::Delivered);
    draft.delivered(leg, recipients[1], "Junk E-mail", Said::Junk);
}

fn dmarc_after_delivery(draft: &mut Draft<'_>) {
    let (recipients, id) = (mailboxes(draft, 1, "inbound"), draft.message_id());
    let leg = draft.leg(&id);
    draft.received_checked(leg, "security@example.org", &recipients, FAILED);
    draft.delivered(leg, recipients[0], "INBOX", Said::Delivered);
    draft.dmarc(leg, "security@example.org", &recipients, "REJECT");
}

fn never_sent(draft: &mut Draft<'_>) {
    let recipients =
        [draft.recipient("orders@example.org", "outbound"), draft.recipient("x@example.net", "outbound")];
    let id = draft.message_id();
    let leg = draft.leg(&id);
    draft.submitted(leg, "ana@example.com", &recipients);
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

fn without_id(draft: &mut Draft<'_>) {
    apart(draft, "");
}

fn malformed_id(draft: &mut Draft<'_>) {
    let id = draft.pick(&["20261120", "not an id", "*************"]).to_owned();
    apart(draft, &id);
}

fn masked(draft: &mut Draft<'_>) {
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
