//! What a plan would do, without doing it.

use mailtrail_resource_policy::plan::Plan;
use serde::{Deserialize, Serialize};

use crate::aws::Aws;
use crate::call::Call;
use crate::change::{Change, PolicyChange};
use crate::error::ApplyError;
use crate::journal::{History, RunHeader};
use crate::moving;
use crate::moving::error::MoveError;
use crate::preconditions::{self, PreconditionError};

/// Stands for the id of a journal that there is not.
const NO_JOURNAL: &str = "dry-run";

/// What a plan would do.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct DryRun {
    /// The calls that change something, in their order.
    pub calls: Vec<Call>,
    /// What is not any more what the plan was made of, or would not be safe: it would stop there.
    pub stops: Vec<String>,
    /// What would not be carried over, and what people would have to look after.
    pub not_copied: Vec<String>,
    /// Steps that are left to people, and why.
    pub left: Vec<String>,
}

/// Looks, and tells.
pub(crate) async fn dry_run(aws: &Aws<'_>, plan: &Plan) -> Result<DryRun, ApplyError> {
    let mut told = DryRun::default();
    match preconditions::prove(aws, &History::new(RunHeader::of(aws.account, plan))).await {
        Ok(_) => {}
        Err(PreconditionError::Stale(why)) => told.stops = why,
        Err(error) => return Err(error.error(None)),
    }
    for step in &plan.steps {
        if let Some(left) = step.moving.as_ref().filter(|moving| !moving.is_automatic()) {
            told.left.push(moving::left_to_people(left));
            continue;
        }
        let Some(moving) = &step.moving else {
            told.calls
                .extend(step.writes.iter().map(|write| Change::Policy(PolicyChange::from(write)).call()));
            continue;
        };
        match moving::change_set(aws, moving, &step.writes, NO_JOURNAL).await {
            Ok(change_set) => {
                told.calls.extend(change_set.changes().map(Change::call));
                told.not_copied.extend(change_set.not_copied);
            }
            Err(MoveError::Blocked(why)) => {
                told.stops.push(format!("{} would not be moved: {why}", moving.from));
            }
            Err(MoveError::Call(error)) => {
                return Err(ApplyError::not_seen(format!("look at {}", moving.from), error));
            }
        }
    }
    Ok(told)
}
