//! Records of payloads and of messages.

#![allow(dead_code, reason = "each test uses a part")]

use std::borrow::Cow;

use bytes::Bytes;
use mailtrail_clock::Time;
use mailtrail_normalize::{Context, Event, InternalDomains, Record, normalize};
use mailtrail_subscription::{Kind, batches, payloads};

const LIMIT: usize = 16 << 20;

/// The records of a payload, in its order, to be looked at.
pub(crate) fn records_of(payload: &[u8], mut look: impl FnMut(&[Record<'_>])) {
    let domains = InternalDomains::default();
    let texts =
        payloads(&Bytes::from(payload.to_vec())).into_iter().filter_map(|payload| payload.decode(LIMIT).ok());
    for text in texts.collect::<Vec<_>>() {
        for batch in batches(&text).unwrap_or_default().iter().filter(|batch| batch.kind == Kind::Data) {
            let context = Context {
                log_group: &batch.log_group,
                log_stream: &batch.log_stream,
                region: None,
                account: Some(&batch.owner),
                organization: None,
                source: None,
                internal_domains: &domains,
            };
            let messages: Vec<_> =
                batch.events.iter().map(mailtrail_subscription::LogEvent::message).collect();
            let records: Vec<_> = batch
                .events
                .iter()
                .zip(&messages)
                .map(|(event, message)| {
                    let event = Event {
                        uid: event.id(),
                        time: event.time(),
                        timestamp_text: event.timestamp_text(),
                        message,
                        values: None,
                    };
                    normalize(&event, &context)
                })
                .collect();
            look(&records);
        }
    }
}

/// The record of one message.
pub(crate) fn with_record<T>(message: &str, look: impl FnOnce(&Record<'_>) -> T) -> T {
    let domains = InternalDomains::default();
    let context = Context {
        log_group: "group",
        log_stream: "stream",
        region: Some("eu-west-1"),
        account: Some("000000000000"),
        organization: None,
        source: None,
        internal_domains: &domains,
    };
    let time = Time::from_millis(1_795_169_702_000);
    look(&normalize(
        &Event { uid: Cow::Borrowed("1"), time, timestamp_text: None, message, values: None },
        &context,
    ))
}
