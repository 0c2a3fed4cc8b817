//! A plan is proved before anybody sees it: everything that was allowed still is, and nothing else but what is listed.
//!
//! Twice, in two ways that have little in common. First entry by entry: each one before is taken in by one after (or
//! log delivery wrote it for a log group that does not exist), each one after by one before or by a listed grant. That covers every
//! resource there could ever be, wildcards included. Then by asking the evaluator, before and after, about each
//! service, action and log group that is known or named, on behalf of this account, of another one, and of none.
//!
//! What is not understood (texts that are no policies, `Deny`, exceptions, unknown members) must be the same before
//! and after, character by character; so whatever it says, it says of both.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::coverage::{Coverage, Entry};
use crate::document::Document;
use crate::evaluate::Asked;
use crate::grant::Grant;
use crate::inventory::Inventory;
use crate::limits::{HARD_CHARACTERS, SOFT_CHARACTERS};
use crate::measure;
use crate::policy_set::{ParsedPolicy, PolicySet};
use crate::probe_set::{self, ProbeSet};
use crate::scope::PolicyScope;
use crate::statement::Statement;

/// What was proved, over how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Proof {
    /// Entries before that are taken in by an entry after.
    pub kept: usize,
    /// Entries before that log delivery wrote for log groups that do not exist.
    pub dead: usize,
    /// Services that were asked for.
    pub services: usize,
    /// Actions that were asked for.
    pub actions: usize,
    /// Log groups that were asked for.
    pub log_groups: usize,
    /// Requests that were decided before and after, each with one service, action, log group and context.
    pub requests: usize,
}

/// What a plan would do that it must not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// Something is not allowed any more.
    #[error("{0} was allowed, and would not be")]
    Lost(String),
    /// Something is allowed that no grant lists.
    #[error("{0} was not allowed, and would be without being listed")]
    Unlisted(String),
    /// A grant is listed that is not given, or is none because it was there before.
    #[error("the grant on {0} is listed, and grants nothing new")]
    Idle(String),
    /// A statement was touched that must not be: in which policy, and which.
    #[error("{0}")]
    Touched(String),
    /// Two statements of a document have one label.
    #[error("{0} would have two statements with the same Sid")]
    LabelledTwice(String),
    /// A policy became larger.
    #[error("{0} would become larger")]
    Grown(String),
}

/// Entries that a violation names.
const NAMED: usize = 5;
/// Characters of a statement that a violation tells.
const TOLD: usize = 1_000;

impl Violation {
    fn unlisted(entries: &[String]) -> Self {
        let named = entries.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
        Self::Unlisted(match entries.len().saturating_sub(NAMED) {
            0 => named,
            more => format!("{named}; and {more} more"),
        })
    }

    /// Of the statements that are never edited, before and after.
    fn touched(scope: &PolicyScope, old: &[String], new: &[String]) -> Self {
        let told = |statement: &String| statement.chars().take(TOLD).collect::<String>();
        let added = new.iter().find(|statement| !old.contains(statement));
        let gone = old.iter().find(|statement| !new.contains(statement));
        let what = match (added, gone) {
            (Some(added), _) => format!(": it would say {}", told(added)),
            (None, Some(gone)) => format!(": it would not say any more {}", told(gone)),
            (None, None) => String::new(),
        };
        Self::Touched(format!("{scope} has a statement that is never edited, and it would change{what}"))
    }
}

/// Proves that one state of the policies may follow another one, and that the grants are what is new, no more.
pub fn prove(
    before: &PolicySet,
    after: &PolicySet,
    inventory: &Inventory,
    grants: &[Grant],
) -> Result<Proof, Violation> {
    let proof = prove_safe(before, after, inventory, grants)?;
    none_idle(before, after, grants)?;
    Ok(proof)
}

/// Proves that one state may follow another one; not each of the grants has to be given by it.
pub(crate) fn prove_safe(
    before: &PolicySet,
    after: &PolicySet,
    inventory: &Inventory,
    grants: &[Grant],
) -> Result<Proof, Violation> {
    untouched(before, after)?;
    labelled(before, after)?;
    not_grown(before, after)?;
    prove_access(before, after, inventory, grants)
}

/// Proves that a state may stand between two writes of a plan. Sizes are those of the end: policies that are merged stand in
/// one of them before the other goes.
pub(crate) fn prove_between(
    before: &PolicySet,
    after: &PolicySet,
    inventory: &Inventory,
    grants: &[Grant],
) -> Result<Proof, Violation> {
    untouched(before, after)?;
    labelled(before, after)?;
    prove_access(before, after, inventory, grants)
}

/// Proves that one state keeps what another one allows, and allows what grants list besides: whatever the sizes are.
pub(crate) fn prove_access(
    before: &PolicySet,
    after: &PolicySet,
    inventory: &Inventory,
    grants: &[Grant],
) -> Result<Proof, Violation> {
    let mut proof = entries(before, after, inventory, grants)?;
    let granted = PolicySet::granting(grants);
    let probes = ProbeSet::new(before, after, &granted, inventory);
    (proof.services, proof.actions) = (probes.services.len(), probes.actions.len());
    proof.log_groups = probes.log_groups.len();
    proof.requests = requests(before, after, &granted, &probes)?;
    Ok(proof)
}

/// Each scope with what it had before and what it has after.
fn scopes<'a>(
    before: &'a PolicySet,
    after: &'a PolicySet,
) -> BTreeMap<&'a PolicyScope, (Option<&'a ParsedPolicy>, Option<&'a ParsedPolicy>)> {
    let mut scopes: BTreeMap<_, (Option<&ParsedPolicy>, Option<&ParsedPolicy>)> = BTreeMap::new();
    for parsed in &before.policies {
        scopes.entry(&parsed.scope).or_default().0 = Some(parsed);
    }
    for parsed in &after.policies {
        scopes.entry(&parsed.scope).or_default().1 = Some(parsed);
    }
    scopes
}

/// What the planner does not edit is the same, character by character. Statements of account policies hold together,
/// whichever policy they are in: those may move to another policy of the account that is read in the same way. Whether one
/// stands in one policy or in several makes no difference, and while policies are merged it stands in two.
pub(crate) fn untouched(before: &PolicySet, after: &PolicySet) -> Result<(), Violation> {
    for (scope, (one, two)) in scopes(before, after) {
        let moves = matches!(scope, PolicyScope::Account(_));
        let same = match (one, two) {
            (Some(one), Some(two)) if one.text == two.text => true,
            (Some(ParsedPolicy { document: None, .. }), _)
            | (_, Some(ParsedPolicy { document: None, .. })) => false,
            (Some(one), Some(two)) => {
                let (old, new) = (fixed(one), fixed(two));
                (old == new || (moves && new.starts_with(&old))) && head(one) == head(two)
            }
            (one, two) => moves || one.map_or_else(Vec::new, fixed) == two.map_or_else(Vec::new, fixed),
        };
        if !same {
            let of = |parsed: Option<&ParsedPolicy>| parsed.map_or_else(Vec::new, fixed);
            return Err(Violation::touched(scope, &of(one), &of(two)));
        }
    }
    let (old, new) = (fixed_of_account(before), fixed_of_account(after));
    let added = new.iter().find(|(statement, _)| !old.contains_key(*statement));
    let gone = old.iter().find(|(statement, _)| !new.contains_key(*statement));
    match (added, gone) {
        (Some(((_, statement), scope)), _) => {
            Err(Violation::touched(scope, &[], std::slice::from_ref(statement)))
        }
        (None, Some(((_, statement), scope))) => {
            Err(Violation::touched(scope, std::slice::from_ref(statement), &[]))
        }
        (None, None) => Ok(()),
    }
}

/// The statements of a policy that are never edited.
fn fixed(parsed: &ParsedPolicy) -> Vec<String> {
    let statements = parsed.statements().iter();
    statements.filter(|statement| statement.editable().is_none()).map(Statement::to_json).collect()
}

/// Those of the account, each with what says how its document is to be read, and a policy that it stands in.
fn fixed_of_account(state: &PolicySet) -> BTreeMap<(Option<String>, String), &PolicyScope> {
    let of_account = state.policies.iter().filter(|parsed| parsed.log_group_arn().is_none());
    let found = of_account.flat_map(|parsed| {
        fixed(parsed).into_iter().map(move |statement| ((head(parsed), statement), &parsed.scope))
    });
    found.collect()
}

/// All of a policy but its statements.
fn head(parsed: &ParsedPolicy) -> Option<String> {
    parsed.document.as_ref().map(Document::head)
}

/// No label stands twice in a document that is written: IAM would refuse it.
fn labelled(before: &PolicySet, after: &PolicySet) -> Result<(), Violation> {
    for (scope, (old, new)) in scopes(before, after) {
        let is_written = old.map(|old| &old.text) != new.map(|new| &new.text);
        let document = new.and_then(|new| new.document.as_ref()).filter(|_| is_written);
        let had = old.and_then(|old| old.document.as_ref()).is_some_and(Document::repeats_a_sid);
        let repeats = |document: &Document| {
            document.with_unique_sids() != *document || (document.repeats_a_sid() && !had)
        };
        if document.is_some_and(repeats) {
            return Err(Violation::LabelledTwice(scope.to_string()));
        }
    }
    Ok(())
}

/// Policies of the account only become smaller, unless others are merged into them: then all together do, and none
/// grows beyond where services stop. Those of log groups stay within the hard limit.
fn not_grown(before: &PolicySet, after: &PolicySet) -> Result<(), Violation> {
    let sizes_of_account = |state: &PolicySet| -> Vec<usize> {
        let of_account = state.policies.iter().filter(|parsed| parsed.log_group_arn().is_none());
        of_account.map(|parsed| measure::size(&parsed.text)).collect()
    };
    let (old, new) = (sizes_of_account(before), sizes_of_account(after));
    let is_merged = new.len() < old.len() && new.iter().sum::<usize>() <= old.iter().sum();
    for (scope, (old, new)) in scopes(before, after) {
        let size = |parsed: &ParsedPolicy| measure::size(&parsed.text);
        let Some(new) = new else { continue };
        let allowed = match (old, scope) {
            (Some(old), PolicyScope::Account(_)) if is_merged => size(old).max(SOFT_CHARACTERS),
            (Some(old), PolicyScope::Account(_)) => size(old),
            (Some(old), PolicyScope::LogGroup(_)) => size(old).max(HARD_CHARACTERS),
            (None, PolicyScope::LogGroup(_)) => HARD_CHARACTERS,
            (None, PolicyScope::Account(_)) => 0,
        };
        if size(new) > allowed {
            return Err(Violation::Grown(scope.to_string()));
        }
    }
    Ok(())
}

fn entries(
    before: &PolicySet,
    after: &PolicySet,
    inventory: &Inventory,
    grants: &[Grant],
) -> Result<Proof, Violation> {
    let known = inventory.known_groups();
    let granted = PolicySet::granting(grants);
    let (old, new, listed) = (Coverage::new(before), Coverage::new(after), Coverage::new(&granted));
    let mut proof = Proof::default();
    for entry in &old.entries {
        if new.covers(entry) {
            proof.kept += 1;
        } else if entry.is_dead(&known) {
            proof.dead += 1;
        } else {
            return Err(Violation::Lost(entry.to_string()));
        }
    }
    let unlisted = new.entries.iter().filter(|entry| !old.covers(entry) && !listed.covers(entry));
    let unlisted: Vec<String> = unlisted.map(Entry::to_string).collect();
    if unlisted.is_empty() { Ok(proof) } else { Err(Violation::unlisted(&unlisted)) }
}

/// Each grant is given, and was not before.
fn none_idle(before: &PolicySet, after: &PolicySet, grants: &[Grant]) -> Result<(), Violation> {
    let granted = PolicySet::granting(grants);
    let (old, new, listed) = (Coverage::new(before), Coverage::new(after), Coverage::new(&granted));
    let idle = listed.entries.iter().find(|entry| old.covers(entry) || !new.covers(entry));
    idle.map_or(Ok(()), |entry| Err(Violation::Idle(entry.resource.to_owned())))
}

fn requests(
    before: &PolicySet,
    after: &PolicySet,
    granted: &PolicySet,
    probes: &ProbeSet,
) -> Result<usize, Violation> {
    use crate::evaluate::Decision::{Allowed, Denied, Depends};

    let states = [before, after, granted].map(PolicySet::compile);
    let mut decided = 0;
    let mut looked_at = HashSet::new();
    for (requester, action, context) in probes.questions() {
        decided += probes.log_groups.len();
        let asked = states.each_ref().map(|state| state.asked_by(requester, action, context));
        // A principal that the same statements apply to gets the same answers.
        if !looked_at.insert(asked.each_ref().map(Asked::signature)) {
            continue;
        }
        for group in &probes.log_groups {
            let stream = probe_set::stream_in(&group.arn);
            let [old, new, listed] = asked.each_ref().map(|asked| asked.decide(&stream));
            let request = || format!("{action} of {requester} on {stream}");
            match (old, new) {
                (Allowed, Denied | Depends) | (Depends, Denied) if !group.gone => {
                    return Err(Violation::Lost(request()));
                }
                (Denied | Depends, Allowed) if listed != Allowed => {
                    return Err(Violation::Unlisted(request()));
                }
                (Denied, Depends) if listed == Denied => return Err(Violation::Unlisted(request())),
                _ => {}
            }
        }
    }
    Ok(decided)
}

#[cfg(test)]
mod tests;
