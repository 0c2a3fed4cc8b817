//! Events as CloudWatch Logs answers them
//! (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>).

use std::borrow::Cow;

use mailtrail_json_text::{Member, Members, scalar, unescape};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::event::{FileEvent, Sink};
use crate::items::LISTS;

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, rename = "logStreamName")]
    log_stream: Option<&'a RawValue>,
    #[serde(borrow)]
    timestamp: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    /// The id, as `FilterLogEvents` names it.
    #[serde(borrow, rename = "eventId")]
    answered_id: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
}

/// A document with a list of events, and perhaps with their log stream.
#[derive(Deserialize)]
struct List<'a> {
    #[serde(borrow, rename = "logGroupName")]
    group: Option<&'a RawValue>,
    #[serde(borrow, rename = "logStreamName")]
    stream: Option<&'a RawValue>,
    #[serde(borrow, rename = "logEvents")]
    events: Vec<&'a RawValue>,
    /// What an event alone has.
    #[serde(borrow)]
    message: Option<&'a RawValue>,
}

/// An event of an answer.
pub(super) fn event(json: &str, sink: &mut dyn Sink) -> bool {
    sink.event_if_any(event_of(json))
}

/// An event alone, or a document with a list of them.
pub(super) fn event_or_list(json: &str, sink: &mut dyn Sink) -> bool {
    let Ok(List { group, stream, events, message }) = serde_json::from_str(json) else {
        return event(json, sink);
    };
    let mut all = !has_other_lists(json);
    if message.is_some() {
        all &= event(json, sink);
    }
    for json in events {
        let Some(event) = event_of(json.get()) else {
            all = false;
            continue;
        };
        let log_stream = event.log_stream.or_else(|| stream.and_then(scalar));
        sink.event(FileEvent { log_group: group.and_then(scalar), log_stream, ..event });
    }
    all
}

/// Whether a document with log events has the list of another kind of document as well.
fn has_other_lists(json: &str) -> bool {
    let is_other = |(name, json): (Cow<'_, str>, Member<'_>)| {
        name != "logEvents" && LISTS.contains(&&*name) && json.text().starts_with('[')
    };
    Members::of(json).is_some_and(|mut members| members.any(is_other))
}

fn event_of(json: &str) -> Option<FileEvent<'_>> {
    let Event { log_stream, timestamp, message, answered_id, id } = serde_json::from_str(json).ok()?;
    Some(FileEvent {
        log_stream: log_stream.and_then(scalar),
        id: answered_id.or(id).and_then(scalar),
        timestamp: timestamp.and_then(scalar).and_then(|text| text.parse().ok()),
        // A tool that parsed a message of JSON puts it back as it is.
        message: unescape(message?.get()),
        ..FileEvent::default()
    })
}
