//! One session of a run: each change is written down, looked for, made, and looked at.

use std::collections::BTreeMap;

use mailtrail_policy_survey::CallError;
use mailtrail_resource_policy::plan::Grant;
use mailtrail_resource_policy::prove::Proof;
use serde_json::Value;

use crate::aws::{Aws, Seen};
use crate::change::Change;
use crate::error::{ApplyError, JournalError, MoveBlocked};
use crate::journal::{Answer, Body, ChangeSet, History, Journal, Purpose, Status};
use crate::options::Options;
use crate::outcome::{Event, Progress};

/// A session.
pub(crate) struct Session<'a, 'p> {
    pub(crate) aws: Aws<'a>,
    pub(crate) options: &'a Options,
    pub(crate) journal: Journal<'a>,
    pub(crate) history: History,
    /// What may be granted.
    pub(crate) grants: Vec<Grant>,
    /// What each move comes to, as it was shown before it was begun.
    pub(crate) shown: BTreeMap<usize, ChangeSet>,
    pub(crate) progress: &'p mut Progress<'p>,
}

/// Which change of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Position {
    /// The change of a step.
    Step {
        /// From 0.
        step: usize,
        /// From 0.
        action: usize,
    },
    /// What undoes the change of an intent.
    Undoing {
        /// The step of that, from 0.
        step: usize,
        /// Its number in the step, from 0.
        action: usize,
        /// The entry with the intent.
        intent: u32,
    },
}

/// Why a change was not made.
enum ChangeError {
    /// Something else was there than expected; nothing was tried.
    Changed(String),
    /// What was to be changed was deleted; nothing was tried.
    Deleted,
    /// Something else was there right after it.
    Overwritten(String),
    /// The call failed, and the change is not made.
    Refused(CallError),
    /// The call failed, and whether the change is made is not known.
    Unclear(CallError),
    /// What is there cannot be looked at; nothing was tried.
    NotSeen(CallError),
}

impl Session<'_, '_> {
    pub(crate) fn emit(&mut self, event: Event) {
        (self.progress)(event);
    }

    /// Says what was proved, if there was anything to prove.
    pub(crate) fn emit_proof(&mut self, proof: Option<Proof>) {
        if let Some(proof) = proof {
            self.emit(Event::Proved { requests: proof.requests });
        }
    }

    /// Says that this session goes on with a run of an earlier one.
    pub(crate) async fn open(&mut self, purpose: Purpose) -> Result<(), JournalError> {
        let by = self.aws.account.caller.clone();
        self.record(Body::Session { purpose, by }).await.map(drop)
    }

    /// Writes an entry, and takes it into the history.
    pub(crate) async fn record(&mut self, body: Body) -> Result<u32, JournalError> {
        let number = self.journal.append(body.clone()).await?;
        self.history.add(number, body);
        Ok(number)
    }

    /// Makes a change, unless it is made.
    ///
    /// # Errors
    /// When it is not made, or that is unknown.
    pub(crate) async fn perform(&mut self, at: Position, change: &Change) -> Result<(), ApplyError> {
        let (status, step, action, undoes) = match at {
            Position::Step { step, action } => (self.history.status(step, action), step, action, None),
            Position::Undoing { step, action, intent } => {
                (self.history.status_of_undoing(intent), step, action, Some(intent))
            }
        };
        let what = change.to_string();
        if matches!(status, Status::Done | Status::There) {
            self.emit(Event::Done { what, already: true });
            return Ok(());
        }
        let intent = Body::Intent { step, action, undoes, change: change.clone(), call: change.call() };
        let intent = self.record(intent).await?;
        self.emit(Event::Doing { what: what.clone() });
        let tried = status == Status::Unsure;
        let made = self.make(change, tried, undoes.is_some()).await;
        let answer = match &made {
            Ok(answer) => answer.clone(),
            Err(ChangeError::Changed(found)) => Answer::NotTried { found: found.clone() },
            Err(ChangeError::Deleted) => Answer::NotTried { found: "it was deleted".to_owned() },
            Err(ChangeError::Overwritten(found)) => {
                Answer::Failed { error: format!("afterwards there was: {found}") }
            }
            Err(ChangeError::Refused(error)) => Answer::Refused { error: error.to_string() },
            Err(ChangeError::Unclear(error)) => Answer::Failed { error: error.to_string() },
            Err(ChangeError::NotSeen(error)) if tried => Answer::Failed { error: error.to_string() },
            Err(ChangeError::NotSeen(error)) => Answer::NotTried { found: error.to_string() },
        };
        self.record(Body::Answer { intent, answer: answer.clone() }).await?;
        let journal = self.journal.id().to_owned();
        match made {
            Ok(_) => {
                let already = matches!(answer, Answer::DoneBefore | Answer::There);
                self.emit(Event::Done { what, already });
                Ok(())
            }
            Err(ChangeError::Changed(_)) => Err(ApplyError::Changed { what, journal }),
            Err(ChangeError::Deleted) => Err(ApplyError::Deleted { what, journal }),
            Err(ChangeError::Overwritten(_)) => Err(ApplyError::Overwritten { what, journal }),
            Err(ChangeError::Refused(error) | ChangeError::Unclear(error) | ChangeError::NotSeen(error)) => {
                Err(self.failed(what, error))
            }
        }
    }

    /// Makes a change, as often as something else is being changed at the same time, but not without end. What is as it
    /// is to be was not made by us, unless we tried, in an earlier session or in this one; what is undone may be undone
    /// by anybody.
    async fn make(&mut self, change: &Change, tried: bool, undoes: bool) -> Result<Answer, ChangeError> {
        let mut failed = 0;
        loop {
            let seen = self.aws.look(change).await;
            let seen = seen.map_err(if failed == 0 { ChangeError::NotSeen } else { ChangeError::Unclear })?;
            let revision = match seen {
                Seen::Before(revision) => revision,
                Seen::NotLooked => None,
                // The answer to a call that was tried again may be about what its first try did.
                Seen::After if failed > 0 => return Ok(Answer::Done { said: Value::Null }),
                Seen::After if tried => return Ok(Answer::DoneBefore),
                Seen::After if undoes || is_harmless(change) => return Ok(Answer::There),
                Seen::After => {
                    return Err(ChangeError::Changed("it is in the target state already".to_owned()));
                }
                Seen::Other(found) => return Err(ChangeError::Changed(found)),
                Seen::Gone => return Err(ChangeError::Deleted),
            };
            match self.aws.send(change, revision).await {
                Ok(said) => return self.confirm(change, said).await,
                Err(error) => {
                    failed += 1;
                    let is_in_the_way = error.is_conflict() || is_not_known_yet(&error);
                    if is_in_the_way {
                        self.emit(Event::Waiting { what: format!("to {change}: {error}") });
                    }
                    if is_in_the_way && self.options.conflicts.another_try(failed, self.aws.deadline).await {
                        continue;
                    }
                    return self.after_failure(change, error).await;
                }
            }
        }
    }

    /// Looks whether a call that failed has done its work all the same.
    async fn after_failure(&mut self, change: &Change, error: CallError) -> Result<Answer, ChangeError> {
        let is_final = !error.failure.retryable && !error.failure.is_out_of_time();
        match self.aws.look(change).await {
            Ok(Seen::After) => Ok(Answer::Done { said: Value::Null }),
            Ok(Seen::Before(_)) if is_final => Err(ChangeError::Refused(error)),
            _ => Err(ChangeError::Unclear(error)),
        }
    }

    /// Looks at what was written. An answer may be a little old: then it is as before, and we look again.
    async fn confirm(&mut self, change: &Change, said: Value) -> Result<Answer, ChangeError> {
        if !matches!(change, Change::Policy(_) | Change::Destination(_) | Change::LogGroup(_)) {
            return Ok(Answer::Done { said });
        }
        let mut looked = 0;
        loop {
            match self.aws.look(change).await {
                Ok(Seen::After | Seen::NotLooked) => return Ok(Answer::Done { said }),
                // Whose creation was answered is ours, whatever its tags say yet.
                Ok(Seen::Other(_)) if matches!(change, Change::LogGroup(_)) => {
                    return Ok(Answer::Done { said });
                }
                Ok(Seen::Other(found)) => return Err(ChangeError::Overwritten(found)),
                Ok(Seen::Gone) => return Err(ChangeError::Overwritten("nothing: it was deleted".to_owned())),
                Ok(Seen::Before(_)) => {
                    looked += 1;
                    if !self.options.conflicts.another_try(looked, self.aws.deadline).await {
                        return Err(ChangeError::Overwritten("the same as before".to_owned()));
                    }
                }
                Err(error) => return Err(ChangeError::Unclear(error)),
            }
        }
    }

    /// A call that failed, with what to do about it.
    pub(crate) fn failed(&self, what: String, error: CallError) -> ApplyError {
        ApplyError::call(what, error, self.journal.id().to_owned())
    }

    pub(crate) fn not_moved(&self, log_group: &str, why: MoveBlocked) -> ApplyError {
        let (log_group, journal) = (log_group.to_owned(), self.journal.id().to_owned());
        ApplyError::NotMoved { log_group, why, journal }
    }
}

/// Whether a filter is refused because the permission that was given a moment ago is not known everywhere yet:
/// CloudWatch Logs sends a test message first.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html>
fn is_not_known_yet(error: &CallError) -> bool {
    let message = &error.failure.message;
    error.operation == "PutSubscriptionFilter"
        && error.failure.code == "InvalidParameterException"
        && (message.contains("Could not execute the lambda function")
            || message.contains("Could not deliver test message"))
}

/// Whether it does not matter who made it: what was there is left there when the run is undone.
fn is_harmless(change: &Change) -> bool {
    matches!(change, Change::Permission(_) | Change::Tag(_) | Change::Setting(_))
}
