//! Parts of time: what is asked for at once, what is done, what is left. Pure.
//!
//! Every bound is a whole second: Insights knows no others, and so two counts of a window are of the same events.

use mailtrail_clock::{DAY, Time};
use serde::{Deserialize, Serialize};

/// A second in milliseconds.
pub(crate) const SECOND: i64 = 1_000;

/// The time from a second on, until before another. In milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Bounds", into = "Bounds")]
pub struct Window {
    start: i64,
    end: i64,
}

#[derive(Serialize, Deserialize)]
struct Bounds {
    start: i64,
    end: i64,
}

impl Window {
    /// The seconds that the time between two moments touches. Nothing where there is none between them.
    pub fn covering(since: Time, until: Time) -> Option<Self> {
        let start = since.millis().div_euclid(SECOND) * SECOND;
        let end = (until.millis() + SECOND - 1).div_euclid(SECOND) * SECOND;
        Self::new(start, end)
    }

    /// The UTC days with these numbers, both included. Nothing where the second one is earlier.
    pub fn of_days(first: i64, last: i64) -> Option<Self> {
        Self::new(first.checked_mul(DAY)?, last.checked_add(1)?.checked_mul(DAY)?)
    }

    pub(crate) fn new(start: i64, end: i64) -> Option<Self> {
        let is_whole = start % SECOND == 0 && end % SECOND == 0;
        (is_whole && 0 <= start && start < end).then_some(Self { start, end })
    }

    /// The first millisecond.
    pub fn start(self) -> i64 {
        self.start
    }

    /// The first millisecond after it.
    pub fn end(self) -> i64 {
        self.end
    }

    /// Its length in milliseconds.
    pub fn length(self) -> i64 {
        self.end - self.start
    }

    /// Whether a millisecond is in it.
    pub fn contains(self, millis: i64) -> bool {
        (self.start..self.end).contains(&millis)
    }

    /// The number of the UTC day that it begins in.
    pub fn day(self) -> i64 {
        self.start / DAY
    }

    /// The part of it that another window has, too.
    pub fn intersection(self, other: Self) -> Option<Self> {
        Self::new(self.start.max(other.start), self.end.min(other.end))
    }

    /// The time from the beginning of the earlier one until the end of the later one.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// What is left of it without the windows that are done.
    pub fn without(self, done: &[Self]) -> Vec<Self> {
        let mut done: Vec<Self> = done.iter().filter_map(|window| self.intersection(*window)).collect();
        done.sort_unstable();
        let (mut left, mut from) = (Vec::new(), self.start);
        for window in done {
            left.extend(Self::new(from, window.start));
            from = from.max(window.end);
        }
        left.extend(Self::new(from, self.end));
        left
    }

    /// Its part of each UTC day.
    pub fn by_day(self) -> impl Iterator<Item = Self> {
        let days = self.start / DAY..=(self.end - 1) / DAY;
        days.filter_map(move |day| self.intersection(Self { start: day * DAY, end: (day + 1) * DAY }))
    }
}

impl TryFrom<Bounds> for Window {
    type Error = &'static str;

    fn try_from(Bounds { start, end }: Bounds) -> Result<Self, Self::Error> {
        Self::new(start, end).ok_or("not a window of whole seconds")
    }
}

impl From<Window> for Bounds {
    fn from(Window { start, end }: Window) -> Self {
        Self { start, end }
    }
}

/// `2026-11-20T10:15:00Z to 2026-11-20T11:15:00Z`
impl std::fmt::Display for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = |millis| Time::from_millis(millis).unwrap_or(Time::EPOCH).rfc3339();
        write!(f, "{} to {}", text(self.start), text(self.end))
    }
}

/// How much time is asked for at once: as much as has some ten thousand events, by what the windows before had. No window
/// crosses midnight, so that every count is of one day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stride(i64);

/// The events that a window is meant to have: some pages.
const EVENTS: i64 = 20_000;
/// What a run begins with.
const FIRST: i64 = 3_600 * SECOND;
/// Six hours: the ids of what is read of a window are held in memory, and any window may turn out to be a busy one.
const LONGEST: i64 = 6 * 3_600 * SECOND;

impl Stride {
    pub(crate) fn first() -> Self {
        Self(FIRST)
    }

    /// The next window of what is left.
    pub(crate) fn next(self, left: Window) -> Window {
        let midnight = (left.start / DAY + 1) * DAY;
        Window { end: left.end.min(midnight).min(left.start + self.0), ..left }
    }

    /// Learns from what a window had: four times longer or eight times shorter at the most.
    pub(crate) fn learn(&mut self, window: Window, events: u64) {
        let events = i64::try_from(events).unwrap_or(i64::MAX).max(1);
        let fitting = window.length().saturating_mul(EVENTS) / events;
        let length = fitting.clamp(self.0 / 8, self.0 * 4).clamp(SECOND, LONGEST);
        self.0 = length / SECOND * SECOND;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn window(start: i64, end: i64) -> Window {
        Window::new(start * SECOND, end * SECOND).unwrap()
    }

    #[test]
    fn a_window_has_whole_seconds() {
        let time = |millis| Time::from_millis(millis).unwrap();
        assert_eq!(Window::covering(time(1_999), time(2_001)), Some(window(1, 3)));
        assert_eq!(Window::covering(time(2_000), time(2_000)), None);
        assert!(window(1, 3).contains(2_999) && !window(1, 3).contains(3_000));
        assert_eq!(window(0, 1).to_string(), "1970-01-01T00:00:00Z to 1970-01-01T00:00:01Z");
        let read = serde_json::from_str::<Window>;
        let written = serde_json::to_string(&window(1, 3)).unwrap();
        assert_eq!(read(&written).unwrap(), window(1, 3));
        for wrong in
            [r#"{"start":1,"end":2000}"#, r#"{"start":3000,"end":2000}"#, r#"{"start":-1000,"end":0}"#]
        {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_stride_follows_the_density_and_stops_at_midnight() {
        let mut stride = Stride::first();
        let all = window(0, 10 * 86_400);
        assert_eq!(stride.next(all), window(0, 3_600));
        stride.learn(window(0, 3_600), 0);
        assert_eq!(stride.next(all), window(0, 4 * 3_600));
        stride.learn(window(0, 4 * 3_600), 10);
        stride.learn(window(0, 6 * 3_600), 10);
        assert_eq!(stride.next(all), window(0, 6 * 3_600));
        assert_eq!(stride.next(window(86_399, 90_000)), window(86_399, 86_400));
        for _ in 0..10 {
            stride.learn(window(0, 1), 1_000_000);
        }
        assert_eq!(stride.next(all), window(0, 1));
    }

    proptest! {
        #[test]
        fn what_is_left_and_what_is_done_are_the_whole_and_share_nothing(
            done in prop::collection::vec((0..40_i64, 1..20_i64), 0..6),
        ) {
            let whole = window(10, 30);
            let done: Vec<_> = done.into_iter().map(|(start, length)| window(start, start + length)).collect();
            let left = whole.without(&done);
            for second in 10..30 {
                let has = |windows: &[Window]| windows.iter().filter(|it| it.contains(second * SECOND)).count();
                prop_assert_eq!(has(&left), usize::from(has(&done) == 0));
            }
        }

        #[test]
        fn days_are_the_whole_and_each_is_of_one_day(start in 0..200_000_i64, length in 1..400_000_i64) {
            let whole = window(start, start + length);
            let days: Vec<_> = whole.by_day().collect();
            prop_assert_eq!(days.iter().map(|day| day.length()).sum::<i64>(), whole.length());
            prop_assert!(days.iter().all(|day| day.day() == (day.end() - 1) / DAY));
            prop_assert!(whole.without(&days).is_empty());
        }
    }
}
