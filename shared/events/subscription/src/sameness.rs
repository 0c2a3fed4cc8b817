//! What equal events are known by, however each of them arrived.
//!
//! One event may come by a subscription and in a file, where it has no id, another log stream and another time. So it is
//! known by what it says. Some messages name their event: CloudTrail gives each an id. WorkMail gives one to each request and to each
//! mail, which may be of several events. Others have none: they are told apart by log stream and time.
//!
//! An id alone proves nothing, as who writes into another log group can copy it: the whole message counts.

use std::hash::{BuildHasher, Hash, RandomState};

use memchr::memmem;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{LogBatch, LogEvent};

/// How a message tells its event from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// By an id that no other event has: messages that are equal are one event.
    Event,
    /// By the id of something that several events may be of, a request or a mail: messages that are equal are as many events as
    /// one source has of them, wherever that is.
    Trace,
    /// Not at all: events are the same only in the same log stream at the same time, and as many as one source has of them.
    Place,
}

/// What stands for the content of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentKey {
    /// Equal for equal content.
    pub hash: u128,
    /// What the content says of which event it is.
    pub naming: Naming,
}

/// Makes keys. The hash is random, so that no sender can construct two contents with one key.
#[derive(Debug, Clone, Default)]
pub struct ContentKeys([RandomState; 2]);

/// The members that name an event.
#[derive(Deserialize)]
struct Ids<'a> {
    #[serde(borrow, rename = "eventVersion")]
    version: Option<&'a RawValue>,
    #[serde(borrow, rename = "eventTime")]
    time: Option<&'a RawValue>,
    #[serde(borrow, rename = "eventID")]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    request_id: Option<&'a RawValue>,
    #[serde(borrow)]
    event_timestamp: Option<&'a RawValue>,
    #[serde(borrow, rename = "traceId")]
    trace_id: Option<&'a RawValue>,
    #[serde(borrow)]
    event: Option<&'a RawValue>,
}

impl Naming {
    /// How this message does it.
    pub fn of(message: &str) -> Self {
        // Most messages of other logs need not be parsed.
        let has = |name: &str| memmem::find(message.as_bytes(), name.as_bytes()).is_some();
        if !["\"eventID\"", "\"request_id\"", "\"traceId\""].into_iter().any(has) {
            return Self::Place;
        }
        let Ok(ids) = serde_json::from_str::<Ids<'_>>(message) else { return Self::Place };
        let is_text = |value: Option<&RawValue>| value.is_some_and(|value| value.get().len() > 2);
        let is_record = is_text(ids.id) && ids.version.is_some() && ids.time.is_some();
        let is_audit = is_text(ids.request_id) && ids.event_timestamp.is_some();
        if is_record {
            Self::Event
        } else if is_audit || (is_text(ids.trace_id) && ids.event.is_some()) {
            Self::Trace
        } else {
            Self::Place
        }
    }
}

impl ContentKeys {
    /// The key of an event's content, given the message.
    pub fn of(&self, batch: &LogBatch<'_>, event: &LogEvent<'_>, message: &str) -> ContentKey {
        let naming = Naming::of(message);
        let hash = match naming {
            Naming::Event | Naming::Trace => self.hash(message),
            Naming::Place => {
                let account = event.system_fields().account.unwrap_or_else(|| batch.owner.clone());
                self.hash((account, &batch.log_group, &batch.log_stream, event.timestamp(), message))
            }
        };
        ContentKey { hash, naming }
    }

    /// A hash that only these keys make.
    pub fn hash(&self, value: impl Hash) -> u128 {
        let [high, low] = &self.0;
        u128::from(high.hash_one(&value)) << 64 | u128::from(low.hash_one(&value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_its_event_by_an_id_of_its_own() {
        let record = r#"{"eventVersion":"1.11","eventID":"e","eventTime":"2026-11-28T10:00:00Z"}"#;
        for (message, naming) in [
            (record, Naming::Event),
            (r#"{"request_id":"r","event_timestamp":"1"}"#, Naming::Trace),
            (r#"{"traceId":"t","event":{"eventName":"RULE_APPLIED"}}"#, Naming::Trace),
            (r#"{"eventID":"e","level":"info"}"#, Naming::Place),
            (r#"{"eventVersion":"1","eventTime":"2","eventID":""}"#, Naming::Place),
            (r#"{"x":{"eventVersion":"1","eventTime":"2","eventID":"e"}}"#, Naming::Place),
            (&record[..40], Naming::Place),
            ("eventID", Naming::Place),
        ] {
            assert_eq!(Naming::of(message), naming, "{message}");
        }
    }
}
