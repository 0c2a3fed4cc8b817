//! The forms that a message's way can take, and what they have in common.

mod groups;
mod ids;
mod mailbox_rules;
mod organization;
mod ways;

use super::draft::Draft;
use super::plan::Said;

type Form = (&'static str, fn(&mut Draft<'_>));

pub(super) const FORMS: &[Form] = &[
    ("from outside", ways::from_outside),
    ("internal", ways::internal),
    ("to outside", ways::to_outside),
    ("bounced after it was sent", ways::bounced_later),
    ("sent after a bounce", ways::sent_after_bounce),
    ("to both sides", ways::to_both_sides),
    ("many recipients", ways::many_recipients),
    ("redirected to outside", mailbox_rules::redirected_to_outside),
    ("redirected inside", mailbox_rules::redirected_inside),
    ("redirected by one of two", mailbox_rules::redirected_by_one_of_two),
    ("forwarded", mailbox_rules::forwarded),
    ("loop of redirects", mailbox_rules::loop_of_redirects),
    ("moved by a mailbox rule", mailbox_rules::moved_by_mailbox_rule),
    ("deleted by a mailbox rule", mailbox_rules::deleted_by_mailbox_rule),
    ("moved out of junk", mailbox_rules::moved_out_of_junk),
    ("dropped by a rule", organization::dropped),
    ("junk by a rule", organization::junk_by_rule),
    ("stopped on its way out", organization::stopped_on_its_way_out),
    ("journaled", organization::journaled),
    ("journaled under another id", organization::journaled_under_another_id),
    ("group", groups::group),
    ("group beside a mailbox", groups::group_beside_mailbox),
    ("internal to a group", groups::internal_to_group),
    ("alias", groups::alias),
    ("group and junk by a rule", groups::group_and_junk),
    ("group and a mailbox rule", groups::group_and_mailbox_rule),
    ("alias and a mailbox rule", groups::alias_and_mailbox_rule),
    ("constant Message-ID", ids::constant_id),
    ("Message-ID of another sender", ids::copied_id),
    ("two organizations, one id", ids::two_organizations),
    ("between organizations", ids::between_organizations),
    ("rejected by DMARC", organization::dmarc_reject),
    ("delivered against DMARC", organization::dmarc_delivered),
    ("DMARC applied after delivery", organization::dmarc_after_delivery),
    ("never sent", ways::never_sent),
    ("without a Message-ID", ids::without_id),
    ("malformed Message-ID", ids::malformed_id),
    ("masked", ways::masked),
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
    for recipient in recipients {
        arrive(draft, leg, *recipient);
    }
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
