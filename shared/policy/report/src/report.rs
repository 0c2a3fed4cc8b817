//! The report of one audit.

use mailtrail_clock::Time;
use mailtrail_resource_policy::assessment::Assessment;
use mailtrail_resource_policy::findings::{Finding, Severity, in_order};
use mailtrail_resource_policy::forecast::{
    Forecasts, History, PolicyForecast, QuotaForecast, UnknownForecast,
};
use mailtrail_resource_policy::inventory::{Inventory, Part};
use mailtrail_resource_policy::limits::Limits;
use mailtrail_resource_policy::measure::Measures;
use mailtrail_resource_policy::plan::{self, Plan};
use mailtrail_resource_policy::v1;
use serde::Serialize;

use crate::forecast::{full_soon, used_up_soon};

/// Why a service with V1 log delivery was not seen: it was not asked. A finding tells of all of them at once.
pub const NOT_ASKED: &str = "not asked";
/// The version of the form of a report.
pub const FORMAT: u32 = 1;

/// What an audit found, forecasts and proposes.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// [`FORMAT`].
    pub format: u32,
    /// When, as RFC 3339.
    pub time: String,
    /// The same in milliseconds since 1970.
    pub at: i64,
    /// The account, if it is known.
    pub account: Option<String>,
    /// The Region, if it is known.
    pub region: Option<String>,
    /// What sizes are held against.
    pub limits: Limits,
    /// What was read, and when.
    pub seen: Vec<PartSeen>,
    /// Policies of log groups that were ever looked at, and the log groups that there are.
    pub log_groups_looked_at: (usize, Option<usize>),
    /// The sizes.
    pub measures: Measures,
    /// What deserves a look, the worst first.
    pub findings: Vec<Finding>,
    /// When policies will be full: of those that grow.
    pub forecasts: Vec<PolicyForecast>,
    /// Policies without a forecast yet.
    pub not_known_yet: Vec<UnknownForecast>,
    /// When the quota of account policies will be used up, if their number grows.
    pub quota_forecast: Option<QuotaForecast>,
    /// What to do.
    pub plan: Option<Plan>,
    /// Why there is no plan.
    pub no_plan: Option<String>,
    /// What the next forecast rests on.
    pub history: History,
}

/// A part of the account, and whether it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartSeen {
    /// What.
    pub part: String,
    /// When, in milliseconds since 1970.
    pub at: Option<i64>,
    /// Why not.
    pub reason: Option<String>,
}

impl Report {
    /// Looks at an inventory. `history` is that of the report before, `now` milliseconds since 1970. The plan makes
    /// room in policies that are above the target of `options`, and in those that will hit the soft limit within so
    /// many days.
    pub fn of(
        inventory: &Inventory,
        history: &History,
        options: &plan::Options,
        days: i64,
        now: i64,
    ) -> Self {
        let limits = options.limits;
        let Assessment { measures, history, forecasts, findings, plan } =
            Assessment::new(inventory, history, options, days, now);
        let soon = forecasts.growing.iter().filter_map(|forecast| full_soon(forecast, days));
        let quota = forecasts.quota.as_ref().and_then(|forecast| used_up_soon(forecast, &limits, days));
        let findings = in_order(findings.into_iter().chain(soon).chain(quota).collect());
        let (plan, no_plan) = match plan {
            Ok(plan) => (Some(plan), None),
            Err(error) => (None, Some(error.to_string())),
        };
        let Forecasts { growing: forecasts, unknown: not_known_yet, quota: quota_forecast } = forecasts;
        Self {
            format: FORMAT,
            time: Time::from_millis(now).unwrap_or(Time::EPOCH).rfc3339(),
            at: now,
            account: inventory.account.clone(),
            region: inventory.region.clone(),
            limits,
            seen: seen(inventory),
            log_groups_looked_at: (
                inventory.log_group_policies.values().filter(|part| part.seen().is_some()).count(),
                inventory.log_groups.seen().map(Vec::len),
            ),
            findings,
            measures,
            forecasts,
            not_known_yet,
            quota_forecast,
            plan,
            no_plan,
            history,
        }
    }

    /// Whether there is a finding above a note.
    pub fn needs_attention(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity > Severity::Note)
    }

    /// Whether the policies of the account were seen: without them, nothing is known of how full they are.
    pub fn saw_policies(&self) -> bool {
        self.measures.account_policies.is_some()
    }

    /// The share of the soft limit that the fullest policy of the account has, in percent.
    pub fn highest_soft_percent(&self) -> usize {
        let of_account = self.measures.policies.iter().filter(|measure| measure.log_group.is_none());
        of_account.map(|measure| measure.soft_percent).max().unwrap_or_default()
    }

    /// Days until the first policy hits the soft limit; nothing where none is known to grow.
    pub fn fewest_days(&self) -> Option<i64> {
        self.forecasts.iter().map(|forecast| forecast.days_to_soft_limit).min()
    }
}

fn seen(inventory: &Inventory) -> Vec<PartSeen> {
    let mut parts = vec![
        part("policies of the account", &inventory.account_policies),
        part("log groups", &inventory.log_groups),
        part("delivery sources", &inventory.delivery_sources),
        part("delivery destinations", &inventory.delivery_destinations),
        part("deliveries", &inventory.deliveries),
        part("destinations of services with V1 log delivery", &inventory.v1_destinations),
    ];
    parts.extend(v1_services(inventory));
    parts
}

/// The services with V1 log delivery that were asked, one by one; the others in one line, if any was asked.
fn v1_services(inventory: &Inventory) -> Vec<PartSeen> {
    let name = |services: &str| format!("destinations of {services}");
    let mut parts: Vec<PartSeen> = (v1::services())
        .filter_map(|service| Some(part(&name(service.title), inventory.v1_services.get(service.id)?)))
        .collect();
    let others: Vec<&str> = v1::not_seen(inventory)
        .filter_map(|(service, reason)| reason.is_none().then_some(service.title))
        .collect();
    if inventory.v1_destinations.seen().is_some() && !others.is_empty() {
        let reason = Some(NOT_ASKED.to_owned());
        parts.push(PartSeen { part: name(&others.join("; ")), at: None, reason });
    }
    parts
}

fn part<T>(name: &str, part: &Part<T>) -> PartSeen {
    PartSeen { part: name.to_owned(), at: part.at(), reason: part.reason().map(str::to_owned) }
}
