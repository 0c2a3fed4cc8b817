//! Every file in `events/` and what the decoder makes of it.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

use std::borrow::Cow;
use std::sync::LazyLock;

use bytes::Bytes;
use mailtrail_samples::{SampleFile, sample_files};
use mailtrail_subscription::{BatchId, Kind, LogBatch, LogEvent, Payload, batches, payloads};

/// The default outside Lambda.
const LIMIT: usize = 64 << 20;

/// Made once: the bombs among them take their time.
static FILES: LazyLock<Vec<SampleFile>> = LazyLock::new(sample_files);

/// For each payload of the file: the batches in it (kind and number of events), or the reason why there are
/// none.
const EXPECTED: &[(&str, &[&str])] = &[
    ("organization-email-received.json", &["data 1"]),
    ("organization-email-received-spam.json", &["data 1"]),
    ("organization-email-received-on-behalf.json", &["data 1"]),
    ("organization-email-received-internal.json", &["data 1"]),
    ("organization-email-received-verdict-objects.json", &["data 1"]),
    ("organization-email-received-timestamps.json", &["data 3"]),
    ("mailbox-email-delivered.json", &["data 2"]),
    ("rule-applied-inbound-drop.json", &["data 1"]),
    ("rule-applied-inbound-mixed.json", &["data 1"]),
    ("rule-applied-mailbox-redirect.json", &["data 1"]),
    ("rule-applied-mailbox-move.json", &["data 1"]),
    ("rule-applied-outbound.json", &["data 1"]),
    ("journaling-initiated.json", &["data 1"]),
    ("incoming-email-bounced.json", &["data 1"]),
    ("incoming-email-bounced-flat.json", &["data 1"]),
    ("outgoing-email-submitted.json", &["data 1"]),
    ("outgoing-email-sent.json", &["data 1"]),
    ("outgoing-email-bounced.json", &["data 1"]),
    ("outgoing-email-bounced-flat.json", &["data 1"]),
    ("outgoing-email-bounced-destination.json", &["data 1"]),
    ("dmarc-policy-applied.json", &["data 3"]),
    ("hard-addresses.json", &["data 7"]),
    ("no-address.json", &["data 4"]),
    ("masked.json", &["data 2"]),
    ("unknown-event-name.json", &["data 4"]),
    ("unknown-fields.json", &["data 2"]),
    ("not-a-workmail-event.json", &["data 3"]),
    ("message-journey.json", &["data 7"]),
    ("mixed-hour.json", &["data 120"]),
    ("audit-authentication.json", &["data 4"]),
    ("audit-access-control.json", &["data 4"]),
    ("audit-mailbox-access.json", &["data 8"]),
    ("audit-availability-provider.json", &["data 2"]),
    ("audit-personal-access-token.json", &["data 5"]),
    ("audit-booleans.json", &["data 6"]),
    ("audit-missing-fields.json", &["data 10"]),
    ("audit-unknown-fields.json", &["data 3"]),
    ("cloudtrail-iam-user.json", &["data 2"]),
    ("cloudtrail-assumed-role.json", &["data 4"]),
    ("cloudtrail-root.json", &["data 1"]),
    ("cloudtrail-federated-user.json", &["data 1"]),
    ("cloudtrail-identity-center-user.json", &["data 1"]),
    ("cloudtrail-other-identities.json", &["data 5"]),
    ("cloudtrail-aws-service.json", &["data 3"]),
    ("cloudtrail-console-login.json", &["data 4"]),
    ("cloudtrail-identity-center-login.json", &["data 2"]),
    ("cloudtrail-assume-role.json", &["data 4"]),
    ("cloudtrail-assume-role-federated.json", &["data 2"]),
    ("cloudtrail-role-chain.json", &["data 10"]),
    ("cloudtrail-addresses.json", &["data 5"]),
    ("cloudtrail-errors.json", &["data 3"]),
    ("cloudtrail-verbs.json", &["data 8"]),
    ("cloudtrail-resources.json", &["data 1"]),
    ("cloudtrail-without-identity.json", &["data 2"]),
    ("cloudtrail-versions.json", &["data 4"]),
    ("kinesis.json", &["data 4", "data 7", "data 5"]),
    ("on-failure.json", &["data 3"]),
    ("on-failure-kinesis.json", &["data 4", "data 7", "data 5"]),
    ("payload.gz", &["data 3"]),
    ("payload.json", &["data 3"]),
    ("two-members.gz", &["data 3 + data 3"]),
    ("split-member.gz", &["data 3"]),
    ("two-documents.gz", &["data 3 + data 3"]),
    ("key-order.json", &["data 2"]),
    ("account-level.json", &["data 3"]),
    ("system-fields.json", &["data 6"]),
    ("no-filters.json", &["data 3"]),
    ("console-test-event.json", &["data 2"]),
    ("number-ids.json", &["data 3"]),
    ("empty-ids.json", &["data 3"]),
    ("hostile/control-message.json", &["control 1"]),
    ("hostile/not-base64.json", &["not_base64"]),
    ("hostile/empty-data.json", &["not_gzip"]),
    ("hostile/other-invocation.json", &["unknown_event"]),
    ("hostile/on-failure-without-event.json", &["unknown_event"]),
    ("hostile/kinesis-mixed.json", &["data 3", "truncated_gzip", "data 3"]),
    ("hostile/not-gzip.json", &["not_gzip"]),
    ("hostile/truncated-gzip.json", &["truncated_gzip"]),
    ("hostile/wrong-crc.json", &["bad_checksum"]),
    ("hostile/wrong-length.json", &["bad_checksum"]),
    ("hostile/trailing-bytes.json", &["trailing_bytes"]),
    ("hostile/bomb.json", &["too_large"]),
    ("hostile/bomb-of-members.json", &["too_large"]),
    ("hostile/empty-gzip.json", &["not_json"]),
    ("hostile/not-json.json", &["not_json"]),
    ("hostile/truncated-json.json", &["not_json"]),
    ("hostile/other-shape.json", &["not_a_batch"]),
    ("hostile/unknown-message-type.json", &["unknown_message_type"]),
    ("hostile/missing-log-events.json", &["missing_log_events"]),
    ("hostile/invalid-utf8.json", &["data 1"]),
    ("hostile/invalid-utf8.gz", &["data 1"]),
    ("hostile/message-shapes.json", &["data 15"]),
    ("hostile/cloudtrail-cut-off.json", &["data 4"]),
    ("hostile/message-1mib.json", &["data 1"]),
    ("hostile/event-1mib.json", &["data 1"]),
    ("hostile/deep-nesting.json", &["data 3"]),
    ("hostile/owner-traversal.json", &["data 3"]),
    ("hostile/owner-13-digits.json", &["data 3"]),
    ("hostile/region-bad.json", &["data 3"]),
    ("hostile/surrogate-names.json", &["data 2"]),
    ("hostile/own-log-group.json", &["data 3"]),
    ("hostile/same-short-id-a.json", &["data 1"]),
    ("hostile/same-short-id-b.json", &["data 1"]),
    ("hostile/same-events-regzipped-a.json", &["data 3"]),
    ("hostile/same-events-regzipped-b.json", &["data 3"]),
    ("hostile/out-of-order.json", &["data 10"]),
];

fn payloads_of(file: &SampleFile) -> Vec<Payload> {
    payloads(&Bytes::copy_from_slice(&file.bytes))
}

fn file(name: &str) -> &'static SampleFile {
    FILES.iter().find(|file| file.name == name).unwrap()
}

fn summary(payload: &Payload) -> String {
    let one = |batch: &LogBatch<'_>| {
        let kind = if batch.kind == Kind::Control { "control" } else { "data" };
        format!("{kind} {}", batch.events.len())
    };
    let summary = payload.decode(LIMIT).and_then(|text| {
        let batches = batches(&text)?;
        Ok(batches.iter().map(one).collect::<Vec<_>>().join(" + "))
    });
    summary.unwrap_or_else(|reason| reason.reason().to_owned())
}

/// The only payload of a file, decoded.
fn text_of(name: &str) -> String {
    payloads_of(file(name))[0].decode(LIMIT).unwrap()
}

#[test]
fn every_sample_file_is_read_as_the_table_says() {
    for file in FILES.iter() {
        let summaries: Vec<String> = payloads_of(file).iter().map(summary).collect();
        let expected = EXPECTED.iter().find(|(name, _)| *name == file.name);
        assert_eq!(summaries, expected.map_or(&[][..], |(_, expected)| expected), "{}", file.name);
    }
    assert_eq!(FILES.len(), EXPECTED.len(), "a file of the table is gone");
}

#[test]
fn payloads_of_kinesis_have_their_region_and_sequence_number() {
    for name in ["kinesis.json", "on-failure-kinesis.json", "hostile/kinesis-mixed.json"] {
        for payload in payloads_of(file(name)) {
            assert_eq!(payload.region.as_deref(), Some("eu-west-1"), "{name}");
            assert_eq!(payload.sequence_number.unwrap().len(), 56, "{name}");
        }
    }
}

#[test]
fn ids_of_any_form_are_read_as_text() {
    let text = text_of("number-ids.json");
    let parsed = batches(&text).unwrap();
    let ids: Vec<Cow<'_, str>> = parsed[0].events.iter().map(LogEvent::id).collect();
    assert_eq!((ids[0].as_ref(), ids[1].as_ref(), ids[2].len()), ("0", "1", 56));

    let text = text_of("empty-ids.json");
    let parsed = batches(&text).unwrap();
    assert!(parsed[0].events.iter().all(|event| event.id().is_empty()));
}

#[test]
fn invalid_utf8_is_read_as_replacement_characters() {
    let text = text_of("hostile/surrogate-names.json");
    let parsed = batches(&text).unwrap();
    assert_eq!((&*parsed[0].log_group, &*parsed[0].log_stream), ("/group/\u{fffd}", "\u{fffd}stream"));
    assert_eq!(parsed[0].events[0].id(), "id \u{fffd} 1");

    let text = text_of("hostile/invalid-utf8.json");
    let parsed = batches(&text).unwrap();
    assert_eq!(parsed[0].log_group, "/aws/workmail/emailevents/example\u{fffd}");
    assert_eq!(parsed[0].events[0].message(), "before \u{fffd} after");
}

#[test]
fn system_fields_are_those_of_each_event() {
    let text = text_of("system-fields.json");
    let parsed = batches(&text).unwrap();
    let origins: Vec<_> = parsed[0]
        .events
        .iter()
        .map(|event| {
            let fields = event.system_fields();
            (fields.account.map(Cow::into_owned), fields.region.map(Cow::into_owned))
        })
        .collect();
    let here = (Some("111122223333".to_owned()), Some("eu-west-1".to_owned()));
    let there = (Some("444455556666".to_owned()), Some("us-west-2".to_owned()));
    let partly = (None, Some("us-east-1".to_owned()));
    assert_eq!(origins, [here.clone(), there.clone(), here, there, partly, (None, None)]);
}

#[test]
fn impossible_timestamps_are_no_time_and_keep_their_text() {
    let text = text_of("hostile/out-of-order.json");
    let parsed = batches(&text).unwrap();
    let events = &parsed[0].events;
    let millis: Vec<_> = events.iter().map(|event| event.time().map(mailtrail_clock::Time::millis)).collect();
    assert_eq!(millis[4..8], [Some(0), None, None, Some(253_370_764_799_000)]);
    assert_eq!(millis[8..], [None, None]);
    assert_eq!(events[5].timestamp_text(), Some("-1"));
    assert_eq!(events[6].timestamp_text(), None);
    assert_eq!(events[9].timestamp_text(), Some("9223372036854775807"));
}

#[test]
fn the_same_events_have_the_same_id_and_others_under_the_same_short_id_have_not() {
    let id = |name: &str| BatchId::of(&batches(&text_of(name)).unwrap());
    assert_eq!(id("hostile/same-events-regzipped-a.json"), id("hostile/same-events-regzipped-b.json"));
    assert_ne!(id("hostile/same-short-id-a.json"), id("hostile/same-short-id-b.json"));
}
