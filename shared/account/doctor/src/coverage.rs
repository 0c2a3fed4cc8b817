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
