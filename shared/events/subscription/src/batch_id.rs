//! The identity of a batch: the same events always have the same name, and other events another one.
//!
//! Object keys are made of it, so a batch that is delivered again finds its objects there already, however it was
//! compressed this time; and a batch with the same ids and other messages finds its own.

use std::fmt;

use mailtrail_clock::Time;

use crate::LogBatch;
use crate::content_hash::ContentHash;

/// The number of digits of an id that CloudWatch Logs gives.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html>
const ID_DIGITS: usize = 56;

/// The name of one batch, or of all batches of a payload: the time of the earliest event, and half of a SHA-256 over log
/// group, log stream, and id, timestamp and message of each event, each with its length before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId {
    time: Time,
    hash: [u8; 16],
}

impl BatchId {
    /// Names batches: one, or all that stand in one payload.
    pub fn of(batches: &[LogBatch<'_>]) -> Self {
        let mut hash = ContentHash::default();
        for batch in batches {
            hash.add(&batch.log_group);
            hash.add(&batch.log_stream);
            for event in &batch.events {
                hash.add(&event.id());
                hash.add(event.timestamp());
                hash.add(&event.message());
            }
        }
        let time = batches.iter().map(earliest).min().unwrap_or(Time::EPOCH);
        Self { time, hash: hash.finish() }
    }

    /// The time of the earliest event; the epoch where none has one.
    pub fn time(&self) -> Time {
        self.time
    }
}

/// `20261120T101502Z-` and 32 hexadecimal digits.
impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.time.compact(), hex::encode(self.hash))
    }
}

fn earliest(batch: &LogBatch<'_>) -> Time {
    batch.events.iter().map(|event| event.time().unwrap_or(Time::EPOCH)).min().unwrap_or(Time::EPOCH)
}

/// Whether an id is one that CloudWatch Logs gave, and so of one event only. Any other may be of several.
pub fn is_cloudwatch_id(id: &str) -> bool {
    id.len() == ID_DIGITS && id.bytes().all(|byte| byte.is_ascii_digit())
}
