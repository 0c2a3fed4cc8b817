//! The payload that a subscription would have sent, of log events that were retrieved in another way.
//!
//! What is pulled takes the path of what is pushed, and so it gets the form of what is pushed: a payload has
//! the events of one log stream. Events of many streams arrive interleaved, so they are gathered by stream until there are
//! 2,000 or 1 MiB of them. The payload says how its events were retrieved (`retrievedBy`).

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{Content, Payload};

/// The most events of a composed payload.
const MOST_EVENTS: usize = 2_000;
/// A payload is complete with so many bytes of messages: those of a call of `PutLogEvents`.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>
const MOST_BYTES: usize = 1 << 20;
/// What an event costs besides its message, by the same page.
const EVENT_OVERHEAD: usize = 26;
/// What an origin costs besides its names, in memory.
const ORIGIN_OVERHEAD: usize = 256;
/// The most bytes that are gathered in all; with more, the largest payloads go although they are not complete.
const MOST_GATHERED: usize = 32 << 20;

/// Where events come from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The account of the log group.
    pub account: String,
    /// The Region of the log group, where it is known.
    pub region: Option<String>,
    /// The log group.
    pub log_group: String,
    /// The log stream.
    pub log_stream: String,
}

/// A log event that was retrieved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RetrievedEvent {
    /// The id that CloudWatch Logs gave it, where that was retrieved, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Milliseconds since 1970.
    pub timestamp: i64,
    /// The log line.
    pub message: String,
}

/// Gathers events, and composes payloads of them.
#[derive(Debug)]
pub struct Composer {
    retrieved_by: &'static str,
    gathered: BTreeMap<Origin, Gathered>,
    bytes: usize,
}

#[derive(Debug, Default)]
struct Gathered {
    events: Vec<RetrievedEvent>,
    bytes: usize,
}

impl Composer {
    /// Gathers events that were retrieved in this way: by an operation of an API, or from a kind of file.
    pub fn new(retrieved_by: &'static str) -> Self {
        Self { retrieved_by, gathered: BTreeMap::new(), bytes: 0 }
    }

    /// Adds an event. Returns the payloads that are complete without it.
    pub fn add(&mut self, origin: &Origin, event: RetrievedEvent) -> Vec<Payload> {
        let mut complete = Vec::new();
        if self.gathered.get(origin).is_some_and(|gathered| gathered.is_complete(&event)) {
            complete.extend(self.take(origin));
        }
        let bytes = event.message.len() + EVENT_OVERHEAD;
        let gathered = if let Some(gathered) = self.gathered.get_mut(origin) {
            gathered
        } else {
            self.bytes += origin.bytes();
            self.gathered.entry(origin.clone()).or_default()
        };
        gathered.events.push(event);
        gathered.bytes += bytes;
        self.bytes += bytes;
        if self.bytes > MOST_GATHERED {
            self.take_largest(&mut complete);
        }
        complete
    }

    /// The payloads of all events that are left.
    pub fn finish(&mut self) -> Vec<Payload> {
        self.bytes = 0;
        let gathered = std::mem::take(&mut self.gathered);
        gathered.into_iter().map(|(origin, gathered)| self.compose(&origin, gathered.events)).collect()
    }

    /// Takes the largest, until half of what may be gathered is left: so they are seldom looked for.
    fn take_largest(&mut self, complete: &mut Vec<Payload>) {
        let mut largest: Vec<(usize, Origin)> =
            self.gathered.iter().map(|(origin, gathered)| (gathered.bytes, origin.clone())).collect();
        largest.sort_unstable();
        while let Some((_, origin)) = largest.pop().filter(|_| self.bytes > MOST_GATHERED / 2) {
            complete.extend(self.take(&origin));
        }
    }

    fn take(&mut self, origin: &Origin) -> Option<Payload> {
        let gathered = self.gathered.remove(origin)?;
        self.bytes -= gathered.bytes + origin.bytes();
        Some(self.compose(origin, gathered.events))
    }

    /// In the order of time, and of ids within a millisecond: the same events make the same payload, in whatever order they
    /// arrived. Those without an id stay in the order of their file.
    fn compose(&self, origin: &Origin, mut events: Vec<RetrievedEvent>) -> Payload {
        events.sort_by(|one, two| (one.timestamp, &one.id).cmp(&(two.timestamp, &two.id)));
        let batch = Batch {
            message_type: "DATA_MESSAGE",
            owner: &origin.account,
            log_group: &origin.log_group,
            log_stream: &origin.log_stream,
            subscription_filters: [],
            log_events: &events,
            retrieved_by: self.retrieved_by,
        };
        // Text and numbers always become JSON.
        let json = serde_json::to_vec(&batch).unwrap_or_default();
        Payload { content: Content::Plain(json.into()), region: origin.region.clone(), sequence_number: None }
    }
}

impl Origin {
    fn bytes(&self) -> usize {
        let Self { account, region, log_group, log_stream } = self;
        let region = region.as_ref().map_or(0, String::len);
        account.len() + region + log_group.len() + log_stream.len() + ORIGIN_OVERHEAD
    }
}

impl Gathered {
    /// Whether no further event fits.
    fn is_complete(&self, next: &RetrievedEvent) -> bool {
        let bytes = self.bytes + next.message.len() + EVENT_OVERHEAD;
        self.events.len() >= MOST_EVENTS || (bytes > MOST_BYTES && !self.events.is_empty())
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Batch<'a> {
    message_type: &'static str,
    owner: &'a str,
    log_group: &'a str,
    log_stream: &'a str,
    subscription_filters: [&'a str; 0],
    log_events: &'a [RetrievedEvent],
    retrieved_by: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, batches, payloads};

    fn origin(log_stream: &str) -> Origin {
        Origin {
            account: "111122223333".to_owned(),
            region: Some("eu-west-1".to_owned()),
            log_group: "/example/mail".to_owned(),
            log_stream: log_stream.to_owned(),
        }
    }

    fn event(id: Option<&str>, timestamp: i64, message: &str) -> RetrievedEvent {
        RetrievedEvent { id: id.map(str::to_owned), timestamp, message: message.to_owned() }
    }

    #[test]
    fn a_payload_is_that_of_a_subscription_and_says_how_its_events_were_retrieved() {
        let mut composer = Composer::new("FilterLogEvents");
        for (id, timestamp) in [("3", 7), ("2", 7), ("1", 9), ("0", 5)] {
            assert_eq!(composer.add(&origin("s"), event(Some(id), timestamp, "a \"line\"\n")), []);
        }
        let made = composer.finish();
        assert_eq!(made.len(), 1);
        assert_eq!(made[0].region.as_deref(), Some("eu-west-1"));
        let text = made[0].decode(1 << 20).unwrap();
        assert_eq!(payloads(made[0].bytes())[0].content, made[0].content);
        let read = batches(&text).unwrap();
        let (batch, ids) = (&read[0], |batch: &crate::LogBatch<'_>| {
            batch.events.iter().map(|event| event.id().into_owned()).collect::<Vec<_>>()
        });
        assert_eq!(
            (read.len(), batch.kind, ids(batch)),
            (1, Kind::Data, ["0", "2", "3", "1"].map(str::to_owned).to_vec())
        );
        assert_eq!(
            (&*batch.owner, &*batch.log_group, &*batch.log_stream),
            ("111122223333", "/example/mail", "s")
        );
        assert_eq!(batch.events[0].message(), "a \"line\"\n");
        assert_eq!(batch.retrieved_by.as_deref(), Some("FilterLogEvents"));
    }

    #[test]
    fn a_payload_has_one_stream_and_so_many_events_or_bytes() {
        let mut composer = Composer::new("test");
        let mut complete = Vec::new();
        for number in 0..=2 * MOST_EVENTS {
            let id = number.to_string();
            complete.extend(composer.add(&origin("a"), event(Some(&id), 1, "x")));
            complete.extend(composer.add(&origin("b"), event(Some(&id), 1, "x")));
        }
        assert_eq!((complete.len(), composer.finish().len()), (4, 2));
        let long = "x".repeat(MOST_BYTES / 2);
        assert_eq!(composer.add(&origin("a"), event(Some("1"), 1, &long)), []);
        assert_eq!(composer.add(&origin("a"), event(Some("2"), 1, &long)).len(), 1);
        assert_eq!(composer.finish().len(), 1);
    }

    #[test]
    fn what_is_gathered_is_bounded_whatever_the_number_of_streams() {
        for (message, streams) in [("x".repeat(MOST_BYTES / 4), 200), ("x".to_owned(), 300_000)] {
            let (mut composer, mut early) = (Composer::new("test"), 0);
            for number in 0..streams {
                early += composer.add(&origin(&number.to_string()), event(Some("1"), 1, &message)).len();
                assert!(composer.bytes <= MOST_GATHERED);
            }
            assert!(early > 50, "{early}");
            assert_eq!(early + composer.finish().len(), streams);
            assert_eq!(composer.bytes, 0);
        }
    }

    #[test]
    fn events_of_one_moment_are_parted_like_others() {
        let mut composer = Composer::new("test");
        let parted: usize =
            (0..=MOST_EVENTS).map(|_| composer.add(&origin("a"), event(None, 1, "x")).len()).sum();
        assert_eq!(parted, 1);
    }
}
