//! Deduplication: an event in two batches is one event, if its message is the same.
//!
//! Raw copies are read in the order of their days, and the day of a raw copy is that of its earliest event. When a day
//! begins, no event of an earlier day can follow, and their identities are dropped: memory is bounded by a few days.

use std::collections::{BTreeMap, HashMap, HashSet};

use mailtrail_clock::Time;

/// The events that were read, by day.
#[derive(Debug, Default)]
pub(super) struct Seen(BTreeMap<i64, Day>);

#[derive(Debug, Default)]
struct Day {
    /// The content with which an event was read first.
    first: HashMap<u128, u64>,
    /// Events with other contents.
    others: HashSet<(u128, u64)>,
}

/// How an event relates to those that were read before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Novelty {
    New,
    /// The same event with the same content.
    Copy,
    /// An event with the same identity and another content.
    OtherContent,
}

impl Seen {
    /// Drops the identities of earlier days.
    pub(super) fn begin(&mut self, day: Time) {
        let day = day.day_number();
        if self.0.first_key_value().is_some_and(|(&first, _)| first < day) {
            self.0 = self.0.split_off(&day);
        }
    }

    /// Adds an event that is read.
    pub(super) fn add(&mut self, time: Time, identity: u128, content: u64) -> Novelty {
        let day = self.0.entry(time.day_number()).or_default();
        let is_first = !day.first.contains_key(&identity);
        if *day.first.entry(identity).or_insert(content) != content {
            let is_new = day.others.insert((identity, content));
            return if is_new { Novelty::OtherContent } else { Novelty::Copy };
        }
        if is_first { Novelty::New } else { Novelty::Copy }
    }
}

#[cfg(test)]
mod tests {
    use mailtrail_clock::DAY;

    use super::*;

    #[test]
    fn an_event_is_new_once_and_forgotten_when_its_day_is_over() {
        let days = [0, 1, 2].map(|day| Time::from_millis(day * DAY).unwrap());
        let mut seen = Seen::default();
        seen.begin(days[0]);
        for day in days {
            assert_eq!(seen.add(day, 1, 0), Novelty::New);
        }
        seen.begin(days[1]);
        assert_eq!((seen.add(days[1], 1, 0), seen.add(days[2], 1, 0)), (Novelty::Copy, Novelty::Copy));
        seen.begin(days[2]);
        assert_eq!(seen.add(days[2], 1, 0), Novelty::Copy);
        assert_eq!(seen.0.len(), 1);
    }

    #[test]
    fn each_content_of_an_event_is_told_once() {
        let mut seen = Seen::default();
        let read = [7, 7, 8, 7, 8, 9].map(|content| seen.add(Time::EPOCH, 1, content));
        let (copy, other) = (Novelty::Copy, Novelty::OtherContent);
        assert_eq!(read, [Novelty::New, copy, other, copy, copy, other]);
    }
}
