//! Until when something may go on, and what it has to say.

use std::sync::{Mutex, PoisonError};

use mailtrail_aws_client::Deadline;
use mailtrail_pull::{Counts, Observer, Window};

/// Stops at a time.
pub(crate) struct StopAt {
    deadline: Deadline,
    notes: Mutex<Vec<String>>,
}

impl StopAt {
    pub(crate) fn new(deadline: Deadline) -> Self {
        Self { deadline, notes: Mutex::default() }
    }

    /// What was noted, each text once.
    pub(crate) fn into_notes(self) -> Vec<String> {
        let mut notes = self.notes.into_inner().unwrap_or_else(PoisonError::into_inner);
        notes.sort_unstable();
        notes.dedup();
        notes
    }
}

impl Observer for StopAt {
    fn is_stopped(&self) -> bool {
        self.deadline.is_over()
    }

    fn done(&self, _: Window, _: Counts) {}

    fn note(&self, text: String) {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    }
}
