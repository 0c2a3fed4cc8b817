//! What a plan would do, without doing it.

use std::collections::BTreeSet;

use mailtrail_resource_policy::plan::Plan;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, Seen};
use crate::change::{Call, Change, PolicyChange};
use crate::error::{ApplyError, advice};
use crate::moving::{self, Hindrance};
use crate::run::left_to_people;

/// Stands for the id of a journal that there is not.
const NO_JOURNAL: &str = "dry-run";

/// What a plan would do.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct DryRun {
    /// The calls that change something, in their order.
    pub calls: Vec<Call>,
    /// What is not any more what the plan was made of: it would stop there.
    pub stops: Vec<String>,
    /// What would not be carried over, and what people would have to look after.
    pub not_copied: Vec<String>,
    /// Steps that are left to people, and why.
    pub left: Vec<String>,
}

/// Looks, and tells.
pub(crate) async fn dry_run(aws: &Aws<'_>, plan: &Plan) -> Result<DryRun, ApplyError> {
    let mut told = DryRun::default();
    let mut looked_at = BTreeSet::new();
    for step in &plan.steps {
        if let Some(left) = step.moving.as_ref().filter(|moving| !moving::is_ours(moving)) {
            told.left.push(left_to_people(left));
            continue;
        }
        for write in &step.writes {
            // Of several writes to one policy, the later ones begin with what the earlier ones wrote.
            if !looked_at.insert(write.place.clone()) {
                continue;
            }
            let change = Change::Policy(PolicyChange::from(write));
            let seen =
                aws.look(&change).await.map_err(|error| failed(format!("look at {}", write.place), error))?;
            if !matches!(seen, Seen::Before(_)) {
                told.stops.push(format!("{} is not what it was when the plan was made", write.place));
            }
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
            Err(Hindrance::Call(error)) => return Err(failed(format!("look at {}", moving.from), error)),
        }
    }
    Ok(told)
}

fn failed(what: String, error: mailtrail_policy_survey::CallError) -> ApplyError {
    ApplyError::NotSeen { what, advice: advice(&error), error: Box::new(error) }
}
