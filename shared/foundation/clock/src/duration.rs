//! Durations as people write them: `30m`, `24h`, `7d`.

use std::time::Duration;

use jiff::fmt::friendly::SpanParser;
use jiff::{SpanRelativeTo, Unit};
use thiserror::Error;

/// Text that is not a duration. The message has it escaped.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("invalid duration `{}`: expected a number and a unit, such as 90s, 30m, 24h, 7d or 2w", .0.escape_debug())]
pub struct InvalidDuration(String);

/// Parses a duration of zero or more: numbers with a unit each, from milliseconds to weeks, largest first (`500ms`,
/// `90s`, `30m`, `1h30m`, `1.5h`, `24 hours`, `7d`, `2w`). `m` is minutes; a day has 24 hours. Months and years, whose
/// length differs, are not accepted, nor is anything too long for a moment of 1970 to 9999.
pub fn parse_duration(text: &str) -> Result<Duration, InvalidDuration> {
    /// Parses 2.5 hours as well as 2h30m, signs and `ago` too: those are negative.
    const PARSER: SpanParser = SpanParser::new();
    let parse = || {
        let span = PARSER.parse_span(text).ok()?;
        let is_uniform = span.get_years() == 0 && span.get_months() == 0;
        let days_are_24_hours = SpanRelativeTo::days_are_24_hours();
        let duration = span.to_duration(days_are_24_hours).ok().filter(|_| is_uniform)?;
        Duration::try_from(duration.round(Unit::Millisecond).ok()?).ok()
    };
    parse().ok_or_else(|| InvalidDuration(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 24 * 60 * 60 * 1000;

    #[test]
    fn a_duration_is_numbers_with_units() {
        for (text, milliseconds) in [
            ("0s", 0),
            ("500ms", 500),
            ("90s", 90_000),
            ("5m", 300_000),
            ("30m", 1_800_000),
            ("1h", 3_600_000),
            ("24h", DAY),
            ("7d", 7 * DAY),
            ("2w", 14 * DAY),
            ("1h30m", 5_400_000),
            ("1.5h", 5_400_000),
            ("24 hours", DAY),
            ("99999d", 99_999 * DAY),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused_with_examples() {
        for text in [
            "",
            "h",
            "24",
            "-1h",
            "+",
            "1h ago",
            "1mo",
            "1y",
            "yesterday",
            "99999999999999999d",
            "PT1H",
            "5 m 3",
        ] {
            let error = parse_duration(text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("invalid duration `{text}`: ")), "{error}");
            assert!(error.contains("24h"), "{error}");
        }
    }
}
