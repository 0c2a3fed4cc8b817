//! Which legs are one message.
//!
//! A Message-ID is chosen by the sender, and not unique. So legs are one message only if their Message-IDs and their From
//! are equal, they begin within a window of each other, and what one sends to is what the other receives for: its
//! recipient, or the target of one of its rules. A copy for the journal has an envelope of its own, and its From does not
//! count.

use std::collections::HashMap;

use mailtrail_clock::Time;

use crate::leg::Leg;
use crate::status::Side;
use crate::{Address, Mailbox};

/// The groups of legs that are one message, each in the order of the legs, which is that of time. The oldest is first.
pub(crate) fn join(legs: &[Leg], window_millis: i64) -> Vec<Vec<usize>> {
    let mut by_id: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, leg) in legs.iter().enumerate() {
        for id in leg.message_ids() {
            by_id.entry(id).or_default().push(index);
        }
    }
    let mut sets = Sets::new(legs.len());
    for same_id in by_id.values().filter(|same_id| same_id.len() > 1) {
        join_same_id(legs, same_id, window_millis, &mut sets);
    }
    sets.into_groups()
}

/// Where an address stands in legs with one Message-ID.
#[derive(Default)]
struct Ends {
    sent_to: Vec<usize>,
    received_for: Vec<usize>,
    targets: Vec<usize>,
}

fn join_same_id(legs: &[Leg], same_id: &[usize], window_millis: i64, sets: &mut Sets) {
    let mut ends: HashMap<(&str, &str), Ends> = HashMap::new();
    let mut copies: HashMap<&str, (Vec<usize>, Vec<usize>)> = HashMap::new();
    for &index in same_id {
        let leg = &legs[index];
        for from in leg.froms() {
            for key in keys(leg.recipients(Side::Outgoing)) {
                ends.entry((from, key)).or_default().sent_to.push(index);
            }
            for key in keys(leg.recipients(Side::Incoming)) {
                ends.entry((from, key)).or_default().received_for.push(index);
            }
            for key in keys(leg.targets()) {
                ends.entry((from, key)).or_default().targets.push(index);
            }
        }
        for key in keys(leg.journals()) {
            copies.entry(key).or_default().0.push(index);
        }
    }
    for &index in same_id {
        for side in [Side::Outgoing, Side::Incoming] {
            for key in keys(legs[index].recipients(side)) {
                if let Some((_, carriers)) = copies.get_mut(key) {
                    carriers.push(index);
                }
            }
        }
    }
    let mut join = |some: &[usize], others: &[usize]| join_near(legs, some, others, window_millis, sets);
    for Ends { sent_to, received_for, targets } in ends.values() {
        join(sent_to, received_for);
        join(targets, sent_to);
        join(targets, received_for);
    }
    for (originals, carriers) in copies.values() {
        join(originals, carriers);
    }
}

fn keys<'l>(mailboxes: impl Iterator<Item = &'l Mailbox>) -> impl Iterator<Item = &'l str> {
    mailboxes.map(|mailbox| &mailbox.address).filter(|address| address.is_identity()).map(Address::key)
}

/// Joins each of some legs with all others that begin near it. Both lists are in order of time, so that one walk is enough:
/// what was joined with the leg before needs one more join, however many it is.
fn join_near(legs: &[Leg], some: &[usize], others: &[usize], window_millis: i64, sets: &mut Sets) {
    let millis = |time: Time| time.millis();
    let (mut low, mut high) = (0, 0);
    for &one in some {
        let first = millis(legs[one].first);
        while low < others.len() && millis(legs[others[low]].first) < first - window_millis {
            low += 1;
        }
        let known = high.max(low);
        high = known;
        while high < others.len() && millis(legs[others[high]].first) <= first + window_millis {
            high += 1;
        }
        if low < high {
            sets.join(one, others[low]);
        }
        for &other in &others[known..high] {
            sets.join(one, other);
        }
    }
}

/// Disjoint sets, with path halving.
struct Sets(Vec<usize>);

impl Sets {
    fn new(len: usize) -> Self {
        Self((0..len).collect())
    }

    fn root(&mut self, mut member: usize) -> usize {
        while self.0[member] != member {
            self.0[member] = self.0[self.0[member]];
            member = self.0[member];
        }
        member
    }

    /// The smaller root stays one: the oldest leg.
    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.0[one.max(other)] = one.min(other);
    }

    fn into_groups(mut self) -> Vec<Vec<usize>> {
        let mut groups: Vec<Vec<usize>> = vec![Vec::new(); self.0.len()];
        for member in 0..self.0.len() {
            let root = self.root(member);
            groups[root].push(member);
        }
        groups.retain(|group| !group.is_empty());
        groups
    }
}
