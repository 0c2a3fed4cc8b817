//! Forecasts as people read them.

use mailtrail_clock::Time;
use mailtrail_resource_policy::findings::{Finding, Kind, Severity};
use mailtrail_resource_policy::forecast::{NextLimit, PolicyForecast, QuotaForecast, UnknownForecast};
use mailtrail_resource_policy::limits::Limits;

const FIX: &str = "Make room with `mailtrail policy plan` and `mailtrail policy apply`. Name the archive: from its reports, \
                   a plan knows how fast the policy grows.";

const FIX_OF_QUOTA: &str = "Merge policies before there is no room for another, with `mailtrail policy plan` and `mailtrail policy apply`.";

/// A finding, where the next limit is at most so many days away. A limit that is exceeded has a finding of its own.
pub(crate) fn full_soon(forecast: &PolicyForecast, days: i64) -> Option<Finding> {
    let (left, _) = forecast.next()?;
    (left <= days).then(|| {
        Finding::new(Kind::FullSoon, Severity::Warning, sentence(forecast), FIX).of_policy(&forecast.policy)
    })
}

/// A finding, where the quota of account policies is used up in at most so many days, or nearly is now. A quota that is
/// used up has a finding of its own.
pub(crate) fn used_up_soon(forecast: &QuotaForecast, limits: &Limits, days: i64) -> Option<Finding> {
    let severity = if forecast.days <= days { Severity::Warning } else { Severity::Note };
    let is_near = forecast.policies >= limits.near_account_policies();
    let is_said = forecast.policies < forecast.limit && (is_near || severity > Severity::Note);
    is_said.then(|| Finding::new(Kind::PoliciesUsedUpSoon, severity, quota_sentence(forecast), FIX_OF_QUOTA))
}

/// `at 0.5 policies a day all 10 account-level policies are used in 4 days (2026-11-24); from 12 audits`
pub(crate) fn quota_sentence(forecast: &QuotaForecast) -> String {
    let QuotaForecast { limit, policies_per_day, days, points, .. } = forecast;
    let noun = if *days == 1 { "day" } else { "days" };
    format!(
        "at {policies_per_day:.2} policies a day all {limit} account-level policies are used in {days} {noun} ({}); from \
         {points} audits",
        date(forecast.at)
    )
}

/// `at 80 characters a day the soft limit is hit in 5 days (2026-11-25); from 12 sizes`
pub fn sentence(forecast: &PolicyForecast) -> String {
    let (points, growth) = (forecast.forecast.points, forecast.forecast.characters_per_day);
    let limit = match forecast.next_limit {
        NextLimit::Soft => "soft",
        NextLimit::Hard | NextLimit::None => "hard",
    };
    let Some((left, at)) = forecast.next() else {
        return format!("it grows by {growth:.0} characters a day; from {points} sizes");
    };
    let days = if left == 1 { "day" } else { "days" };
    format!(
        "at {growth:.0} characters a day the {limit} limit is hit in {left} {days} ({}); from {points} sizes",
        date(at)
    )
}

/// Why there is no forecast yet, of a policy that was cleaned up. `None` for one that was not looked at before.
pub fn not_known_yet(forecast: &UnknownForecast) -> Option<String> {
    let day = date(forecast.cleaned_up_at?);
    let sizes = if forecast.points == 1 { "one size" } else { &format!("{} sizes", forecast.points) };
    Some(format!("cleaned up on {day}; from {sizes} since then it is not known yet when it will be full"))
}

/// `2026-11-20`
pub(crate) fn date(at: i64) -> String {
    let day = |time: Time| time.rfc3339().chars().take_while(|character| *character != 'T').collect();
    Time::from_millis(at).map_or_else(|| "never".to_owned(), day)
}
