//! Messages of WorkMail's logs without the batch around them: audit logs as log delivery writes them, and what Firehose
//! extracts of a subscription.
//!
//! Account and Region are those of the organization.

use std::borrow::Cow;

use mailtrail_aws_types::Arn;
use mailtrail_clock::Time;
use mailtrail_json_text::scalar;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::event::{FileEvent, Sink};

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, alias = "organizationArn")]
    organization_arn: Option<&'a RawValue>,
    #[serde(borrow)]
    event_timestamp: Option<&'a RawValue>,
    #[serde(borrow)]
    timestamp: Option<&'a RawValue>,
    #[serde(borrow)]
    event: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct EmailEvent<'a> {
    #[serde(borrow, rename = "eventName")]
    name: Option<&'a RawValue>,
    #[serde(borrow, rename = "messageTimestamp")]
    message_timestamp: Option<&'a RawValue>,
}

/// A line of an audit log in JSON.
pub(super) fn audit(json: &str, sink: &mut dyn Sink) -> bool {
    sink.event_if_any(audit_event(json))
}

/// The event of a line. Who set up the delivery chose the fields: any of them may be missing.
pub(crate) fn audit_event(json: &str) -> Option<FileEvent<'_>> {
    let line: Line<'_> = serde_json::from_str(json).ok()?;
    line.event_timestamp.or(line.organization_arn)?;
    Some(event(&line, line.event_timestamp, json))
}

/// A message of the email event log.
pub(super) fn email_event(json: &str, sink: &mut dyn Sink) -> bool {
    let Ok(line) = serde_json::from_str::<Line<'_>>(json) else { return false };
    let email = line.event.and_then(|event| serde_json::from_str::<EmailEvent<'_>>(event.get()).ok());
    let Some(email) = email.filter(|email| email.name.is_some()) else { return false };
    let time = line.timestamp.filter(|json| time(json).is_some()).or(email.message_timestamp);
    sink.event(event(&line, time, json));
    true
}

/// Account and Region of the organization that a message names.
type Organization<'a> = (Option<Cow<'a, str>>, Option<Cow<'a, str>>);

/// Where a message of WorkMail is from, in whatever file it stands: its log group is in the account of the organization.
pub(crate) fn organization_of<'a>(message: &str) -> Option<Organization<'a>> {
    // Most messages of other logs need not be parsed.
    memchr::memmem::find(message.as_bytes(), b":workmail:")?;
    organization(&serde_json::from_str(message).ok()?)
}

fn organization<'a>(line: &Line<'_>) -> Option<Organization<'a>> {
    let text = line.organization_arn.and_then(scalar)?;
    let arn = Arn::parse(&text).ok()?;
    let part = |text: &str| Some(Cow::Owned(text.to_owned()));
    Some((part(arn.account()), part(arn.region())))
}

fn event<'a>(line: &Line<'a>, timestamp: Option<&'a RawValue>, json: &'a str) -> FileEvent<'a> {
    let (account, region) = organization(line).unwrap_or_default();
    FileEvent {
        account,
        region,
        timestamp: timestamp.and_then(time).map(Time::millis),
        message: Cow::Borrowed(json),
        ..FileEvent::default()
    }
}

/// A number that is less is no moment of WorkMail: it may be one in seconds.
const LEAST_MILLIS: i64 = 100_000_000_000;

/// Milliseconds, as a number or as text, or a moment of ISO 8601.
fn time(json: &RawValue) -> Option<Time> {
    let text = scalar(json)?;
    let millis = text.parse().ok().filter(|millis| *millis >= LEAST_MILLIS);
    millis.and_then(Time::from_millis).or_else(|| Time::from_iso8601(&text))
}
