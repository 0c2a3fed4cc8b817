//! Moments and ranges of time as people give them.

use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

use crate::{DAY, Time, parse_duration};

/// A moment that may be relative to the time now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A day: its midnight, UTC.
    Day(Time),
    /// A time of a day.
    At(Time),
    /// That long before now.
    Ago(Duration),
}

/// Text that is not a moment. The message has it escaped.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "invalid time `{}`: expected a day (2026-11-20, from midnight UTC), a time with its offset \
     (2026-11-20T10:15:00Z), or how long ago (30m, 24h, 7d)", .0.escape_debug()
)]
pub struct InvalidMoment(String);

impl Moment {
    /// The absolute moment, seen from now. What lies before 1970 becomes 1970.
    pub fn resolve(self, now: Time) -> Time {
        match self {
            Self::Day(time) | Self::At(time) => time,
            Self::Ago(duration) => {
                let milliseconds = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
                Time::from_millis(now.millis().saturating_sub(milliseconds)).unwrap_or(Time::EPOCH)
            }
        }
    }
}

impl FromStr for Moment {
    type Err = InvalidMoment;

    /// A day (`2026-11-20`: its midnight, UTC), a time of ISO 8601 with an offset, or a duration: that long ago.
    fn from_str(text: &str) -> Result<Self, InvalidMoment> {
        if let Ok(duration) = parse_duration(text) {
            return Ok(Self::Ago(duration));
        }
        let midnight = Time::from_iso8601(&format!("{text}T00:00:00Z")).filter(|_| text.len() == 10);
        let moment = midnight.map(Self::Day).or_else(|| Time::from_iso8601(text).map(Self::At));
        moment.ok_or_else(|| InvalidMoment(text.to_owned()))
    }
}

/// A range of time from its start until before its end, each of which may be open. The default is all time.
///
/// Events without a usable time have [`Time::EPOCH`], which says nothing about when they happened: every range
/// includes it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeRange {
    since: Option<Time>,
    until: Option<Time>,
}

/// A start that is not before the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("empty time range: {} is not before {}", since.rfc3339(), until.rfc3339())]
pub struct EmptyTimeRange {
    since: Time,
    until: Time,
}

impl TimeRange {
    /// The time between two moments, seen from now. The same day twice is that day, to its end.
    ///
    /// # Errors
    /// When the first is not before the second.
    pub fn between(since: Option<Moment>, until: Option<Moment>, now: Time) -> Result<Self, EmptyTimeRange> {
        if let (Some(Moment::Day(since)), Some(Moment::Day(until))) = (since, until)
            && since == until
        {
            return Self::new(Some(since), Time::from_millis(since.millis() + DAY));
        }
        let [since, until] = [since, until].map(|moment| Some(moment?.resolve(now)));
        Self::new(since, until)
    }

    /// The time from `since` until before `until`.
    pub fn new(since: Option<Time>, until: Option<Time>) -> Result<Self, EmptyTimeRange> {
        match (since, until) {
            (Some(since), Some(until)) if since >= until => Err(EmptyTimeRange { since, until }),
            _ => Ok(Self { since, until }),
        }
    }

    /// The start, which is in the range.
    pub fn since(self) -> Option<Time> {
        self.since
    }

    /// The end, which is not in the range.
    pub fn until(self) -> Option<Time> {
        self.until
    }

    /// Whether a moment is in the range.
    pub fn contains(self, time: Time) -> bool {
        time == Time::EPOCH
            || (self.since.is_none_or(|since| since <= time) && self.until.is_none_or(|until| time < until))
    }

    /// Whether any moment of a day, given by its midnight UTC, is in the range.
    pub fn overlaps_day(self, day: Time) -> bool {
        day == Time::EPOCH
            || (self.since.is_none_or(|since| since.millis() < day.millis() + DAY)
                && self.until.is_none_or(|until| day < until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        Time::from_iso8601(text).unwrap()
    }

    fn range(since: Option<&str>, until: Option<&str>) -> TimeRange {
        let now = time("2026-11-20T10:00:00Z");
        let parse = |text: &str| text.parse::<Moment>().unwrap();
        TimeRange::between(since.map(parse), until.map(parse), now).unwrap()
    }

    #[test]
    fn moments_are_days_times_or_so_long_ago() {
        let at = |text| Ok(Moment::At(time(text)));
        assert_eq!("2026-11-20".parse(), Ok(Moment::Day(time("2026-11-20T00:00:00Z"))));
        assert_eq!("2026-11-20T10:15:02.5Z".parse(), at("2026-11-20T10:15:02.500Z"));
        assert_eq!("2026-11-20T10:15:02+01:00".parse(), at("2026-11-20T09:15:02Z"));
        assert_eq!("24h".parse(), Ok(Moment::Ago(Duration::from_hours(24))));
    }

    #[test]
    fn other_texts_are_refused_with_what_is_expected() {
        for text in [
            "",
            "h",
            "-1h",
            "24",
            "yesterday",
            "2026-11-31",
            "2026-11-20T10:15:02",
            "99999999999999999d",
            "1969-12-31",
            "2026-11-20Z",
        ] {
            let error = text.parse::<Moment>().unwrap_err().to_string();
            assert!(error.contains("2026-11-20T10:15:00Z"), "{text}: {error}");
        }
    }

    #[test]
    fn so_long_ago_that_it_lies_before_1970_is_1970() {
        assert_eq!("99999d".parse::<Moment>().unwrap().resolve(time("2026-11-20T10:00:00Z")), Time::EPOCH);
    }

    #[test]
    fn a_range_begins_with_its_start_and_ends_before_its_end() {
        let range = range(Some("24h"), Some("2026-11-20"));
        assert!(!range.contains(time("2026-11-19T09:59:59.999Z")));
        assert!(range.contains(time("2026-11-19T10:00:00Z")));
        assert!(range.contains(time("2026-11-19T23:59:59.999Z")));
        assert!(!range.contains(time("2026-11-20T00:00:00Z")));
        assert!(range.contains(Time::EPOCH));
    }

    #[test]
    fn a_range_overlaps_the_days_that_it_has_moments_of_and_the_epoch() {
        let day = |day: u32| time(&format!("2026-11-{day}T00:00:00Z"));
        let days = |range: TimeRange| (16..=24).filter(|n| range.overlaps_day(day(*n))).collect::<Vec<_>>();
        let precise = range(Some("2026-11-19T10:00:00Z"), Some("2026-11-20T10:00:00Z"));
        assert_eq!(days(precise), [19, 20]);
        assert_eq!(days(range(Some("2026-11-19"), Some("2026-11-20"))), [19]);
        assert_eq!(days(range(Some("2026-11-19"), Some("2026-11-19"))), [19]);
        assert!(precise.overlaps_day(Time::EPOCH) && TimeRange::default().overlaps_day(day(19)));
    }

    #[test]
    fn a_range_without_any_time_in_it_is_refused() {
        let hour = |hour: u32| Some(time(&format!("2026-11-20T{hour:02}:00:00Z")));
        let error = TimeRange::new(hour(9), hour(8)).unwrap_err().to_string();
        assert_eq!(error, "empty time range: 2026-11-20T09:00:00Z is not before 2026-11-20T08:00:00Z");
        assert!(TimeRange::new(hour(9), hour(9)).is_err());
        let midnight = Some(Moment::At(time("2026-11-20T00:00:00Z")));
        assert!(TimeRange::between(midnight, midnight, Time::EPOCH).is_err());
    }
}
