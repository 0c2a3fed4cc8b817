//! A setting that is missing or invalid.

use thiserror::Error;

/// Why a setting cannot be used. The text names the variable and what is allowed; it has the value only where that
/// cannot name people.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettingError {
    /// A setting that has no default is not set.
    #[error("{name} is not set: expected {allowed}")]
    Missing {
        /// The environment variable.
        name: &'static str,
        /// What is allowed, in words.
        allowed: String,
    },
    /// The value is not allowed.
    #[error("{name}: {reason}")]
    Invalid {
        /// The environment variable.
        name: &'static str,
        /// What is wrong, and what is allowed.
        reason: String,
    },
}

impl SettingError {
    /// The environment variable.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Missing { name, .. } | Self::Invalid { name, .. } => name,
        }
    }
}
