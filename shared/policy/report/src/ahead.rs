//! What lies ahead of a policy, in numbers and in words.

use mailtrail_clock::Time;
use mailtrail_resource_policy::findings::{Finding, Kind, Severity};
use mailtrail_resource_policy::forecast::Forecast;
use mailtrail_resource_policy::limits::Limits;
use mailtrail_resource_policy::measure::Measure;
use serde::Serialize;

const FIX: &str = "Make room with `mailtrail policy plan --archive URL` and `mailtrail policy apply`: from the archive, \
                   a plan knows how fast the policy grows.";

/// When one policy will be full.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PolicyForecast {
    /// The policy.
    pub policy: String,
    /// The limit that it hits next.
    pub next_limit: NextLimit,
    /// Whole days until the soft limit.
    pub days_to_soft_limit: i64,
    /// Whole days until the hard limit.
    pub days_to_hard_limit: i64,
    /// What that rests on.
    #[serde(flatten)]
    pub forecast: Forecast,
}

/// The limit that a policy hits next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NextLimit {
    /// The soft one.
    Soft,
    /// The hard one, for it is beyond the soft one already.
    Hard,
    /// None: it is beyond both.
    None,
}

/// A policy of which nobody can tell yet when it will be full: its sizes are too few, or too close together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotKnownYet {
    /// The policy.
    pub policy: String,
    /// How many sizes there are, since it was last cleaned up.
    pub points: usize,
    /// When that was, in milliseconds since 1970; none: never, as far as is known.
    pub cleaned_up_at: Option<i64>,
}

impl PolicyForecast {
    pub(crate) fn new(measure: &Measure, forecast: Forecast, limits: &Limits, now: i64) -> Self {
        let next_limit = match measure.size {
            size if size < limits.soft_characters => NextLimit::Soft,
            size if size < limits.hard_characters => NextLimit::Hard,
            _ => NextLimit::None,
        };
        Self {
            policy: measure.policy.clone(),
            next_limit,
            days_to_soft_limit: forecast.days_to_soft_limit(now),
            days_to_hard_limit: forecast.days_to_hard_limit(now),
            forecast,
        }
    }

    /// The characters from which a policy that grows as it does takes more than so many days to the soft limit.
    pub(crate) fn room_for(&self, days: i64, limits: &Limits) -> usize {
        #[expect(clippy::cast_precision_loss, reason = "days and characters are small numbers")]
        let growth = self.forecast.characters_per_day * (days as f64 + 1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "more than zero, and a float beyond the bound becomes it"
        )]
        let growth = growth.ceil() as usize;
        limits.soft_characters.saturating_sub(growth)
    }

    /// That a limit is hit within so many days. That one is hit already is told by other findings.
    pub(crate) fn finding(&self, days: i64) -> Option<Finding> {
        let left = match self.next_limit {
            NextLimit::Soft => self.days_to_soft_limit,
            NextLimit::Hard => self.days_to_hard_limit,
            NextLimit::None => return None,
        };
        (left <= days).then(|| Finding {
            id: Kind::FullSoon,
            severity: Severity::Warning,
            policy: Some(self.policy.clone()),
            statement: None,
            resources: Vec::new(),
            message: self.words(),
            fix: FIX.to_owned(),
        })
    }

    /// A line for people: `at 80 characters a day the soft limit is hit in 5 days (2026-11-25); from 12 sizes`
    pub fn words(&self) -> String {
        let Forecast { points, characters_per_day, soft_limit_at, hard_limit_at } = self.forecast;
        let (limit, left, at) = match self.next_limit {
            NextLimit::Soft => ("soft", self.days_to_soft_limit, soft_limit_at),
            NextLimit::Hard => ("hard", self.days_to_hard_limit, hard_limit_at),
            NextLimit::None => {
                return format!("it grows by {characters_per_day:.0} characters a day; from {points} sizes");
            }
        };
        let days = if left == 1 { "day" } else { "days" };
        format!(
            "at {characters_per_day:.0} characters a day the {limit} limit is hit in {left} {days} ({}); from {points} \
             sizes",
            date(at)
        )
    }
}

impl NotKnownYet {
    /// A line for people, where a forecast had to start anew. Of a policy that was not looked at before, there is
    /// nothing to say.
    pub fn words(&self) -> Option<String> {
        let day = date(self.cleaned_up_at?);
        let sizes = if self.points == 1 { "one size" } else { &format!("{} sizes", self.points) };
        Some(format!("cleaned up on {day}; from {sizes} since then it is not known yet when it will be full"))
    }
}

/// `2026-11-20`
pub(crate) fn date(at: i64) -> String {
    let day = |time: Time| time.rfc3339().chars().take_while(|character| *character != 'T').collect();
    Time::from_millis(at).map_or_else(|| "never".to_owned(), day)
}
