//! Resource policies of CloudWatch Logs: the findings of `mailtrail policy audit`.

use mailtrail_resource_policy::findings::{self, Kind, Severity};
use mailtrail_resource_policy::limits::Limits;
use mailtrail_resource_policy::measure::measure_all;

use crate::facts::Facts;
use crate::finding::{Check, Finding, Subject};

pub(super) static POLICIES: Check = Check {
    id: "resource-policy",
    subject: Subject::Policies,
    why: "These policies allow log delivery to write to log groups; when they are full, new deliveries fail with errors that \
          name other causes.",
};

pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    let here = facts.account_and_region();
    if let Some(reason) = facts.inventory.account_policies.reason() {
        return vec![POLICIES.unknown(here, format!("logs:{reason}"))];
    }
    let limits = Limits::default();
    // Other checks report inactive delivery sources and failed calls.
    let is_reported = |kind: Kind| matches!(kind, Kind::DeliverySourceGone | Kind::NotSeen);
    let found = findings::findings(&facts.inventory, &limits).into_iter();
    let mut findings: Vec<Finding> = found
        .filter(|it| it.severity > Severity::Note && !is_reported(it.id))
        .map(|it| {
            let resource = it.location().unwrap_or_else(|| here.clone());
            if it.severity == Severity::Critical {
                POLICIES.broken(resource, it.message, it.fix)
            } else {
                POLICIES.warning(resource, it.message, it.fix)
            }
        })
        .collect();
    if findings.is_empty() {
        let measures = measure_all(&facts.inventory, &limits);
        let fullest = measures.policies.iter().map(|measure| measure.soft_percent).max();
        let seen = fullest.map_or_else(
            || "there are no resource policies".to_owned(),
            |percent| format!("the largest uses {percent} % of {} characters", limits.soft_characters),
        );
        findings.push(POLICIES.ok(here, seen));
    }
    findings
}
