//! Events that came twice: by a subscription, with an id, and in a file, without one.
//!
//! Readers know copies of one event by account, log group, log stream, uid and message. An event of a file has another
//! uid, and often another place. So events are compared by what they say as well: of equal ones, as many are shown as have ids,
//! or as are numbered without one, whichever are more. Which of them came first does not matter.

use std::collections::{BTreeMap, HashMap};

use mailtrail_clock::Time;
use mailtrail_subscription::{Naming, number_of_uid};

/// The events of equal content, by day.
#[derive(Debug, Default)]
pub(crate) struct Doubles(BTreeMap<i64, HashMap<u128, Equal>>);

/// How many equal events there are.
#[derive(Debug, Default, Clone, Copy)]
struct Equal {
    with_id: u32,
    /// One more than the largest number of those without.
    numbered: u32,
    shown: u32,
}

impl Doubles {
    /// Whether an event is shown: one with a content, an id or number, and a message that is no copy of one that was read.
    pub(crate) fn is_shown(&mut self, time: Time, content: u128, naming: Naming, uid: &str) -> bool {
        let equal = self.entry(time.day_number(), content, naming);
        match number_of_uid(uid) {
            None => equal.with_id += 1,
            Some(_) if naming == Naming::Event => equal.numbered = 1,
            Some(number) => equal.numbered = equal.numbered.max(number.saturating_add(1)),
        }
        let is_shown = equal.shown < equal.with_id.max(equal.numbered);
        equal.shown += u32::from(is_shown);
        is_shown
    }

    /// Drops the events of days before the one before this: none of them follows.
    pub(crate) fn begin(&mut self, day: Time) {
        let first = day.day_number() - 1;
        if self.0.first_key_value().is_some_and(|(&day, _)| day < first) {
            self.0 = self.0.split_off(&first);
        }
    }

    /// A message that names its event may have the time of its delivery elsewhere.
    fn entry(&mut self, day: i64, content: u128, naming: Naming) -> &mut Equal {
        let is_there = |day: &i64| self.0.get(day).is_some_and(|equal| equal.contains_key(&content));
        let near = if naming == Naming::Place { None } else { [day - 1, day + 1].into_iter().find(is_there) };
        self.0.entry(near.unwrap_or(day)).or_default().entry(content).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "12345678901234567890123456789012345678901234567890123456";

    fn shown(naming: Naming, order: &[&str]) -> usize {
        let mut doubles = Doubles::default();
        order.iter().filter(|uid| doubles.is_shown(Time::EPOCH, 1, naming, uid)).count()
    }

    fn numbered(number: u32) -> String {
        format!("{}-{number}", "0".repeat(32))
    }

    #[test]
    fn of_equal_events_as_many_are_shown_as_have_ids_or_numbers_in_any_order() {
        let [zero, one, two] = [0, 1, 2].map(numbered);
        let mut order = [ID, "another", &zero, &one, &two];
        for turn in 0..order.len() {
            order.rotate_left(1);
            assert_eq!(shown(Naming::Place, &order), 3, "{turn}");
            order.swap(1, 3);
            assert_eq!(shown(Naming::Trace, &order), 3, "{turn}");
        }
        assert_eq!(shown(Naming::Place, &[ID, "another", &one]), 2);
        assert_eq!(shown(Naming::Event, &[&zero, &one, ID]), 1);
        assert_eq!(shown(Naming::Event, &[&zero, "another", ID]), 2);
    }

    #[test]
    fn what_names_its_event_is_found_on_the_days_beside() {
        let time = |day: i64| Time::from_millis(day * mailtrail_clock::DAY).unwrap();
        let mut doubles = Doubles::default();
        let zero = numbered(0);
        assert!(doubles.is_shown(time(5), 1, Naming::Event, ID));
        assert!(doubles.is_shown(time(5), 2, Naming::Place, ID));
        doubles.begin(time(6));
        assert!(!doubles.is_shown(time(6), 1, Naming::Event, &zero));
        assert!(doubles.is_shown(time(6), 2, Naming::Place, &zero));
        doubles.begin(time(7));
        assert!(doubles.is_shown(time(7), 1, Naming::Event, &zero), "too far away");
    }
}
