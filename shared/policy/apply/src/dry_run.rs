//! What a plan would do, without doing it.

use mailtrail_resource_policy::plan::Plan;
use serde::{Deserialize, Serialize};

use crate::aws::Aws;
use crate::call::Call;
use crate::change::{Change, PolicyChange};
use crate::error::ApplyError;
use crate::journal::{Begun, History};
use crate::moving;
use crate::moving::error::Hindrance;
use crate::premises::{self, Objection};

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
    match premises::prove(aws, &History::new(Begun::of(aws.account, plan))).await {
        Ok(_) => {}
        Err(Objection::Stale(why)) => told.stops = why,
        Err(objection) => return Err(objection.error(None)),
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
        match moving::script(aws, moving, &step.writes, NO_JOURNAL).await {
            Ok(script) => {
                told.calls.extend(script.changes().map(Change::call));
                told.not_copied.extend(script.not_copied);
            }
            Err(Hindrance::Obstacle(why)) => {
                told.stops.push(format!("{} would not be moved: {why}", moving.from));
            }
            Err(Hindrance::Call(error)) => {
                return Err(ApplyError::not_seen(format!("look at {}", moving.from), error));
            }
        }
    }
    Ok(told)
}
