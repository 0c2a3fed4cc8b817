//! Carries a plan out on AWS: journal, verify, roll back.
//!
//! Policy:
//!
//! * **Written down first.** Before each call, what it changes, before and after, is in the journal; after it, what
//!   became of it ([`journal`]). Whatever happens in between, a later session knows where to look, goes on
//!   ([`Apply::resume`]) or undoes ([`Apply::rollback`]).
//! * **Proved again.** Before anything of a plan is written, and whenever a run goes on, what is still to be written is
//!   proved of what is there now ([`mailtrail_resource_policy::recheck`]): a log group may have come back, what took an
//!   entry in may be gone, and the file may have been edited.
//! * **Nothing of others is lost.** A policy is read again right before it is written, and right after; where it is
//!   not what the plan was made of, the run stops and the plan is to be made again.
//! * **Nothing is deleted but what we made**: a new log group is known by its tag, and taken back only if nothing was
//!   ever delivered to it.
//! * **Grant first.** A destination is re-pointed only when the policies, read again, let log delivery write there.
//!
//! What services with V1 log delivery need are commands for people, and stay in the plan; what a deployment tool keeps
//! is left alone.

mod aws;
mod call;
mod change;
mod dry_run;
mod error;
mod execute;
pub mod journal;
mod moving;
mod options;
mod outcome;
mod permissions;
mod policies;
mod preconditions;
mod put_setting;
mod rollback;
mod run;
mod session;
mod setting;

use std::time::Duration;

use mailtrail_archive::Archive;
use mailtrail_aws_client::Deadline;
use mailtrail_policy_survey::Account;
use mailtrail_resource_policy::plan::Plan;

pub use call::Call;
pub use change::{
    CREATED_BY, Change, DestinationChange, LogGroupChange, NewLogGroup, PermissionChange, PolicyChange,
    SUPERSEDED_BY, TagChange,
};
pub use dry_run::DryRun;
pub use error::{ApplyError, JournalError, MoveBlocked};
pub use options::Options;
pub use outcome::{End, Event, Moved, Outcome, Progress, Refused};
pub use setting::{
    BearerToken, DeletionProtection, MetricFilter, MetricTransformation, Retention, Setting, SettingDocument,
    SubscriptionFilter, Transformer,
};

use crate::aws::Aws;
use crate::journal::{History, Journal, Purpose, RunHeader};
use crate::session::Session;

/// What is left of the time when the last call ends: for the journal to say what became of it.
const LAST_ENTRY: Duration = Duration::from_secs(10);

/// Carries out plans in one Region of one account.
#[derive(Debug)]
pub struct Apply<'a> {
    account: &'a Account,
    archive: &'a Archive,
    options: Options,
}

impl<'a> Apply<'a> {
    /// With journals in an archive.
    pub fn new(account: &'a Account, archive: &'a Archive, options: Options) -> Self {
        Self { account, archive, options }
    }

    /// Carries out a plan.
    ///
    /// # Errors
    /// When it is not carried out to its end. What was done by then is in the journal, which the error names.
    pub async fn run<'p>(
        &'a self,
        plan: &Plan,
        progress: &'p mut Progress<'p>,
    ) -> Result<Outcome, ApplyError> {
        check(self.account, plan)?;
        let header = RunHeader::of(self.account, plan);
        let history = History::new(header.clone());
        let proof = preconditions::prove(&self.aws(), &history).await.map_err(|error| error.error(None))?;
        let journal = Journal::create(self.archive, header, self.options.deadline).await?;
        let mut session = self.session(journal, history, progress);
        session.emit_proof(proof);
        session.carry_out().await
    }

    /// Goes on with a run that was interrupted. One that is over is left as it is.
    ///
    /// # Errors
    /// As for [`Self::run`], and when it was undone.
    pub async fn resume<'p>(
        &'a self,
        id: &str,
        progress: &'p mut Progress<'p>,
    ) -> Result<Outcome, ApplyError> {
        let (journal, history) = Journal::open(self.archive, id, self.options.deadline).await?;
        check_place(self.account, &history.account, &history.region)?;
        check(self.account, &history.plan)?;
        if history.undoing {
            return Err(JournalError::Undone(id.to_owned()).into());
        }
        if let Some(outcome) = history.outcome {
            return Ok(outcome);
        }
        let mut session = self.session(journal, history, progress);
        session.open(Purpose::Resume).await?;
        let proof = preconditions::prove(&session.aws, &session.history).await;
        session.emit_proof(proof.map_err(|error| error.error(Some(id)))?);
        session.carry_out().await
    }

    /// Undoes a run, the last change first: policies are what they were, byte for byte, and destinations write to
    /// where they wrote. A new log group stays, with all that it got, if anything may have been delivered to it.
    ///
    /// # Errors
    /// When it is not undone to the end; then call it again.
    pub async fn rollback<'p>(
        &'a self,
        id: &str,
        progress: &'p mut Progress<'p>,
    ) -> Result<Outcome, ApplyError> {
        let (journal, history) = Journal::open(self.archive, id, self.options.deadline).await?;
        check_place(self.account, &history.account, &history.region)?;
        if let Some(outcome) = history.outcome.clone().filter(|outcome| outcome.end == End::RolledBack) {
            return Ok(outcome);
        }
        let mut session = self.session(journal, history, progress);
        session.open(Purpose::Rollback).await?;
        session.roll_back().await
    }

    fn aws(&self) -> Aws<'a> {
        Aws::new(self.account, self.options.deadline.reserve(LAST_ENTRY))
    }

    fn session<'p>(
        &'a self,
        journal: Journal<'a>,
        history: History,
        progress: &'p mut Progress<'p>,
    ) -> Session<'a, 'p> {
        let mut session = Session { aws: self.aws(), options: &self.options, journal, history, progress };
        session.emit(Event::Journal { id: session.journal.id().to_owned() });
        session
    }
}

/// What a plan would do in an account: every call that changes something. Reads only, and needs no archive.
///
/// # Errors
/// When it cannot be told.
pub async fn dry_run(account: &Account, plan: &Plan, deadline: Deadline) -> Result<DryRun, ApplyError> {
    check(account, plan)?;
    dry_run::dry_run(&Aws::new(account, deadline), plan).await
}

/// A plan says where it is meant for; one that was made of a list of policies only does not.
fn check(account: &Account, plan: &Plan) -> Result<(), ApplyError> {
    if plan.format != Plan::FORMAT {
        return Err(ApplyError::Format(plan.format));
    }
    let (id, region) = (plan.account.as_ref(), plan.region.as_ref());
    check_place(account, id.unwrap_or(&account.id), region.unwrap_or(&account.region))
}

fn check_place(account: &Account, id: &str, region: &str) -> Result<(), ApplyError> {
    if (id, region) == (&account.id, &account.region) {
        return Ok(());
    }
    let here = format!("{} in {}", account.id, account.region);
    Err(ApplyError::Elsewhere { plan: format!("{id} in {region}"), here })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run can be moved from thread to thread, as the work of an asynchronous runtime is: that this compiles shows it.
    const _: for<'a> fn(&'a Apply<'a>, &'a Plan) = is_send;

    fn is_send<'a>(apply: &'a Apply<'a>, plan: &'a Plan) {
        fn check(_: &impl Send) {}
        let (mut tell, mut undo) = (|_: Event| {}, |_: Event| {});
        check(&apply.run(plan, &mut tell));
        check(&apply.rollback("", &mut undo));
    }
}
