//! The counts of a backfill. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What became of the events of a log group that were read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Events of the log group.
    pub in_source: u64,
    /// Those that the archive had.
    pub in_archive_before: u64,
    /// Those that were archived.
    pub added: u64,
    /// Those that were not: a dry run, or an interruption.
    pub left: u64,
    /// Those of the added whose id the archive had with another message: both are kept.
    pub other_message: u64,
}

/// More events than a window can hold: what says so was not counted.
pub(crate) const IMPOSSIBLE: u64 = 1 << 40;

impl Counts {
    /// Whether a run can have counted this. Entries of an archive are input.
    pub(crate) fn is_possible(&self) -> bool {
        let Self { in_source, in_archive_before, added, left, other_message } = *self;
        [in_source, in_archive_before, added, left, other_message].iter().all(|count| *count < IMPOSSIBLE)
            && self.balance()
            && other_message <= added
    }

    /// Whether each event of the source is in one of the other counts.
    pub fn balance(&self) -> bool {
        self.in_source == self.in_archive_before + self.added + self.left
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.in_source += other.in_source;
        self.in_archive_before += other.in_archive_before;
        self.added += other.added;
        self.left += other.left;
        self.other_message += other.other_message;
    }

    /// The counts after the same time was read again, into an archive that had what the first reading added: an event that
    /// expired meanwhile was there, and one that was added was not there before.
    pub(crate) fn read_again(&mut self, again: Self) {
        self.added += again.added;
        self.other_message += again.other_message;
        self.left = again.left;
        self.in_source = self.in_source.max(again.in_source).max(self.added + self.left);
        self.in_archive_before = self.in_source - self.added - self.left;
    }
}

/// The counts of a log group by the number of the UTC day, and the second count beside them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ByDay(pub(crate) BTreeMap<i64, Counts>);

impl ByDay {
    pub(crate) fn total(&self) -> Counts {
        self.0.values().fold(Counts::default(), |mut total, counts| {
            total.add(*counts);
            total
        })
    }

    /// The days of which a second count has another number.
    pub(crate) fn other_than(&self, counted: &BTreeMap<i64, u64>) -> Vec<i64> {
        let days = self.0.keys().chain(counted.keys());
        let read = |day| self.0.get(day).map_or(0, |counts| counts.in_source);
        let mut days: Vec<i64> =
            days.filter(|day| read(day) != counted.get(day).copied().unwrap_or(0)).copied().collect();
        days.sort_unstable();
        days.dedup();
        days
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counts(before: u64, added: u64, left: u64) -> Counts {
        Counts { in_source: before + added + left, in_archive_before: before, added, left, other_message: 0 }
    }

    #[test]
    fn a_day_that_is_read_again_is_counted_once() {
        let mut day = counts(3, 4, 0);
        day.read_again(counts(7, 2, 0));
        assert_eq!(day, counts(3, 6, 0));
        day.read_again(counts(1, 0, 0));
        assert_eq!(day, counts(3, 6, 0));
    }

    #[test]
    fn days_with_another_count_are_named() {
        let by_day =
            ByDay(BTreeMap::from([(1, counts(1, 1, 0)), (2, counts(0, 0, 0)), (3, counts(2, 0, 0))]));
        assert_eq!(by_day.other_than(&BTreeMap::from([(1, 2), (3, 2)])), Vec::<i64>::new());
        assert_eq!(by_day.other_than(&BTreeMap::from([(1, 3), (4, 1)])), [1, 3, 4]);
        assert_eq!(by_day.total(), counts(3, 1, 0));
    }

    proptest! {
        #[test]
        fn counts_balance_however_often_a_day_is_read(
            reads in prop::collection::vec((0..9_u64, 0..9_u64, 0..9_u64), 1..5),
        ) {
            let mut reads = reads.into_iter().map(|(before, added, left)| counts(before, added, left));
            let mut day = reads.next().unwrap_or_default();
            for again in reads {
                day.read_again(again);
                prop_assert!(day.balance(), "{day:?}");
            }
        }
    }
}
