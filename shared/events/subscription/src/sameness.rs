//! What equal events are known by, however each of them arrived.
//!
//! One event may come by a subscription and in a file, where it has no id, another log stream and another time. So it is
//! known by what it says. Some messages name their event: CloudTrail gives each an id. WorkMail gives one to each request and to each
//! mail, which may be of several events. Others have none: they are told apart by log stream and time.
//!
//! Who writes into another log group can copy a message. So events of two log groups are two. Those of files that log groups never
//! saw are compared with others by the whole message, where that lies within a day of the time that it says.

use std::hash::{BuildHasher, Hash, RandomState};

use mailtrail_clock::{DAY, Time};
use mailtrail_json_text::scalar;
use memchr::memmem;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{LogBatch, LogEvent};

/// How a message tells its event from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// By an id that no other event of its log group has: messages that are equal are one event.
    Event,
    /// By the id of something that several events may be of, a request or a mail: messages that are equal are as many events as
    /// one source has of them.
    Trace,
    /// Not at all: events are the same only in the same log stream at the same time, and as many as one source has of them.
    Place,
}

/// What stands for the content of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentKey {
    /// Equal for equal content in one log group, or in none.
    pub hash: u128,
    /// Equal for equal content in whatever log group, or in none, where the content names the event; else as `hash`.
    pub anywhere: u128,
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
    timestamp: Option<&'a RawValue>,
    #[serde(borrow)]
    event: Option<&'a RawValue>,
}

/// The step of a mail, which may have the only time.
#[derive(Deserialize)]
struct Step<'a> {
    #[serde(borrow, rename = "messageTimestamp")]
    time: Option<&'a RawValue>,
}

impl Naming {
    /// How a message that lies under this time does it. One that says another day names nothing: what is looked for on the day
    /// that it says is not found there.
    pub fn of(message: &str, time: Option<Time>) -> Self {
        // Most messages of other logs need not be parsed.
        let has = |name: &str| memmem::find(message.as_bytes(), name.as_bytes()).is_some();
        if !["\"eventID\"", "\"request_id\"", "\"traceId\""].into_iter().any(has) {
            return Self::Place;
        }
        let Ok(ids) = serde_json::from_str::<Ids<'_>>(message) else { return Self::Place };
        let is_text = |value: Option<&RawValue>| value.is_some_and(|value| value.get().len() > 2);
        let (naming, said) = if is_text(ids.id) && ids.version.is_some() && ids.time.is_some() {
            (Self::Event, said_time(ids.time))
        } else if is_text(ids.request_id) && ids.event_timestamp.is_some() {
            (Self::Trace, said_time(ids.event_timestamp))
        } else if let Some(event) = ids.event.filter(|_| is_text(ids.trace_id)) {
            let step = || serde_json::from_str::<Step<'_>>(event.get()).ok()?.time;
            (Self::Trace, said_time(ids.timestamp).or_else(|| said_time(step())))
        } else {
            return Self::Place;
        };
        let is_near =
            |(said, time): (Time, Time)| said.millis().abs_diff(time.millis()) <= DAY.unsigned_abs();
        if said.zip(time).is_some_and(is_near) { naming } else { Self::Place }
    }
}

/// Milliseconds, as a number or as text, or a moment of ISO 8601.
fn said_time(json: Option<&RawValue>) -> Option<Time> {
    let text = scalar(json?)?;
    text.parse().ok().and_then(Time::from_millis).or_else(|| Time::from_iso8601(&text))
}

impl ContentKey {
    /// Whether it is the content of an event of a log group that names it.
    pub fn is_of_log_group(&self) -> bool {
        self.hash != self.anywhere
    }
}

impl ContentKeys {
    /// The key of an event's content, given the message.
    pub fn of(&self, batch: &LogBatch<'_>, event: &LogEvent<'_>, message: &str) -> ContentKey {
        let naming = Naming::of(message, event.time());
        let account = event.system_fields().account.unwrap_or_else(|| batch.owner.clone());
        if naming == Naming::Place {
            let hash = self.hash((account, &batch.log_group, &batch.log_stream, event.timestamp(), message));
            return ContentKey { hash, anywhere: hash, naming };
        }
        self.named(naming, (&account, &batch.log_group), message)
    }

    /// The key of a content that names its event, in this account and log group.
    pub fn named(
        &self,
        naming: Naming,
        (account, log_group): (&str, &str),
        content: impl Hash,
    ) -> ContentKey {
        let anywhere = self.hash(content);
        let hash = if log_group.is_empty() { anywhere } else { self.hash((account, log_group, anywhere)) };
        ContentKey { hash, anywhere, naming }
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

    const TIME: &str = "2026-11-28T10:00:00Z";

    #[test]
    fn a_message_names_its_event_by_an_id_of_its_own() {
        let record = r#"{"eventVersion":"1.11","eventID":"e","eventTime":"2026-11-28T10:00:00Z"}"#;
        for (message, naming) in [
            (record, Naming::Event),
            (r#"{"request_id":"r","event_timestamp":"1795860000000"}"#, Naming::Trace),
            (r#"{"request_id":"r","event_timestamp":1795773600000}"#, Naming::Trace),
            (r#"{"request_id":"r","event_timestamp":1795773599999}"#, Naming::Place),
            (r#"{"traceId":"t","timestamp":1795860000000,"event":{"eventName":"x"}}"#, Naming::Trace),
            (r#"{"traceId":"t","event":{"messageTimestamp":"2026-11-28T11:00:00.000Z"}}"#, Naming::Trace),
            (r#"{"traceId":"t","event":{"eventName":"RULE_APPLIED"}}"#, Naming::Place),
            (r#"{"eventID":"e","level":"info"}"#, Naming::Place),
            (r#"{"eventVersion":"1","eventTime":"2026-11-28T10:00:00Z","eventID":""}"#, Naming::Place),
            (r#"{"eventVersion":"1","eventTime":"soon","eventID":"e"}"#, Naming::Place),
            (r#"{"x":{"eventVersion":"1","eventTime":"2026-11-28T10:00:00Z","eventID":"e"}}"#, Naming::Place),
            (&record[..40], Naming::Place),
            ("eventID", Naming::Place),
        ] {
            assert_eq!(Naming::of(message, Time::from_iso8601(TIME)), naming, "{message}");
            assert_eq!(Naming::of(message, None), Naming::Place, "{message}");
        }
    }

    #[test]
    fn the_same_content_in_two_log_groups_is_two_and_that_of_none_may_be_either() {
        let keys = ContentKeys::default();
        let of = |account, log_group| keys.named(Naming::Event, (account, log_group), "x");
        let [one, other, further, none] =
            [of("1", "g"), of("1", "h"), of("2", "g"), of("1", "")].map(|key| (key.hash, key.anywhere));
        assert!(one.0 != other.0 && one.0 != further.0 && other.0 != further.0);
        assert!([one, other, further].iter().all(|key| key.1 == none.0 && key.0 != none.0));
        assert!(of("1", "g").is_of_log_group() && !of("1", "").is_of_log_group());
        assert_eq!(of("1", "").hash, of("2", "").hash);
    }
}
