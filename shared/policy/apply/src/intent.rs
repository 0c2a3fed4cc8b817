//! What a plan asks for, derived from what it means: which policies, and from where to where a destination moves.
//!
//! A plan is a file, and a journal an object that anyone who may write to the archive can edit. So nothing is taken from
//! them as it stands: names follow from the planner's rules, ARNs from names, account and Region, what a move writes
//! and grants from its new log group. What differs is refused before anything is asked of AWS. That the writes of the
//! other steps give and take nothing is proved ([`crate::preconditions`]).

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_resource_policy::arn::{self, ResourcePattern};
use mailtrail_resource_policy::document::Document;
use mailtrail_resource_policy::limits::VENDED_LOGS_PREFIX;
use mailtrail_resource_policy::moving::{is_name, new_names};
use mailtrail_resource_policy::plan::{Grant, Move, Plan, PolicyScope, Step, StepKind, V2Destination, Write};

/// The account and Region of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Here<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
}

impl<'a> Here<'a> {
    pub(crate) fn new(account: &'a str, region: &'a str) -> Self {
        Self { account, region }
    }

    /// The ARN of a log group, without `:*`.
    pub(crate) fn group_arn(&self, name: &str) -> String {
        arn::log_group(self.region, self.account, name)
    }

    /// What log delivery is let do by a grant on a resource here.
    fn grant(&self, resource: String) -> Grant {
        Grant::to_log_delivery(arn::partition(self.region), self.region, self.account, resource)
    }

    /// The grant that a new log group needs.
    pub(crate) fn grant_on(&self, group: &str) -> Grant {
        self.grant(format!("{}:log-stream:*", self.group_arn(group)))
    }
}

/// Checks what a plan asks for. Returns what it may grant: only what follows from its steps, whatever it lists.
///
/// # Errors
/// With the step, and what about it does not follow.
pub(crate) fn check(plan: &Plan, here: Here<'_>) -> Result<Vec<Grant>, String> {
    let mut grants = Vec::new();
    for (number, step) in (1..).zip(&plan.steps) {
        let found = of_step(step, here).map_err(|why| format!("step {number}: {why}"))?;
        grants.extend(found);
    }
    Ok(grants)
}

/// Checks one step. Returns what it may grant.
fn of_step(step: &Step, here: Here<'_>) -> Result<Option<Grant>, String> {
    if step.writes.is_empty() && step.moving.is_none() {
        return Err("it writes nothing, and moves nothing".to_owned());
    }
    for write in &step.writes {
        scope(&write.scope, here)?;
    }
    let vended = || here.grant(here.group_arn(&format!("{VENDED_LOGS_PREFIX}*")));
    match (&step.moving, step.kind) {
        (Some(moving), StepKind::MoveDestination) if moving.is_automatic() => {
            of_move(moving, &step.writes, here).map(|()| Some(here.grant_on(&moving.to)))
        }
        // Left to people: nothing of it is written.
        (Some(moving), StepKind::MoveDestination) => names(moving).map(|()| None),
        (None, StepKind::MoveDestination) => Err("it moves nothing".to_owned()),
        (Some(_), _) => Err("a step of its kind moves no destination".to_owned()),
        (None, StepKind::VendedLogsWildcard) => Ok(Some(vended())),
        (None, _) => Ok(None),
    }
}

/// A policy of this account, or of one log group of this account, Region and partition.
fn scope(scope: &PolicyScope, here: Here<'_>) -> Result<(), String> {
    let PolicyScope::LogGroup(of) = scope else { return Ok(()) };
    let group = ResourcePattern::new(of).log_group();
    match group.filter(|group| is_name(group.name) && here.group_arn(group.name) == *of) {
        Some(_) => Ok(()),
        None => Err(format!(
            "the policy of {of} is not that of a log group of account {}, Region {}",
            here.account, here.region
        )),
    }
}

/// A move whose destinations, ARNs and grant follow from the names of its log groups.
fn of_move(moving: &Move, writes: &[Write], here: Here<'_>) -> Result<(), String> {
    names(moving)?;
    let (from, to) = (here.group_arn(&moving.from), here.group_arn(&moving.to));
    let mut seen = BTreeSet::new();
    for V2Destination { name, from_arn, to_arn, .. } in &moving.v2 {
        if !seen.insert(name) {
            return Err(format!("the delivery destination {name} is named twice"));
        }
        let tail = if from_arn.ends_with(":*") { ":*" } else { "" };
        if *from_arn != format!("{from}{tail}") {
            return Err(format!(
                "the delivery destination {name} is to move from {from_arn}, which is not {from}"
            ));
        }
        if *to_arn != format!("{to}{tail}") {
            return Err(format!("the delivery destination {name} is to move to {to_arn}, which is not {to}"));
        }
    }
    let grant = grant_of(&to, &here.grant_on(&moving.to));
    match writes.iter().find(|write| **write != grant) {
        Some(write) => Err(format!("it writes {}, and not only the grant to log delivery", write.scope)),
        None if writes.len() > 1 => Err("it writes the same grant twice".to_owned()),
        None => Ok(()),
    }
}

/// The write that grants log delivery what a new log group needs.
fn grant_of(to: &str, grant: &Grant) -> Write {
    let document = Document::of(vec![grant.statement()]);
    let scope = PolicyScope::LogGroup(to.to_owned());
    Write { scope, before: None, after: Some(document.to_json()), expected_revision_id: None }
}

/// The new name is one that the planner would give, or take from an operator.
fn names(moving: &Move) -> Result<(), String> {
    let Move { from, to, .. } = moving;
    if !is_name(from) {
        return Err(format!("{from} is not a valid log group name"));
    }
    let overrides = BTreeMap::from([(from.clone(), to.clone())]);
    let existing = BTreeSet::from([from.as_str()]);
    let named = new_names(std::slice::from_ref(from), &overrides, Some(&existing));
    named.into_iter().try_for_each(|name| name.map(drop)).map_err(|refusal| refusal.to_string())
}

/// What a step does, for people: in words of ours, not in those of the plan.
pub(crate) fn what(step: &Step) -> String {
    let policies: Vec<String> = step.writes.iter().map(|write| write.scope.to_string()).collect();
    let of = policies.join(", ");
    match (&step.moving, step.kind) {
        (Some(moving), _) => format!("deliver to {} instead of {}", moving.to, moving.from),
        (None, StepKind::WhiteSpace) => format!("remove white space from {of}"),
        (None, StepKind::CoveredEntries) => format!("remove covered entries from {of}"),
        (None, StepKind::DeadEntries) => {
            format!("remove entries of log groups that do not exist from {of}")
        }
        (None, StepKind::MergeStatements) => format!("merge statements of {of}"),
        (None, StepKind::MergePolicies) => format!("merge the account policies {of}"),
        (None, StepKind::VendedLogsWildcard) => format!("allow {VENDED_LOGS_PREFIX}* in {of}"),
        (None, StepKind::LogGroupPolicies | StepKind::MoveDestination) => format!("write {of}"),
    }
}

#[cfg(test)]
mod tests;
