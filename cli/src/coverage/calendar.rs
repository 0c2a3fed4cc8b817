//! Days as a calendar: a row for each month, a symbol for each day.

use std::collections::BTreeMap;
use std::fmt::Write;

use mailtrail_coverage::{DayCoverage, DayState};

use crate::output::{ERROR, FAINT, NUMBER, SUCCESS, WARNING, paint};

/// Days of a month.
const LONGEST: usize = 31;
/// The days above which their number stands.
const NUMBERED: [usize; 7] = [1, 5, 10, 15, 20, 25, 30];

/// Each state with its symbol, so that none is told by its colour alone.
pub(super) const STATES: [DayState; 6] = [
    DayState::Complete,
    DayState::Agrees,
    DayState::Gap,
    DayState::Silent,
    DayState::Open,
    DayState::Unknown,
];

/// The symbol of a state, in its colour.
pub(super) fn symbol(state: DayState) -> String {
    match state {
        DayState::Complete => paint(SUCCESS, "✓"),
        DayState::Agrees => paint(NUMBER, "≈"),
        DayState::Gap => paint(ERROR, "✗"),
        DayState::Silent => paint(WARNING, "!"),
        DayState::Open => paint(FAINT, "○"),
        DayState::Unknown => paint(FAINT, "?"),
    }
}

/// The word of a state.
pub(super) fn word(state: DayState) -> &'static str {
    match state {
        DayState::Complete => "complete",
        DayState::Agrees => "agrees",
        DayState::Gap => "gap",
        DayState::Silent => "silent",
        DayState::Open => "open",
        DayState::Unknown => "unknown",
    }
}

/// The months of these days, with the numbers of days above them.
pub(super) fn calendar(days: &[DayCoverage]) -> String {
    let mut months: BTreeMap<String, [Option<DayState>; LONGEST]> = BTreeMap::new();
    for day in days {
        let text = day.day.to_string();
        let (month, number) = (text[..7].to_owned(), text[8..].parse::<usize>().unwrap_or(1));
        months.entry(month).or_default()[(number - 1).min(LONGEST - 1)] = Some(day.state);
    }
    let mut text = format!("             {}\n", paint(FAINT, numbers()));
    for (month, states) in months {
        let days: String = states.iter().map(|state| state.map_or_else(|| " ".to_owned(), symbol)).collect();
        // A `String` takes every write.
        let _infallible = writeln!(text, "    {month}  {}", days.trim_end());
    }
    text
}

fn numbers() -> String {
    let mut numbers = String::new();
    for day in NUMBERED {
        while numbers.len() + 1 < day {
            numbers.push(' ');
        }
        numbers += &day.to_string();
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_above_their_days() {
        let numbers = numbers();
        for day in NUMBERED {
            assert!(numbers[day - 1..].starts_with(&day.to_string()), "{numbers}");
        }
    }
}
