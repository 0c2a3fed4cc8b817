//! What the account says of entries that a journal lacks.
//!
//! That the last entries of a journal are missing, its hashes do not tell. The account does, where what only they can
//! have told of is there: then the journal is not whole.

use std::collections::BTreeMap;

use mailtrail_policy_survey::CallError;
use mailtrail_resource_policy::plan::{Move, PolicyScope, Write};

use crate::aws::Aws;
use crate::change::{Change, PolicyChange};
use crate::journal::History;
use crate::{moving, policies};

/// What is there of the plan, and in no entry: a sentence.
pub(crate) async fn find(aws: &Aws<'_>, history: &History) -> Result<Option<String>, CallError> {
    let mut scopes: BTreeMap<&PolicyScope, Vec<(usize, &Write)>> = BTreeMap::new();
    let steps = history.plan.steps.iter().enumerate();
    let ours = steps.filter(|(_, step)| step.moving.as_ref().is_none_or(Move::is_automatic));
    for (number, step) in ours.clone() {
        for write in &step.writes {
            scopes.entry(&write.scope).or_default().push((number, write));
        }
    }
    for (scope, writes) in scopes {
        let is_told = |step: usize, write: &Write| {
            let change = Change::Policy(PolicyChange::from(write));
            history.intents.iter().any(|it| it.undoes.is_none() && it.step == step && it.change == change)
        };
        let (told, untold): (Vec<_>, Vec<_>) = writes.iter().partition(|(step, write)| is_told(*step, write));
        let Some((_, first)) = writes.first().filter(|_| !untold.is_empty()) else { continue };
        let found = policies::read(aws, scope).await?.map(|policy| policy.document);
        let is_known = found == first.before || told.iter().any(|(_, write)| write.after == found);
        if let Some((step, _)) = untold.iter().find(|(_, write)| write.after == found && !is_known) {
            return Ok(Some(format!("{scope} is as step {} leaves it", step + 1)));
        }
    }
    for (number, moving) in ours.filter_map(|(number, step)| Some((number, step.moving.as_ref()?))) {
        let is_told = |is_it: &dyn Fn(&Change) -> bool| {
            history.intents.iter().any(|it| it.undoes.is_none() && it.step == number && is_it(&it.change))
        };
        if !is_told(&|change| matches!(change, Change::LogGroup(_)))
            && aws.log_group(&moving.to).await?.is_some()
            && moving::is_ours(aws, &moving.to, &history.journal).await?
        {
            return Ok(Some(format!("the log group {} has the tag of this run", moving.to)));
        }
        for destination in &moving.v2 {
            let is_it =
                |change: &Change| matches!(change, Change::Destination(it) if it.name == destination.name);
            if is_told(&is_it) {
                continue;
            }
            let found = aws.destination(&destination.name).await?;
            if found.is_some_and(|found| crate::aws::resource_of(&found) == destination.to_arn) {
                return Ok(Some(format!(
                    "the delivery destination {} writes to {}",
                    destination.name, moving.to
                )));
            }
        }
    }
    Ok(None)
}
