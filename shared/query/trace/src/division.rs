//! All messages, in parts of bounded size.
//!
//! A list of everything cannot be gathered at once. The first pass says which part each leg belongs to, so that the second
//! can write events to as many files, and make the messages of one file after the other. Legs that may be one message are
//! always in one part, and a leg that only seems to belong to a message is in the part of that one as well.

use std::collections::HashMap;

use crate::index::{Entry, Hash, Legs, NO_ID, first, has_id, leg_hash};
use crate::likely::NEAR_SECONDS;
use crate::{AsOf, Journaling, LegKey, Selection};

/// Which part each leg is in.
#[derive(Debug)]
pub struct Parts {
    count: usize,
    /// The first is the part whose messages the leg belongs to.
    of_leg: HashMap<Hash, Vec<u16>>,
    journaling: Journaling,
    as_of: AsOf,
}

impl Parts {
    pub(crate) fn new(legs: &Legs, count: u16, journaling: Journaling, as_of: AsOf) -> Self {
        let labels = labels(legs);
        let part = |leg: &[Entry]| {
            let [a, b, c, d, ..] = label(leg, &labels);
            u16::try_from(u32::from_be_bytes([a, b, c, d]) % u32::from(count.max(1))).unwrap_or_default()
        };
        let mut of_leg: HashMap<Hash, Vec<u16>> =
            legs.iter().map(|leg| (leg[0].leg, vec![part(leg)])).collect();
        for (one, other) in likely(legs) {
            for (leg, part) in [(one, part(other)), (other, part(one))] {
                if let Some(parts) = of_leg.get_mut(&leg[0].leg).filter(|parts| !parts.contains(&part)) {
                    parts.push(part);
                }
            }
        }
        Self { count: count.max(1).into(), of_leg, journaling, as_of }
    }

    /// How many parts there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The parts that the events of a leg are needed in.
    pub fn of(&self, leg: &LegKey) -> impl Iterator<Item = usize> {
        self.of_leg.get(&leg_hash(leg)).into_iter().flatten().copied().map(usize::from)
    }

    /// What is to be made of the events of a part: its messages.
    pub fn selection(&self, part: usize) -> Selection {
        let own = self
            .of_leg
            .iter()
            .filter(|(_, parts)| parts.first().is_some_and(|own| usize::from(*own) == part));
        let own = own.map(|(leg, _)| *leg).collect();
        Selection::of_part(own, self.journaling.clone(), self.as_of.clone())
    }
}

/// What legs that may be one message have in common: a Message-ID, or the least of those that theirs are tied to.
pub(crate) fn label(leg: &[Entry], labels: &HashMap<Hash, Hash>) -> Hash {
    let id = leg.iter().map(|entry| entry.message_id).find(|id| *id != NO_ID);
    id.map_or(leg[0].leg, |id| labels.get(&id).copied().unwrap_or(id))
}

/// Of the Message-IDs of legs that have several, the least that they are tied to.
pub(crate) fn labels(legs: &Legs) -> HashMap<Hash, Hash> {
    let several: Vec<&[Entry]> = legs.iter().filter(|leg| leg.len() > 1).collect();
    let mut labels: HashMap<Hash, Hash> = HashMap::new();
    loop {
        let mut has_changed = false;
        for leg in &several {
            let ids = || leg.iter().map(|entry| entry.message_id);
            let label = ids().map(|id| labels.get(&id).copied().unwrap_or(id)).min().unwrap_or(NO_ID);
            for id in ids() {
                has_changed |= labels.insert(id, label) != Some(label);
            }
        }
        if !has_changed {
            return labels;
        }
    }
}

/// Pairs of legs of one sender and subject that begin near each other, one of them without a Message-ID.
fn likely(legs: &Legs) -> Vec<(&[Entry], &[Entry])> {
    let kinship = |leg: &[Entry]| leg.iter().map(|entry| entry.kinship).max().unwrap_or_default();
    let mut open: HashMap<u32, Vec<&[Entry]>> = HashMap::new();
    for leg in legs.iter().filter(|leg| !has_id(leg) && kinship(leg) != 0) {
        open.entry(kinship(leg)).or_default().push(leg);
    }
    for legs in open.values_mut() {
        legs.sort_by_key(|leg| first(leg));
    }
    let mut pairs = Vec::new();
    for leg in legs.iter() {
        let Some(open) = open.get(&kinship(leg)) else { continue };
        let after = |other: &[Entry]| i64::from(first(other)) - i64::from(first(leg));
        let near = open.partition_point(|other| after(other) < -NEAR_SECONDS);
        let near = open[near..].iter().take_while(|other| after(other) <= NEAR_SECONDS);
        pairs.extend(near.filter(|other| other[0].leg != leg[0].leg).map(|other| (leg, *other)));
    }
    pairs
}
