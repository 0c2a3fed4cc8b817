//! Resource policies of CloudWatch Logs: the findings of `mailtrail policy audit`.

use std::collections::BTreeSet;

use mailtrail_resource_policy::findings::{self, Kind, Severity};
use mailtrail_resource_policy::limits::Limits;
use mailtrail_resource_policy::measure::measure_all;

use crate::facts::{Facts, group_name};
use crate::finding::{Check, Finding, Subject};
use crate::fix::Fix;

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
    // Other checks report inactive delivery sources, and failed calls about deliveries; `not_read` reports the others.
    let is_reported = |kind: Kind| matches!(kind, Kind::DeliverySourceGone | Kind::NotSeen);
    let found = findings::findings(&facts.inventory, &limits).into_iter();
    let mut findings: Vec<Finding> = found
        .filter(|it| it.severity > Severity::Note && !is_reported(it.id))
        .map(|it| {
            let resource = it.location().unwrap_or_else(|| here.clone());
            // The fix is advice in words, whatever its first word is.
            let fix = Fix::advice(it.fix);
            if it.severity == Severity::Critical {
                POLICIES.broken(resource, it.message, fix)
            } else {
                POLICIES.warning(resource, it.message, fix)
            }
        })
        .collect();
    findings.extend(not_read(facts));
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

/// What policies are held against, and could not be read: which log groups there are, and the policies of log groups. The
/// check of deliveries reports the policy of a log group that one writes to.
fn not_read(facts: &Facts) -> Vec<Finding> {
    let written_to: BTreeSet<String> =
        facts.delivered().filter_map(|delivered| group_name(delivered.resource())).collect();
    let groups = facts.inventory.log_groups.reason().map(|reason| (facts.account_and_region(), reason));
    let policies = facts.inventory.log_group_policies.iter();
    let policies = policies.filter(|(name, _)| !written_to.contains(*name));
    let policies = policies.filter_map(|(name, part)| Some((name.clone(), part.reason()?)));
    let unread = groups.into_iter().chain(policies);
    unread.map(|(resource, reason)| POLICIES.unknown(resource, format!("logs:{reason}"))).collect()
}
