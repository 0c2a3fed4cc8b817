//! How big policies are, and what fills them.
//!
//! No page of AWS says whether characters or bytes count, or whether white space does: the text is counted exactly
//! as it was returned, and the larger of characters and bytes counts against the limits.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::arn::ResourcePattern;
use crate::document::Document;
use crate::inventory::{Inventory, ResourcePolicy};
use crate::json;
use crate::limits::Limits;
use crate::statement::ElementMatch;

/// The size of one policy document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Measure {
    /// The policy, by name, or by the ARN of its log group.
    pub policy: String,
    /// The log group that it belongs to; none: the account.
    pub log_group: Option<String>,
    /// Characters (Unicode scalar values) of the document as returned.
    pub characters: usize,
    /// Bytes of the document in UTF-8.
    pub bytes: usize,
    /// The larger of both: what counts against the limits.
    pub size: usize,
    /// Characters that go when white space between tokens goes; none of a document that is not JSON.
    pub white_space: usize,
    /// What is left to the soft limit; negative beyond it.
    pub soft_room: i64,
    /// What is left to the hard limit; negative beyond it.
    pub hard_room: i64,
    /// Share of the soft limit, in percent, rounded down.
    pub soft_percent: usize,
    /// Share of the hard limit, in percent, rounded down.
    pub hard_percent: usize,
    /// Statements in it; none of a text that is not a policy document.
    pub statements: usize,
    /// Log groups named in it, each once.
    pub log_groups: usize,
    /// Entries with a wildcard in the name of the log group.
    pub wildcards: usize,
}

/// The sizes of all policies of an account in one Region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Measures {
    /// One for each policy that was seen.
    pub policies: Vec<Measure>,
    /// Account-level policies; none if they were not seen.
    pub account_policies: Option<usize>,
    /// How many there may be.
    pub account_policies_limit: usize,
    /// Policies of log groups that were seen.
    pub log_group_policies: usize,
}

/// What counts of a document: the larger of characters and bytes.
pub fn size(document: &str) -> usize {
    // There is never more than one character in a byte.
    document.len()
}

/// Measures one policy.
pub fn measure(policy: &ResourcePolicy, limits: &Limits) -> Measure {
    let text = policy.document.as_str();
    let parsed = Document::parse(text).ok();
    let size = size(text);
    let white_space = parsed.as_ref().map_or(0, |_| text.len() - json::compact(text).len());
    let (mut groups, mut wildcards) = (BTreeSet::new(), 0);
    for statement in parsed.iter().flat_map(Document::statements) {
        let Ok(elements) = statement.elements() else { continue };
        let (ElementMatch::Only(resources) | ElementMatch::AllBut(resources)) = &elements.resource;
        for group in resources.iter().filter_map(|resource| ResourcePattern::new(resource).log_group()) {
            if group.is_one() {
                groups.insert(group.arn());
            } else {
                wildcards += 1;
            }
        }
    }
    Measure {
        policy: policy.label().to_owned(),
        log_group: policy.log_group().map(str::to_owned),
        characters: text.chars().count(),
        bytes: text.len(),
        size,
        white_space,
        soft_room: room(limits.soft_characters, size),
        hard_room: room(limits.hard_characters, size),
        soft_percent: percent(size, limits.soft_characters),
        hard_percent: percent(size, limits.hard_characters),
        statements: parsed.as_ref().map_or(0, |document| document.statements().len()),
        log_groups: groups.len(),
        wildcards,
    }
}

/// Measures all policies.
pub fn measure_all(inventory: &Inventory, limits: &Limits) -> Measures {
    Measures {
        policies: inventory.policies().map(|policy| measure(policy, limits)).collect(),
        account_policies: inventory.account_policies.seen().map(Vec::len),
        account_policies_limit: limits.account_policies,
        log_group_policies: inventory.policies().filter(|policy| policy.resource_arn.is_some()).count(),
    }
}

fn room(limit: usize, size: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX) - i64::try_from(size).unwrap_or(i64::MAX)
}

/// A share in percent, rounded down; 100 of a limit of nothing.
pub fn percent(size: usize, limit: usize) -> usize {
    (size * 100).checked_div(limit).unwrap_or(100)
}
