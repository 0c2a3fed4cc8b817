//! Whether an entry follows from those before it, and asks for no more than the plan does.
//!
//! A change is one of its step, or undoes one; what a step changes is one of the things that a move of its two log
//! groups can come to. Whether that is what there is to do in the account now is found out by the session that goes on.

use mailtrail_resource_policy::moving::is_name;
use mailtrail_resource_policy::plan::{Move, PolicyScope, Step};

use super::entry::{Body, ChangeSet, Purpose};
use super::history::History;
use crate::change::{
    CREATED_BY, Change, LogGroupChange, PermissionChange, PolicyChange, SUPERSEDED_BY, TagChange,
};
use crate::intent::Here;
use crate::moving::repoint;
use crate::permissions;
use crate::setting::Setting;

/// Whether an entry follows.
pub(super) fn follows(history: &History, body: &Body) -> Result<(), String> {
    let is_over = history.outcome.is_some() && !history.undoing;
    if is_over && !matches!(body, Body::Session { purpose: Purpose::Rollback, .. }) {
        return Err("the run was over before".to_owned());
    }
    match body {
        Body::Plan(_) => Err("it is a second plan".to_owned()),
        Body::Session { purpose: Purpose::Resume, .. } if history.undoing => {
            Err("the run was rolled back before".to_owned())
        }
        Body::ChangeSet { step, .. } if history.change_sets.contains_key(step) => {
            Err(format!("it tells a second time what step {} changes", step + 1))
        }
        Body::ChangeSet { step, change_set } => is_of_move(history, moving_of(history, *step)?, change_set),
        Body::Intent { step, action, undoes: None, change, .. } => {
            if history.undoing {
                return Err("the run was rolled back before".to_owned());
            }
            let expected = expected(history, *step, *action)?;
            is(change, &expected, "step", *step)
        }
        Body::Intent { step, action, undoes: Some(undone), change, .. } => {
            let of = |found: &&super::Intended| {
                found.undoes.is_none()
                    && (found.number, found.step, found.action) == (*undone, *step, *action)
            };
            let undone = history.intents.iter().find(of).and_then(|found| found.change.reverse());
            let expected = undone.ok_or_else(|| "it undoes what was not done".to_owned())?;
            is(change, &expected, "what undoes step", *step)
        }
        Body::Answer { intent, .. } => match history.intents.iter().find(|found| found.number == *intent) {
            Some(found) if found.answer.is_none() => Ok(()),
            Some(_) => Err(format!("it answers the entry {intent} a second time")),
            None => Err(format!("it answers the entry {intent}, which is not a call")),
        },
        Body::Watched { step, .. } => moving_of(history, *step).map(drop),
        Body::Refused { step, refused } => {
            let (_, moving) = moving_of(history, *step)?;
            match moving.destination(&refused.destination) {
                Some(_) if history.change_sets.contains_key(step) => Ok(()),
                _ => Err(format!("step {} points no {}", step + 1, refused.destination)),
            }
        }
        Body::End { outcome } if outcome.journal != history.journal => {
            Err(format!("it ends the run of the journal {}", outcome.journal))
        }
        Body::Session { .. } | Body::End { .. } => Ok(()),
    }
}

fn is(change: &Change, expected: &Change, what: &str, step: usize) -> Result<(), String> {
    if change == expected {
        return Ok(());
    }
    Err(format!("it is to {change}, which is not in {what} {}", step + 1))
}

/// The change of a step, by its number in it.
fn expected(history: &History, step: usize, action: usize) -> Result<Change, String> {
    let found = step_of(history, step)?;
    let change = match &found.moving {
        Some(_) => history.change_sets.get(&step).and_then(|set| set.changes().nth(action)).cloned(),
        None => found.writes.get(action).map(|write| Change::Policy(PolicyChange::from(write))),
    };
    change.ok_or_else(|| format!("step {} has no change {action}", step + 1))
}

fn step_of(history: &History, step: usize) -> Result<&Step, String> {
    history.plan.steps.get(step).ok_or_else(|| format!("the plan has no step {}", step + 1))
}

/// The step with its move, if it is one that is carried out.
fn moving_of(history: &History, step: usize) -> Result<(&Step, &Move), String> {
    let found = step_of(history, step)?;
    match found.moving.as_ref().filter(|moving| moving.is_automatic()) {
        Some(moving) => Ok((found, moving)),
        None => Err(format!("step {} moves nothing", step + 1)),
    }
}

/// Whether all changes are some that a move of its two log groups can come to.
fn is_of_move(
    history: &History,
    (step, moving): (&Step, &Move),
    change_set: &ChangeSet,
) -> Result<(), String> {
    let refuse =
        |change: &Change| Err(format!("it is to {change}, which is not in the move to {}", moving.to));
    let here = Here::new(&history.account, &history.region);
    for change in &change_set.prepare {
        if !prepares(history, here, (step, moving), change) {
            return refuse(change);
        }
    }
    let expected = repoint(moving);
    if let Some(other) = change_set.repoint.iter().find(|change| !expected.contains(change)) {
        return refuse(other);
    }
    if change_set.repoint != expected {
        return Err(format!("it does not point every delivery destination to {}", moving.to));
    }
    match change_set.finish.as_slice() {
        [Change::Tag(TagChange { resource_arn, key, before, after })]
            if *resource_arn == here.group_arn(&moving.from)
                && key == SUPERSEDED_BY
                && after.as_ref() == Some(&moving.to)
                && before.as_deref().is_none_or(is_name) =>
        {
            Ok(())
        }
        [other, ..] => refuse(other),
        [] => Err(format!("it does not mark {}", moving.from)),
    }
}

/// Whether a change can be one of those before destinations are pointed to the new log group.
fn prepares(history: &History, here: Here<'_>, (step, moving): (&Step, &Move), change: &Change) -> bool {
    let to_arn = here.group_arn(&moving.to);
    match change {
        Change::LogGroup(LogGroupChange { present, group }) => {
            *present
                && group.log_group_name == moving.to
                && group.tags.get(CREATED_BY) == Some(&history.journal)
        }
        Change::Policy(policy) => {
            step.writes.iter().any(|write| PolicyChange::from(write) == *policy)
                || policy.scope == PolicyScope::LogGroup(to_arn)
        }
        Change::Permission(permission) => is_own(permission, &to_arn, here.account),
        Change::Setting(Setting::PutTransformer(it)) => {
            it.log_group_identifier == moving.to && it.transformer_config_of == moving.from
        }
        Change::Setting(setting) => setting.log_group() == moving.to,
        Change::Destination(_) | Change::Tag(_) => false,
    }
}

/// Whether a permission is the one that a filter of the log group needs, by the id that follows from both.
fn is_own(permission: &PermissionChange, to_arn: &str, account: &str) -> bool {
    let qualifier = permission.qualifier.as_ref().map(|qualifier| format!(":{qualifier}"));
    let function = format!("{}{}", permission.function, qualifier.unwrap_or_default());
    permissions::to_invoke(&function, to_arn, account) == *permission
}
