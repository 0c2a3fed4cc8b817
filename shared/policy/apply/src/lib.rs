//! Carries a plan out on AWS: journal, verify, roll back.
//!
//! Policy:
//!
//! * **One at a time.** No run is begun in an account and Region while another one of the archive has no end.
//! * **Written down first.** Before each call, what it changes, before and after, is in the journal; after it, what
//!   became of it ([`journal`]). Whatever happens in between, a later session knows where to look, goes on
//!   ([`Apply::resume`]) or undoes ([`Apply::rollback`]).
//! * **Files are not trusted.** A plan is a file, and a journal an object that others may write. Names, ARNs and grants
//!   are derived from what they mean (`intent`), changes of a move from the account, and the journal is whole
//!   ([`journal`]) or not used.
//! * **Proved again.** Before anything of a plan is written, and whenever a run goes on, what is still to be written is
//!   proved of what is there now ([`mailtrail_resource_policy::recheck`]): a log group may have come back, what took an
//!   entry in may be gone, and the file may have been edited. What is undone is proved too
//!   ([`mailtrail_resource_policy::restore`]).
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
mod commands;
mod dry_run;
mod error;
mod execute;
mod intent;
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
mod statements;
mod unrecorded;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mailtrail_archive::{Archive, ArchiveReader};
use mailtrail_aws_client::Deadline;
use mailtrail_policy_survey::Account;
use mailtrail_resource_policy::plan::{Grant, Plan};

pub use call::Call;
pub use change::{
    CREATED_BY, Change, DestinationChange, LogGroupChange, NewLogGroup, PermissionChange, PolicyChange,
    SUPERSEDED_BY, TagChange,
};
pub use commands::{Commands, option_words};
pub use dry_run::{DestinationSummary, DryRun, PolicySummary};
pub use error::{ApplyError, JournalError, MoveBlocked, Next};
pub use options::Options;
pub use outcome::{End, Event, Moved, Outcome, Progress, Refused};
pub use setting::{
    BearerToken, DeletionProtection, MetricFilter, MetricTransformation, Retention, Setting, SettingDocument,
    SubscriptionFilter, Transformer,
};
pub use statements::StatementSummary;

use crate::aws::Aws;
use crate::intent::Here;
use crate::journal::{Body, ChangeSet, History, Journal, Purpose, RunHeader};
use crate::session::Session;

/// Stands for the id of a journal that there is not.
const NO_JOURNAL: &str = "dry-run";
/// What is left of the time when the last call ends: for the journal to say what became of it.
const LAST_ENTRY: Duration = Duration::from_secs(10);

/// Carries out plans in one Region of one account.
#[derive(Debug)]
pub struct Apply<'a> {
    account: &'a Account,
    archive: &'a Archive,
    options: Options,
    /// What each move comes to, as it was shown.
    shown: BTreeMap<usize, ChangeSet>,
}

impl<'a> Apply<'a> {
    /// With journals in an archive.
    pub fn new(account: &'a Account, archive: &'a Archive, options: Options) -> Self {
        Self { account, archive, options, shown: BTreeMap::new() }
    }

    /// Only what was shown: a move that has come to something else since is not begun.
    #[must_use]
    pub fn as_shown(mut self, shown: &DryRun) -> Self {
        self.shown.clone_from(&shown.moves);
        self
    }

    /// Carries out a plan.
    ///
    /// # Errors
    /// When another run has no end, or this one is not carried out to its own. What was done by then is in the journal,
    /// which the error names.
    pub async fn run<'p>(
        &'a self,
        plan: &Plan,
        progress: &'p mut Progress<'p>,
    ) -> Result<Outcome, ApplyError> {
        let (reader, deadline) = (self.archive.reader(), self.options.deadline);
        let grants = check(self.account, plan)?;
        let mut known: BTreeSet<String> = journal::list(&reader, deadline).await?.into_iter().collect();
        check_none_open(self.account, &reader, deadline).await?;
        let header = RunHeader::of(self.account, plan);
        let history = History::new(header.clone());
        let proof = preconditions::prove(&self.aws(), &history, &grants).await;
        let proof = proof.map_err(|error| error.error(None))?;
        let journal = Journal::create(self.archive, header, deadline).await?;
        known.insert(journal.id().to_owned());
        let mut session = self.session((journal, history, grants), progress);
        // One that began meanwhile finds this one, and this one it: at least one of them ends here.
        if let Err(error) = none_open_but(&known, self.account, &reader, deadline).await {
            let outcome = session.outcome(End::RolledBack);
            session.record(Body::End { outcome }).await?;
            return Err(error);
        }
        session.emit_proof(proof);
        session.carry_out().await
    }

    /// Goes on with a run that was interrupted. One that is over is left as it is.
    ///
    /// # Errors
    /// As for [`Self::run`], and when it was undone, or its journal is not whole.
    pub async fn resume<'p>(
        &'a self,
        id: &str,
        progress: &'p mut Progress<'p>,
    ) -> Result<Outcome, ApplyError> {
        let opened = self.open(id).await?;
        check_not_undone(&opened.1)?;
        if let Some(outcome) = opened.1.outcome {
            return Ok(outcome.of_earlier());
        }
        let mut session = self.session(opened, progress);
        session.open(Purpose::Resume).await?;
        let proof = preconditions::prove(&session.aws, &session.history, &session.grants).await;
        session.emit_proof(proof.map_err(|error| error.error(Some(id)))?);
        session.carry_out().await
    }

    /// Undoes a run, the last change first: policies are what they were, byte for byte, and destinations write to
    /// where they wrote. A new log group stays, with all that it got, if anything may have been delivered to it. What
    /// cannot be undone is left, and the outcome says why.
    ///
    /// # Errors
    /// When it is not known whether a change is undone, or the journal is not whole. Then call it again.
    pub async fn rollback<'p>(
        &'a self,
        id: &str,
        progress: &'p mut Progress<'p>,
    ) -> Result<Outcome, ApplyError> {
        let opened = self.open(id).await?;
        if let Some(outcome) = rolled_back(&opened.1) {
            return Ok(outcome.of_earlier());
        }
        let mut session = self.session(opened, progress);
        session.open(Purpose::Rollback).await?;
        session.roll_back().await
    }

    fn aws(&self) -> Aws<'a> {
        Aws::new(self.account, self.options.deadline.reserve(LAST_ENTRY))
    }

    /// Opens a journal that is whole, and of this account and Region.
    async fn open(&self, id: &str) -> Result<Opened<'a>, ApplyError> {
        let (journal, history) = Journal::open(self.archive, id, self.options.deadline).await?;
        let grants = check_history(&self.aws(), &history).await?;
        Ok((journal, history, grants))
    }

    fn session<'p>(
        &'a self,
        (journal, history, grants): Opened<'a>,
        progress: &'p mut Progress<'p>,
    ) -> Session<'a, 'p> {
        let (aws, options, shown) = (self.aws(), &self.options, self.shown.clone());
        let mut session = Session { aws, options, journal, history, grants, shown, progress };
        session.emit(Event::Journal { id: session.journal.id().to_owned() });
        session
    }
}

/// A journal, what it tells, and what its plan may grant.
type Opened<'a> = (Journal<'a>, History, Vec<Grant>);

/// What undoing a run came to, if nothing of it was left.
fn rolled_back(history: &History) -> Option<Outcome> {
    history.outcome.clone().filter(|outcome| outcome.end == End::RolledBack && outcome.kept.is_empty())
}

/// What a plan would do in an account: every call that changes something. Reads only, and needs no archive.
///
/// # Errors
/// When it cannot be told, or the plan asks for what does not follow from it.
pub async fn dry_run(account: &Account, plan: &Plan, deadline: Deadline) -> Result<DryRun, ApplyError> {
    let grants = check(account, plan)?;
    let header = RunHeader { journal: NO_JOURNAL.to_owned(), ..RunHeader::of(account, plan) };
    dry_run::dry_run(&Aws::new(account, deadline), &History::new(header), &grants, None).await
}

/// What going on with a run would do. Reads only.
///
/// # Errors
/// As for [`Apply::resume`].
pub async fn dry_resume(
    account: &Account,
    archive: &ArchiveReader,
    id: &str,
    deadline: Deadline,
) -> Result<DryRun, ApplyError> {
    let aws = Aws::new(account, deadline);
    let history = journal::history(archive, id, deadline).await?;
    let grants = check_history(&aws, &history).await?;
    check_not_undone(&history)?;
    if history.outcome.is_some() {
        return Ok(DryRun::default());
    }
    dry_run::dry_run(&aws, &history, &grants, Some(id)).await
}

/// What undoing a run would do. Reads only.
///
/// # Errors
/// As for [`Apply::rollback`].
pub async fn dry_rollback(
    account: &Account,
    archive: &ArchiveReader,
    id: &str,
    deadline: Deadline,
) -> Result<DryRun, ApplyError> {
    let aws = Aws::new(account, deadline);
    let history = journal::history(archive, id, deadline).await?;
    let grants = check_history(&aws, &history).await?;
    if rolled_back(&history).is_some() {
        return Ok(DryRun::default());
    }
    let told = rollback::dry_run(&aws, &history, &grants, None).await;
    told.map_err(|error| ApplyError::call(rollback::WHAT.to_owned(), error, id.to_owned()))
}

/// Checks that no run of an archive in this account and Region has no end: what it has still to do, or has done and not
/// told yet, would be mixed up with what another one does.
///
/// # Errors
/// With the journal of one that has none, or when that cannot be told.
pub async fn check_none_open(
    account: &Account,
    archive: &ArchiveReader,
    deadline: Deadline,
) -> Result<(), ApplyError> {
    none_open_but(&BTreeSet::new(), account, archive, deadline).await
}

async fn none_open_but(
    known: &BTreeSet<String>,
    account: &Account,
    archive: &ArchiveReader,
    deadline: Deadline,
) -> Result<(), ApplyError> {
    match journal::open_run(archive, (&account.id, &account.region), known, deadline).await? {
        Some(open) => Err(JournalError::Open(open).into()),
        None => Ok(()),
    }
}

/// Checks that a journal is of this account and Region, and that none of its last entries is missing. Returns what its plan
/// may grant.
async fn check_history(aws: &Aws<'_>, history: &History) -> Result<Vec<Grant>, ApplyError> {
    check_place(aws.account, &history.account, &history.region)?;
    let grants = check(aws.account, &history.plan)?;
    // Of a run that has its end, or that is being undone, no change is missing.
    if history.outcome.is_some() || history.undoing {
        return Ok(grants);
    }
    let id = &history.journal;
    let found = unrecorded::find(aws, history).await;
    let compare = || format!("compare the journal {id} with the account");
    let found = found.map_err(|error| ApplyError::call(compare(), error, id.clone()))?;
    match found {
        None => Ok(grants),
        Some(what) => {
            let reason = format!("{what}, and no entry tells of it: entries at its end are missing");
            Err(JournalError::Broken { journal: id.clone(), reason }.into())
        }
    }
}

fn check_not_undone(history: &History) -> Result<(), JournalError> {
    if history.undoing { Err(JournalError::Undone(history.journal.clone())) } else { Ok(()) }
}

/// A plan says where it is meant for; one that was made of a list of policies only does not. What it asks for follows
/// from what it means. Returns what it may grant.
fn check(account: &Account, plan: &Plan) -> Result<Vec<Grant>, ApplyError> {
    if plan.format != Plan::FORMAT {
        return Err(ApplyError::Format(plan.format));
    }
    let (id, region) = (plan.account.as_ref(), plan.region.as_ref());
    check_place(account, id.unwrap_or(&account.id), region.unwrap_or(&account.region))?;
    intent::check(plan, Here::new(&account.id, &account.region)).map_err(ApplyError::NotDerived)
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
