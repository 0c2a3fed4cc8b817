//! Services with V1 log delivery: how their destinations are read and changed.

use serde::{Deserialize, Serialize};

/// What to run for one service, forward and back, or why it cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commands {
    /// The service, by its id in [`SERVICES`].
    pub service: String,
    /// The commands that point it to the new log group, in order.
    pub forward: Vec<String>,
    /// The commands that point it back, in order.
    pub back: Vec<String>,
    /// Why it cannot be done, or what is missing.
    pub refused: Option<String>,
    /// What to know before.
    pub note: String,
}

/// All services.
pub const SERVICES: [&str; 0] = [];

/// The commands for one destination.
pub fn commands(
    destination: &crate::inventory::V1Destination,
    values: &std::collections::BTreeMap<&str, String>,
) -> Commands {
    let _ = values;
    Commands {
        service: destination.service.clone(),
        forward: Vec::new(),
        back: Vec::new(),
        refused: None,
        note: String::new(),
    }
}
