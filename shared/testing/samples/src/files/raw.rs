//! Payloads written as text, for shapes that no typed batch can have: half a surrogate pair, a number for an
//! id, a missing key. Every `…_json` is JSON text that goes in as it is.

use super::sample::stamp;
use crate::envelope::{json_text, one_line};
use crate::example::{LOG_GROUP, LOG_STREAM, OWNER, SUBSCRIPTION_FILTER};

/// A log event whose message is given as a JSON string, quotes and escapes included.
pub(super) fn event(name: &str, index: u32, message_json: &str) -> String {
    let (timestamp, id) = stamp(name, index);
    format!(r#"{{"id":"{id}","timestamp":{timestamp},"message":{message_json}}}"#)
}

/// A log event with an id of any form.
pub(super) fn event_with_id(name: &str, index: u32, id_json: &str, message: &str) -> String {
    let (timestamp, _) = stamp(name, index);
    let message_json = json_text(&one_line(message));
    format!(r#"{{"id":{id_json},"timestamp":{timestamp},"message":{message_json}}}"#)
}

/// A log event with the system fields of a centralised log group.
pub(super) fn event_with_fields(name: &str, index: u32, message: &str, fields_json: &str) -> String {
    let event = event(name, index, &json_text(&one_line(message)));
    let open = event.strip_suffix('}').unwrap_or(&event);
    format!(r#"{open},"extractedFields":{fields_json}}}"#)
}

/// A payload of these events.
pub(super) fn payload(events_json: &[String]) -> String {
    let events = events_json.join(",");
    let source = format!(r#""owner":"{OWNER}","logGroup":"{LOG_GROUP}","logStream":"{LOG_STREAM}""#);
    let filters = format!(r#""subscriptionFilters":["{SUBSCRIPTION_FILTER}"]"#);
    format!(r#"{{"messageType":"DATA_MESSAGE",{source},{filters},"logEvents":[{events}]}}"#)
}
