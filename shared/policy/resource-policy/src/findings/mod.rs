//! What deserves a look.
//!
//! Nothing is called wrong that was not seen: an entry of a log group that was not looked for is unknown, not dead,
//! and one with a wildcard in the name of the group is never dead.

mod checks;
mod finding;

pub use finding::{Finding, Kind, Severity};

use crate::inventory::Inventory;
use crate::limits::Limits;

/// Looks at everything that was seen. [`in_order`].
pub fn findings(inventory: &Inventory, limits: &Limits) -> Vec<Finding> {
    let mut findings = checks::sizes(inventory, limits);
    findings.extend(checks::statements(inventory));
    findings.extend(checks::entries(inventory));
    findings.extend(checks::deliveries(inventory));
    findings.extend(checks::unseen(inventory));
    in_order(findings)
}

/// Findings in the order in which they are reported: the worst come first; of the same severity, in the order of [`Kind`].
#[must_use]
pub fn in_order(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.id));
    findings
}
