//! The identity of a batch: the same events always have the same name.
//!
//! Object keys are made of it, so a batch that is delivered again finds its objects there already,
//! however it was compressed this time.

use std::fmt;

use mailtrail_clock::Time;
use sha2::{Digest, Sha256};

use crate::{LogBatch, LogEvent};

/// The number of digits of an id that CloudWatch Logs gives.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html>
const ID_DIGITS: usize = 56;

/// The name of one batch, or of all batches of a payload: the time of the earliest event, and half of a
/// SHA-256 over log group, log stream, and id and timestamp of each event, each with its length before it.
///
/// An id that is not of CloudWatch's own form proves nothing, so there the message is hashed as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId {
    time: Time,
    hash: [u8; 16],
}

impl BatchId {
    /// Names batches: one, or all that stand in one payload.
    pub fn of(batches: &[LogBatch<'_>]) -> Self {
        let mut hash = Sha256::new();
        for batch in batches {
            update(&mut hash, &batch.log_group);
            update(&mut hash, &batch.log_stream);
            for event in &batch.events {
                update_event(&mut hash, event);
            }
        }
        let time = batches.iter().map(earliest).min().unwrap_or(Time::EPOCH);
        let digest: [u8; 32] = hash.finalize().into();
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        Self { time, hash: half }
    }

    /// The time of the earliest event; the epoch where none has one.
    pub fn time(&self) -> Time {
        self.time
    }

    /// The id for an event that came without: this batch's hash and the event's position in it.
    pub fn event_uid(&self, position: usize) -> String {
        format!("{}-{position}", hex::encode(self.hash))
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

fn update_event(hash: &mut Sha256, event: &LogEvent<'_>) {
    let id = event.id();
    update(hash, &id);
    update(hash, event.timestamp_text().unwrap_or_default());
    if !is_cloudwatch_id(&id) {
        update(hash, event.message_json());
    }
}

/// Whether an id is one that CloudWatch Logs gave: that alone makes the event. Any other proves nothing.
pub fn is_cloudwatch_id(id: &str) -> bool {
    id.len() == ID_DIGITS && id.bytes().all(|byte| byte.is_ascii_digit())
}

fn update(hash: &mut Sha256, text: &str) {
    hash.update((text.len() as u64).to_be_bytes());
    hash.update(text);
}
