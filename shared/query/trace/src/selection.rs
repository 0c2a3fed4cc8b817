//! What the second pass gathers: the legs that meet what is asked, and those that may say more of their messages.

use std::collections::{HashMap, HashSet};

use mailtrail_clock::Time;

use crate::division::{label, labels};
use crate::event::LegKey;
use crate::filter::Conditions;
use crate::index::{Entry, Hash, Legs, NO_ID, conditions, first, has_id, hash, leg_hash, span};
use crate::likely::NEAR_SECONDS;
use crate::{AsOf, Journaling};

/// The most legs of a message, and the most others that are gathered for having its Message-ID.
pub const MAX_LEGS: usize = 1000;

/// What the second pass gathers.
#[derive(Debug, Default)]
pub struct Selection {
    /// The legs; nothing where every leg is asked for.
    legs: Option<HashSet<Hash>>,
    /// The legs whose messages are told; nothing where all are. Others are gathered for what they say of these.
    told: Option<HashSet<Hash>>,
    /// How many legs with a Message-ID are not gathered.
    left_behind: HashMap<Hash, usize>,
    /// From the first event of the legs to the last.
    span: Option<(Time, Time)>,
    /// Every message that begins from then on is told, and perhaps others; nothing where all are.
    told_since: Option<Time>,
    pub(crate) journaling: Journaling,
    as_of: AsOf,
}

impl Selection {
    /// The legs that meet what is required, and those that may be other halves of them.
    pub(crate) fn of(legs: &Legs, required: Conditions) -> Self {
        let by_id = legs.conditions_by_id();
        let matched: Vec<&[Entry]> =
            legs.iter().filter(|leg| conditions(leg, &by_id).include(required)).collect();
        let mut selection = Self { legs: Some(HashSet::new()), ..Self::default() };
        selection.take_matched(&matched, required);
        selection.take_likely(&matched, legs);
        selection.set_span(legs);
        selection
    }

    /// Every leg.
    pub(crate) fn of_all(journaling: Journaling, as_of: AsOf) -> Self {
        Self { journaling, as_of, ..Self::default() }
    }

    pub(crate) fn with(self, journaling: Journaling, as_of: AsOf) -> Self {
        Self { journaling, as_of, ..self }
    }

    /// How many legs are chosen from all.
    pub(crate) fn count(&self) -> usize {
        self.legs.as_ref().map_or(0, HashSet::len)
    }

    /// The legs of so many messages at least that begin last, those of copies for the journal among them: all legs that begin
    /// after some time, and with them those that may be of their messages. Every leg, where there are no more.
    pub(crate) fn of_latest(legs: &Legs, messages: usize) -> Self {
        let labels = labels(legs);
        let mut latest: Vec<u32> = begins(legs, &labels).into_values().collect();
        latest.sort_unstable_by(|one, other| other.cmp(one));
        let Some(&since) = messages.checked_sub(1).and_then(|at| latest.get(at)) else {
            return Self::default();
        };
        let late: HashSet<Hash> =
            legs.iter().filter(|leg| first(leg) >= since).map(|leg| label(leg, &labels)).collect();
        let matched: Vec<&[Entry]> = legs.iter().filter(|leg| late.contains(&label(leg, &labels))).collect();
        let mut selection = Self { legs: Some(HashSet::new()), ..Self::default() };
        for leg in &matched {
            selection.take(leg[0].leg);
        }
        selection.take_likely(&matched, legs);
        selection.told = Some(matched.iter().map(|leg| leg[0].leg).collect());
        selection.told_since = Time::from_millis(i64::from(since) * 1000);
        selection.set_span(legs);
        selection
    }

    fn set_span(&mut self, legs: &Legs) {
        let is_taken = |leg: &&[Entry]| self.legs.as_ref().is_some_and(|legs| legs.contains(&leg[0].leg));
        self.span = span(legs.iter().filter(is_taken));
    }

    /// Every leg that is given, and only the messages of some.
    pub(crate) fn of_part(told: HashSet<Hash>, journaling: Journaling, as_of: AsOf) -> Self {
        Self { told: Some(told), journaling, as_of, ..Self::default() }
    }

    /// Whether the events of a leg are to be gathered.
    pub fn contains(&self, leg: &LegKey) -> bool {
        self.legs.as_ref().is_none_or(|legs| legs.contains(&leg_hash(leg)))
    }

    /// Whether the messages of a leg are told.
    pub(crate) fn tells(&self, leg: &LegKey) -> bool {
        self.told.as_ref().is_none_or(|legs| legs.contains(&leg_hash(leg)))
    }

    /// From the first event that is gathered to the last, those without a usable time aside. Nothing where every leg is
    /// asked for, or none.
    pub fn span(&self) -> Option<(Time, Time)> {
        self.span
    }

    /// From when on every message is told, where only those are that begin last.
    pub fn told_since(&self) -> Option<Time> {
        self.told_since
    }

    /// Whether nothing matched.
    pub fn is_empty(&self) -> bool {
        self.legs.as_ref().is_some_and(HashSet::is_empty)
    }

    /// The newest event of each log group that was seen.
    pub fn as_of(&self) -> &AsOf {
        &self.as_of
    }

    /// How many legs with a Message-ID are not gathered.
    pub(crate) fn left_behind(&self, message_id: &str) -> usize {
        self.left_behind.get(&hash(&[message_id])).copied().unwrap_or_default()
    }

    /// Takes the legs that matched. Of those that did so only by the Message-ID that they share with others, the nearest:
    /// a constant id of spam may be that of every leg.
    fn take_matched(&mut self, matched: &[&[Entry]], required: Conditions) {
        let mut shared: HashMap<Hash, Vec<(u32, bool, Hash)>> = HashMap::new();
        for leg in matched {
            let is_own = conditions(leg, &HashMap::new()).include(required);
            for entry in leg.iter().filter(|entry| entry.message_id != NO_ID) {
                shared.entry(entry.message_id).or_default().push((first(leg), is_own, entry.leg));
            }
            if leg.iter().any(|entry| entry.message_id == NO_ID) || is_own {
                self.take(leg[0].leg);
            }
        }
        for (id, legs) in shared {
            let mut own: Vec<u32> =
                legs.iter().filter(|(_, is_own, _)| *is_own).map(|(first, ..)| *first).collect();
            own.sort_unstable();
            let mut others: Vec<_> = legs.iter().filter(|(_, is_own, _)| !is_own).collect();
            others.sort_unstable_by_key(|(first, _, leg)| (distance(*first, &own), *first, *leg));
            others.iter().take(MAX_LEGS).for_each(|(.., leg)| self.take(*leg));
            if others.len() > MAX_LEGS {
                self.left_behind.insert(id, others.len() - MAX_LEGS);
            }
        }
    }

    /// Takes the legs that may be other halves of those that matched.
    fn take_likely(&mut self, matched: &[&[Entry]], legs: &Legs) {
        // Of each kinship, when legs without a Message-ID begin, and when legs with one.
        let mut times: HashMap<u32, [Vec<i64>; 2]> = HashMap::new();
        for leg in matched {
            for kinship in leg.iter().map(|entry| entry.kinship).filter(|kinship| *kinship != 0) {
                times.entry(kinship).or_default()[usize::from(has_id(leg))].push(first(leg).into());
            }
        }
        times.values_mut().flatten().for_each(|times| times.sort_unstable());
        let is_near = |times: &[i64], time: i64| {
            let next = times.partition_point(|other| *other < time - NEAR_SECONDS);
            times.get(next).is_some_and(|other| *other <= time + NEAR_SECONDS)
        };
        for leg in legs.iter() {
            let begins = i64::from(first(leg));
            let is_likely = leg
                .iter()
                .filter_map(|entry| times.get(&entry.kinship))
                .any(|[without, with]| is_near(without, begins) || (!has_id(leg) && is_near(with, begins)));
            if is_likely {
                self.take(leg[0].leg);
            }
        }
    }

    fn take(&mut self, leg: Hash) {
        self.legs.get_or_insert_default().insert(leg);
    }
}

/// When the first leg of each label begins. Legs of one label are one message at least, and it begins no earlier.
pub(crate) fn begins(legs: &Legs, labels: &HashMap<Hash, Hash>) -> HashMap<Hash, u32> {
    let mut begins = HashMap::new();
    for leg in legs.iter() {
        let begin = begins.entry(label(leg, labels)).or_insert(u32::MAX);
        *begin = first(leg).min(*begin);
    }
    begins
}

/// Seconds to the nearest of some times, which are sorted.
fn distance(time: u32, times: &[u32]) -> u32 {
    let next = times.partition_point(|other| *other < time);
    let near = times[next.saturating_sub(1)..times.len().min(next + 1)].iter();
    near.map(|other| other.abs_diff(time)).min().unwrap_or_default()
}
