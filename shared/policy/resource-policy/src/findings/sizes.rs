//! Sizes and numbers of policies against their limits.

use super::finding::{Finding, Kind, Severity};
use crate::inventory::Inventory;
use crate::limits::{Limits, NEAR_PERCENT};
use crate::measure::{Measure, measure_all};

const SHRINK: &str = "Make room with `mailtrail policy plan` and `mailtrail policy apply`.";

/// Sizes against their limits.
pub(super) fn sizes(inventory: &Inventory, limits: &Limits) -> Vec<Finding> {
    let measures = measure_all(inventory, limits);
    let mut findings: Vec<Finding> = measures
        .policies
        .iter()
        .flat_map(|measure| [size(measure, limits), white_space(measure)])
        .flatten()
        .collect();
    findings.extend(measures.account_policies.and_then(|used| quota(used, limits)));
    findings
}

fn size(measure: &Measure, limits: &Limits) -> Option<Finding> {
    let near = |limit: usize| measure.size * 100 >= limit * NEAR_PERCENT;
    let (soft, hard) = (limits.soft_characters, limits.hard_characters);
    let (kind, severity, limit, name) = if measure.size >= hard {
        (Kind::OverHardLimit, Severity::Critical, hard, "hard")
    } else if near(hard) {
        (Kind::NearHardLimit, Severity::Critical, hard, "hard")
    } else if measure.size >= soft {
        (Kind::OverSoftLimit, Severity::Critical, soft, "soft")
    } else if near(soft) {
        (Kind::NearSoftLimit, Severity::Warning, soft, "soft")
    } else {
        return None;
    };
    let message = format!("{} characters of {limit}, the {name} limit", measure.size);
    Some(Finding::new(kind, severity, message, SHRINK).of_policy(&measure.policy))
}

fn white_space(measure: &Measure) -> Option<Finding> {
    if measure.white_space == 0 {
        return None;
    }
    let message = format!("{} of {} characters are white space", measure.white_space, measure.size);
    let fix = "Write the document without it; the limits count it.";
    Some(Finding::new(Kind::WhiteSpace, Severity::Note, message, fix).of_policy(&measure.policy))
}

/// How many account-level policies there are.
fn quota(used: usize, limits: &Limits) -> Option<Finding> {
    let (kind, severity) = if used >= limits.account_policies {
        (Kind::PoliciesUsedUp, Severity::Critical)
    } else if used >= limits.near_account_policies() {
        (Kind::PoliciesNearLimit, Severity::Warning)
    } else {
        return None;
    };
    let message = format!("{used} of {} account-level policies are used", limits.account_policies);
    let fix = "Merge policies with `mailtrail policy plan` and `mailtrail policy apply`, or move their statements into \
               policies of log groups; the quota cannot be raised.";
    Some(Finding::new(kind, severity, message, fix))
}
