//! Groups and aliases.

use super::mailbox_rules::redirect;
use super::{arrive, arrive_all, cross, mailboxes, receive};
use crate::journeys::draft::{Action, Draft};
use crate::journeys::plan::Said;

pub(super) fn group(draft: &mut Draft<'_>) {
    let (leg, _, members) = to_group(draft, 3);
    arrive_all(draft, leg, &members);
}

pub(super) fn group_beside_mailbox(draft: &mut Draft<'_>) {
    let members = mailboxes(draft, 3, "inbound");
    let address = format!("team-{}@example.com", draft.number);
    // The last is a member as well.
    let team = draft.group(&address, "inbound", members.clone());
    let grace = draft.recipient("grace@example.com", "inbound");
    let (leg, ..) = receive(draft, &[grace, team, members[2]]);
    arrive_all(draft, leg, &[members[0], grace, members[1], members[2]]);
}

pub(super) fn internal_to_group(draft: &mut Draft<'_>) {
    let members = mailboxes(draft, 2, "internal");
    let address = format!("team-{}@example.com", draft.number);
    let team = draft.group(&address, "internal", members.clone());
    let id = draft.message_id();
    let leg = cross(draft, "grace@example.com", &[team], &id);
    arrive_all(draft, leg, &members);
}

pub(super) fn alias(draft: &mut Draft<'_>) {
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

pub(super) fn group_and_junk(draft: &mut Draft<'_>) {
    let (leg, team, members) = to_group(draft, 2);
    let action = Action { word: "MOVE_TO_JUNK", recipients: &[team], said: Some(Said::JunkByRule) };
    draft.organization_rule(leg, "INBOUND_RULE", &[action]);
    for member in members {
        draft.delivered(leg, member, "Junk E-mail", Said::Junk);
    }
}

pub(super) fn group_and_mailbox_rule(draft: &mut Draft<'_>) {
    let (leg, _, members) = to_group(draft, 2);
    for member in &members {
        draft.delivered(leg, *member, "INBOX", Said::Delivered);
    }
    draft.mailbox_rule(leg, redirect(members[0], "former.colleague@example.net"));
}

pub(super) fn alias_and_mailbox_rule(draft: &mut Draft<'_>) {
    let (leg, _, members) = to_group(draft, 1);
    draft.delivered(leg, members[0], "INBOX", Said::Delivered);
    draft.mailbox_rule(leg, redirect(members[0], "former.colleague@example.net"));
}
