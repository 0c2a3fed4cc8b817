//! Groups and aliases: addresses that mail is sent to, and that are no mailbox.
//!
//! Events name the address that was written to when a message arrives, and mailboxes when it is delivered. With a directory,
//! it says which belong together. Without one, an address is concluded to be a group or alias only where it alone lacks an
//! outcome, and mailboxes got the message that no one named; where several lack one, each of them may be it.

use std::collections::HashSet;

use mailtrail_clock::Time;

use crate::leg::Leg;
use crate::reading::{Expansion, Reading};
use crate::status::{Outcome, Side, UnknownReason};
use crate::{Directory, Mailbox};

pub(crate) fn find(leg: &Leg, directory: Option<&Directory>, reading: &mut Reading) {
    for side in [Side::Incoming, Side::Outgoing] {
        let named = leg.named(side);
        let open: Vec<&Mailbox> =
            named.iter().copied().filter(|own| !reading.is_resolved(own.address.key(), side)).collect();
        let time = |mailbox: &Mailbox| naming_time(leg, mailbox);
        let mut explained = HashSet::new();
        let mut undecided = Vec::new();
        for &mailbox in &open {
            let Some(addresses) = directory.and_then(|known| known.expand(&mailbox.address)) else {
                if !directory.is_some_and(|known| known.is_mailbox(&mailbox.address)) {
                    undecided.push(mailbox);
                }
                continue;
            };
            explained.extend(addresses.iter().map(|address| address.key().to_owned()));
            let to = addresses.into_iter().map(|address| Mailbox { address, name: None }).collect();
            let time = time(mailbox);
            reading.expansions.push(Expansion { of: mailbox.clone(), side, to, is_known: true, time });
        }
        let unnamed = unnamed(leg, side, &named, &explained, reading);
        if unnamed.is_empty()
            || named.iter().chain(&unnamed.iter().collect::<Vec<_>>()).any(|m| m.address.is_masked())
        {
            continue;
        }
        if let [only] = undecided[..] {
            let time = time(only);
            reading.expansions.push(Expansion { of: only.clone(), side, to: unnamed, is_known: false, time });
        } else {
            let doubt = |mailbox: &Mailbox| (mailbox.address.key().to_owned(), UnknownReason::GroupOrAlias);
            reading.doubts.extend(undecided.into_iter().map(doubt));
        }
    }
}

/// Mailboxes that got the message, or did not, though no one named them: neither an event, nor a rule that sends it on, nor
/// the directory.
fn unnamed(
    leg: &Leg,
    side: Side,
    named: &[&Mailbox],
    explained: &HashSet<String>,
    reading: &Reading,
) -> Vec<Mailbox> {
    let targets: HashSet<&str> = leg.targets().map(|target| target.address.key()).collect();
    let named: HashSet<&str> = named.iter().map(|mailbox| mailbox.address.key()).collect();
    let is_unnamed = |outcome: &&Outcome| {
        let key = outcome.key();
        outcome.side == side && !named.contains(key) && !targets.contains(key) && !explained.contains(key)
    };
    let mut unnamed: Vec<Mailbox> = Vec::new();
    let direct =
        reading.outcomes.iter().filter(|outcome| leg.recipients(side).any(|own| *own == outcome.recipient));
    for outcome in direct.filter(is_unnamed) {
        if unnamed.iter().all(|known| known.address.key() != outcome.key()) {
            unnamed.push(outcome.recipient.clone());
        }
    }
    unnamed
}

/// When the address was first named.
fn naming_time(leg: &Leg, mailbox: &Mailbox) -> Time {
    let names =
        |recipients: &[Mailbox]| recipients.iter().any(|own| own.address.key() == mailbox.address.key());
    leg.events.iter().find(|event| names(&event.recipients)).map_or(leg.first, |event| event.time)
}
