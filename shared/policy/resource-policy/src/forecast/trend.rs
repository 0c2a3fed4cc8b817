//! A straight line through the sizes of a policy since its last cleanup.
//!
//! The slope is that of Theil and Sen, the median of the slopes between all pairs of points: one burst of deployments
//! among the points does not turn it over, unlike a least-squares line. The line starts at the last point, which is no
//! estimate: that is how long the policy is. What was before a clean-up says nothing of what lies ahead, and would make
//! the slope smaller than it is; so after one the line starts anew.

use serde::{Deserialize, Serialize};

use crate::limits::Limits;

/// With fewer points since the last clean-up there is no forecast.
pub const MIN_POINTS: usize = 3;
/// No more than so many points are looked at, the latest ones: a year of daily reports.
pub const MAX_POINTS: usize = 366;
/// With points closer together than this there is no forecast; in milliseconds.
pub const MIN_SPAN: i64 = DAY;
/// A policy that lost more than this share of what it had, in percent, was cleaned up. Less is the coming and going of
/// single entries.
pub const CLEANED_UP: usize = 10;
const DAY: i64 = 24 * 60 * 60 * 1000;

/// The size of a policy at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// In milliseconds since 1970.
    pub at: i64,
    /// As in [`crate::measure::Measure::size`].
    pub size: usize,
}

/// What lies ahead of a policy.
#[derive(Debug, Clone, PartialEq)]
pub enum Outlook {
    /// It grows, and will be full.
    Grows(Forecast),
    /// It does not grow.
    Stays,
    /// Unknown yet: the points are too few, or too close together.
    NotKnown {
        /// How many there are.
        points: usize,
        /// When the policy was last cleaned up, in milliseconds since 1970; none: never, as far as is known.
        cleaned_up_at: Option<i64>,
    },
}

/// When a policy that goes on growing as it did will hit its limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// How many points it rests on: those since the last clean-up.
    pub points: usize,
    /// How fast the policy grows, in characters a day; more than zero.
    pub characters_per_day: f64,
    /// When the soft limit is hit, in milliseconds since 1970; the time of the last point if it is hit already.
    pub soft_limit_at: i64,
    /// When the hard limit is hit, likewise.
    pub hard_limit_at: i64,
}

impl Forecast {
    /// Whole days until the soft limit is hit; none are left once it is.
    pub fn days_to_soft_limit(&self, now: i64) -> i64 {
        (self.soft_limit_at - now).max(0) / DAY
    }

    /// Whole days until the hard limit is hit; none are left once it is.
    pub fn days_to_hard_limit(&self, now: i64) -> i64 {
        (self.hard_limit_at - now).max(0) / DAY
    }
}

/// Looks ahead from earlier sizes, in any order.
pub fn outlook(points: &[Point], limits: &Limits) -> Outlook {
    let mut points = points.to_vec();
    points.sort_unstable_by_key(|point| point.at);
    points.drain(..points.len().saturating_sub(MAX_POINTS));
    let start = last_clean_up(&points);
    let since = &points[start.unwrap_or_default()..];
    match (since.first(), since.last()) {
        (Some(first), Some(last))
            if since.len() >= MIN_POINTS && last.at.saturating_sub(first.at) >= MIN_SPAN =>
        {
            ahead(since, last, limits).map_or(Outlook::Stays, Outlook::Grows)
        }
        _ => Outlook::NotKnown {
            points: since.len(),
            cleaned_up_at: start.and_then(|start| Some(points.get(start)?.at)),
        },
    }
}

/// The first point after the last clean-up. One may take several days: it goes on while the policy gets smaller.
fn last_clean_up(points: &[Point]) -> Option<usize> {
    let (mut start, mut highest) = (None, 0);
    for (index, point) in points.iter().enumerate() {
        let goes_on = start.is_some_and(|start| start + 1 == index) && point.size < highest;
        if goes_on || is_cleaned_up(highest, point.size) {
            (start, highest) = (Some(index), 0);
        }
        highest = highest.max(point.size);
    }
    start
}

fn is_cleaned_up(before: usize, after: usize) -> bool {
    after.saturating_mul(100) < before.saturating_mul(100 - CLEANED_UP)
}

/// The line from the last point on, if it rises.
fn ahead(points: &[Point], last: &Point, limits: &Limits) -> Option<Forecast> {
    let mut slopes = Vec::new();
    for (index, one) in points.iter().enumerate() {
        for other in points[index + 1..].iter().filter(|other| other.at > one.at) {
            slopes.push(
                (chars(other.size) - chars(one.size)) * exact(DAY) / exact(other.at.saturating_sub(one.at)),
            );
        }
    }
    let slope = median(slopes).filter(|slope| *slope > 0.0)?;
    let hit = |limit: usize| {
        let room = chars(limit.saturating_sub(last.size));
        last.at.saturating_add(whole(room / slope * exact(DAY)))
    };
    Some(Forecast {
        points: points.len(),
        characters_per_day: slope,
        soft_limit_at: hit(limits.soft_characters),
        hard_limit_at: hit(limits.hard_characters),
    })
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 { Some(upper) } else { Some(f64::midpoint(*values.get(middle - 1)?, upper)) }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of some years are exact in an f64")]
fn exact(millis: i64) -> f64 {
    millis as f64
}

#[expect(clippy::cast_precision_loss, reason = "sizes of policies are exact in an f64")]
fn chars(size: usize) -> f64 {
    size as f64
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a float beyond i64 becomes its bound, which is what is meant"
)]
fn whole(millis: f64) -> i64 {
    millis as i64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn daily(sizes: &[usize]) -> Vec<Point> {
        (0_i64..).zip(sizes).map(|(day, size)| Point { at: day * DAY, size: *size }).collect()
    }

    fn grows(sizes: &[usize]) -> Forecast {
        match outlook(&daily(sizes), &Limits::default()) {
            Outlook::Grows(forecast) => forecast,
            other => panic!("{other:?} of {sizes:?}"),
        }
    }

    /// Sizes that grow by so many characters a day, on so many days.
    fn growing(from: usize, a_day: usize, days: usize) -> Vec<usize> {
        (0..days).map(|day| from + day * a_day).collect()
    }

    #[test]
    fn a_policy_that_grows_steadily_hits_its_limits_on_the_day_of_the_line() {
        let forecast = grows(&[4_120, 4_220, 4_320, 4_420]);
        assert_eq!((forecast.points, forecast.soft_limit_at), (4, 10 * DAY));
        assert!((forecast.characters_per_day - 100.0).abs() < 1e-9);
        assert_eq!(forecast.days_to_soft_limit(3 * DAY), 7);
        assert_eq!(forecast.days_to_soft_limit(30 * DAY), 0);
        assert!(forecast.hard_limit_at > forecast.soft_limit_at);
    }

    #[test]
    fn one_burst_does_not_turn_it_over() {
        let forecast = grows(&[1_000, 1_100, 1_200, 1_300, 1_400, 1_500, 1_600, 2_700]);
        assert!((forecast.characters_per_day - 100.0).abs() < 1e-9, "{forecast:?}");
        let forecast = grows(&[growing(1_000, 20, 20), growing(2_400, 20, 20)].concat());
        assert!(forecast.characters_per_day < 60.0, "{forecast:?}");
    }

    #[test]
    fn what_was_before_a_clean_up_does_not_count() {
        let before = growing(1_000, 80, 45);
        for (days, left) in [(11, 41), (40, 12)] {
            let forecast = grows(&[before.clone(), growing(1_000, 80, days)].concat());
            assert_eq!(forecast.points, days);
            assert!((forecast.characters_per_day - 80.0).abs() < 1e-9, "{forecast:?}");
            let now = i64::try_from(before.len() + days - 1).unwrap() * DAY;
            assert_eq!(forecast.days_to_soft_limit(now), left);
        }
    }

    #[test]
    fn nothing_is_known_right_after_a_clean_up() {
        let limits = Limits::default();
        for days in 1..MIN_POINTS {
            let points = daily(&[growing(1_000, 80, 45), growing(1_000, 80, days)].concat());
            let expected = Outlook::NotKnown { points: days, cleaned_up_at: Some(45 * DAY) };
            assert_eq!(outlook(&points, &limits), expected);
        }
        let hourly = (0..20).map(|hour| Point { at: 45 * DAY + hour * DAY / 24, size: 1_000 });
        let points: Vec<Point> = daily(&growing(1_000, 80, 45)).into_iter().chain(hourly).collect();
        let expected = Outlook::NotKnown { points: 20, cleaned_up_at: Some(45 * DAY) };
        assert_eq!(outlook(&points, &limits), expected);
    }

    #[test]
    fn a_clean_up_over_several_days_is_one() {
        let slowly = [4_800, 4_500, 4_200, 3_900, 3_600];
        assert_eq!(grows(&[&slowly[..], &[3_500, 3_600, 3_700]].concat()).points, 3);
    }

    #[test]
    fn single_entries_that_go_are_no_clean_up() {
        let sizes = [4_000, 4_100, 4_000, 4_200, 4_300, 4_150, 4_400];
        assert_eq!(grows(&sizes).points, sizes.len());
    }

    #[test]
    fn there_is_none_of_few_flat_shrinking_or_simultaneous_points() {
        let limits = Limits::default();
        let unknown = |points| Outlook::NotKnown { points, cleaned_up_at: None };
        for sizes in [&[][..], &[1], &[1, 2]] {
            assert_eq!(outlook(&daily(sizes), &limits), unknown(sizes.len()));
        }
        for sizes in [&[5, 5, 5, 5], &[99, 98, 97, 96], &[0, 0, 0, 0]] {
            assert_eq!(outlook(&daily(sizes), &limits), Outlook::Stays, "{sizes:?}");
        }
        assert_eq!(outlook(&[1, 2, 3].map(|size| Point { at: 7, size }), &limits), unknown(3));
    }

    #[test]
    fn a_limit_that_was_hit_is_hit_at_the_last_point() {
        assert_eq!(grows(&[5_000, 5_200, 5_400]).soft_limit_at, 2 * DAY);
    }

    proptest! {
        /// Years of growing and cleaning up, with entries that come and go: what counts is since when and how fast.
        #[test]
        fn a_saw_is_forecast_from_its_last_tooth(
            teeth in prop::collection::vec((200_usize..1_000, 10_usize..200, 15_usize..60), 0..5),
            (from, a_day, days) in (200_usize..1_000, 20_usize..200, 5_usize..22),
            noise in prop::collection::vec(0_usize..5, 400),
        ) {
            let mut sizes: Vec<usize> =
                teeth.iter().flat_map(|(from, a_day, days)| growing(*from, *a_day, *days)).collect();
            sizes.push(sizes.iter().max().unwrap_or(&0) + 2_000);
            let before = sizes.len();
            sizes.extend(growing(from, a_day, days));
            let noisy: Vec<usize> = sizes.iter().zip(&noise).map(|(size, noise)| size + noise).collect();
            let forecast = grows(&noisy);
            prop_assert_eq!(forecast.points, days);
            let now = i64::try_from(before + days - 1).unwrap() * DAY;
            let room = 5_120_usize.saturating_sub(from + a_day * (days - 1));
            let truth = i64::try_from(room / a_day).unwrap();
            let off = forecast.days_to_soft_limit(now) - truth;
            prop_assert!(off.abs() <= 2 + truth / 5, "{forecast:?}, {truth} days");
        }
    }
}
