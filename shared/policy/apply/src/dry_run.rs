//! What a plan would do, or what undoing a run would do, without doing it.

use std::collections::BTreeMap;

use mailtrail_resource_policy::measure;
use mailtrail_resource_policy::plan::{Grant, Move, PolicyScope, Step};
use serde::{Deserialize, Serialize};

use crate::aws::Aws;
use crate::call::Call;
use crate::change::{Change, DestinationChange, PolicyChange};
use crate::error::{ApplyError, MoveBlocked};
use crate::journal::{ChangeSet, History};
use crate::moving;
use crate::moving::error::MoveError;
use crate::preconditions::{self, PreconditionError};
use crate::rollback;
use crate::statements::{self, StatementSummary};

/// What would be done.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct DryRun {
    /// The calls that change something, in their order.
    pub calls: Vec<Call>,
    /// What is not any more what the plan was made of, or is not proved to be safe: then nothing is done, and no call is told.
    pub stops: Vec<String>,
    /// What would not be carried over, and what people would have to look after.
    pub not_copied: Vec<String>,
    /// Steps to do by hand, and why.
    pub left: Vec<String>,
    /// What undoing would leave as it is, and why.
    #[serde(default)]
    pub kept: Vec<String>,
    /// What becomes of each policy, in the end.
    #[serde(default)]
    pub policies: Vec<PolicySummary>,
    /// Delivery destinations that are pointed to another log group.
    #[serde(default)]
    pub destinations: Vec<DestinationSummary>,
    /// All other changes, a sentence each.
    #[serde(default)]
    pub other: Vec<String>,
    /// What each move comes to, by the number of its step.
    #[serde(skip)]
    pub moves: BTreeMap<usize, ChangeSet>,
}

/// What becomes of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicySummary {
    /// Which one.
    #[serde(rename = "place")]
    pub scope: PolicyScope,
    /// Its characters before; `None`: there is none.
    pub before: Option<usize>,
    /// Its characters after; `None`: it is deleted.
    pub after: Option<usize>,
    /// What it says after, and did not say before.
    pub added: Vec<StatementSummary>,
    /// What it does not say any more.
    pub removed: Vec<StatementSummary>,
}

/// A delivery destination that is pointed to another log group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DestinationSummary {
    /// Its name.
    pub name: String,
    /// The ARN that it writes to before.
    pub from: String,
    /// The ARN that it writes to after.
    pub to: String,
}

impl DryRun {
    /// Of changes, in their order.
    pub(crate) fn of<'c>(changes: impl IntoIterator<Item = &'c Change>) -> Self {
        let mut told = Self::default();
        let mut policies: Vec<PolicyChange> = Vec::new();
        for change in changes {
            told.calls.push(change.call());
            match change {
                Change::Policy(change) => {
                    match policies.iter_mut().find(|known| known.scope == change.scope) {
                        Some(known) => known.after.clone_from(&change.after),
                        None => policies.push(change.clone()),
                    }
                }
                Change::Destination(DestinationChange { name, before, after, .. }) => {
                    let (name, from, to) = (name.clone(), before.clone(), after.clone());
                    told.destinations.push(DestinationSummary { name, from, to });
                }
                Change::LogGroup(_) | Change::Permission(_) | Change::Tag(_) | Change::Setting(_) => {
                    told.other.push(change.to_string());
                }
            }
        }
        told.policies = policies.into_iter().map(PolicySummary::of).collect();
        told
    }

    /// This, and what comes after it.
    fn and(mut self, later: Self) -> Self {
        self.calls.extend(later.calls);
        self.left.extend(later.left);
        self.kept.extend(later.kept);
        self.policies.extend(later.policies);
        self.destinations.extend(later.destinations);
        self.other.extend(later.other);
        self
    }
}

impl PolicySummary {
    fn of(change: PolicyChange) -> Self {
        let PolicyChange { scope, before, after, .. } = change;
        let (added, removed) = statements::difference(before.as_deref(), after.as_deref());
        let size = |document: Option<String>| document.map(|document| measure::size(&document));
        Self { scope, before: size(before), after: size(after), added, removed }
    }
}

/// Looks what is left to do of a run, and tells. Of a move that was begun, what is not known to be done; of one that was
/// refused, what undoes it. `journal` is the one of a run that was begun.
pub(crate) async fn dry_run(
    aws: &Aws<'_>,
    history: &History,
    grants: &[Grant],
    journal: Option<&str>,
) -> Result<DryRun, ApplyError> {
    let (mut stops, mut left, mut not_copied) = (Vec::new(), Vec::new(), Vec::new());
    match preconditions::prove(aws, history, grants).await {
        Ok(_) => {}
        Err(PreconditionError::Stale(why)) => stops = why,
        Err(error) => return Err(error.error(journal)),
    }
    let (mut changes, mut moves) = (Vec::new(), BTreeMap::new());
    let until = history.refused.as_ref().map_or(usize::MAX, |(step, _)| *step);
    for (number, step) in history.plan.steps.iter().enumerate().take(until) {
        let change_set = match &step.moving {
            Some(moving) if !moving.is_automatic() => {
                left.push(moving::left_to_people(moving));
                continue;
            }
            Some(moving) => match of_move(aws, history, (number, step), moving).await {
                Ok(change_set) => {
                    if history.settled(number).is_none() {
                        not_copied.extend(change_set.not_copied.iter().cloned());
                        moves.insert(number, change_set.clone());
                    }
                    change_set
                }
                Err(MoveError::Blocked(why)) => {
                    stops.push(format!("{} would not be moved: {why}", moving.from));
                    continue;
                }
                Err(MoveError::Call(error)) => {
                    let what = format!("look at {}", moving.from);
                    return Err(ApplyError::not_looked(what, error, journal));
                }
            },
            None => ChangeSet::of_writes(&step.writes),
        };
        let open = change_set.changes().enumerate().filter(|(action, _)| history.is_open(number, *action));
        changes.extend(open.map(|(_, change)| change.clone()));
    }
    if !stops.is_empty() {
        return Ok(DryRun { stops, left, ..DryRun::default() });
    }
    let told = DryRun { not_copied, left, moves, ..DryRun::of(&changes) };
    let Some((step, _)) = &history.refused else { return Ok(told) };
    match rollback::dry_run(aws, history, grants, Some(*step)).await {
        Ok(undone) => Ok(told.and(undone)),
        Err(error) => Err(ApplyError::not_looked(rollback::WHAT.to_owned(), error, journal)),
    }
}

/// What a move changes, as a run would find it: of one that was begun, the same as the journal says.
async fn of_move(
    aws: &Aws<'_>,
    history: &History,
    (number, step): (usize, &Step),
    moving: &Move,
) -> Result<ChangeSet, MoveError> {
    if let Some(settled) = history.settled(number) {
        return Ok(settled.clone());
    }
    let change_set = moving::change_set(aws, moving, &step.writes, &history.journal).await?;
    match history.change_sets.get(&number) {
        Some(recorded) if !recorded.is_same(&change_set) => {
            Err(MoveError::Blocked(MoveBlocked::Different("recorded")))
        }
        _ => Ok(change_set),
    }
}
