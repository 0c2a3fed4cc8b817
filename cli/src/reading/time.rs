//! Times as people give them, and the part of the archive that lies between two of them.

use std::str::FromStr;

use mailtrail_clock::{DAY, Time};

const SECOND: i64 = 1_000;

/// A moment on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    At(Time),
    /// So many milliseconds ago.
    Ago(i64),
}

impl Moment {
    /// When that is. What would lie before 1970 is 1970.
    fn resolve(self, now: Time) -> Time {
        match self {
            Self::At(time) => time,
            Self::Ago(millis) => {
                Time::from_millis(now.millis().saturating_sub(millis)).unwrap_or(Time::EPOCH)
            }
        }
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(millis) = duration(text) {
            return Ok(Self::Ago(millis));
        }
        let midnight = || Time::from_iso8601(&format!("{text}T00:00:00Z")).filter(|_| text.len() == 10);
        midnight().or_else(|| Time::from_iso8601(text)).map(Self::At).ok_or_else(|| {
            "give a day (2026-11-20, from midnight UTC), a time with its offset (2026-11-20T10:15:00Z), or how \
             long ago (30m, 24h, 7d)"
                .to_owned()
        })
    }
}

/// `30m`, `24h`, `7d`, in milliseconds.
fn duration(text: &str) -> Option<i64> {
    let units = [("s", SECOND), ("m", 60 * SECOND), ("h", 3_600 * SECOND), ("d", DAY), ("w", 7 * DAY)];
    let (number, unit) = units.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, unit)))?;
    let number = number.bytes().all(|byte| byte.is_ascii_digit()).then_some(number)?;
    number.parse::<i64>().ok()?.checked_mul(*unit)
}

/// From the one moment until before the other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct TimeRange {
    since: Option<Time>,
    until: Option<Time>,
}

impl TimeRange {
    /// The time between two moments, as seen now.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn new(since: Option<Moment>, until: Option<Moment>, now: Time) -> Result<Self, String> {
        let [since, until] = [since, until].map(|moment| moment.map(|moment| moment.resolve(now)));
        match (since, until) {
            (Some(since), Some(until)) if since >= until => Err(format!(
                "there is no time from {} until {}: --since must lie before --until",
                since.rfc3339(),
                until.rfc3339()
            )),
            _ => Ok(Self { since, until }),
        }
    }

    /// Whether an event of that time is meant. Nobody knows that of one without a usable time, which counts
    /// as of the epoch, so it is.
    pub(crate) fn contains(self, time: Time) -> bool {
        let early = self.since.is_some_and(|since| time < since);
        let late = self.until.is_some_and(|until| time >= until);
        time == Time::EPOCH || (!early && !late)
    }

    /// Whether a record of that day may be meant. The day is the record's own.
    pub(crate) fn meets(self, day: Time) -> bool {
        let midnight = day.millis();
        let early = self.since.is_some_and(|since| midnight + DAY <= since.millis());
        let late = self.until.is_some_and(|until| midnight >= until.millis());
        day == Time::EPOCH || (!early && !late)
    }

    /// Whether a raw copy of that day may hold such an event, as far as no day pointer tells of others. Its day is that of
    /// its earliest event, and the others may be of the next one, so a day more is read, on both sides. An event
    /// without a usable time puts its batch, with whatever is in it, under the epoch.
    pub(crate) fn may_contain(self, day: Time) -> bool {
        let midnight = day.millis();
        let early = self.since.is_some_and(|since| midnight + 2 * DAY <= since.millis());
        let late = self.until.is_some_and(|until| midnight - DAY > until.millis());
        day == Time::EPOCH || (!early && !late)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        Time::from_iso8601(text).unwrap()
    }

    fn range(since: Option<&str>, until: Option<&str>) -> TimeRange {
        let [since, until] = [since, until].map(|text| text.map(|text| text.parse().unwrap()));
        TimeRange::new(since, until, time("2026-11-20T10:00:00Z")).unwrap()
    }

    #[test]
    fn moments_are_days_times_or_so_long_ago() {
        let at = |text| Ok(Moment::At(time(text)));
        assert_eq!("2026-11-20".parse(), at("2026-11-20T00:00:00Z"));
        assert_eq!("2026-11-20T10:15:02.5Z".parse(), at("2026-11-20T10:15:02.500Z"));
        assert_eq!("2026-11-20T10:15:02+01:00".parse(), at("2026-11-20T09:15:02Z"));
        for (text, millis) in [("30m", 1_800_000), ("24h", DAY), ("7d", 7 * DAY), ("90s", 90_000), ("0s", 0)]
        {
            assert_eq!(text.parse(), Ok(Moment::Ago(millis)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_what_is_allowed() {
        let wrong = [
            "",
            "h",
            "-1h",
            "1.5h",
            "24",
            "24 h",
            "yesterday",
            "2026-11-31",
            "2026-11-20T10:15:02",
            "99999999999999999d",
            "1969-12-31",
            "2026-11-20Z",
        ];
        for text in wrong {
            let said = text.parse::<Moment>().unwrap_err();
            assert!(said.contains("2026-11-20T10:15:00Z"), "{text}: {said}");
        }
    }

    #[test]
    fn so_long_ago_that_it_lies_before_1970_is_1970() {
        assert!(range(Some("99999d"), None).contains(time("1970-01-02T00:00:00Z")));
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
    fn a_day_more_is_read_on_both_sides_and_the_epoch_always() {
        let range = range(Some("2026-11-19T10:00:00Z"), Some("2026-11-20T10:00:00Z"));
        let read = |day: u32| range.may_contain(time(&format!("2026-11-{day}T00:00:00Z")));
        assert_eq!((16..=24).filter(|&day| read(day)).collect::<Vec<_>>(), [18, 19, 20, 21]);
        assert!(range.may_contain(Time::EPOCH));
        assert!(TimeRange::default().may_contain(time("2026-11-19T00:00:00Z")));
    }

    #[test]
    fn of_records_only_the_days_of_the_range_are_read_and_the_epoch_always() {
        let read = |range: TimeRange, day: u32| range.meets(time(&format!("2026-11-{day}T00:00:00Z")));
        let days = |range| (16..=24).filter(|&day| read(range, day)).collect::<Vec<_>>();
        let precise = range(Some("2026-11-19T10:00:00Z"), Some("2026-11-20T10:00:00Z"));
        assert_eq!(days(precise), [19, 20]);
        assert_eq!(days(range(Some("2026-11-19"), Some("2026-11-20"))), [19]);
        assert!(precise.meets(Time::EPOCH) && TimeRange::default().meets(time("2026-11-19T00:00:00Z")));
    }

    #[test]
    fn a_range_without_any_time_in_it_is_refused() {
        let moment = |text: &str| Some(text.parse().unwrap());
        let said = TimeRange::new(moment("1h"), moment("2h"), time("2026-11-20T10:00:00Z")).unwrap_err();
        assert!(said.contains("from 2026-11-20T09:00:00Z until 2026-11-20T08:00:00Z"), "{said}");
    }
}
