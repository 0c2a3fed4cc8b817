//! What a resource policy is attached to: the account, or one log group.

use serde::{Deserialize, Serialize};

/// Where a policy belongs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyScope {
    /// To the account: its name.
    Account(String),
    /// To a log group: the ARN of that, without `:*`.
    LogGroup(String),
}

impl PolicyScope {
    /// What names the policy: its name, or the ARN of its log group.
    pub fn label(&self) -> &str {
        let (Self::Account(name) | Self::LogGroup(name)) = self;
        name
    }
}

impl std::fmt::Display for PolicyScope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Account(name) => f.write_str(name),
            Self::LogGroup(arn) => write!(f, "the policy of {arn}"),
        }
    }
}
