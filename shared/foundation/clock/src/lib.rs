//! Time: moments ([`Time`], in milliseconds since the Unix epoch), ranges of them, durations as people write them, and
//! what time it is [`now`]. No other crate asks the system clock for the time of day.

mod duration;
mod range;
pub mod rfc3339;
mod time;

use std::time::{Duration, SystemTime};

pub use duration::{InvalidDuration, parse_duration};
pub use range::{EmptyTimeRange, InvalidMoment, Moment, TimeRange};
pub use time::{DAY, LATEST, Time};

/// The time of this machine. A clock before 1970 or after 9999 counts as the epoch.
pub fn now() -> Time {
    let since = system_time().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).ok().and_then(Time::from_millis).unwrap_or(Time::EPOCH)
}

/// The time that is left until a moment of the system clock, such as the deadline of a Lambda invocation; zero if it
/// has passed.
pub fn until(deadline: SystemTime) -> Duration {
    deadline.duration_since(system_time()).unwrap_or_default()
}

#[expect(clippy::disallowed_methods, reason = "the one place that the lint sends others to")]
fn system_time() -> SystemTime {
    SystemTime::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_until_a_moment_is_what_is_left_or_nothing() {
        let hour = Duration::from_hours(1);
        assert!(until(system_time() + hour) <= hour);
        assert!(until(system_time() + hour) > hour / 2);
        assert_eq!(until(system_time() - hour), Duration::ZERO);
    }
}
