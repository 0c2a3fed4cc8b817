//! When will a policy be full: a straight line through earlier sizes.
//!
//! The slope is that of Theil and Sen, the median of the slopes between all pairs of points: one clean-up or one
//! burst of deployments among the points does not turn it over, unlike a least-squares line.

use serde::{Deserialize, Serialize};

use crate::limits::Limits;

/// With fewer points there is no forecast.
pub const MIN_POINTS: usize = 3;
/// No more than so many points are looked at, the latest ones: a year of daily reports.
pub const MAX_POINTS: usize = 366;
/// With points closer together than this there is no forecast; in milliseconds.
pub const MIN_SPAN: i64 = DAY;
const DAY: i64 = 24 * 60 * 60 * 1000;

/// The size of a policy at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// In milliseconds since 1970.
    pub at: i64,
    /// As in [`crate::measure::Measure::size`].
    pub size: usize,
}

/// When a policy that goes on growing as it did will hit its limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// How many points it rests on.
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

/// Looks ahead from earlier sizes, in any order. `None` if they are too few or too close together, or if the policy
/// does not grow.
pub fn forecast(points: &[Point], limits: &Limits) -> Option<Forecast> {
    let mut points = points.to_vec();
    points.sort_unstable_by_key(|point| point.at);
    points.drain(..points.len().saturating_sub(MAX_POINTS));
    let (first, last) = (points.first()?, points.last()?);
    if points.len() < MIN_POINTS || last.at.saturating_sub(first.at) < MIN_SPAN {
        return None;
    }
    let days = |point: &Point| exact(point.at.saturating_sub(first.at)) / exact(DAY);
    let mut slopes = Vec::new();
    for (index, one) in points.iter().enumerate() {
        for other in &points[index + 1..] {
            if other.at > one.at {
                slopes.push((chars(other.size) - chars(one.size)) / (days(other) - days(one)));
            }
        }
    }
    let slope = median(slopes).filter(|slope| *slope > 0.0)?;
    let start = median(points.iter().map(|point| chars(point.size) - slope * days(point)).collect())?;
    let hit = |limit: usize| {
        let ahead = (chars(limit) - start) / slope * exact(DAY);
        if last.size >= limit { last.at } else { first.at.saturating_add(whole(ahead)).max(last.at) }
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
    use super::*;

    fn daily(sizes: &[usize]) -> Vec<Point> {
        (0_i64..).zip(sizes).map(|(day, size)| Point { at: day * DAY, size: *size }).collect()
    }

    #[test]
    fn a_policy_that_grows_steadily_hits_its_limits_on_the_day_of_the_line() {
        let forecast = forecast(&daily(&[4_120, 4_220, 4_320, 4_420]), &Limits::default()).unwrap();
        assert_eq!((forecast.points, forecast.soft_limit_at), (4, 10 * DAY));
        assert!((forecast.characters_per_day - 100.0).abs() < 1e-9);
        assert_eq!(forecast.days_to_soft_limit(3 * DAY), 7);
        assert_eq!(forecast.days_to_soft_limit(30 * DAY), 0);
        assert!(forecast.hard_limit_at > forecast.soft_limit_at);
    }

    #[test]
    fn one_odd_point_does_not_turn_it_over() {
        let forecast =
            forecast(&daily(&[1_000, 1_100, 50_000, 1_300, 1_400, 1_500]), &Limits::default()).unwrap();
        assert!((forecast.characters_per_day - 100.0).abs() < 30.0, "{forecast:?}");
    }

    #[test]
    fn there_is_none_of_few_flat_shrinking_or_simultaneous_points() {
        let limits = Limits::default();
        for sizes in [&[][..], &[1], &[1, 2], &[5, 5, 5, 5], &[9, 8, 7, 6]] {
            assert_eq!(forecast(&daily(sizes), &limits), None, "{sizes:?}");
        }
        let at_once = [1, 2, 3].map(|size| Point { at: 7, size });
        assert_eq!(forecast(&at_once, &limits), None);
    }

    #[test]
    fn a_limit_that_was_hit_is_hit_at_the_last_point() {
        let forecast = forecast(&daily(&[5_000, 5_200, 5_400]), &Limits::default()).unwrap();
        assert_eq!(forecast.soft_limit_at, 2 * DAY);
    }
}
