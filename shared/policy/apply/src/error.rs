//! Why a plan was not carried out to its end: what, where, and what to do next. The commands for that, only those know who
//! know how they were called ([`ApplyError::next`]).

use std::borrow::Cow;

use mailtrail_archive::ArchiveError;
use mailtrail_policy_survey::CallError;
use mailtrail_policy_survey::answers::UNEXPECTED_ANSWER;

use crate::journal::FOLDER;

/// Why it stopped.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The plan is of another version of the program.
    #[error("unknown plan format {0}: expected {known}; create the plan again", known = mailtrail_resource_policy::plan::Plan::FORMAT)]
    Format(u32),
    /// The plan was created for another account or Region. Nothing was changed.
    #[error("the plan is for {plan}, and this is {here}; use the credentials and the Region of the plan")]
    Elsewhere {
        /// Account and Region of the plan.
        plan: String,
        /// Account and Region of the credentials.
        here: String,
    },
    /// The plan asks for what does not follow from what it means: it was edited, or is for another account, Region or
    /// partition. Nothing was changed.
    #[error("refused the plan: {0}; create the plan again")]
    NotDerived(String),
    /// What the plan rests on is not there (any more), or what is to be written is not proved to be safe. Nothing of it
    /// was touched.
    #[error("refused the plan: {}; {}", why.join("; "), after(journal.as_deref()))]
    Stale {
        /// What has changed, or would be wrong.
        why: Vec<String>,
        /// The journal of the run, if it had begun.
        journal: Option<String>,
    },
    /// The policy has changed since the plan was created. It was not written.
    #[error(
        "failed to {what}: it was changed by another caller, and that change stands; roll this run back, then create a \
         new plan from the current policies"
    )]
    Changed {
        /// What was to be done.
        what: String,
        /// The journal of the run.
        journal: String,
    },
    /// What was to be written was deleted since the plan was created. It was not created again.
    #[error(
        "failed to {what}: it was deleted by another caller; roll this run back, then create a new plan from the current \
         policies"
    )]
    Deleted {
        /// What was to be done.
        what: String,
        /// The journal of the run.
        journal: String,
    },
    /// We wrote, and right after it something else was there.
    #[error(
        "did {what}, and read something else right after: another caller wrote at the same time, and that change \
         stands; review it, roll this run back, then create a new plan"
    )]
    Overwritten {
        /// What was done.
        what: String,
        /// The journal of the run.
        journal: String,
    },
    /// AWS refused a call.
    #[error("failed to {what}: {error}; {advice}, then resume this run, or roll it back")]
    Call {
        /// What was to be done.
        what: String,
        /// The call, and why it failed.
        error: Box<CallError>,
        /// What may help.
        advice: Cow<'static, str>,
        /// The journal of the run.
        journal: String,
    },
    /// What is there could not be looked at, before anything was begun.
    #[error("failed to {what}: {error}; {advice}, then try again: nothing was changed")]
    NotSeen {
        /// What was to be looked at.
        what: String,
        /// The call, and why it failed.
        error: Box<CallError>,
        /// What may help.
        advice: Cow<'static, str>,
    },
    /// A log group is not moved, for it is not safe.
    #[error("{log_group} is not moved: {why}; earlier steps stand until this run is rolled back")]
    NotMoved {
        /// The log group.
        log_group: String,
        /// Why.
        why: MoveBlocked,
        /// The journal of the run.
        journal: String,
    },
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl ApplyError {
    /// A call failed before anything was begun.
    pub(crate) fn not_seen(what: String, error: CallError) -> Self {
        Self::NotSeen { what, advice: advice(&error), error: Box::new(error) }
    }

    /// A call that only looks failed: before a run was begun, or, with its journal, afterwards.
    pub(crate) fn not_looked(what: String, error: CallError, journal: Option<&str>) -> Self {
        match journal {
            Some(journal) => Self::call(what, error, journal.to_owned()),
            None => Self::not_seen(what, error),
        }
    }

    /// A call of a run failed.
    pub(crate) fn call(what: String, error: CallError, journal: String) -> Self {
        Self::Call { what, advice: advice(&error), error: Box::new(error), journal }
    }

    /// What can be done next, in the order in which it is best tried.
    pub fn next(&self) -> Vec<Next<'_>> {
        match self {
            Self::Changed { journal, .. }
            | Self::Deleted { journal, .. }
            | Self::Overwritten { journal, .. }
            | Self::NotMoved { journal, .. }
            | Self::Stale { journal: Some(journal), .. } => vec![Next::RollBack(journal), Next::Plan],
            Self::Call { journal, .. }
            | Self::Journal(JournalError::InUse(journal) | JournalError::Open(journal)) => {
                vec![Next::Resume(journal), Next::RollBack(journal)]
            }
            Self::Journal(JournalError::Undone(journal)) => vec![Next::RollBack(journal)],
            Self::Format(_)
            | Self::NotDerived(_)
            | Self::Stale { journal: None, .. }
            | Self::Journal(JournalError::Earlier(_) | JournalError::Broken { .. }) => vec![Next::Plan],
            Self::Elsewhere { .. } | Self::NotSeen { .. } | Self::Journal(_) => Vec::new(),
        }
    }
}

/// What stands in the way of a move.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoveBlocked {
    /// It is gone.
    #[error("the log group no longer exists; create a new plan")]
    Gone,
    /// The new one is there, and not by this run.
    #[error("there is a log group {0} already; choose another name in the plan")]
    Exists(String),
    /// A deployment tool keeps it.
    #[error("{0}: the next deployment would undo the move; change it there")]
    Managed(String),
    /// Other deliveries would move along than the plan says.
    #[error(
        "the delivery destination {0} is used by other deliveries than when the plan was created; create a new plan"
    )]
    Shared(String),
    /// The destination is not what it was.
    #[error("the delivery destination {0} has changed since the plan was created; create a new plan")]
    Destination(String),
    /// A delivery destination writes there of which the plan knows nothing.
    #[error(
        "the delivery destination {0} writes to it as well, and the plan does not have it; create a new plan"
    )]
    Unplanned(String),
    /// The log group of the new name was not created by this run.
    #[error("the log group {0} was not created by this run: it does not have its tag")]
    NotOurs(String),
    /// What there is to do is not what was shown, or what the journal says.
    #[error(
        "what there is to do for it has changed since it was {0}: its settings, filters, tags or policy; create a new plan"
    )]
    Different(&'static str),
    /// No room for the tag by which we know it.
    #[error(
        "it has as many tags as a log group can have, and one more is needed to mark what was moved; remove one"
    )]
    Tags,
    /// Log delivery may not write to the new one.
    #[error("log delivery may not write to {0} for {1}: no policy is known to allow it; create a new plan")]
    NotGranted(String, String),
}

/// What is wrong with a journal.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It cannot be read or written. What is not in the journal is not done.
    #[error("failed to use the journal: {0}")]
    Archive(#[from] ArchiveError),
    /// There is no such journal.
    #[error("there is no journal {0} in this archive")]
    Missing(String),
    /// An entry that is none.
    #[error("invalid journal entry `{key}`: {reason}")]
    Unreadable {
        /// The object.
        key: String,
        /// Why.
        reason: String,
    },
    /// It is of a version whose entries are not chained: that it is whole cannot be proved.
    #[error(
        "the journal {0} was written by an earlier version, which did not chain its entries: whether one is missing or \
         edited cannot be told, so it is neither resumed nor rolled back. Review its entries in the archive under \
         {FOLDER}/{0}/, restore by hand what has to be restored, and create a plan from the current policies"
    )]
    Earlier(String),
    /// Entries of it are missing, edited, doubled, or of another journal.
    #[error(
        "the journal {journal} is not whole: {reason}. It is neither resumed nor rolled back, and nothing was changed. \
         Restore its entries in the archive under {FOLDER}/{journal}/ (from an earlier version of the object, or a \
         copy), or create a plan from the current policies"
    )]
    Broken {
        /// The journal.
        journal: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Another session goes on with it at this moment.
    #[error(
        "another session writes the journal {0}; wait until it is done, then resume its run, or roll it back"
    )]
    InUse(String),
    /// It was undone, as a whole or in part.
    #[error("the run of the journal {0} was rolled back, at least in part; roll it back to the end")]
    Undone(String),
    /// Another run has no end: no other one is begun.
    #[error(
        "the run of the journal {0} in this archive has no end, and no other one is begun beside it; wait until it is done, \
         resume it, or roll it back"
    )]
    Open(String),
}

impl JournalError {
    /// Whether the journal is not whole, or cannot be told to be: its run is never gone on with.
    pub(crate) fn is_not_whole(&self) -> bool {
        match self {
            Self::Archive(error) => matches!(error.failure.code.as_str(), "NotFound" | "NoSuchKey"),
            Self::Missing(_) | Self::Unreadable { .. } | Self::Earlier(_) | Self::Broken { .. } => true,
            Self::InUse(_) | Self::Undone(_) | Self::Open(_) => false,
        }
    }
}

/// What can be done next, by a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next<'e> {
    /// Go on with the run of a journal.
    Resume(&'e str),
    /// Undo the run of a journal.
    RollBack(&'e str),
    /// Create a plan from the current policies.
    Plan,
}

/// What there is to do besides, after a run that had begun.
fn after(journal: Option<&str>) -> &'static str {
    match journal {
        None => "create the plan again: nothing was changed",
        Some(_) => "roll this run back, then create the plan again from the current policies",
    }
}

/// What may help against a failed call.
fn advice(error: &CallError) -> Cow<'static, str> {
    let advice = match error.failure.code.as_str() {
        _ if error.is_denied() => "allow the call",
        _ if error.is_quota() => "make room under the quota",
        _ if error.is_missing() => "look whether it is still there",
        _ if error.is_conflict() => "wait until what is being changed is done",
        "InvalidParameterException" if error.operation == "CreateLogGroup" => {
            "let the policy of the KMS key allow the new log group"
        }
        "PolicyLengthExceededException" => "make room in the policy of the function",
        "OutOfTime" => "take more time",
        UNEXPECTED_ANSWER => "check the endpoint: it does not answer as CloudWatch Logs does",
        _ => {
            let unknown = || "look up the error in the API reference of CloudWatch Logs".into();
            return error.failure.advice().unwrap_or_else(unknown);
        }
    };
    advice.into()
}
