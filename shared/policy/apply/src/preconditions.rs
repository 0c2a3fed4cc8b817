//! What a plan rests on, looked at again before anything of it is written: see [`mailtrail_resource_policy::recheck`].

use std::collections::BTreeSet;

use mailtrail_policy_survey::CallError;
use mailtrail_resource_policy::inventory::ResourcePolicy;
use mailtrail_resource_policy::plan::{Grant, PolicyScope};
use mailtrail_resource_policy::policy_set::ParsedPolicy;
use mailtrail_resource_policy::prove::{Proof, Violation};
use mailtrail_resource_policy::recheck::RemainingPlan;

use crate::aws::Aws;
use crate::error::ApplyError;
use crate::journal::History;
use crate::policies;

/// Log groups that are named in a reason, the most.
const NAMED: usize = 5;

/// What is looked at, in the words of an error.
const WHAT: &str = "look at what the plan rests on";

/// Why nothing may be written.
#[derive(Debug)]
pub(crate) enum PreconditionError {
    /// What has changed, or would be wrong.
    Stale(Vec<String>),
    /// What is there could not be looked at.
    NotSeen(CallError),
}

impl PreconditionError {
    /// The error with which a run stops; with its journal, if it had begun.
    pub(crate) fn error(self, journal: Option<&str>) -> ApplyError {
        match self {
            Self::Stale(why) => ApplyError::Stale { why, journal: journal.map(str::to_owned) },
            Self::NotSeen(error) => ApplyError::not_looked(WHAT.to_owned(), error, journal),
        }
    }
}

impl From<CallError> for PreconditionError {
    fn from(error: CallError) -> Self {
        Self::NotSeen(error)
    }
}

/// Looks at the policies of the account, at those that are to be written, and for the log groups whose entries go; and
/// proves what a run has still to write, with what may be granted ([`crate::intent::check`]). Returns nothing if there is
/// nothing to prove.
pub(crate) async fn prove(
    aws: &Aws<'_>,
    history: &History,
    grants: &[Grant],
) -> Result<Option<Proof>, PreconditionError> {
    let writes = history.to_write();
    if writes.is_empty() {
        return Ok(None);
    }
    let account = aws.account;
    let mut seen = account.account_policies(aws.deadline).await?;
    let scopes: BTreeSet<&PolicyScope> = writes.iter().map(|it| &it.write.scope).collect();
    for scope in scopes.into_iter().filter(|scope| matches!(scope, PolicyScope::LogGroup(_))) {
        seen.extend(policies::read(aws, scope).await?);
    }
    let changed = |changed: BTreeSet<PolicyScope>| {
        PreconditionError::Stale(changed.iter().map(|scope| is_other(scope, &seen)).collect())
    };
    RemainingPlan::new(&seen, &writes).map_err(changed)?;
    // After each write: a run may end there.
    let states = (1..=writes.len()).map(|count| RemainingPlan::new(&seen, &writes[..count]));
    let mut states = states.collect::<Result<Vec<_>, _>>().map_err(changed)?;
    let named: BTreeSet<String> = states.iter().flat_map(RemainingPlan::depends_on).collect();
    let there = account.existing_log_groups(&named, aws.deadline).await?;
    for name in &there {
        if let Some(own) = policies::read(aws, &PolicyScope::LogGroup(aws.group_arn(name))).await? {
            for state in &mut states {
                state.add(&own);
            }
        }
    }
    let missing = named.difference(&there).cloned().collect();
    let Some((end, between)) = states.split_last() else { return Ok(None) };
    let refuse = |state: &RemainingPlan, violation| {
        PreconditionError::Stale(vec![reason(&violation, &state.depends_on(), &there)])
    };
    for state in between {
        let proved = state.prove_between(&account.id, &account.region, &missing, grants);
        proved.map_err(|violation| refuse(state, violation))?;
    }
    let proved = end.prove(&account.id, &account.region, &missing, grants);
    proved.map(Some).map_err(|violation| refuse(end, violation))
}

/// What became of a policy that is not what the plan begins with.
fn is_other(scope: &PolicyScope, seen: &[ResourcePolicy]) -> String {
    if seen.iter().any(|policy| ParsedPolicy::new(policy).scope == *scope) {
        format!("{scope} has changed since the plan was created")
    } else {
        format!("{scope} was deleted since the plan was created")
    }
}

/// What would be wrong, and with it the log groups that would lose something.
fn reason(violation: &Violation, depends_on: &BTreeSet<String>, there: &BTreeSet<String>) -> String {
    let losing: Vec<&str> = depends_on.intersection(there).map(String::as_str).collect();
    let others = match losing.len().saturating_sub(NAMED) {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    let names = losing.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    let why = format!("it is not proved to be safe: {violation}");
    match losing.len() {
        0 => why,
        1 => format!("{why}; the log group {names} exists"),
        _ => format!("{why}; these log groups exist: {names}{others}"),
    }
}
