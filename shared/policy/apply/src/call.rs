//! A call of an API, as data.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A call as AWS takes it, to be shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// `logs` or `lambda`.
    pub service: String,
    /// `PutResourcePolicy` …
    pub operation: String,
    /// Its parameters, by the names that the API gives them. The revision of a log group's policy is left out where
    /// it is known only when the call is made, and a transformer is named by the log group that has it.
    pub parameters: Value,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} {}", self.service, self.operation, self.parameters)
    }
}
