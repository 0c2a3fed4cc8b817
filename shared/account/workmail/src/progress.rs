//! How far reading has come.

use std::sync::atomic::{AtomicU64, Ordering};

/// Calls of one organization: made, and needed as far as is known. What people watch while it is read.
#[derive(Debug, Default)]
pub struct Progress {
    made: AtomicU64,
    needed: AtomicU64,
}

impl Progress {
    /// Calls that were answered.
    pub fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }

    /// Calls that are needed in all; nothing until the lists of users, groups and resources are read.
    pub fn needed(&self) -> Option<u64> {
        Some(self.needed.load(Ordering::Relaxed)).filter(|needed| *needed > 0)
    }

    pub(crate) fn count(&self) {
        self.made.fetch_add(1, Ordering::Relaxed);
    }

    /// So many calls follow.
    pub(crate) fn expect(&self, calls: u64) {
        self.needed.store(self.made() + calls, Ordering::Relaxed);
    }
}
