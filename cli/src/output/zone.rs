//! The time zone in which times are shown.

use std::io::{self, IsTerminal};
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mailtrail_clock::Time;

/// A time zone: by its name (`Europe/Berlin`), `UTC`, or `local`, that of the machine.
#[derive(Debug, Clone)]
pub(crate) struct Zone(TimeZone);

impl FromStr for Zone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let zone = match text {
            "UTC" | "utc" | "Z" => Ok(TimeZone::UTC),
            "local" => TimeZone::try_system(),
            name => TimeZone::get(name),
        };
        zone.map(Self).map_err(|_| {
            format!(
                "unknown time zone `{}`: expected a name such as Europe/Berlin, UTC, or local",
                text.escape_debug()
            )
        })
    }
}

impl Zone {
    /// The machine's where a person looks at a terminal, UTC elsewhere.
    pub(crate) fn for_people() -> Self {
        let is_seen = io::stdout().is_terminal();
        let own = is_seen.then(|| TimeZone::try_system().ok()).flatten();
        Self(own.unwrap_or(TimeZone::UTC))
    }

    pub(crate) const UTC: Self = Self(TimeZone::UTC);

    /// `2026-11-20`
    pub(crate) fn date(&self, time: Time) -> String {
        self.format(time, "%Y-%m-%d")
    }

    /// `08:00:49`, to the second or the millisecond.
    pub(crate) fn clock(&self, time: Time, has_millis: bool) -> String {
        self.format(time, if has_millis { "%H:%M:%S%.3f" } else { "%H:%M:%S" })
    }

    /// `2026-11-20 08:00:49`, and a `Z` in UTC.
    pub(crate) fn text(&self, time: Time) -> String {
        self.format(time, if self.is_utc() { "%Y-%m-%d %H:%M:%SZ" } else { "%Y-%m-%d %H:%M:%S" })
    }

    /// `2026-11-20T08:00:49.515Z`, or with the offset of the zone.
    pub(crate) fn rfc3339(&self, time: Time) -> String {
        if self.is_utc() { time.rfc3339() } else { self.format(time, "%Y-%m-%dT%H:%M:%S%.3f%:z") }
    }

    /// What is said beside times: `UTC`, `Europe/Berlin`.
    pub(crate) fn name(&self) -> String {
        if self.is_utc() { "UTC" } else { self.0.iana_name().unwrap_or("local time") }.to_owned()
    }

    pub(crate) fn is_utc(&self) -> bool {
        self.0 == TimeZone::UTC
    }

    fn format(&self, time: Time, format: &str) -> String {
        // Every `Time` is between 1970 and 9999, as a `Timestamp` may be.
        let moment = Timestamp::from_millisecond(time.millis()).unwrap_or_default();
        moment.to_zoned(self.0.clone()).strftime(format).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_shown_in_its_zone() {
        let time = Time::from_iso8601("2026-11-20T23:00:49.515Z").unwrap();
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        assert_eq!(
            (berlin.date(time), berlin.clock(time, true)),
            ("2026-11-21".into(), "00:00:49.515".into())
        );
        assert_eq!(berlin.rfc3339(time), "2026-11-21T00:00:49.515+01:00");
        assert_eq!(Zone::UTC.rfc3339(time), time.rfc3339());
        assert_eq!((berlin.name(), Zone::UTC.name()), ("Europe/Berlin".into(), "UTC".into()));
        assert!("Europe/Nowhere".parse::<Zone>().unwrap_err().contains("unknown time zone"));
    }
}
