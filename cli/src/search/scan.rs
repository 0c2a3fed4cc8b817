//! The matching events of one raw copy. Pure.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use bytes::Bytes;
use mailtrail_clock::{Time, TimeRange};
use mailtrail_filter_pattern::FilterPattern;
use mailtrail_subscription::{
    ContentKey, ContentKeys, EventUids, Kind, LogBatch, LogEvent, Undecodable, batches, is_cloudwatch_id,
    is_probe, payloads,
};

/// The pattern and the restrictions of a search.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) pattern: FilterPattern,
    pub(super) range: TimeRange,
    pub(super) log_group: Option<String>,
    /// The largest decoded payload.
    pub(super) decoded_limit: usize,
    /// Random keys for [`Event::identity`], so that a sender cannot construct a collision.
    pub(super) keys: [RandomState; 2],
    pub(super) content_keys: ContentKeys,
}

/// An event that was searched.
#[derive(Debug)]
pub(super) struct Event {
    /// The epoch for an event without a valid time.
    pub(super) time: Time,
    /// Equal for copies of one event, wherever they are stored, whatever they say.
    pub(super) identity: u128,
    /// Equal for equal messages.
    pub(super) content: u64,
    /// Equal for events that may be one, though their ids differ.
    pub(super) key: ContentKey,
    pub(super) log_group: Arc<str>,
    /// The id, or what stands for it.
    pub(super) uid: String,
    /// Whether it is a probe of the doctor, which is counted, and not found.
    pub(super) is_probe: bool,
    /// The event itself, if it matches.
    pub(super) found: Option<Found>,
}

/// An event that matches.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) id: String,
    pub(super) time: Time,
    pub(super) log_group: Arc<str>,
    pub(super) log_stream: Arc<str>,
    pub(super) message: String,
}

impl Query {
    /// The events of a raw copy in the time range and log group of the search.
    ///
    /// # Errors
    /// When the raw copy cannot be decoded to its end.
    pub(super) fn scan(&self, object: &Bytes) -> Result<Vec<Event>, Undecodable> {
        let mut events = Vec::new();
        for payload in payloads(object) {
            let text = payload.decode(self.decoded_limit)?;
            for batch in batches(&text)? {
                self.scan_batch(&batch, &mut events);
            }
        }
        Ok(events)
    }

    fn scan_batch(&self, batch: &LogBatch<'_>, events: &mut Vec<Event>) {
        let wanted = self.log_group.as_deref().is_none_or(|name| name == batch.log_group);
        if batch.kind == Kind::Control || !wanted {
            return;
        }
        let (log_group, log_stream) = (Arc::from(&*batch.log_group), Arc::from(&*batch.log_stream));
        let uids = EventUids::of(batch);
        for (at, event) in batch.events.iter().enumerate() {
            let time = event.time().unwrap_or(Time::EPOCH);
            if !self.range.contains(time) {
                continue;
            }
            let (uid, message) = (uids.uid(at), event.message());
            let is_probe = is_probe(&batch.log_stream, &message);
            let identity = self.identity(batch, event, &uid, &message);
            let content = self.keys[0].hash_one(&message);
            let key = self.content_keys.of(batch, event, &message);
            let found = self.pattern.matches(&message).then(|| Found {
                id: event.id().into_owned(),
                time,
                log_group: Arc::clone(&log_group),
                log_stream: Arc::clone(&log_stream),
                message: message.into_owned(),
            });
            let (uid, log_group) = (uid.into_owned(), Arc::clone(&log_group));
            events.push(Event { time, identity, content, key, log_group, uid, is_probe, found });
        }
    }

    /// A hash of account, log group, log stream and uid; also of time and message, where the uid does not have the form that
    /// CloudWatch Logs assigns and may not be unique.
    fn identity(&self, batch: &LogBatch<'_>, event: &LogEvent<'_>, uid: &str, message: &str) -> u128 {
        let account = event.system_fields().account.unwrap_or_else(|| batch.owner.clone());
        let content = (!is_cloudwatch_id(uid)).then(|| (event.timestamp_text(), message));
        let attributes = (account, &batch.log_group, &batch.log_stream, uid, content);
        let [high, low] = &self.keys;
        u128::from(high.hash_one(&attributes)) << 64 | u128::from(low.hash_one(&attributes))
    }
}

#[cfg(test)]
mod tests {
    use mailtrail_subscription::probe_message;

    use super::*;

    const ID: &str = "12345678901234567890123456789012345678901234567890123456";

    fn query(pattern: &str) -> Query {
        Query {
            pattern: pattern.parse().unwrap(),
            range: TimeRange::default(),
            log_group: None,
            decoded_limit: 1 << 20,
            keys: [RandomState::new(), RandomState::new()],
            content_keys: ContentKeys::default(),
        }
    }

    #[test]
    fn probes_are_told_from_what_others_write_into_their_log_stream() {
        let is_probe = |message: &str| {
            let event = serde_json::json!({"id": "1", "timestamp": 1, "message": message});
            let payload = payload("111122223333", &event.to_string());
            let text = String::from_utf8(payload.to_vec()).unwrap();
            let text =
                text.replace(r#""logStream":"s""#, r#""logStream":"mailtrail-probe/0123456789abcdef""#);
            query("").scan(&text.into()).unwrap()[0].is_probe
        };
        assert!(is_probe(&probe_message("0123456789abcdef", "2026-11-20T10:15:02.123Z")));
        assert!(!is_probe("who wrote this chose the log stream"));
    }

    fn payload(owner: &str, events: &str) -> Bytes {
        format!(
            r#"{{"messageType":"DATA_MESSAGE","owner":"{owner}","logGroup":"g","logStream":"s","logEvents":[{events}]}}"#
        )
        .into()
    }

    fn identities(query: &Query, owner: &str, events: &str) -> Vec<u128> {
        query.scan(&payload(owner, events)).unwrap().iter().map(|event| event.identity).collect()
    }

    #[test]
    fn a_matching_event_is_returned_as_it_was_logged() {
        let events =
            r#"{"id":"1","timestamp":5,"message":"an \"ERROR\""},{"id":"2","timestamp":6,"message":"fine"}"#;
        let scanned = query("ERROR").scan(&payload("111122223333", events)).unwrap();
        let found: Vec<_> = scanned.into_iter().map(|event| event.found).collect();
        let (log_group, log_stream) = (Arc::from("g"), Arc::from("s"));
        let (time, message) = (Time::from_millis(5).unwrap(), "an \"ERROR\"".to_owned());
        assert_eq!(found, [Some(Found { id: "1".to_owned(), time, log_group, log_stream, message }), None]);
    }

    #[test]
    fn equal_events_without_an_id_are_several() {
        let event = |message: &str| format!(r#"{{"id":"","timestamp":1,"message":"{message}"}}"#);
        let events = [event("a"), event("a"), event("b")];
        let mut found = identities(&query(""), "111122223333", &events.join(","));
        found.sort_unstable();
        found.dedup();
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn an_id_of_cloudwatch_identifies_an_event_and_others_need_time_and_message() {
        let query = query("");
        let event = |id: &str, time: u8, message: &str| {
            format!(r#"{{"id":"{id}","timestamp":{time},"message":"{message}"}}"#)
        };
        let events = [
            event(ID, 1, "a"),
            event(ID, 2, "b"),
            event("x", 1, "a"),
            event("x", 2, "a"),
            event("x", 1, "b"),
        ];
        let found = identities(&query, "111122223333", &events.join(","));
        assert_eq!(found[0], found[1]);
        assert!(found[2] != found[3] && found[2] != found[4] && found[0] != found[2]);
        assert_eq!(found, identities(&query, "111122223333", &events.join(",")));
        assert_ne!(found, identities(&query, "444455556666", &events.join(",")));
    }

    #[test]
    fn the_account_of_an_event_overrides_that_of_its_batch() {
        let query = query("");
        let event = format!(
            r#"{{"id":"{ID}","timestamp":1,"message":"a","extractedFields":{{"@aws.account":"444455556666"}}}}"#
        );
        assert_eq!(identities(&query, "111122223333", &event), identities(&query, "444455556666", &event));
    }

    #[test]
    fn an_event_without_a_valid_time_is_of_the_epoch() {
        for time in ["null", "-1", r#""noon""#, "999999999999999999"] {
            let scanned = query("").scan(&payload("", &format!(r#"{{"timestamp":{time},"message":"a"}}"#)));
            assert_eq!(scanned.unwrap()[0].time, Time::EPOCH, "{time}");
        }
    }

    #[test]
    fn a_truncated_raw_copy_is_an_error() {
        assert!(query("").scan(&Bytes::from_static(b"\x1f\x8b\x08")).is_err());
        assert!(query("").scan(&Bytes::from_static(br#"{"messageType":"DATA_"#)).is_err());
        assert!(query("").scan(&Bytes::new()).is_err());
    }
}
