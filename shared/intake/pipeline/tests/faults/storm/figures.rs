//! What a storm did, in numbers.

use std::collections::BTreeMap;

/// What a storm did. All but the last six are as they come; those must be zero.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Figures {
    pub(crate) batches: u64,
    pub(crate) events: u64,
    /// Runs of all batches, and how many of them failed and were repeated.
    pub(crate) runs: u64,
    pub(crate) failed_runs: u64,
    /// Requests that a fault struck, by its kind.
    pub(crate) faults: BTreeMap<String, u64>,
    /// Of each stream: events that runs called delivered, and undelivered.
    pub(crate) delivered: u64,
    pub(crate) undelivered: u64,
    /// Copies in streams beyond the first, which at-least-once allows.
    pub(crate) copies: u64,
    /// Announcements that runs say were not published.
    pub(crate) unannounced: u64,
    pub(crate) seconds: f64,
    /// Sent, and not where it must be.
    pub(crate) lost: u64,
    /// In the archive more than once.
    pub(crate) twice: u64,
    /// There, and other than what was sent.
    pub(crate) altered: u64,
    /// There, and never sent; or claimed, and not there.
    pub(crate) invented: u64,
    /// Batches whose ledger does not balance, or does not count what was sent.
    pub(crate) unbalanced: u64,
    /// Objects that no run names.
    pub(crate) unwitnessed: u64,
}

impl Figures {
    /// Whether everything is where it must be, once.
    pub(crate) fn is_sound(&self) -> bool {
        self.lost + self.twice + self.altered + self.invented + self.unbalanced + self.unwitnessed == 0
    }

    /// Adds the figures of another storm.
    #[allow(dead_code, reason = "the test has one storm")]
    pub(crate) fn add(&mut self, other: Self) {
        for (sum, more) in self.counts().into_iter().zip(other.clone().counts()) {
            *sum.1 += *more.1;
        }
        for (kind, count) in other.faults {
            *self.faults.entry(kind).or_default() += count;
        }
        self.seconds += other.seconds;
    }

    /// Every count with its name.
    #[allow(dead_code, reason = "the test prints none")]
    pub(crate) fn counts(&mut self) -> [(&'static str, &mut u64); 14] {
        [
            ("batches", &mut self.batches),
            ("events", &mut self.events),
            ("runs", &mut self.runs),
            ("failed_runs", &mut self.failed_runs),
            ("delivered", &mut self.delivered),
            ("undelivered", &mut self.undelivered),
            ("copies", &mut self.copies),
            ("unannounced", &mut self.unannounced),
            ("lost", &mut self.lost),
            ("twice", &mut self.twice),
            ("altered", &mut self.altered),
            ("invented", &mut self.invented),
            ("unbalanced", &mut self.unbalanced),
            ("unwitnessed", &mut self.unwitnessed),
        ]
    }
}
