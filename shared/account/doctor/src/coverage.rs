//! What an archive keeps of its coverage, as far as the doctor needs it.

use serde::{Deserialize, Serialize};

/// The last checks of the days of one log group, as `mailtrail coverage` kept them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Coverage {
    /// The log group.
    pub log_group: String,
    /// The days, in order.
    pub days: Vec<CoveredDay>,
}

/// An organization that the archive has a closing note of, and that did not come back after it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EndedOrganization {
    /// `m-…`
    pub organization: String,
    /// Its alias, where it is known.
    pub alias: String,
    /// The midnight in UTC of the day on which it ended, in milliseconds since 1970.
    pub day: i64,
    /// The key of the note.
    pub note: String,
    /// Its log groups.
    pub log_groups: Vec<String>,
    /// Days that the note counts as complete.
    pub complete_days: u64,
    /// All days that it counts.
    pub days: u64,
    /// Whether there is a snapshot of its names.
    pub has_names: bool,
    /// How many things it tells to be missing.
    pub missing: u64,
}

/// The last check of a day.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CoveredDay {
    /// Its midnight in UTC, in milliseconds since 1970.
    pub start: i64,
    /// What is known of it.
    pub state: CoveredState,
    /// The least number of events that the archive lacks.
    pub missing: u64,
    /// When it was checked, in milliseconds since 1970.
    pub checked: i64,
}

/// What is known of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CoveredState {
    /// Every event of the log group is in the archive.
    Complete,
    /// The numbers agree, and prove no more.
    #[default]
    Agrees,
    /// Events are missing.
    Gap,
    /// A metric of `WorkMail` tells of mail, and the log of none.
    Silent,
}
