//! What deserves a look.
//!
//! Nothing is called wrong that was not seen: an entry of a log group that was not looked for is unknown, not dead,
//! and one with a wildcard in the name of the group is never dead. Nothing is advised that no source says to work: a
//! condition on a key that a service does not send stops its logs.

mod account;
mod effect;
mod entries;
mod finding;
mod principals;
mod sizes;
mod source;
mod statements;

pub use finding::{Finding, Kind, Severity};
pub use source::confused_deputies;

use crate::inventory::Inventory;
use crate::limits::Limits;
use crate::statement::Statement;

/// Looks at everything that was seen. [`in_order`].
pub fn findings(inventory: &Inventory, limits: &Limits) -> Vec<Finding> {
    let mut findings = sizes::sizes(inventory, limits);
    findings.extend(statements::statements(inventory));
    findings.extend(entries::entries(inventory));
    findings.extend(account::deliveries(inventory));
    findings.extend(account::unseen(inventory));
    let (account, region) = (inventory.account.as_deref(), inventory.region.as_deref());
    in_order(findings.into_iter().map(|finding| finding.in_place(account, region)).collect())
}

/// Findings in the order in which they are reported: the worst come first; of the same severity, in the order of [`Kind`].
#[must_use]
pub fn in_order(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.id));
    findings
}

/// A statement by its label, or by its place.
fn name(statement: &Statement, place: usize) -> String {
    statement.sid().map_or_else(|| format!("#{}", place + 1), str::to_owned)
}
