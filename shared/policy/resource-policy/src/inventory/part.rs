//! A part of an inventory: seen at some time, or not seen for some reason.

use serde::{Deserialize, Serialize};

/// A part of an inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Part<T> {
    /// It was read.
    Seen {
        /// When reading began, in milliseconds since 1970.
        at: i64,
        /// What was there.
        value: T,
    },
    /// It was not read.
    NotSeen {
        /// Why: `access denied`, `not in this file` …
        reason: String,
    },
}

impl<T> Part<T> {
    /// What was read, if it was.
    pub fn seen(&self) -> Option<&T> {
        match self {
            Self::Seen { value, .. } => Some(value),
            Self::NotSeen { .. } => None,
        }
    }

    /// When it was read, if it was; in milliseconds since 1970.
    pub fn at(&self) -> Option<i64> {
        match self {
            Self::Seen { at, .. } => Some(*at),
            Self::NotSeen { .. } => None,
        }
    }

    /// Why it was not read, if it was not.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Seen { .. } => None,
            Self::NotSeen { reason } => Some(reason),
        }
    }
}

impl<T> Default for Part<T> {
    fn default() -> Self {
        Self::NotSeen { reason: "not in this file".to_owned() }
    }
}
