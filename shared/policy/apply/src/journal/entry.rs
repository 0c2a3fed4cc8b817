//! What a journal consists of.

use mailtrail_resource_policy::plan::{Plan, Write};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::call::Call;
use crate::change::{CREATED_BY, Change, PolicyChange};
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
    /// The SHA-256 of the entry before this one, of its bytes in the archive; none of the first one.
    #[serde(default)]
    pub previous: Option<String>,
    /// What it says.
    #[serde(flatten)]
    pub body: Body,
}

impl Entry {
    /// The version of the form of an entry.
    pub const FORMAT: u32 = 2;
    /// The version whose entries do not have the hash of the one before.
    pub(crate) const WITHOUT_CHAIN: u32 = 1;
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
    /// The id of this journal.
    pub journal: String,
    /// The SHA-256 of the plan, of its JSON in one line.
    pub plan_sha256: String,
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
    /// Of a step that only writes policies.
    pub(crate) fn of_writes(writes: &[Write]) -> Self {
        let prepare = writes.iter().map(|write| Change::Policy(PolicyChange::from(write))).collect();
        Self { prepare, ..Self::default() }
    }

    /// Whether both change the same; but for what is only told, and for the journal that the tag of the new log group
    /// names.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let comparable = |set: &Self| -> Vec<Change> {
            let mut changes: Vec<Change> = set.changes().cloned().collect();
            for change in &mut changes {
                match change {
                    Change::LogGroup(made) => drop(made.group.tags.remove(CREATED_BY)),
                    // Once it is made, the tag is there before.
                    Change::Tag(tag) => tag.before = None,
                    _ => {}
                }
            }
            changes
        };
        comparable(self) == comparable(other)
    }

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
