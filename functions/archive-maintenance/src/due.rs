//! Which days are compared, and in which order. Pure.
//!
//! To compare each day in each run would read it fifteen times. So a day is compared when it is over, when it has been over for
//! two days, by which time nearly everything has arrived, and when it is final. A day of which something was wrong is compared
//! in every run.

use std::collections::BTreeMap;

use mailtrail_clock::{DAY, Time};
use mailtrail_coverage::{Day, DayCoverage, DayState, Finality, finality};
use mailtrail_pull::LogGroup;
use serde::{Deserialize, Serialize};

/// So long before an event expires, its day may not be whole any more: comparing takes a while.
const MARGIN: i64 = DAY / 24;
/// `PutLogEvents` takes events that are so old, and so a log group has none that are older than it by more.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>
const OLDEST_WRITTEN: i64 = 14 * DAY;

/// After so long, events are hardly ever late.
const QUIET: i64 = 2 * DAY;

/// A day of a log group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct GroupDay {
    pub(crate) log_group: String,
    pub(crate) day: Day,
}

/// A day that is due, and the log groups for which it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DueDay {
    pub(crate) day: Day,
    pub(crate) log_groups: Vec<String>,
}

/// The last comparison of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LastCheck {
    pub(crate) at: Time,
    /// Whether nothing was wrong.
    pub(crate) is_settled: bool,
    /// Whether the day was final then.
    pub(crate) is_final: bool,
}

impl LastCheck {
    /// What was kept of a day. `is_settled` says that nothing else is wrong with it.
    pub(crate) fn of(checked: &DayCoverage, is_settled: bool) -> Self {
        let is_well = matches!(checked.state, DayState::Complete | DayState::Agrees);
        Self { at: checked.checked, is_settled: is_settled && is_well, is_final: checked.is_final }
    }
}

/// The days that are over: so many of them, the latest first.
pub(crate) fn ended_days(now: Time, count: u32) -> impl Iterator<Item = Day> {
    let days = (1..=i64::from(count)).filter_map(move |back| Day::new(now.day_number() - back));
    days.filter(move |day| finality(*day, now) != Finality::Open)
}

/// Whether a log group may still have events of a day.
pub(crate) fn is_comparable(group: &LogGroup, day: Day, now: Time) -> bool {
    let end = day.start().millis() + DAY;
    end > group.created - OLDEST_WRITTEN && group.oldest(now).is_none_or(|oldest| end > oldest)
}

/// Whether none of the events of a day has expired.
pub(crate) fn is_whole(group: &LogGroup, day: Day, now: Time) -> bool {
    group.oldest(now).is_none_or(|oldest| day.start().millis() > oldest + MARGIN)
}

/// The days that are due, each once. Those that were never compared come first, the oldest of them before the others, as its
/// events expire first; then those whose last comparison is longest ago.
pub(crate) fn in_order(days: impl Iterator<Item = (GroupDay, Option<LastCheck>)>, now: Time) -> Vec<DueDay> {
    let mut due: BTreeMap<Day, (Option<Time>, Vec<String>)> = BTreeMap::new();
    for (GroupDay { log_group, day }, last) in days.filter(|(day, last)| is_due(day.day, *last, now)) {
        let at = last.map(|last| last.at);
        let (earliest, log_groups) = due.entry(day).or_insert((at, Vec::new()));
        *earliest = (*earliest).min(at);
        log_groups.push(log_group);
    }
    let mut due: Vec<_> = due.into_iter().collect();
    due.sort_by_key(|(day, (at, _))| (*at, *day));
    due.into_iter().map(|(day, (_, log_groups))| DueDay { day, log_groups }).collect()
}

fn is_due(day: Day, last: Option<LastCheck>, now: Time) -> bool {
    let Some(LastCheck { at, is_settled: true, is_final }) = last else { return true };
    let age = |time: Time| time.millis() - (day.start().millis() + DAY);
    let is_quiet = age(at) < QUIET && age(now) >= QUIET;
    is_quiet || (!is_final && finality(day, now) == Finality::Final)
}

/// For how many days the oldest of these has waited since its end; none for none.
pub(crate) fn longest_wait(days: impl Iterator<Item = Day>, now: Time) -> u64 {
    let waits = days.map(|day| (now.millis() - day.start().millis()) / DAY - 1);
    waits.max().unwrap_or_default().max(0).unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = DAY / 24;

    fn day(number: i64) -> Day {
        Day::new(number).unwrap()
    }

    fn at(millis: i64) -> Time {
        Time::from_millis(millis).unwrap()
    }

    fn group_day(log_group: &str, number: i64) -> GroupDay {
        GroupDay { log_group: log_group.to_owned(), day: day(number) }
    }

    fn check(of: i64, millis: i64, is_settled: bool) -> LastCheck {
        let is_final = finality(day(of), at(millis)) == Finality::Final;
        LastCheck { at: at(millis), is_settled, is_final }
    }

    fn is_compared(number: i64, last: LastCheck, now: i64) -> bool {
        !in_order([(group_day("a", number), Some(last))].into_iter(), at(now)).is_empty()
    }

    /// The runs, at six in the morning of each day, that compare day 100 when nothing is wrong with it.
    fn runs_of(count: u32, first_run: i64) -> Vec<i64> {
        let (mut last, mut runs) = (None, Vec::new());
        for number in first_run..140 {
            let now = number * DAY + 6 * HOUR;
            let days = ended_days(at(now), count).filter(|it| *it == day(100));
            let days = days.map(|_| (group_day("a", 100), last));
            if !in_order(days, at(now)).is_empty() {
                runs.push(number);
                last = Some(check(100, now, true));
            }
        }
        runs
    }

    #[test]
    fn a_day_is_compared_when_it_is_over_when_it_is_quiet_and_when_it_is_final() {
        assert_eq!(runs_of(15, 90), [101, 103, 115]);
        assert_eq!(runs_of(90, 90), [101, 103, 115]);
        assert_eq!(runs_of(1, 90), [101]);
        assert_eq!(runs_of(30, 120), [120], "it is final already");
    }

    #[test]
    fn a_day_of_which_something_was_wrong_is_compared_in_every_run() {
        let now = 200 * DAY;
        assert!(is_compared(100, check(100, now - 1, false), now));
        assert!(is_compared(100, check(100, 102 * DAY, false), now));
        assert!(!is_compared(100, check(100, now - 1, true), now));
    }

    #[test]
    fn a_day_that_has_just_ended_is_left_to_the_next_run() {
        let days = |hours| ended_days(at(110 * DAY + hours * HOUR), 2).map(Day::number).collect::<Vec<_>>();
        assert_eq!((days(0), days(2)), (vec![108], vec![109, 108]));
    }

    #[test]
    fn what_was_never_compared_comes_first_and_then_what_has_waited_longest() {
        let now = 110 * DAY;
        let days = [
            (group_day("a", 108), Some(check(108, 109 * DAY, false))),
            (group_day("b", 107), Some(check(107, 108 * DAY, false))),
            (group_day("b", 109), None),
            (group_day("a", 109), Some(check(109, now - 1, false))),
            (group_day("c", 103), None),
        ];
        let order = in_order(days.into_iter(), at(now));
        let order: Vec<_> = order.iter().map(|due| (due.day.number(), due.log_groups.join(" "))).collect();
        let expected = [(103, "c"), (109, "b a"), (107, "b"), (108, "a")];
        assert_eq!(order, expected.map(|(day, groups)| (day, groups.to_owned())));
    }

    #[test]
    fn a_wait_is_counted_in_whole_days_since_the_end() {
        let wait = |days: &[i64], now| longest_wait(days.iter().map(|number| day(*number)), at(now));
        assert_eq!(wait(&[103, 109], 110 * DAY + HOUR), 6);
        assert_eq!((wait(&[109], 110 * DAY + HOUR), wait(&[], 110 * DAY)), (0, 0));
    }

    #[test]
    fn what_expired_or_never_was_is_not_compared() {
        let group = LogGroup { created: 100 * DAY, retention_days: Some(30), ..LogGroup::default() };
        let comparable = |number, now| is_comparable(&group, day(number), at(now));
        assert!(comparable(86, 101 * DAY) && !comparable(85, 101 * DAY));
        assert!(comparable(120, 150 * DAY) && !comparable(119, 150 * DAY));
        assert!(is_whole(&group, day(121), at(150 * DAY)) && !is_whole(&group, day(120), at(150 * DAY)));
        let kept = LogGroup { retention_days: None, ..group };
        assert!(is_comparable(&kept, day(90), at(900 * DAY)) && is_whole(&kept, day(90), at(900 * DAY)));
    }
}
