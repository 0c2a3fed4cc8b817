//! What a journal consists of.

use mailtrail_policy_survey::Account;
use mailtrail_resource_policy::plan::Plan;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::call::Call;
use crate::change::Change;
use crate::outcome::{Outcome, Refused};

/// Where journals are in an archive.
pub const FOLDER: &str = "policy-audit/journal";

/// One entry: one object of the archive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The version of this form: [`Entry::FORMAT`].
    pub format: u32,
    /// Its number, from 0.
    pub number: u32,
    /// When it was written, RFC 3339.
    pub at: String,
    /// The session that wrote it: a run has several when it was interrupted.
    pub session: String,
    /// What it says.
    #[serde(flatten)]
    pub body: Body,
}

impl Entry {
    /// The version of the form of an entry.
    pub const FORMAT: u32 = 1;
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "kebab-case")]
pub enum Body {
    /// The first one: what is to be carried out, and where.
    Plan(RunHeader),
    /// A session goes on, or undoes.
    Session {
        /// What for.
        purpose: Purpose,
        /// The ARN of the principal whose session it is.
        #[serde(default)]
        by: String,
    },
    /// What a step changes, made of what was found when it began.
    #[serde(rename = "script")]
    ChangeSet {
        /// The step, from 0.
        step: usize,
        /// Its changes.
        #[serde(rename = "script")]
        change_set: ChangeSet,
    },
    /// A change is about to be made.
    Intent {
        /// The step, from 0.
        step: usize,
        /// The number of the change in the step, from 0.
        action: usize,
        /// The entry with the intent that this one undoes, of a rollback.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        undoes: Option<u32>,
        /// The change, before and after.
        change: Change,
        /// The call that makes it.
        call: Call,
    },
    /// What became of an intent.
    Answer {
        /// The entry with the intent.
        intent: u32,
        /// What became of it.
        #[serde(flatten)]
        answer: Answer,
    },
    /// The new log group was watched.
    Watched {
        /// The step, from 0.
        step: usize,
        /// The log stream in which events were seen.
        seen: Option<String>,
    },
    /// A destination cannot be re-pointed in place: the step is undone from here on.
    Refused {
        /// The step, from 0.
        step: usize,
        /// What was refused.
        refused: Refused,
    },
    /// The run is over.
    End {
        /// What it came to.
        outcome: Outcome,
    },
}

/// A run, at its beginning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunHeader {
    /// The account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// The ARN of the principal that began it.
    #[serde(default)]
    pub by: String,
    /// What is to be carried out.
    pub plan: Plan,
}

impl RunHeader {
    /// A plan that is to be carried out in an account by the caller.
    pub(crate) fn of(account: &Account, plan: &Plan) -> Self {
        Self {
            account: account.id.clone(),
            region: account.region.clone(),
            by: account.caller.clone(),
            plan: plan.clone(),
        }
    }
}

/// What a session is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// To go on.
    Resume,
    /// To undo.
    Rollback,
}

/// What a step changes, in this order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ChangeSet {
    /// What is changed without moving anything: policies; the new log group with all it needs.
    pub prepare: Vec<Change>,
    /// Destinations that are re-pointed.
    #[serde(default)]
    pub repoint: Vec<Change>,
    /// What is changed once events come in at the new place.
    #[serde(default)]
    pub finish: Vec<Change>,
    /// What is not carried over, and what people have to look after.
    #[serde(default)]
    pub not_copied: Vec<String>,
}

impl ChangeSet {
    /// All changes, each with its number in the step.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.prepare.iter().chain(&self.repoint).chain(&self.finish)
    }
}

/// What became of an intent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Answer {
    /// It is done, and what is there now was looked at.
    Done {
        /// What AWS answered, as far as it matters.
        said: Value,
    },
    /// It was done before, by a session that did not come to say so.
    DoneBefore,
    /// It was there, and not by this run: it is not undone.
    There,
    /// It was not tried, for something else was there than expected.
    NotTried {
        /// What was found.
        found: String,
    },
    /// AWS refused it, and what is there was looked at: it is not done.
    Refused {
        /// The operation and its error.
        error: String,
    },
    /// It failed; whether it is done after all has to be looked at.
    Failed {
        /// The operation and its error.
        error: String,
    },
}

impl Body {
    /// What the name of the object says besides the number.
    pub(crate) fn what(&self) -> String {
        match self {
            Self::Plan(_) => "plan".to_owned(),
            Self::Session { .. } => "session".to_owned(),
            Self::ChangeSet { step, .. } => format!("script-{step}"),
            Self::Intent { call, .. } => format!("intent-{}", call.operation),
            Self::Answer { intent, .. } => format!("answer-to-{intent:04}"),
            Self::Watched { step, .. } => format!("watched-{step}"),
            Self::Refused { step, .. } => format!("refused-{step}"),
            Self::End { .. } => "end".to_owned(),
        }
    }
}
