//! Rules of mailboxes: their events do not say whose they are.
//!
//! A rule is tied to a mailbox where the event names one, or where the message can have reached one mailbox only. Else it is
//! told beside the message, and concluded nothing from.

use std::collections::HashSet;

use crate::leg::Leg;
use crate::reading::{Reading, by_rule};
use crate::rule::{Effect, Rule};
use crate::status::{Outcome, RecipientStatus, Side, UnknownReason};
use crate::{Mailbox, folder};

pub(crate) fn apply(leg: &Leg, reading: &mut Reading) {
    let only = only_mailbox(leg, reading);
    let mut outcomes = Vec::new();
    let mut is_untied = false;
    for (event, rule) in leg.rules().filter(|(_, rule)| rule.is_of_mailbox()) {
        let named: Vec<&Mailbox> = rule.actions.iter().flat_map(|action| &action.recipients).collect();
        let owner = match named[..] {
            [] => only.clone(),
            [one] => Some(one.clone()),
            _ => None,
        };
        let Some(owner) = owner else {
            is_untied |= rule.actions.iter().any(|action| action.effect() != Effect::None);
            continue;
        };
        for action in &rule.actions {
            if let Some((status, folder)) = meaning(rule, action.effect()) {
                outcomes.push(Outcome {
                    folder,
                    detail: by_rule(rule),
                    redirected_to: rule
                        .target_recipient
                        .clone()
                        .filter(|_| status == RecipientStatus::Redirected),
                    ..Outcome::new(&owner, event.time, status, Side::Incoming)
                });
            }
        }
        reading.owners.insert(event.uid.clone(), owner);
    }
    reading.outcomes.extend(outcomes);
    if is_untied {
        let members = reading.expansions.iter().filter(|expansion| expansion.side == Side::Incoming);
        let named = leg.named(Side::Incoming).into_iter().chain(members.flat_map(|expansion| &expansion.to));
        let (resolved, expanded) = (reading.resolved(Side::Incoming), reading.expanded());
        let open = named.map(|mailbox| mailbox.address.key());
        let open = open.filter(|key| !resolved.contains(key) && !expanded.contains(key));
        let doubts: Vec<_> = open.map(|key| (key.to_owned(), UnknownReason::RuleNotTied)).collect();
        reading.doubts.extend(doubts);
    }
}

/// The one mailbox that the message can have reached: the only recipient without a bounce or a drop.
fn only_mailbox(leg: &Leg, reading: &Reading) -> Option<Mailbox> {
    if !reading.doubts.is_empty() || reading.expansions.iter().any(|expansion| !expansion.is_known) {
        return None;
    }
    let expanded = reading.expanded();
    let named = leg.named(Side::Incoming).into_iter().filter(|own| !expanded.contains(own.address.key()));
    let members = reading.expansions.iter().filter(|expansion| expansion.side == Side::Incoming);
    let is_end =
        |own: &&Outcome| own.side == Side::Incoming && !own.is_announced && !own.status.is_delivery();
    let gone: HashSet<&str> = reading.outcomes.iter().filter(is_end).map(Outcome::key).collect();
    let candidates = named.chain(members.flat_map(|expansion| &expansion.to));
    let mut candidates = candidates.filter(|mailbox| !gone.contains(mailbox.address.key()));
    let only = candidates.next()?;
    candidates.all(|other| other.address == only.address && !only.address.is_masked()).then(|| only.clone())
}

/// What an action of a mailbox rule means, and the folder that the message is in then.
pub(crate) fn meaning(rule: &Rule, effect: Effect) -> Option<(RecipientStatus, Option<String>)> {
    let folder = rule.target_folder.clone();
    match effect {
        Effect::Drop => Some((RecipientStatus::Dropped, None)),
        Effect::Bounce => Some((RecipientStatus::Bounced, None)),
        Effect::Junk => Some((RecipientStatus::Junk, folder)),
        Effect::Redirect => Some((RecipientStatus::Redirected, None)),
        Effect::Move if folder.as_deref().is_some_and(folder::is_junk) => {
            Some((RecipientStatus::Junk, folder))
        }
        Effect::Move => Some((RecipientStatus::Delivered, folder)),
        Effect::None => None,
    }
}
