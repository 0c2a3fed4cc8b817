//! Hashes that stand for events. The keys are random, so that no sender can construct two events with one hash.

use std::hash::{BuildHasher, RandomState};

#[derive(Debug, Default)]
pub(crate) struct Hashes([RandomState; 2]);

impl Hashes {
    /// Of what identifies an event: its log stream and its id.
    pub(crate) fn identity(&self, log_stream: &str, id: &str) -> u128 {
        let [high, low] = &self.0;
        u128::from(high.hash_one((log_stream, id))) << 64 | u128::from(low.hash_one((log_stream, id)))
    }

    /// Of what an event says: log stream, time and message.
    pub(crate) fn content(&self, log_stream: &str, millis: i64, message: &str) -> u64 {
        self.0[0].hash_one((log_stream, millis, message))
    }
}
