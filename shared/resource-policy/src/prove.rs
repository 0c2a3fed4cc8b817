//! A plan is proved before anybody sees it.

use serde::{Deserialize, Serialize};

/// What was proved, over how much.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Proof {
    /// Principals that were looked at.
    pub principals: usize,
    /// Actions that were looked at.
    pub actions: usize,
    /// Log groups that were looked at.
    pub log_groups: usize,
    /// Requests that were decided before and after.
    pub requests: usize,
    /// Entries of which it was shown that others, or they themselves, take them in.
    pub entries: usize,
    /// Log groups that do not exist and that lose their access.
    pub dead: usize,
}

/// What a plan would do that it must not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// Something is not allowed any more.
    #[error("{principal} could {action} on {resource} before, and could not after")]
    Lost {
        /// Who.
        principal: String,
        /// What.
        action: String,
        /// On what.
        resource: String,
    },
    /// Something is allowed that no grant lists.
    #[error("{principal} could {action} on {resource} after, which no grant lists")]
    Unlisted {
        /// Who.
        principal: String,
        /// What.
        action: String,
        /// On what.
        resource: String,
    },
    /// A grant is listed that is not needed, or not given.
    #[error("the grant on {0} is listed and not given, or was there before")]
    Idle(String),
    /// A statement was touched that must not be.
    #[error("{0} has a statement that may not be touched and is not the same after")]
    Touched(String),
    /// A policy would become larger than it may be.
    #[error("{0} would grow")]
    Grown(String),
}
