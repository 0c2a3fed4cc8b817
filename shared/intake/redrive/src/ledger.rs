//! The counts of a redrive. They must balance.

use std::collections::BTreeMap;

use serde::Serialize;

/// What became of events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Events of the objects that could be read.
    pub events: u64,
    /// Confirmed by the stream, or archived, by this run.
    pub done: u64,
    /// Confirmed or archived before.
    pub already: u64,
    /// Not sent, because the stream has no delivery tag: a decision of an operator.
    pub gated: u64,
    /// Not sent, because the stream does not accept their class.
    pub filtered: u64,
    /// Not archived: events of our own log groups.
    pub refused: u64,
    /// The rest: another run has to do it. Of a dry run, what it would have done.
    pub left: u64,
}

impl Counts {
    /// Adds those of other events.
    pub fn add(&mut self, other: Self) {
        self.events += other.events;
        self.done += other.done;
        self.already += other.already;
        self.gated += other.gated;
        self.filtered += other.filtered;
        self.refused += other.refused;
        self.left += other.left;
    }

    /// Whether every event is accounted for.
    pub fn balance(self) -> bool {
        let Self { events, done, already, gated, filtered, refused, left } = self;
        events == done + already + gated + filtered + refused + left
    }
}

/// What became of an object as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// All of it is confirmed or archived now.
    Done,
    /// All of it was before.
    Already,
    /// The stream has no delivery tag.
    Gated,
    /// The stream wants none of it.
    Filtered,
    /// All of it, or a part, is left.
    Left,
    /// It is damaged, or not what it should be: it stays where it is.
    Unreadable,
}

impl Fate {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Done, Self::Already, Self::Gated, Self::Filtered, Self::Left, Self::Unreadable];
}

/// The counts of a redrive. Sums of ledgers are ledgers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    /// Objects that were found.
    pub objects: u64,
    /// What became of them.
    pub fates: BTreeMap<Fate, u64>,
    /// What became of their events.
    pub counts: Counts,
    /// Payloads that are kept in the archive's quarantine now.
    pub quarantined_payloads: u64,
}

impl Default for Ledger {
    fn default() -> Self {
        let fates = Fate::ALL.map(|fate| (fate, 0)).into();
        Self { objects: 0, fates, counts: Counts::default(), quarantined_payloads: 0 }
    }
}

impl Ledger {
    /// Adds what became of an object.
    pub fn add(&mut self, fate: Fate, counts: Counts, quarantined_payloads: u64) {
        self.objects += 1;
        *self.fates.entry(fate).or_default() += 1;
        self.counts.add(counts);
        self.quarantined_payloads += quarantined_payloads;
    }

    /// Counts objects that the run did not come to: it was stopped. How many events are in them is not known.
    pub fn add_untouched(&mut self, objects: u64) {
        self.objects += objects;
        *self.fates.entry(Fate::Left).or_default() += objects;
    }

    /// How many objects had this fate.
    pub fn objects_with(&self, fate: Fate) -> u64 {
        self.fates.get(&fate).copied().unwrap_or_default()
    }

    /// Whether every object and every event is accounted for.
    pub fn balanced(&self) -> bool {
        self.objects == self.fates.values().sum::<u64>() && self.counts.balance()
    }
}
