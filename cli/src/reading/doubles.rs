//! Events that came twice: by a subscription, with an id, and in a file, without one.
//!
//! Readers know copies of one event by account, log group, log stream, uid and message. An event of a file has another
//! uid, and often another place. So events are compared by what they say as well: of equal ones of a log group, as many are
//! shown as have ids, or as are numbered without one, whichever are more. Which of them came first does not matter.
//!
//! What log groups have is shown of each of them: a message that was copied into another one hides nothing. An event of a file
//! that no log group saw may be one of any log group's, but only of one.

use std::collections::{BTreeMap, HashMap};

use mailtrail_clock::Time;
use mailtrail_subscription::{ContentKey, Naming, number_of_uid};

/// The events of equal content, by day.
#[derive(Debug, Default)]
pub(crate) struct Doubles {
    equal: ByDay<Equal>,
    anywhere: ByDay<Anywhere>,
}

/// By day, and then by content.
type ByDay<V> = BTreeMap<i64, HashMap<u128, V>>;

/// How many equal events there are in one log group, or in none.
#[derive(Debug, Default, Clone, Copy)]
struct Equal {
    with_id: u32,
    /// One more than the largest number of those without.
    numbered: u32,
}

/// How many equal events there are in all log groups, and in none.
#[derive(Debug, Default, Clone, Copy)]
struct Anywhere {
    of_log_groups: u32,
    /// Those of the log group that has the most.
    of_one: u32,
    of_none: u32,
    shown: u32,
}

impl Doubles {
    /// Whether an event is shown: one with a content, an id or number, and a message that is no copy of one that was read.
    pub(crate) fn is_shown(&mut self, time: Time, content: ContentKey, uid: &str) -> bool {
        let (day, naming) = (time.day_number(), content.naming);
        let equal = entry(&mut self.equal, day, content.hash, naming);
        let before = equal.events();
        match number_of_uid(uid) {
            None => equal.with_id += 1,
            Some(_) if naming == Naming::Event => equal.numbered = 1,
            Some(number) => equal.numbered = equal.numbered.max(number.saturating_add(1)),
        }
        let events = equal.events();
        let anywhere = entry(&mut self.anywhere, day, content.anywhere, naming);
        if content.is_of_log_group() {
            anywhere.of_log_groups = anywhere.of_log_groups.saturating_add(events - before);
            anywhere.of_one = anywhere.of_one.max(events);
        } else {
            anywhere.of_none = events;
        }
        let is_shown = anywhere.shown < anywhere.events();
        anywhere.shown += u32::from(is_shown);
        is_shown
    }

    /// Drops the events of days before the one before this: none of them follows.
    pub(crate) fn begin(&mut self, day: Time) {
        let first = day.day_number() - 1;
        drop_before(&mut self.equal, first);
        drop_before(&mut self.anywhere, first);
    }
}

impl Equal {
    fn events(self) -> u32 {
        self.with_id.max(self.numbered)
    }
}

impl Anywhere {
    fn events(self) -> u32 {
        self.of_log_groups.saturating_add(self.of_none.saturating_sub(self.of_one))
    }
}

/// A message that names its event may have the time of its delivery elsewhere.
fn entry<V: Default>(by_day: &mut ByDay<V>, day: i64, content: u128, naming: Naming) -> &mut V {
    let is_there = |day: &i64| by_day.get(day).is_some_and(|equal| equal.contains_key(&content));
    let near = if naming == Naming::Place { None } else { [day - 1, day + 1].into_iter().find(is_there) };
    by_day.entry(near.unwrap_or(day)).or_default().entry(content).or_default()
}

fn drop_before<V>(by_day: &mut ByDay<V>, first: i64) {
    if by_day.first_key_value().is_some_and(|(&day, _)| day < first) {
        *by_day = by_day.split_off(&first);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "12345678901234567890123456789012345678901234567890123456";

    fn in_group(group: u128, naming: Naming) -> ContentKey {
        ContentKey { hash: 10 + group, anywhere: 10, naming }
    }

    fn shown(naming: Naming, order: &[&str]) -> usize {
        let mut doubles = Doubles::default();
        order.iter().filter(|uid| doubles.is_shown(Time::EPOCH, in_group(0, naming), uid)).count()
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
    fn each_log_group_shows_what_it_has_and_a_file_of_none_is_folded_into_one_of_them() {
        let zero = numbered(0);
        // A subscription, a copy in another log group, an import of the first log group, files that no log group saw.
        let one = numbered(1);
        let mut order = [(1, ID), (2, "copied"), (1, &*zero), (0, &*zero), (0, &*one)];
        for (naming, expected) in [(Naming::Event, 2), (Naming::Trace, 3)] {
            for turn in 0..order.len() {
                order.rotate_left(1);
                order.swap(0, turn);
                let mut doubles = Doubles::default();
                let shown = order
                    .iter()
                    .filter(|(group, uid)| doubles.is_shown(Time::EPOCH, in_group(*group, naming), uid));
                assert_eq!(shown.count(), expected, "{order:?}");
            }
        }
    }

    #[test]
    fn what_names_its_event_is_found_on_the_days_beside() {
        let time = |day: i64| Time::from_millis(day * mailtrail_clock::DAY).unwrap();
        let mut doubles = Doubles::default();
        let zero = numbered(0);
        let of = |content, naming| ContentKey { hash: content, anywhere: content, naming };
        assert!(doubles.is_shown(time(5), of(1, Naming::Event), ID));
        assert!(doubles.is_shown(time(5), of(2, Naming::Place), ID));
        doubles.begin(time(6));
        assert!(!doubles.is_shown(time(6), of(1, Naming::Event), &zero));
        assert!(doubles.is_shown(time(6), of(2, Naming::Place), &zero));
        doubles.begin(time(7));
        assert!(doubles.is_shown(time(7), of(1, Naming::Event), &zero), "too far away");
    }
}
