//! Journeys with their truth, as records, and traced.

#![allow(dead_code, reason = "each test uses a part")]
#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

use std::borrow::Cow;
use std::collections::BTreeSet;

use mailtrail_clock::{Time, TimeRange};
use mailtrail_normalize::{Context as MappingContext, Event as LogEvent, InternalDomains, normalize};
use mailtrail_samples::journeys::{ExpectedMessage, Journey, JourneyEvent};
use mailtrail_trace::{
    AsOf, Context, DEFAULT_WINDOW, Directory, Filter, Gatherer, Index, MailEvent, Message, Query, TraceFields,
};

/// The record of an event, as a line of the archive.
pub(crate) fn line(logged: &JourneyEvent) -> String {
    let domains = InternalDomains::default();
    let context = MappingContext {
        log_group: logged.log_group,
        log_stream: "email-events",
        region: Some("eu-west-1"),
        account: Some(logged.account),
        organization: None,
        source: None,
        internal_domains: &domains,
    };
    let event = LogEvent {
        uid: Cow::Borrowed(&logged.event.id),
        time: Time::from_millis(logged.event.timestamp),
        timestamp_text: None,
        message: &logged.event.message,
        values: None,
    };
    serde_json::to_string(&normalize(&event, &context)).unwrap()
}

/// What a line of the archive says.
pub(crate) fn event(line: &str) -> Option<MailEvent> {
    let fields: TraceFields<'_> = serde_json::from_str(line).unwrap();
    MailEvent::of(&fields)
}

pub(crate) fn events(journey: &Journey) -> Vec<MailEvent> {
    journey.events.iter().map(|logged| event(&line(logged)).unwrap()).collect()
}

/// What is known besides the events, all of it empty.
pub(crate) struct Known {
    pub(crate) as_of: AsOf,
    pub(crate) directory: Option<Directory>,
    pub(crate) domains: InternalDomains,
}

impl Known {
    pub(crate) fn context(&self) -> Context<'_> {
        Context {
            as_of: &self.as_of,
            directory: self.directory.as_ref(),
            internal_domains: &self.domains,
            gaps: &[],
            window: DEFAULT_WINDOW,
            read: TimeRange::default(),
            shows_journal: false,
            tells_journey: false,
        }
    }
}

/// Archived up to a time, in milliseconds since 1970.
pub(crate) fn known(as_of: i64, directory: Option<Directory>) -> Known {
    let mut newest = AsOf::default();
    for log_group in ["/aws/workmail/emailevents/example", "/aws/workmail/emailevents/example-branch"] {
        newest.add("111122223333", log_group, Time::from_millis(as_of).unwrap());
    }
    Known { as_of: newest, directory, domains: InternalDomains::default() }
}

/// The directory of journeys.
pub(crate) fn directory<'j>(journeys: impl IntoIterator<Item = &'j Journey>) -> Directory {
    let mut directory = Directory::default();
    for (address, mailboxes) in journeys.into_iter().flat_map(|journey| &journey.directory) {
        match &mailboxes[..] {
            [only] if only == address => directory.add_mailbox(address),
            [only] => directory.add_alias(address, only),
            _ => directory.add_group(address, mailboxes.iter().map(String::as_str)),
        }
    }
    directory
}

/// Both passes over the same events.
pub(crate) fn trace(events: &[MailEvent], query: &Query, context: &Context<'_>) -> Vec<Message> {
    let filter = Filter::new(query, context.directory);
    let mut index = Index::new(&filter);
    for event in events {
        index.add(event);
    }
    let selection = index.select();
    let mut gatherer = Gatherer::new(&selection);
    events.iter().cloned().for_each(|event| gatherer.add(event));
    gatherer.finish(&filter, context)
}

/// An answer in the form of the truth.
pub(crate) fn told(message: &Message) -> ExpectedMessage {
    use mailtrail_samples::journeys::{ExpectedRecipient, plain};
    let plain_all =
        |addresses: &[String]| addresses.iter().map(|address| plain(address)).collect::<BTreeSet<_>>();
    let recipient = |own: &mailtrail_trace::Recipient| ExpectedRecipient {
        address: plain(&own.address),
        direction: own.direction.as_str(),
        status: own.status.as_str(),
        unknown_reason: own.unknown_reason.map(mailtrail_trace::UnknownReason::as_str),
        redirected_to: plain_all(&own.redirected_to),
        expanded_to: plain_all(&own.expanded_to),
    };
    let mut recipients: Vec<_> = message.recipients.iter().map(recipient).collect();
    recipients.sort();
    ExpectedMessage {
        trace_ids: message.trace_ids.iter().cloned().collect(),
        likely_trace_ids: message.likely_trace_ids.iter().cloned().collect(),
        same_message_id: message.same_message_id,
        recipients,
        journaled_to: plain_all(&message.journaled_to),
        is_journal_copy: message.is_journal_copy,
        events: message.events,
    }
}

/// The truth in an order that answers can be compared in.
pub(crate) fn sorted(mut messages: Vec<ExpectedMessage>) -> Vec<ExpectedMessage> {
    for message in &mut messages {
        message.recipients.sort();
    }
    messages.sort_by(|a, b| (&a.trace_ids, &a.recipients).cmp(&(&b.trace_ids, &b.recipients)));
    messages
}

/// 2026-11-20T08:00:00Z
pub(crate) const EIGHT: i64 = 1_795_161_600_000;

/// An event of a leg, so many milliseconds after eight o'clock, as its record tells it.
pub(crate) fn mail(after: i64, trace_id: &str, name: &str, members: serde_json::Value) -> MailEvent {
    logged("/aws/workmail/emailevents/example", after, trace_id, name, members)
}

pub(crate) fn logged(
    log_group: &'static str,
    after: i64,
    trace_id: &str,
    name: &str,
    mut members: serde_json::Value,
) -> MailEvent {
    members["eventName"] = name.into();
    let mut message = serde_json::json!({"event": members});
    if !trace_id.is_empty() {
        message["traceId"] = trace_id.into();
    }
    let message = message.to_string();
    let id = format!("{trace_id}/{after}/{name}/{}", message.len());
    let event = mailtrail_samples::Event { id, timestamp: EIGHT + after, message };
    event_of(&JourneyEvent { account: "111122223333", log_group, event })
}

fn event_of(logged: &JourneyEvent) -> MailEvent {
    event(&line(logged)).unwrap()
}

/// All messages of some events, archived up to an hour after eight o'clock.
pub(crate) fn messages(events: &[MailEvent]) -> Vec<Message> {
    trace(events, &Query::default(), &known(EIGHT + 60 * 60 * 1000, None).context())
}

/// The only message of some events.
pub(crate) fn only(events: &[MailEvent]) -> Message {
    let [message] = &messages(events)[..] else { panic!("{:#?}", messages(events)) };
    message.clone()
}
