//! The first of two passes: which legs are asked for, in a few bytes a leg.
//!
//! A leg is found by what it says, and by what other legs with its Message-ID say: the receiving leg of a message knows the
//! subject, and its delivery is of the leg that is asked for. So the first pass keeps hashes of every leg's trace id and
//! Message-ID and the conditions that it meets, and the second reads again and gathers the events of those that matched.

use std::collections::HashMap;

use mailtrail_clock::{LATEST, Time, TimeRange};
use sha2::{Digest, Sha256};

use crate::division::labels;
use crate::event::{EventName, LegKey, MailEvent};
use crate::filter::{Conditions, Filter};
use crate::selection::begins;
use crate::{AsOf, Journaling, Parts, Selection};

/// The first bytes of a SHA-256. Senders choose Message-IDs: a weaker hash would let them choose what they collide with.
pub(crate) type Hash = [u8; 16];
pub(crate) const NO_ID: Hash = [0; 16];

/// What is kept of a leg: one entry for each of its Message-IDs, one without where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) leg: Hash,
    pub(crate) message_id: Hash,
    /// The first event, in seconds since 1970.
    first: u32,
    /// The last event, likewise.
    last: u32,
    /// A hash of sender and subject; 0 where the leg names none.
    pub(crate) kinship: u32,
    conditions: u8,
}

/// The first pass: learns from every event, in any order.
#[derive(Debug)]
pub struct Index<'f> {
    filter: &'f Filter,
    /// By the first byte of the leg's hash, so that no list is long, and growing one copies little.
    shards: Vec<Vec<Entry>>,
    as_of: AsOf,
    journaling: Journaling,
}

/// What some events say, to be taken in by an [`Index`]: of one object, learned while others are.
#[derive(Debug, Default)]
pub struct Learned {
    entries: Vec<Entry>,
    as_of: AsOf,
    journaling: Journaling,
}

/// How the second pass is to be done.
#[derive(Debug)]
pub enum Prepared {
    /// At once: few legs are asked for.
    AtOnce(Selection),
    /// In parts, one after the other.
    InParts(Parts),
}

impl Entry {
    fn of(event: &MailEvent, filter: &Filter) -> Self {
        let seconds = u32::try_from(event.time.millis() / 1000).unwrap_or(u32::MAX);
        Self {
            leg: leg_hash(&event.leg),
            message_id: event.joining_id().map_or(NO_ID, |id| hash(&[id])),
            first: seconds,
            last: seconds,
            kinship: kinship(event),
            conditions: filter.conditions(event).0,
        }
    }
}

impl Learned {
    /// Learns from an event.
    pub fn add(&mut self, event: &MailEvent, filter: &Filter) {
        self.as_of.learn(event);
        self.journaling.learn(event);
        self.entries.push(Entry::of(event, filter));
    }

    /// The newest event of each log group.
    pub fn as_of(&self) -> &AsOf {
        &self.as_of
    }
}

impl<'f> Index<'f> {
    /// An index of what a filter asks for.
    pub fn new(filter: &'f Filter) -> Self {
        Self {
            filter,
            shards: vec![Vec::new(); 256],
            as_of: AsOf::default(),
            journaling: Journaling::default(),
        }
    }

    /// Learns from an event. One that was seen before changes nothing.
    pub fn add(&mut self, event: &MailEvent) {
        self.as_of.learn(event);
        self.journaling.learn(event);
        self.push(Entry::of(event, self.filter));
    }

    /// Takes in what was learned of some events beside it, with the same filter.
    pub fn take(&mut self, learned: Learned) {
        learned.entries.into_iter().for_each(|entry| self.push(entry));
        self.as_of.merge(learned.as_of);
        self.journaling.merge(learned.journaling);
    }

    /// Takes in what another index of the same filter has learned.
    pub fn merge(&mut self, other: Self) {
        other.shards.into_iter().flatten().for_each(|entry| self.push(entry));
        self.as_of.merge(other.as_of);
        self.journaling.merge(other.journaling);
    }

    fn push(&mut self, entry: Entry) {
        let shard = &mut self.shards[usize::from(entry.leg[0])];
        if shard.len() == shard.capacity() {
            compact(shard);
            if shard.len() + shard.len() / 8 >= shard.capacity() {
                shard.reserve_exact(shard.len() / 8 + 4);
            }
        }
        shard.push(entry);
    }

    /// The bytes that it holds, about.
    pub fn bytes(&self) -> usize {
        self.shards.iter().map(|shard| shard.capacity() * size_of::<Entry>()).sum::<usize>()
            + self.journaling.bytes()
    }

    /// The parts that all messages are made in, whatever the filter asks of them.
    pub fn divide(mut self, count: u16) -> Parts {
        self.shards.iter_mut().for_each(compact);
        self.journaling.sort();
        Parts::new(&Legs(self.shards), count, self.journaling, self.as_of)
    }

    /// What the second pass is to gather.
    pub fn select(self) -> Selection {
        match self.prepare(usize::MAX, 1) {
            Prepared::AtOnce(selection) => selection,
            Prepared::InParts(parts) => parts.selection(0),
        }
    }

    /// How the second pass is to be done: at once where it gathers no more legs than `most`, else in `count` parts.
    pub fn prepare(mut self, most: usize, count: u16) -> Prepared {
        self.shards.iter_mut().for_each(compact);
        self.journaling.sort();
        let required = self.filter.required();
        let (journaling, as_of) = (self.journaling, self.as_of);
        let legs = Legs(self.shards);
        if required == Conditions::default() {
            return if legs.iter().count() <= most {
                Prepared::AtOnce(Selection::of_all(journaling, as_of))
            } else {
                Prepared::InParts(Parts::new(&legs, count, journaling, as_of))
            };
        }
        let selection = Selection::of(&legs, required);
        if selection.count() <= most {
            Prepared::AtOnce(selection.with(journaling, as_of))
        } else {
            Prepared::InParts(Parts::new(&legs, count, journaling, as_of))
        }
    }

    /// How many messages begin from then on, at least, copies for the journal among them, as far as they were learned.
    pub fn messages_since(&mut self, since: Time) -> usize {
        self.shards.iter_mut().for_each(compact);
        let legs = Legs(std::mem::take(&mut self.shards));
        let since = u32::try_from(since.millis() / 1000).unwrap_or(u32::MAX);
        let begins = begins(&legs, &labels(&legs));
        self.shards = legs.0;
        begins.into_values().filter(|begin| *begin >= since).count()
    }

    /// What the second pass is to gather for the messages that begin last, whatever the filter asks: so many at least, copies
    /// for the journal among them, where there are as many.
    pub fn select_latest(mut self, messages: usize) -> Selection {
        self.shards.iter_mut().for_each(compact);
        self.journaling.sort();
        Selection::of_latest(&Legs(self.shards), messages).with(self.journaling, self.as_of)
    }

    /// From the first event to the last of those legs that are asked for and have an event in a range, as far as they were
    /// learned; nothing where none has.
    pub fn span_of_legs_in(&mut self, range: TimeRange) -> Option<(Time, Time)> {
        self.shards.iter_mut().for_each(compact);
        let legs = Legs(std::mem::take(&mut self.shards));
        let by_id = legs.conditions_by_id();
        let required = self.filter.required();
        let is_in = |leg: &&[Entry]| {
            span([*leg].into_iter()).is_some_and(|(first, last)| {
                range.until().is_none_or(|until| first < until)
                    && range.since().is_none_or(|since| last >= since)
            })
        };
        let matched = legs.iter().filter(|leg| conditions(leg, &by_id).include(required));
        let span = span(matched.filter(is_in));
        self.shards = legs.0;
        span
    }
}

/// From the first event of some legs to the last. Events without a usable time say nothing of when; where a leg has others
/// besides, or an event after the year 2105, all time before or after is in it.
pub(crate) fn span<'l>(legs: impl Iterator<Item = &'l [Entry]>) -> Option<(Time, Time)> {
    let known = legs.flatten().filter(|entry| entry.last != 0);
    let (first, last) = known.fold(None, |span: Option<(u32, u32)>, entry| {
        let (first, last) = span.unwrap_or((entry.first, entry.last));
        Some((first.min(entry.first), last.max(entry.last)))
    })?;
    // The last event may be within its second.
    let end = if last == u32::MAX { LATEST } else { (i64::from(last) + 1) * 1000 };
    Some((Time::from_millis(i64::from(first) * 1000)?, Time::from_millis(end)?))
}

/// The entries of every leg, one slice a leg.
pub(crate) struct Legs(Vec<Vec<Entry>>);

impl Legs {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[Entry]> {
        self.0.iter().flat_map(|shard| shard.chunk_by(|one, other| one.leg == other.leg))
    }

    /// The conditions that the legs with a Message-ID meet together, and with them the legs of other ids that they have.
    pub(crate) fn conditions_by_id(&self) -> HashMap<Hash, u8> {
        let mut by_id: HashMap<Hash, u8> = HashMap::new();
        for leg in self.iter() {
            let own = leg.iter().fold(0, |own, entry| own | entry.conditions);
            for entry in leg.iter().filter(|entry| own != 0 && entry.message_id != NO_ID) {
                *by_id.entry(entry.message_id).or_default() |= own;
            }
        }
        // Legs with several ids tie these together, and there are few of them.
        let several: Vec<&[Entry]> = self.iter().filter(|leg| leg.len() > 1).collect();
        loop {
            let mut has_changed = false;
            for leg in &several {
                let all = conditions(leg, &by_id).0;
                for entry in leg.iter().filter(|_| all != 0) {
                    let known = by_id.entry(entry.message_id).or_default();
                    has_changed |= *known != *known | all;
                    *known |= all;
                }
            }
            if !has_changed {
                return by_id;
            }
        }
    }
}

/// Sorts entries and makes one of those that are of one leg and Message-ID. An entry without an id says nothing beside one
/// with an id.
fn compact(entries: &mut Vec<Entry>) {
    entries.sort_unstable();
    entries.dedup_by(|next, kept| {
        let is_same =
            next.leg == kept.leg && (next.message_id == kept.message_id || kept.message_id == NO_ID);
        if is_same {
            kept.message_id = next.message_id;
            kept.first = kept.first.min(next.first);
            kept.last = kept.last.max(next.last);
            kept.kinship = kept.kinship.max(next.kinship);
            kept.conditions |= next.conditions;
        }
        is_same
    });
}

pub(crate) fn conditions(leg: &[Entry], by_id: &HashMap<Hash, u8>) -> Conditions {
    let of_id = |entry: &Entry| by_id.get(&entry.message_id).copied().unwrap_or_default();
    Conditions(leg.iter().fold(0, |all, entry| all | entry.conditions | of_id(entry)))
}

pub(crate) fn first(leg: &[Entry]) -> u32 {
    leg.iter().map(|entry| entry.first).min().unwrap_or_default()
}

pub(crate) fn has_id(leg: &[Entry]) -> bool {
    leg.iter().any(|entry| entry.message_id != NO_ID)
}

fn kinship(event: &MailEvent) -> u32 {
    let from = event.from.as_ref().filter(|from| from.address.is_identity());
    let Some(from) = from.filter(|_| matches!(event.name, EventName::Submitted | EventName::Received)) else {
        return 0;
    };
    let [a, b, c, d, ..] = hash(&[from.address.key(), event.subject.as_deref().unwrap_or_default()]);
    u32::from_be_bytes([a, b, c, d]).max(1)
}

pub(crate) fn leg_hash(leg: &LegKey) -> Hash {
    let kind = if leg.is_traced { "trace" } else { "event" };
    hash(&[&leg.account, &leg.log_group, kind, &leg.trace_id])
}

/// Over the texts and their lengths, so that what follows one another cannot be mistaken for another division.
pub(crate) fn hash(texts: &[&str]) -> Hash {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text);
    }
    let mut hash = Hash::default();
    hash.copy_from_slice(&digest.finalize()[..16]);
    hash
}
