//! Resource policies of CloudWatch Logs: what `mailtrail policy audit` finds, in a line for each.

use mailtrail_resource_policy::findings::{self, Kind, Severity};
use mailtrail_resource_policy::limits::Limits;
use mailtrail_resource_policy::measure::measure_all;

use crate::facts::Facts;
use crate::finding::{Check, Finding, Subject};

pub(super) static POLICIES: Check = Check {
    id: "resource-policy",
    subject: Subject::Policies,
    why: "Log delivery writes to log groups by right of these policies; when they are full, new deliveries fail with \
          errors that name other causes.",
};

pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    let here = format!("account {}, Region {}", facts.account, facts.region);
    if let Some(reason) = facts.inventory.account_policies.reason() {
        return vec![POLICIES.unknown(here, reason)];
    }
    let limits = Limits::default();
    // A source that is gone, and what could not be seen, are told elsewhere.
    let told = |kind: Kind| matches!(kind, Kind::DeliverySourceGone | Kind::NotSeen);
    let found = findings::findings(&facts.inventory, &limits).into_iter();
    let mut findings: Vec<Finding> = found
        .filter(|it| it.severity > Severity::Note && !told(it.id))
        .map(|it| {
            let resource = it.location().unwrap_or_else(|| here.clone());
            if it.severity == Severity::Critical {
                POLICIES.broken(resource, it.message, it.fix)
            } else {
                POLICIES.look(resource, it.message, it.fix)
            }
        })
        .collect();
    if findings.is_empty() {
        let measures = measure_all(&facts.inventory, &limits);
        let fullest = measures.policies.iter().map(|measure| measure.soft_percent).max();
        let seen = fullest.map_or_else(
            || "there are none".to_owned(),
            |percent| format!("the fullest has {percent} % of {} characters", limits.soft_characters),
        );
        findings.push(POLICIES.ok(here, seen));
    }
    findings
}
