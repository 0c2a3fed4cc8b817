//! Days in the text of findings.

/// `1 day`, `30 days`.
pub(super) fn days(number: i64) -> String {
    format!("{number} day{}", if number == 1 { "" } else { "s" })
}

/// The UTC day of a time in milliseconds since 1970, `2026-11-20`; empty for a time out of range.
pub(super) fn day(millis: i64) -> String {
    let time = mailtrail_clock::Time::from_millis(millis);
    time.map_or_else(String::new, |time| time.rfc3339().chars().take(10).collect())
}
