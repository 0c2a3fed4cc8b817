//! Events as CloudWatch Logs answers them
//! (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>).

use mailtrail_json_text::{scalar, unescape};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::event::{FileEvent, Sink};

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
}

/// An event of an answer.
pub(super) fn event(json: &str, sink: &mut dyn Sink) -> bool {
    sink.event_if_any(event_of(json))
}

/// An event alone, or a document with a list of them.
pub(super) fn event_or_list(json: &str, sink: &mut dyn Sink) -> bool {
    let Ok(List { group, stream, events }) = serde_json::from_str(json) else {
        return event(json, sink);
    };
    let mut all = true;
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
