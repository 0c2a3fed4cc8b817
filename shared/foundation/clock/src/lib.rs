//! Moments: [`Time`], in milliseconds since the Unix epoch, and what time it is [`now`].

mod time;

use std::time::SystemTime;

pub use time::{DAY, LATEST, Time};

/// The time of this machine. A clock before 1970 or after 9999 counts as the epoch.
pub fn now() -> Time {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).ok().and_then(Time::from_millis).unwrap_or(Time::EPOCH)
}
