//! Groups and aliases: addresses that mail is sent to, and that are no mailbox.
//!
//! Events name the address that was written to when a message arrives, and mailboxes when it is delivered. With a directory,
//! it says which belong together. Without one, an address is concluded to be a group or alias only where it alone lacks an
//! outcome, and mailboxes got the message that no one named; where several lack one, each of them may be it.

use std::collections::{HashMap, HashSet};

use mailtrail_clock::Time;

use crate::leg::Leg;
use crate::reading::{Expansion, Reading};
use crate::status::{Side, UnknownReason};
use crate::{Directory, Mailbox};

pub(crate) fn find(leg: &Leg, directory: Option<&Directory>, reading: &mut Reading) {
    for side in [Side::Incoming, Side::Outgoing] {
        find_on_side(leg, side, directory, reading);
    }
}

fn find_on_side(leg: &Leg, side: Side, directory: Option<&Directory>, reading: &mut Reading) {
    let named = leg.named(side);
    let resolved = reading.resolved(side);
    let open: Vec<&Mailbox> =
        named.iter().copied().filter(|own| !resolved.contains(own.address.key())).collect();
    if open.is_empty() {
        return;
    }
    let times = naming_times(leg);
    let (mut expansions, mut explained, mut undecided) = (Vec::new(), HashSet::new(), Vec::new());
    for &mailbox in &open {
        if let Some(addresses) = directory.and_then(|known| known.expand(&mailbox.address)) {
            explained.extend(addresses.iter().map(|address| address.key().to_owned()));
            let to = addresses.into_iter().map(|address| Mailbox { address, name: None }).collect();
            expansions.push(Expansion {
                of: mailbox.clone(),
                side,
                to,
                is_known: true,
                time: times[mailbox.address.key()],
            });
        } else if !directory.is_some_and(|known| known.is_mailbox(&mailbox.address)) {
            undecided.push(mailbox);
        }
    }
    let unnamed = unnamed(leg, side, &named, &explained, reading);
    let is_masked = |mailbox: &Mailbox| mailbox.address.is_masked();
    let is_any_masked = named.iter().any(|own| is_masked(own)) || unnamed.iter().any(is_masked);
    if !unnamed.is_empty() && !is_any_masked {
        if let [only] = undecided[..] {
            let time = times[only.address.key()];
            expansions.push(Expansion { of: only.clone(), side, to: unnamed, is_known: false, time });
        } else {
            let doubt = |own: &&Mailbox| (own.address.key().to_owned(), UnknownReason::GroupOrAlias);
            reading.doubts.extend(undecided.iter().map(doubt));
        }
    }
    reading.expansions.extend(expansions);
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
    let keys = |mailboxes: &mut dyn Iterator<Item = &Mailbox>| -> HashSet<String> {
        mailboxes.map(|mailbox| mailbox.address.key().to_owned()).collect()
    };
    let mut known = keys(&mut leg.targets().chain(named.iter().copied()));
    let reached = keys(&mut leg.recipients(side));
    let mut unnamed = Vec::new();
    for outcome in reading.outcomes.iter().filter(|outcome| outcome.side == side) {
        let key = outcome.key();
        // What only a rule names, no event says that it was reached.
        if reached.contains(key) && !explained.contains(key) && known.insert(key.to_owned()) {
            unnamed.push(outcome.recipient.clone());
        }
    }
    unnamed
}

/// When each address was first named.
fn naming_times(leg: &Leg) -> HashMap<String, Time> {
    let mut times = HashMap::new();
    for event in &leg.events {
        for mailbox in &event.recipients {
            times.entry(mailbox.address.key().to_owned()).or_insert(event.time);
        }
    }
    times
}
