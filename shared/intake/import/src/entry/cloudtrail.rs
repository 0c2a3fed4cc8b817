//! Records of CloudTrail
//! (<https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>).
//!
//! Account and Region are those of the record: the files of an organization's trail are of many accounts.

use std::borrow::Cow;

use mailtrail_clock::Time;
use mailtrail_json_text::{scalar, unescape};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::event::{FileEvent, Sink};

#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow, rename = "eventVersion")]
    version: Option<&'a RawValue>,
    #[serde(borrow, rename = "eventID")]
    id: Option<&'a RawValue>,
    /// The name of it in aggregated events.
    #[serde(borrow, rename = "eventId")]
    aggregated_id: Option<&'a RawValue>,
    #[serde(borrow, rename = "eventTime")]
    time: Option<&'a RawValue>,
    #[serde(borrow, rename = "timeWindow")]
    window: Option<&'a RawValue>,
    #[serde(borrow, rename = "awsRegion")]
    region: Option<&'a RawValue>,
    #[serde(borrow, rename = "recipientAccountId")]
    recipient: Option<&'a RawValue>,
    #[serde(borrow, rename = "accountId")]
    account: Option<&'a RawValue>,
    #[serde(borrow, rename = "userIdentity")]
    identity: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Identity<'a> {
    #[serde(borrow, rename = "accountId")]
    account: Option<&'a RawValue>,
}

/// The time of an aggregated event.
#[derive(Deserialize)]
struct TimeWindow<'a> {
    #[serde(borrow, rename = "windowStart")]
    start: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct LookedUp<'a> {
    #[serde(borrow, rename = "CloudTrailEvent")]
    event: &'a RawValue,
}

/// A record of a file.
pub(super) fn record(json: &str, sink: &mut dyn Sink) -> bool {
    sink.event_if_any(event_of(json))
}

/// An event of `LookupEvents`, which has the record as text.
pub(super) fn looked_up(json: &str, sink: &mut dyn Sink) -> bool {
    let Ok(LookedUp { event }) = serde_json::from_str(json) else { return false };
    record(&unescape(event.get()), sink)
}

fn event_of(json: &str) -> Option<FileEvent<'_>> {
    let record: Record<'_> = serde_json::from_str(json).ok()?;
    record.version.and(record.id.or(record.aggregated_id))?;
    // Old records do not name the account that they were delivered to.
    let of_identity = || serde_json::from_str::<Identity<'_>>(record.identity?.get()).ok()?.account;
    let account = record.recipient.or(record.account).or_else(of_identity);
    let of_window = || serde_json::from_str::<TimeWindow<'_>>(record.window?.get()).ok()?.start;
    let time = record.time.or_else(of_window).and_then(scalar);
    let time = time.and_then(|text| Time::from_iso8601(&text));
    Some(FileEvent {
        account: account.and_then(scalar),
        region: record.region.and_then(scalar),
        timestamp: time.map(Time::millis),
        message: Cow::Borrowed(json),
        ..FileEvent::default()
    })
}
