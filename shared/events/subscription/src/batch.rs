//! From decoded text to batches of log events.
//!
//! One pass over the text, nothing copied: a [`LogEvent`] is four slices of it. Format:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html>.

use std::borrow::Cow;
use std::fmt;

use mailtrail_clock::Time;
use mailtrail_json_text::{scalar, unescape};
use serde::de::{Error, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::Undecodable;

/// The largest number of events that we take from one payload; a batch without events counts as one.
/// CloudWatch Logs accepts 10,000 in one call of `PutLogEvents`; the index of this many takes 32 MiB.
pub const MAX_EVENTS: usize = 1 << 19;

/// The message with which an event list over [`MAX_EVENTS`] stops the parser.
const TOO_MANY: &str = "too many log events";
const TOO_MANY_EVENTS: Undecodable = Undecodable::TooLarge { limit: MAX_EVENTS, unit: "events" };

/// The longest name of a log group or log stream, and the longest id of an event, as JSON. Those of CloudWatch Logs have
/// at most 512 characters; each record repeats them.
const LONGEST_NAME: usize = 64 << 10;
const NAME_TOO_LONG: Undecodable =
    Undecodable::TooLarge { limit: LONGEST_NAME, unit: "bytes in a name or an id" };

/// What a batch is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Log events.
    Data,
    /// CloudWatch Logs asks whether we can be reached.
    Control,
}

/// A batch of log events of one log stream.
#[derive(Debug, Clone)]
pub struct LogBatch<'a> {
    /// What the batch is for.
    pub kind: Kind,
    /// The account of the log group; not yet checked to be one.
    pub owner: Cow<'a, str>,
    /// The log group.
    pub log_group: Cow<'a, str>,
    /// The log stream.
    pub log_stream: Cow<'a, str>,
    /// How the events were retrieved, where no subscription sent them.
    pub retrieved_by: Option<Cow<'a, str>>,
    /// The events, in the order of the payload.
    pub events: Vec<LogEvent<'a>>,
}

/// A log event: slices of the decoded payload, unescaped when asked for.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct LogEvent<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    timestamp: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow, rename = "extractedFields")]
    extracted_fields: Option<&'a RawValue>,
}

/// What CloudWatch Logs says about the origin of one event, where the subscription asks for it
/// (`emitSystemFields`). With centralised logs one batch holds events of many accounts and Regions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SystemFields<'a> {
    /// `@aws.account`; not yet checked to be an account.
    pub account: Option<Cow<'a, str>>,
    /// `@aws.region`; not yet checked to be a Region.
    pub region: Option<Cow<'a, str>>,
}

impl<'a> LogEvent<'a> {
    /// The event's id: 56 digits from CloudWatch Logs; from others any text, a number, or nothing.
    pub fn id(&self) -> Cow<'a, str> {
        self.id.and_then(scalar).unwrap_or_default()
    }

    /// When the event happened, unless that is missing, no whole number, or not between 1970 and 9999.
    pub fn time(&self) -> Option<Time> {
        Time::from_millis(self.timestamp().parse().ok()?)
    }

    /// The timestamp, whether it is a number or its digits as text; empty where it is missing.
    pub(crate) fn timestamp(&self) -> &'a str {
        self.timestamp_text().unwrap_or_default().trim_matches('"')
    }

    /// The timestamp as it stands in the payload.
    pub fn timestamp_text(&self) -> Option<&'a str> {
        self.timestamp.map(RawValue::get)
    }

    /// The log line.
    pub fn message(&self) -> Cow<'a, str> {
        self.message.map(|message| unescape(message.get())).unwrap_or_default()
    }

    /// The event's own origin, where it has one.
    pub fn system_fields(&self) -> SystemFields<'a> {
        #[derive(Deserialize)]
        struct Fields<'a> {
            #[serde(borrow, rename = "@aws.account")]
            account: Option<&'a RawValue>,
            #[serde(borrow, rename = "@aws.region")]
            region: Option<&'a RawValue>,
        }
        let fields: Option<Fields<'a>> =
            self.extracted_fields.and_then(|raw| serde_json::from_str(raw.get()).ok());
        fields.map_or_else(SystemFields::default, |fields| SystemFields {
            account: fields.account.and_then(scalar),
            region: fields.region.and_then(scalar),
        })
    }
}

/// Parses a decoded payload: one batch, or several in a row.
///
/// # Errors
/// When anything in it is no batch, or there are more than [`MAX_EVENTS`].
pub fn batches(text: &str) -> Result<Vec<LogBatch<'_>>, Undecodable> {
    let (mut batches, mut events) = (Vec::new(), 0);
    for envelope in serde_json::Deserializer::from_str(text).into_iter::<Envelope<'_>>() {
        let batch = envelope.map_err(|error| undecodable(&error, text))?.batch()?;
        events += batch.events.len().max(1);
        if events > MAX_EVENTS {
            return Err(TOO_MANY_EVENTS);
        }
        batches.push(batch);
    }
    if batches.is_empty() { Err(Undecodable::NotJson { line: 1, column: 1 }) } else { Ok(batches) }
}

/// A batch as CloudWatch Logs writes it. `subscriptionFilters` and `policyLevel` are of no use to us.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, rename = "messageType")]
    message_type: &'a RawValue,
    #[serde(borrow)]
    owner: Option<&'a RawValue>,
    #[serde(borrow, rename = "logGroup")]
    log_group: Option<&'a RawValue>,
    #[serde(borrow, rename = "logStream")]
    log_stream: Option<&'a RawValue>,
    #[serde(borrow, rename = "retrievedBy")]
    retrieved_by: Option<&'a RawValue>,
    #[serde(borrow, rename = "logEvents")]
    log_events: Option<LogEvents<'a>>,
}

impl<'a> Envelope<'a> {
    fn batch(self) -> Result<LogBatch<'a>, Undecodable> {
        let kind = match unescape(self.message_type.get()).as_ref() {
            "DATA_MESSAGE" => Kind::Data,
            "CONTROL_MESSAGE" => Kind::Control,
            _ => return Err(Undecodable::UnknownMessageType),
        };
        let text = |raw: Option<&'a RawValue>| raw.and_then(scalar).unwrap_or_default();
        let events = self.log_events.ok_or(Undecodable::MissingLogEvents)?.0;
        let ids = events.iter().map(|event| event.id);
        if [self.log_group, self.log_stream].into_iter().chain(ids).flatten().any(is_too_long) {
            return Err(NAME_TOO_LONG);
        }
        Ok(LogBatch {
            kind,
            owner: text(self.owner),
            log_group: text(self.log_group),
            log_stream: text(self.log_stream),
            retrieved_by: self.retrieved_by.and_then(scalar),
            events,
        })
    }
}

fn is_too_long(name: &RawValue) -> bool {
    name.get().len() > LONGEST_NAME
}

struct LogEvents<'a>(Vec<LogEvent<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for LogEvents<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(LogEventsVisitor)
    }
}

struct LogEventsVisitor;

impl<'de> Visitor<'de> for LogEventsVisitor {
    type Value = LogEvents<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of log events")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut events = Vec::new();
        while let Some(event) = list.next_element()? {
            if events.len() == MAX_EVENTS {
                return Err(A::Error::custom(TOO_MANY));
            }
            events.push(event);
        }
        Ok(LogEvents(events))
    }
}

fn undecodable(error: &serde_json::Error, text: &str) -> Undecodable {
    let (line, column) = (error.line(), error.column());
    match error.classify() {
        Category::Data if error.to_string().starts_with(TOO_MANY) => TOO_MANY_EVENTS,
        // A log line that begins with a number looks like JSON up to there.
        Category::Data => first_syntax_error(text).unwrap_or(Undecodable::NotABatch { line, column }),
        Category::Syntax | Category::Eof | Category::Io => Undecodable::NotJson { line, column },
    }
}

/// Where a text stops being JSON.
fn first_syntax_error(text: &str) -> Option<Undecodable> {
    let error = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>().find_map(Result::err)?;
    Some(Undecodable::NotJson { line: error.line(), column: error.column() })
}
