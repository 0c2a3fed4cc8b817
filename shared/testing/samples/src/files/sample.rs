//! One sample file: its name, its description, and its bytes.

use crate::batch::{Batch, Event, event_id};
use crate::envelope::{gzip, invocation, one_line};

/// One file below `events/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleFile {
    /// Path below `events/`, with `/`.
    pub name: String,
    /// What the file is, in one line of Markdown.
    pub about: &'static str,
    /// The content.
    pub bytes: Vec<u8>,
}

/// One batch of log lines written by hand: its name, what it shows, and the lines (broken between the tokens
/// of their JSON).
pub(super) struct Sample {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) messages: &'static [&'static str],
}

impl Sample {
    /// The invocation of the batch, after it was moved to where it was logged.
    pub(super) fn file(&self, moved: impl Fn(Batch) -> Batch) -> SampleFile {
        let batch = moved(batch_of(self.name, self.messages.iter().copied()));
        file(format!("{}.json", self.name), self.about, batch.to_invocation())
    }
}

pub(super) fn file(name: impl Into<String>, about: &'static str, bytes: Vec<u8>) -> SampleFile {
    SampleFile { name: name.into(), about, bytes }
}

/// The invocation of a decoded payload.
pub(super) fn invoked(name: &str, about: &'static str, payload: impl AsRef<[u8]>) -> SampleFile {
    file(name, about, invocation(&gzip(payload.as_ref())))
}

/// 2026-11-20T10:15:02Z: the time of the hand-written events.
pub(super) const QUARTER_PAST_TEN: i64 = 1_795_169_702_000;

/// The time and id of the `index`-th event in the file of this name.
pub(super) fn stamp(name: &str, index: u32) -> (i64, String) {
    let timestamp = QUARTER_PAST_TEN + 250 * i64::from(index);
    (timestamp, event_id(timestamp, (u128::from(fnv1a(name)) << 64) | u128::from(index)))
}

/// FNV-1a, 64 bits.
pub(super) fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// A batch of these log lines, with the times and ids of the file of this name. Where a line is JSON written
/// over several lines, it becomes one.
pub(super) fn batch_of<'a>(name: &str, messages: impl IntoIterator<Item = &'a str>) -> Batch {
    let events = messages.into_iter().zip(0..).map(|(message, index)| {
        let (timestamp, id) = stamp(name, index);
        Event { id, timestamp, message: one_line(message) }
    });
    Batch::of(events.collect())
}

/// An ordinary batch for the file of this name: one message that arrives for two mailboxes.
pub(super) fn ordinary(name: &str) -> Batch {
    batch_of(name, [RECEIVED, DELIVERED_TO_ANA, DELIVERED_TO_BOB])
}

pub(super) const RECEIVED: &str = r#"{"traceId":"6f1d2c3b-0a19-4e28-9d37-5c46b5a4f302",
    "event":{"eventName":"ORGANIZATION_EMAIL_RECEIVED","recipients":["ana@example.com","bob@example.com"],
    "from":"orders@example.org","subject":"Order 20261","messageId":"<20261@mx.example.org>",
    "spamVerdict":"PASS","dkimVerdict":"PASS","dmarcVerdict":"PASS","spfVerdict":"PASS",
    "messageTimestamp":"2026-11-20T10:15:01.730Z"}}"#;
pub(super) const DELIVERED_TO_ANA: &str = r#"{"traceId":"6f1d2c3b-0a19-4e28-9d37-5c46b5a4f302",
    "event":{"eventName":"MAILBOX_EMAIL_DELIVERED","recipient":"ana@example.com","folder":"INBOX"}}"#;
pub(super) const DELIVERED_TO_BOB: &str = r#"{"traceId":"6f1d2c3b-0a19-4e28-9d37-5c46b5a4f302",
    "event":{"eventName":"MAILBOX_EMAIL_DELIVERED","recipient":"bob@example.com","folder":"INBOX"}}"#;
