//! The uid of every event: its id, or one that is made of its content.
//!
//! CloudWatch Logs gives every event an id; other senders may not. An event without one is named by what it is, and not
//! by the batch that it came in, so that it has the same uid however it arrives.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::content_hash::ContentHash;
use crate::{LogBatch, LogEvent};

/// The uids of the events of one batch.
#[derive(Debug)]
pub struct EventUids<'a> {
    batch: &'a LogBatch<'a>,
    /// Of each event, how many equal events without an id stand before it; empty where every event has an id.
    numbers: Vec<u32>,
}

impl<'a> EventUids<'a> {
    /// The uids of these events.
    pub fn of(batch: &'a LogBatch<'a>) -> Self {
        let mut numbers = Vec::new();
        if batch.events.iter().any(|event| event.id().is_empty()) {
            let mut equal = HashMap::new();
            numbers = batch.events.iter().map(|event| next_number(&mut equal, batch, event)).collect();
        }
        Self { batch, numbers }
    }

    /// The number of an event among equal ones, where its uid is made of its content: it has no id, or that uid as its id.
    pub fn number(&self, at: usize) -> Option<u32> {
        let event = &self.batch.events[at];
        match event.id() {
            id if id.is_empty() => Some(self.numbers[at]),
            id => number_of_uid(&id).filter(|number| *id == self.named(at, *number)),
        }
    }

    /// The uid of an event that is named by its content, with another number among equal ones.
    pub fn named(&self, at: usize, number: u32) -> String {
        format!("{}-{number}", hex::encode(content(self.batch, &self.batch.events[at])))
    }

    /// The uid of the event at a position: the id, or half of a SHA-256 over log group, log stream, timestamp and message,
    /// each with its length before it, and the event's number among equal ones.
    pub fn uid(&self, at: usize) -> Cow<'a, str> {
        let event = &self.batch.events[at];
        match event.id() {
            id if !id.is_empty() => id,
            _ => Cow::Owned(self.named(at, self.numbers[at])),
        }
    }
}

/// The number in a uid that is made of an event's content; nothing where it is an id.
pub fn number_of_uid(uid: &str) -> Option<u32> {
    let (content, number) = uid.split_once('-')?;
    let is_content = content.len() == 32 && content.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_content && number.bytes().all(|byte| byte.is_ascii_digit()) { number.parse().ok() } else { None }
}

fn next_number(equal: &mut HashMap<[u8; 16], u32>, batch: &LogBatch<'_>, event: &LogEvent<'_>) -> u32 {
    if !event.id().is_empty() {
        return 0;
    }
    let next = equal.entry(content(batch, event)).or_default();
    let number = *next;
    *next += 1;
    number
}

fn content(batch: &LogBatch<'_>, event: &LogEvent<'_>) -> [u8; 16] {
    let mut hash = ContentHash::default();
    hash.add(&batch.log_group);
    hash.add(&batch.log_stream);
    hash.add(event.timestamp());
    hash.add(&event.message());
    hash.finish()
}
