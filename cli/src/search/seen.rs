//! Deduplication: an event in two batches is one event.
//!
//! Raw copies are read in the order of their days, and the day of a raw copy is that of its earliest event. When a day
//! begins, no event of an earlier day can follow, and their identities are dropped: memory is bounded by a few days.

use std::collections::{BTreeMap, HashSet};

use mailtrail_clock::Time;

#[derive(Debug, Default)]
pub(super) struct Seen(BTreeMap<i64, HashSet<u128>>);

impl Seen {
    /// Drops the identities of earlier days.
    pub(super) fn begin(&mut self, day: Time) {
        let day = day.day_number();
        if self.0.first_key_value().is_some_and(|(&first, _)| first < day) {
            self.0 = self.0.split_off(&day);
        }
    }

    /// Whether an event is read for the first time.
    pub(super) fn is_new(&mut self, time: Time, identity: u128) -> bool {
        self.0.entry(time.day_number()).or_default().insert(identity)
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
        assert!(seen.is_new(days[0], 1) && seen.is_new(days[1], 2) && seen.is_new(days[2], 3));
        seen.begin(days[1]);
        assert!(!seen.is_new(days[1], 2) && !seen.is_new(days[2], 3));
        seen.begin(days[2]);
        assert!(!seen.is_new(days[2], 3));
        assert_eq!(seen.0.len(), 1);
    }
}
