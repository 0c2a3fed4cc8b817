//! When the policies of an account will be full.

use std::collections::BTreeMap;

use serde::Serialize;

use super::history::History;
use super::trend::{Forecast, Outlook};
use crate::limits::Limits;
use crate::measure::{Measure, Measures};

/// What lies ahead of the policies of an account. One that does not grow is in neither list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Forecasts {
    /// Policies that grow.
    pub growing: Vec<PolicyForecast>,
    /// Policies without enough sizes for a forecast.
    pub unknown: Vec<UnknownForecast>,
    /// When the quota of account policies will be used up, if their number grows.
    pub quota: Option<QuotaForecast>,
}

/// When the quota of account policies will be used up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuotaForecast {
    /// How many there are.
    pub policies: usize,
    /// How many there may be.
    pub limit: usize,
    /// How many are added a day; more than zero.
    pub policies_per_day: f64,
    /// Whole days until there is no room for another.
    pub days: i64,
    /// When that is, in milliseconds since 1970.
    pub at: i64,
    /// How many numbers it rests on.
    pub points: usize,
}

/// When one policy will be full.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PolicyForecast {
    /// The policy, by name, or by the ARN of its log group.
    pub policy: String,
    /// The limit that it reaches next.
    pub next_limit: NextLimit,
    /// Whole days until the soft limit.
    pub days_to_soft_limit: i64,
    /// Whole days until the hard limit.
    pub days_to_hard_limit: i64,
    /// The trend that the days are derived from.
    #[serde(flatten)]
    pub forecast: Forecast,
}

/// The limit that a policy reaches next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NextLimit {
    /// [`Limits::soft_characters`].
    Soft,
    /// [`Limits::hard_characters`]: the policy is beyond the soft limit already.
    Hard,
    /// The policy is beyond both.
    None,
}

/// A policy without a forecast: its sizes are too few, or too close together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnknownForecast {
    /// The policy, by name, or by the ARN of its log group.
    pub policy: String,
    /// How many sizes there are since its last cleanup.
    pub points: usize,
    /// When that was, in milliseconds since 1970; `None`: never, as far as is known.
    pub cleaned_up_at: Option<i64>,
}

impl Forecasts {
    /// Forecasts for measured policies, from the sizes in `history`. `now` is in milliseconds since 1970.
    pub fn new(measures: &Measures, history: &History, limits: &Limits, now: i64) -> Self {
        let mut forecasts = Self { quota: quota(measures, history, limits, now), ..Self::default() };
        for measure in &measures.policies {
            let policy = measure.policy.clone();
            match history.outlook(&policy, limits) {
                Outlook::Grows(forecast) => {
                    forecasts.growing.push(PolicyForecast::new(measure, forecast, limits, now));
                }
                Outlook::Stays => {}
                Outlook::NotKnown { points, cleaned_up_at } => {
                    forecasts.unknown.push(UnknownForecast { policy, points, cleaned_up_at });
                }
            }
        }
        forecasts
    }

    /// For each policy that reaches the soft limit within so many days, the largest size from which it would take
    /// longer, by the policy's name.
    pub fn size_limits(&self, days: i64, limits: &Limits) -> BTreeMap<String, usize> {
        let soon = self.growing.iter().filter(|forecast| forecast.days_to_soft_limit <= days);
        soon.map(|forecast| (forecast.policy.clone(), forecast.size_limit(days, limits))).collect()
    }
}

fn quota(measures: &Measures, history: &History, limits: &Limits, now: i64) -> Option<QuotaForecast> {
    let policies = measures.account_policies?;
    let Outlook::Grows(forecast) = history.quota_outlook(limits) else { return None };
    Some(QuotaForecast {
        policies,
        limit: limits.account_policies,
        policies_per_day: forecast.characters_per_day,
        days: forecast.days_to_hard_limit(now),
        at: forecast.hard_limit_at,
        points: forecast.points,
    })
}

impl PolicyForecast {
    fn new(measure: &Measure, forecast: Forecast, limits: &Limits, now: i64) -> Self {
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

    /// Whole days until the next limit, and when that is, in milliseconds since 1970; `None` beyond both limits.
    pub fn next(&self) -> Option<(i64, i64)> {
        match self.next_limit {
            NextLimit::Soft => Some((self.days_to_soft_limit, self.forecast.soft_limit_at)),
            NextLimit::Hard => Some((self.days_to_hard_limit, self.forecast.hard_limit_at)),
            NextLimit::None => None,
        }
    }

    /// The largest size from which a policy that grows like this one takes more than so many days to the soft limit.
    fn size_limit(&self, days: i64, limits: &Limits) -> usize {
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
}
