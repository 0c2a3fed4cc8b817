//! Undoing what a run did, the last change first.

use std::collections::BTreeSet;

use mailtrail_resource_policy::plan::PolicyScope;

use crate::change::Change;
use crate::error::ApplyError;
use crate::journal::{Body, Intended};
use crate::outcome::{End, Outcome};
use crate::session::{Position, Session};

impl Session<'_, '_> {
    /// Undoes the whole run.
    pub(crate) async fn roll_back(&mut self) -> Result<Outcome, ApplyError> {
        let mut outcome = self.outcome(End::RolledBack);
        outcome.kept = self.undo(None).await?;
        outcome.changes = self.history.undone();
        self.record(Body::End { outcome: outcome.clone() }).await?;
        Ok(outcome)
    }

    /// Undoes the run, or one step. Returns what stays as it is, and why.
    pub(crate) async fn undo(&mut self, only: Option<usize>) -> Result<Vec<String>, ApplyError> {
        let mut intents = self.history.to_undo();
        intents.retain(|intended| only.is_none_or(|step| intended.step == step));
        let staying = self.staying(&intents).await?;
        for intended in intents {
            if self.log_group_of(&intended.change).is_some_and(|arn| staying.contains(&arn)) {
                continue;
            }
            let Some(reverse) = intended.change.reverse() else { continue };
            let Intended { number, step, action, .. } = intended;
            self.perform(Position::Undoing { step, action, intent: number }, &reverse).await?;
        }
        let kept = |arn: &String| {
            format!("{arn} stays, with its filters and policy: it has events, or may still receive some")
        };
        Ok(staying.iter().map(kept).collect())
    }

    /// The log groups that the run created and that stay: a destination was pointed to them, or something is in them.
    async fn staying(&mut self, intents: &[Intended]) -> Result<BTreeSet<String>, ApplyError> {
        let mut staying = BTreeSet::new();
        for change in intents.iter().map(|intended| &intended.change) {
            let Change::LogGroup(made) = change else { continue };
            let name = &made.group.log_group_name;
            let arn = self.aws.group_arn(name);
            let is_used = match self.aws.last_stream(name).await {
                Ok(stream) => stream.is_some(),
                Err(error) if error.is_missing() => false,
                Err(error) => return Err(self.failed(format!("look into {name}"), error)),
            };
            if is_used || self.history.was_destination(&arn) {
                staying.insert(arn);
            }
        }
        Ok(staying)
    }

    /// The ARN of the log group that a change belongs to, if it belongs to one.
    fn log_group_of(&self, change: &Change) -> Option<String> {
        match change {
            Change::Policy(policy) => match &policy.scope {
                PolicyScope::LogGroup(arn) => Some(arn.clone()),
                PolicyScope::Account(_) => None,
            },
            Change::LogGroup(made) => Some(self.aws.group_arn(&made.group.log_group_name)),
            Change::Permission(permission) => Some(permission.source_arn.trim_end_matches(":*").to_owned()),
            Change::Setting(setting) => Some(self.aws.group_arn(setting.log_group())),
            Change::Destination(_) | Change::Tag(_) => None,
        }
    }
}
