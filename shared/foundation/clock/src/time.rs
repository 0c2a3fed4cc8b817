//! Timestamps: milliseconds for machines, RFC 3339 beside them for people (profile `datetime`).

use jiff::civil::{DateTime, datetime};
use jiff::fmt::temporal::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// The last millisecond that RFC 3339 can write: the end of the year 9999, UTC.
pub const LATEST: i64 = 253_402_300_799_999;

const EPOCH: DateTime = datetime(1970, 1, 1, 0, 0, 0, 0);

/// The milliseconds of a day in UTC, which knows no leap seconds.
pub const DAY: i64 = 24 * 60 * 60 * 1000;

/// A moment, in milliseconds since the Unix epoch, from 1970 to the end of 9999.
///
/// It is written as `time` and `time_dt`, to be flattened into a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(into = "Written")]
pub struct Time(i64);

impl Time {
    /// The epoch itself: what a missing or an impossible timestamp counts as.
    pub const EPOCH: Self = Self(0);

    /// A moment, unless it lies before 1970 or after 9999.
    pub fn from_millis(millis: i64) -> Option<Self> {
        (0..=LATEST).contains(&millis).then_some(Self(millis))
    }

    /// A moment as ISO 8601 writes it, with an offset or `Z`, in the extended or the basic format
    /// (`2026-11-20T10:15:02Z`, `20261120T101502Z`). Anything below a millisecond is cut off.
    pub fn from_iso8601(text: &str) -> Option<Self> {
        match text.parse::<Timestamp>() {
            Ok(timestamp) => Self::from_millis(timestamp.as_millisecond()),
            Err(_) => Self::of_last_days(text),
        }
    }

    /// A moment of the last two days, in UTC. (jiff's `Timestamp` ends 26 hours before the year 9999 does.)
    fn of_last_days(text: &str) -> Option<Self> {
        let civil = text.strip_suffix('Z').filter(|text| text.contains('T'))?.parse::<DateTime>().ok()?;
        let millis = i64::try_from(civil.duration_since(EPOCH).as_millis()).ok()?;
        Self::from_millis(millis).filter(|_| millis > LATEST - 2 * DAY)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The number of the UTC day, from 0 for 1970-01-01.
    pub const fn day_number(self) -> i64 {
        self.0 / DAY
    }

    /// The UTC day as `YYYYMMDD`: the partition `eventDay`.
    pub fn day(self) -> String {
        self.utc().strftime("%Y%m%d").to_string()
    }

    /// The second, UTC, as `YYYYMMDDTHHMMSSZ`: the start of an object's name.
    pub fn compact(self) -> String {
        self.utc().strftime("%Y%m%dT%H%M%SZ").to_string()
    }

    /// RFC 3339 with as many digits of the second as are needed.
    pub fn rfc3339(self) -> String {
        let mut text = String::with_capacity(24);
        // A `String` takes every write, so there is no error to pass on.
        let _infallible = DateTimePrinter::new().print_datetime(&self.utc(), &mut text);
        text.push('Z');
        text
    }

    /// The civil time in UTC. (Of jiff's `Timestamp`, see [`Self::of_last_days`].)
    fn utc(self) -> DateTime {
        // The range is checked on construction and lies within jiff's (years -9999 to 9999).
        EPOCH.checked_add(SignedDuration::from_millis(self.0)).unwrap_or(EPOCH)
    }
}

/// `time` and `time_dt`, from one moment.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Written {
    /// When it happened, in milliseconds since the Unix epoch.
    time: i64,
    /// The same in UTC, as RFC 3339 writes it.
    time_dt: String,
}

impl From<Time> for Written {
    fn from(time: Time) -> Self {
        Self { time: time.millis(), time_dt: time.rfc3339() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_day_second_and_rfc3339() {
        let time = Time::from_millis(1_795_147_200_123).unwrap();
        assert_eq!(time.day(), "20261120");
        assert_eq!(time.compact(), "20261120T040000Z");
        assert_eq!(time.rfc3339(), "2026-11-20T04:00:00.123Z");
        assert_eq!(Time::EPOCH.rfc3339(), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn the_end_of_9999_is_the_last_moment() {
        assert_eq!(Time::from_millis(LATEST).unwrap().rfc3339(), "9999-12-31T23:59:59.999Z");
        assert_eq!(Time::from_millis(LATEST + 1), None);
        let read = |text| Time::from_iso8601(text).map(Time::millis);
        assert_eq!(read("9999-12-31T23:59:59.999Z"), Some(LATEST));
        assert_eq!(read("9999-12-31T00:00:00Z"), Some(LATEST + 1 - DAY));
        assert_eq!(read("9999-12-30T23:30:00Z"), Some(LATEST + 1 - DAY - DAY / 48));
        assert_eq!(["9999-12-31Z", "9999-12-31T24:00:00Z", "10000-01-01T00:00:00Z"].map(read), [None; 3]);
        assert_eq!(Time::from_millis(-1), None);
    }

    #[test]
    fn a_moment_is_read_in_both_formats_of_iso_8601() {
        let time = Time::from_millis(1_795_169_702_000);
        for text in ["2026-11-20T10:15:02Z", "20261120T101502Z", "2026-11-20T11:15:02.000+01:00"] {
            assert_eq!(Time::from_iso8601(text), time, "{text}");
        }
        for text in
            ["", "2026-11-20", "2026-11-20T10:15:02", "Nov 20, 2026, 10:15:02 AM", "1969-12-31T23:59:59Z"]
        {
            assert_eq!(Time::from_iso8601(text), None, "{text}");
        }
    }
}
