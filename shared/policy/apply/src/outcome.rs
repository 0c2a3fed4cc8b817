//! What a run came to, and what it says on its way.

use serde::{Deserialize, Serialize};

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The journal, by which the run is resumed or undone.
    pub journal: String,
    /// How it ended.
    pub end: End,
    /// Changes that are made now and were not before the run; of a rollback, those that this one undid. None of a run that
    /// was over before.
    pub changes: usize,
    /// Log groups that were moved.
    #[serde(default)]
    pub moves: Vec<Moved>,
    /// Steps to do by hand, and why.
    #[serde(default)]
    pub left: Vec<String>,
    /// What a rollback left as it is, and why.
    #[serde(default)]
    pub kept: Vec<String>,
    /// A destination that could not be re-pointed in place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
}

impl Outcome {
    /// The same, of a run that was over before: this time nothing was done.
    pub(crate) fn of_earlier(self) -> Self {
        Self { changes: 0, ..self }
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// All steps were carried out.
    Done,
    /// A destination could not be re-pointed: that step was undone, later ones were not begun.
    Stopped,
    /// The run was undone.
    RolledBack,
}

/// A log group that was moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The old one, left as it is.
    pub from: String,
    /// The new one.
    pub to: String,
    /// The log stream in which the first events were seen; `None`: none came while we waited, which is no failure, for
    /// perhaps nothing happened that is logged.
    pub seen: Option<String>,
    /// What could not be carried over, and what people have to look after.
    pub not_copied: Vec<String>,
}

/// A destination that could not be re-pointed in place, and the way round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The destination.
    pub destination: String,
    /// What AWS said.
    pub reason: String,
    /// Commands that move it by way of a bucket, for people; `BUCKET` stands for one of theirs.
    pub bridge: Vec<String>,
}

/// What happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The journal is open.
    Journal {
        /// Its id.
        id: String,
    },
    /// What is to be written was proved of what is there now.
    Proved {
        /// Requests that were decided before and after.
        requests: usize,
    },
    /// A step begins.
    Step {
        /// Its number, from 1.
        number: usize,
        /// How many there are.
        of: usize,
        /// What it does.
        what: String,
    },
    /// A change is about to be made.
    Doing {
        /// What.
        what: String,
    },
    /// A change is made.
    Done {
        /// What.
        what: String,
        /// Whether it was there already, from an earlier session of this run.
        already: bool,
    },
    /// Something else is being changed: we try again.
    Waiting {
        /// What for.
        what: String,
    },
    /// Something to know.
    Note {
        /// What.
        what: String,
    },
}

/// Who wants to know what happens.
pub type Progress<'a> = dyn FnMut(Event) + Send + 'a;
