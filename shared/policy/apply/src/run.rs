//! The steps of a plan, one after the other.

use mailtrail_resource_policy::plan::{Move, Step};

use crate::error::{ApplyError, MoveBlocked};
use crate::intent;
use crate::journal::{Body, ChangeSet};
use crate::moving::error::MoveError;
use crate::moving::{self, bridge, verify};
use crate::outcome::{End, Event, Moved, Outcome, Refused};
use crate::session::{Position, Session};

/// What a step came to.
enum StepOutcome {
    Done(Option<Moved>),
    Refused(Refused),
}

impl Session<'_, '_> {
    /// Carries out what is not carried out yet.
    pub(crate) async fn carry_out(&mut self) -> Result<Outcome, ApplyError> {
        let steps = self.history.plan.steps.clone();
        let mut outcome = self.outcome(End::Done);
        for (number, step) in steps.iter().enumerate() {
            self.emit(Event::Step { number: number + 1, of: steps.len(), what: intent::what(step) });
            let moving = step.moving.as_ref();
            if let Some(left) = moving.filter(|moving| !moving.is_automatic()) {
                outcome.left.push(moving::left_to_people(left));
                continue;
            }
            let change_set = self.change_set(number, step).await?;
            match self.step(number, &change_set, moving).await? {
                StepOutcome::Done(moved) => outcome.moves.extend(moved),
                StepOutcome::Refused(refused) => {
                    outcome.kept = self.undo(Some(number)).await?;
                    (outcome.end, outcome.refused) = (End::Stopped, Some(refused));
                    break;
                }
            }
        }
        outcome.changes = self.history.made();
        self.record(Body::End { outcome: outcome.clone() }).await?;
        Ok(outcome)
    }

    pub(crate) fn outcome(&self, end: End) -> Outcome {
        Outcome {
            journal: self.journal.id().to_owned(),
            end,
            changes: 0,
            moves: Vec::new(),
            left: Vec::new(),
            kept: Vec::new(),
            refused: None,
        }
    }

    /// What a step changes: made of what is there now, also where it was begun before, unless it is settled. What was
    /// shown, and what the journal has of it, must be the same.
    async fn change_set(&mut self, number: usize, step: &Step) -> Result<ChangeSet, ApplyError> {
        let Some(moving) = &step.moving else { return Ok(ChangeSet::of_writes(&step.writes)) };
        if let Some(settled) = self.history.settled(number) {
            return Ok(settled.clone());
        }
        let recorded = self.history.change_sets.get(&number).cloned();
        let change_set = moving::change_set(&self.aws, moving, &step.writes, self.journal.id()).await;
        let change_set = change_set.map_err(|error| self.move_failed(moving, error))?;
        if self.shown.get(&number).is_some_and(|shown| !shown.is_same(&change_set)) {
            return Err(self.not_moved(&moving.from, MoveBlocked::Different("shown")));
        }
        if let Some(recorded) = recorded {
            if !recorded.is_same(&change_set) {
                return Err(self.not_moved(&moving.from, MoveBlocked::Different("recorded")));
            }
            return Ok(ChangeSet { not_copied: change_set.not_copied, ..recorded });
        }
        self.record(Body::ChangeSet { step: number, change_set: change_set.clone() }).await?;
        Ok(change_set)
    }

    async fn step(
        &mut self,
        step: usize,
        change_set: &ChangeSet,
        moving: Option<&Move>,
    ) -> Result<StepOutcome, ApplyError> {
        if let Some((refused_step, refused)) = self.history.refused.clone()
            && refused_step == step
        {
            let bridge = match moving.and_then(|it| Some((it, it.destination(&refused.destination)?))) {
                Some((moving, destination)) => bridge::commands(&self.aws, moving, destination).await,
                None => Vec::new(),
            };
            // Commands are never those of a journal, which others may have written.
            return Ok(StepOutcome::Refused(Refused { bridge, ..refused }));
        }
        for (action, change) in change_set.prepare.iter().enumerate() {
            self.perform(Position::Step { step, action }, change).await?;
        }
        let Some(moving) = moving else { return Ok(StepOutcome::Done(None)) };
        if let Some(refused) = self.repoint(step, change_set, moving).await? {
            self.record(Body::Refused { step, refused: refused.clone() }).await?;
            return Ok(StepOutcome::Refused(refused));
        }
        let seen = self.watch(step, moving).await?;
        let first = change_set.prepare.len() + change_set.repoint.len();
        for (action, change) in change_set.finish.iter().enumerate() {
            self.perform(Position::Step { step, action: first + action }, change).await?;
        }
        let (from, to, not_copied) = (moving.from.clone(), moving.to.clone(), change_set.not_copied.clone());
        Ok(StepOutcome::Done(Some(Moved { from, to, seen, not_copied })))
    }

    /// Re-points the destinations, one after the other. A refusal that stays is no error: the step is undone.
    async fn repoint(
        &mut self,
        step: usize,
        change_set: &ChangeSet,
        moving: &Move,
    ) -> Result<Option<Refused>, ApplyError> {
        for (index, (change, destination)) in change_set.repoint.iter().zip(&moving.v2).enumerate() {
            let action = change_set.prepare.len() + index;
            if self.history.status(step, action) != crate::journal::Status::Done {
                let journal = self.journal.id();
                let checked = moving::check_before_repointing(&self.aws, moving, journal).await;
                checked.map_err(|error| self.move_failed(moving, error))?;
            }
            match self.perform(Position::Step { step, action }, change).await {
                Ok(()) => {}
                Err(ApplyError::Call { error, .. }) if is_refusal(&error.failure.code) => {
                    let bridge = bridge::commands(&self.aws, moving, destination).await;
                    let (destination, reason) = (destination.name.clone(), error.to_string());
                    return Ok(Some(Refused { destination, reason, bridge }));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Watches the new log group, once.
    async fn watch(&mut self, step: usize, moving: &Move) -> Result<Option<String>, ApplyError> {
        if let Some(seen) = self.history.watched.get(&step) {
            return Ok(seen.clone());
        }
        self.emit(Event::Waiting { what: format!("for events in {}", moving.to) });
        let (wait, between) = (self.options.wait, self.options.between_looks);
        let seen = verify::wait_for_events(&self.aws, &moving.to, wait, between).await;
        let seen = seen.map_err(|error| self.failed(format!("look for events in {}", moving.to), error))?;
        self.emit(Event::Note {
            what: match &seen {
                Some(stream) => format!("events arrive in {} (log stream {stream})", moving.to),
                None => format!("no events in {} yet: not verified", moving.to),
            },
        });
        self.record(Body::Watched { step, seen: seen.clone() }).await?;
        Ok(seen)
    }

    fn move_failed(&self, moving: &Move, error: MoveError) -> ApplyError {
        match error {
            MoveError::Blocked(why) => self.not_moved(&moving.from, why),
            MoveError::Call(error) => self.failed(format!("move {}", moving.from), error),
        }
    }
}

/// Whether AWS says that it will not re-point in place: by rule, or permanently busy.
fn is_refusal(code: &str) -> bool {
    matches!(code, "ValidationException" | "ConflictException")
}
