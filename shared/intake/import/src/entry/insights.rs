//! Rows of CloudWatch Logs Insights
//! (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetQueryResults.html>).
//!
//! A row has the fields that the query asked for. It is an event if `@message` is among them. `@ptr` is no id that any other
//! way of reading gives.

use std::borrow::Cow;

use mailtrail_clock::Time;
use mailtrail_json_text::unescape;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::event::{FileEvent, Sink};

#[derive(Deserialize)]
struct Field<'a> {
    #[serde(borrow)]
    field: Cow<'a, str>,
    #[serde(borrow)]
    value: &'a RawValue,
}

/// A row as the console exports it.
#[derive(Deserialize)]
struct Row<'a> {
    #[serde(borrow, rename = "@timestamp")]
    timestamp: Option<&'a RawValue>,
    #[serde(borrow, rename = "@message")]
    message: Option<&'a RawValue>,
    #[serde(borrow, rename = "@log")]
    log: Option<&'a RawValue>,
    #[serde(borrow, rename = "@logStream")]
    log_stream: Option<&'a RawValue>,
}

/// A row: a list of fields, or an object.
pub(super) fn row(json: &str, sink: &mut dyn Sink) -> bool {
    let event = if json.starts_with('[') {
        let Ok(fields) = serde_json::from_str::<Vec<Field<'_>>>(json) else { return false };
        row_event(fields.iter().map(|Field { field, value }| (field.as_ref(), text(value))))
    } else {
        let Ok(Row { timestamp, message, log, log_stream }) = serde_json::from_str(json) else {
            return false;
        };
        let fields =
            [("@timestamp", timestamp), ("@message", message), ("@log", log), ("@logStream", log_stream)];
        row_event(fields.into_iter().filter_map(|(name, value)| Some((name, text(value?)))))
    };
    sink.event_if_any(event)
}

/// The event that a row is, by the names and values of its fields.
pub(crate) fn row_event<'a: 'b, 'b>(
    fields: impl Iterator<Item = (&'b str, Cow<'a, str>)>,
) -> Option<FileEvent<'a>> {
    let (mut event, mut message) = (FileEvent::default(), None);
    for (name, value) in fields {
        match name {
            "@timestamp" => event.timestamp = millis(&value),
            "@message" => message = Some(value),
            "@logStream" => event.log_stream = Some(value),
            "@log" => {
                let (account, log_group) = match value.split_once(':') {
                    Some((account, log_group)) => (Some(account), log_group),
                    None => (None, &*value),
                };
                event.account = account.map(|account| Cow::Owned(account.to_owned()));
                event.log_group = Some(Cow::Owned(log_group.to_owned()));
            }
            _ => {}
        }
    }
    Some(FileEvent { message: message?, ..event })
}

/// The text of a value, which may be a message that a tool has parsed.
fn text(json: &RawValue) -> Cow<'_, str> {
    unescape(json.get())
}

/// `2026-11-28 10:00:00.000`, UTC, or milliseconds.
fn millis(text: &str) -> Option<i64> {
    let text = text.trim();
    let of_number = || text.parse().ok().and_then(Time::from_millis);
    let of_text = || Time::from_iso8601(&format!("{}Z", text.trim_end_matches('Z').replacen(' ', "T", 1)));
    Some(of_number().or_else(of_text)?.millis())
}
