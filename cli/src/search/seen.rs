//! Which events came by already: an event that two batches brought is one event.
//!
//! The raw copies are taken in the order of their days, and the day of a raw copy is that of its earliest
//! event. So when a day begins, no event of an earlier one can come any more, and all of those are
//! forgotten: the memory is bounded by what few days hold.

use std::collections::{BTreeMap, HashSet};

use mailtrail_clock::Time;

#[derive(Debug, Default)]
pub(super) struct Seen(BTreeMap<i64, HashSet<u128>>);

impl Seen {
    /// Forgets all events of the days before.
    pub(super) fn begin(&mut self, day: Time) {
        let day = day.day_number();
        if self.0.first_key_value().is_some_and(|(&first, _)| first < day) {
            self.0 = self.0.split_off(&day);
        }
    }

    /// Whether an event comes by for the first time.
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
