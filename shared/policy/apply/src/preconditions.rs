//! What a plan rests on, looked at again before anything of it is written: see [`mailtrail_resource_policy::recheck`].

use std::collections::BTreeSet;

use mailtrail_policy_survey::CallError;
use mailtrail_resource_policy::plan::PolicyScope;
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
        let (what, journal) = (WHAT.to_owned(), journal.map(str::to_owned));
        match (self, journal) {
            (Self::Stale(why), journal) => ApplyError::Stale { why, journal },
            (Self::NotSeen(error), None) => ApplyError::not_seen(what, error),
            (Self::NotSeen(error), Some(journal)) => ApplyError::call(what, error, journal),
        }
    }
}

impl From<CallError> for PreconditionError {
    fn from(error: CallError) -> Self {
        Self::NotSeen(error)
    }
}

/// Looks at the policies of the account, at those that are to be written, and for the log groups whose entries go; and
/// proves what a run has still to write. Returns nothing if there is nothing to prove.
pub(crate) async fn prove(aws: &Aws<'_>, history: &History) -> Result<Option<Proof>, PreconditionError> {
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
    let mut rest = RemainingPlan::new(&seen, &writes).map_err(|changed| {
        let is_other = |place| format!("{place} has changed since the plan was created");
        PreconditionError::Stale(changed.iter().map(is_other).collect())
    })?;
    let named = rest.depends_on();
    let there = account.existing_log_groups(&named, aws.deadline).await?;
    for name in &there {
        if let Some(own) = policies::read(aws, &PolicyScope::LogGroup(aws.group_arn(name))).await? {
            rest.add(&own);
        }
    }
    let missing = named.difference(&there).cloned().collect();
    let proved = rest.prove(&account.id, &account.region, &missing, &history.plan.grants);
    proved.map(Some).map_err(|violation| PreconditionError::Stale(vec![reason(&violation, &rest, &there)]))
}

/// What would be wrong, and with it the log groups that would lose something.
fn reason(violation: &Violation, rest: &RemainingPlan, there: &BTreeSet<String>) -> String {
    let losing = rest.depends_on();
    let losing: Vec<&str> = losing.intersection(there).map(String::as_str).collect();
    let others = match losing.len().saturating_sub(NAMED) {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    let names = losing.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match losing.len() {
        0 => violation.to_string(),
        1 => format!("{violation}; the log group {names} exists"),
        _ => format!("{violation}; these log groups exist: {names}{others}"),
    }
}
