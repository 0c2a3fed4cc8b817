//! The days of a log group, counted by what is known of them. Pure.

use std::collections::BTreeMap;

use mailtrail_coverage::{Day, DayCoverage, DayState};
use serde::{Deserialize, Serialize};

/// What coverage keeps of a log group, up to a day. Days that were never compared are *unknown*: nothing better is claimed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogGroupDays {
    /// The name of the log group.
    pub log_group: String,
    /// The first day that the archive has an event of, of those that were compared.
    pub first_day: Option<Day>,
    /// The last such day.
    pub last_day: Option<Day>,
    /// Events of the archive on the days that were compared.
    pub events: u64,
    /// Days of which every event of the log group is in the archive.
    pub complete: u64,
    /// Days whose numbers agree, which proves no more.
    pub agrees: u64,
    /// Days of which the archive lacks events.
    pub gap: u64,
    /// Days of which metrics count something, and the log has nothing.
    pub silent: u64,
    /// Days from the first to the last one that no comparison has an answer of; where none was compared, there are none.
    pub unknown: u64,
    /// Events that the archive lacks on the days with a gap: the least number that it can be.
    pub missing_events: u64,
    /// The days with a gap.
    pub gaps: Vec<GapDay>,
}

/// A day with a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapDay {
    /// The day.
    pub day: Day,
    /// Events that the archive lacks.
    pub missing: u64,
    /// The day on which the first of its events expires in the log group; nothing where they do not expire, or where the
    /// retention is not known.
    pub expires: Option<Day>,
}

impl LogGroupDays {
    /// Counts the last checks of a log group up to a day. Its events expire after `retention_days`, where that is known.
    pub fn count(
        log_group: &str,
        checks: &BTreeMap<Day, DayCoverage>,
        until: Day,
        retention_days: Option<i32>,
    ) -> Self {
        let checks = || checks.values().filter(|it| it.day <= until);
        let of = |state| checks().filter(move |it| it.state == state);
        let days = |state| of(state).fold(0, |days, _| days + 1);
        let mut with_events = checks().filter(|it| it.archive > 0).map(|it| it.day);
        let first_day = with_events.next();
        let gaps: Vec<GapDay> = of(DayState::Gap)
            .map(|it| GapDay {
                day: it.day,
                missing: it.missing.unwrap_or_default(),
                expires: retention_days.and_then(|days| Day::new(it.day.number() + i64::from(days))),
            })
            .collect();
        let answered = checks().fold(0, |days, _| days + 1);
        let first = checks().next().map(|it| it.day);
        let all = first.map_or(0, |first| u64::try_from(until.number() - first.number() + 1).unwrap_or(0));
        Self {
            log_group: log_group.to_owned(),
            first_day,
            last_day: with_events.next_back().or(first_day),
            events: checks().map(|it| it.archive).fold(0, u64::saturating_add),
            complete: days(DayState::Complete),
            agrees: days(DayState::Agrees),
            gap: days(DayState::Gap),
            silent: days(DayState::Silent),
            unknown: all.saturating_sub(answered),
            missing_events: gaps.iter().map(|it| it.missing).fold(0, u64::saturating_add),
            gaps,
        }
    }

    /// Whether no day of it was compared.
    pub fn was_never_compared(&self) -> bool {
        self.complete + self.agrees + self.gap + self.silent == 0
    }

    /// `3 days complete, 1 agrees, 2 with a gap (5 events)`
    pub fn text(&self) -> String {
        if self.was_never_compared() {
            return "never compared".to_owned();
        }
        let gap = format!("with a gap (at least {} events)", self.missing_events);
        let counts = [
            (self.complete, "complete"),
            (self.agrees, "whose numbers agree"),
            (self.gap, gap.as_str()),
            (self.silent, "silent"),
            (self.unknown, "unknown"),
        ];
        let counts = counts.into_iter().filter(|(days, _)| *days > 0);
        let counts: Vec<String> = counts.map(|(days, state)| format!("{days} {state}")).collect();
        format!("days: {}", counts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use mailtrail_clock::{DAY, Time};
    use mailtrail_coverage::{Evidence, Expiry, SourceCount, judge};
    use mailtrail_pull::{Archived, LogGroupId};

    use super::*;

    fn day(number: i64) -> Day {
        Day::new(20_900 + number).unwrap()
    }

    /// A day of which the archive has some events, and the log group so many.
    fn check(number: i64, archive: u64, source: u64) -> (Day, DayCoverage) {
        let evidence = Evidence {
            archived: Archived { events: archive, ..Archived::default() },
            source: SourceCount::Count(source),
            expiry: Expiry::None,
            witness: None,
            checked: Time::from_millis(21_000 * DAY).unwrap(),
        };
        let id = LogGroupId { account: "111122223333".into(), region: "eu-west-1".into(), name: "a".into() };
        (day(number), judge(&id, day(number), &evidence))
    }

    #[test]
    fn days_are_counted_up_to_the_end_and_what_was_not_compared_is_unknown() {
        let checks = [check(1, 0, 0), check(2, 3, 3), check(3, 1, 4), check(5, 2, 2), check(9, 7, 9)].into();
        let counted = LogGroupDays::count("a", &checks, day(6), Some(30));
        let states = (counted.complete, counted.agrees, counted.gap, counted.silent, counted.unknown);
        assert_eq!(states, (3, 0, 1, 0, 2), "days 4 and 6 were not compared, day 9 is after the end");
        assert_eq!((counted.first_day, counted.last_day, counted.events), (Some(day(2)), Some(day(5)), 6));
        assert_eq!(counted.gaps, [GapDay { day: day(3), missing: 3, expires: Some(day(33)) }]);
        assert_eq!(counted.text(), "days: 3 complete, 1 with a gap (at least 3 events), 2 unknown");
    }

    #[test]
    fn of_a_log_group_that_was_never_compared_nothing_is_claimed() {
        let counted = LogGroupDays::count("a", &BTreeMap::new(), day(6), None);
        assert!(counted.was_never_compared());
        assert_eq!(
            (counted.text().as_str(), counted.first_day, counted.unknown),
            ("never compared", None, 0)
        );
    }
}
