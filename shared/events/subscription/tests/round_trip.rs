//! What is encoded comes back: any batch, in every input that it can arrive in.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

use std::collections::BTreeSet;

use bytes::Bytes;
use mailtrail_clock::Time;
use mailtrail_samples::envelope::{
    REGION, gzip, gzip_at, invocation, kinesis_event, kinesis_on_failure_record, on_failure_record,
};
use mailtrail_samples::{Batch, Event};
use mailtrail_subscription::{BatchId, Kind, LogBatch, Payload, batches, payloads};
use proptest::prelude::*;

/// More than any batch made here.
const LIMIT: usize = 16 << 20;

fn an_event() -> impl Strategy<Value = Event> {
    let id = prop_oneof!["[0-9]{56}", any::<String>(), Just(String::new())];
    let timestamp = prop_oneof![any::<i64>(), 0..2_000_000_000_000_i64];
    (id, timestamp, any::<String>()).prop_map(|(id, timestamp, message)| Event { id, timestamp, message })
}

fn a_batch() -> impl Strategy<Value = Batch> {
    let kind = prop_oneof![Just("DATA_MESSAGE"), Just("CONTROL_MESSAGE")];
    let names = (any::<String>(), any::<String>(), any::<String>());
    (kind, names, prop::collection::vec(an_event(), 0..12)).prop_map(
        |(kind, (owner, log_group, log_stream), events)| Batch {
            message_type: kind.to_owned(),
            owner,
            log_group,
            log_stream,
            ..Batch::of(events)
        },
    )
}

/// The batch as it was before it was encoded. The filters are not read, so they are those of every sample.
fn as_encoded(batch: &LogBatch<'_>) -> Batch {
    let kind = match batch.kind {
        Kind::Data => "DATA_MESSAGE",
        Kind::Control => "CONTROL_MESSAGE",
    };
    let events = batch.events.iter().map(|event| {
        let timestamp = event.timestamp_text().unwrap().parse().unwrap();
        assert_eq!(event.time(), Time::from_millis(timestamp));
        Event { id: event.id().into_owned(), timestamp, message: event.message().into_owned() }
    });
    Batch {
        message_type: kind.to_owned(),
        owner: batch.owner.to_string(),
        log_group: batch.log_group.to_string(),
        log_stream: batch.log_stream.to_string(),
        ..Batch::of(events.collect())
    }
}

fn decode(payload: &Payload) -> Vec<Batch> {
    let text = payload.decode(LIMIT).unwrap();
    batches(&text).unwrap().iter().map(as_encoded).collect()
}

fn decode_all(input: impl Into<Bytes>) -> Vec<Batch> {
    payloads(&input.into()).iter().flat_map(decode).collect()
}

fn id_of(input: impl Into<Bytes>) -> BatchId {
    let text = payloads(&input.into())[0].decode(LIMIT).unwrap();
    BatchId::of(&batches(&text).unwrap())
}

/// A batch in every input that can hold one.
fn inputs(batch: &Batch) -> [Vec<u8>; 6] {
    let kinesis = kinesis_event(&[batch.to_gzip()], REGION);
    [
        batch.to_json(),
        batch.to_gzip(),
        batch.to_invocation(),
        kinesis.clone(),
        on_failure_record(&batch.to_invocation()),
        kinesis_on_failure_record(&kinesis),
    ]
}

proptest! {
    #[test]
    fn a_batch_comes_back_from_every_input(batch in a_batch()) {
        for input in inputs(&batch) {
            prop_assert_eq!(decode_all(input), std::slice::from_ref(&batch));
        }
    }

    #[test]
    fn a_batch_has_the_same_id_in_every_input(batch in a_batch()) {
        let ids = inputs(&batch).map(id_of);
        prop_assert_eq!(BTreeSet::from(ids).len(), 1);
    }

    #[test]
    fn a_batch_comes_back_however_it_is_compressed(
        batch in a_batch(),
        level in 0..=9_u32,
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let json = batch.to_json();
        prop_assert_eq!(decode_all(gzip_at(level, &json)), std::slice::from_ref(&batch));

        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(json.len())).collect();
        cuts.extend([0, json.len()]);
        cuts.sort_unstable();
        let members: Vec<u8> = cuts.windows(2).flat_map(|cut| gzip(&json[cut[0]..cut[1]])).collect();
        prop_assert_eq!(decode_all(members), [batch]);
    }

    #[test]
    fn several_batches_come_back_in_their_order(batches in prop::collection::vec(a_batch(), 1..5)) {
        let documents: Vec<Vec<u8>> = batches.iter().map(Batch::to_json).collect();
        prop_assert_eq!(&decode_all(documents.concat()), &batches);
        prop_assert_eq!(&decode_all(gzip(&documents.join(&b"\n "[..]))), &batches);
        let members: Vec<Vec<u8>> = batches.iter().map(Batch::to_gzip).collect();
        prop_assert_eq!(&decode_all(members.concat()), &batches);
    }

    #[test]
    fn every_record_of_a_kinesis_event_is_a_payload_of_its_own(sent in prop::collection::vec(a_batch(), 1..5)) {
        let records: Vec<Vec<u8>> = sent.iter().map(Batch::to_gzip).collect();
        let received = payloads(&kinesis_event(&records, REGION).into());
        prop_assert_eq!(received.iter().flat_map(decode).collect::<Vec<_>>(), sent);
        prop_assert!(received.iter().all(|payload| payload.region.as_deref() == Some(REGION)));
        let numbers: BTreeSet<_> = received.iter().map(|payload| payload.sequence_number.clone().unwrap()).collect();
        prop_assert_eq!(numbers.len(), received.len());
        prop_assert!(received.iter().zip(&records).all(|(payload, record)| payload.bytes() == record));
    }

    #[test]
    fn what_is_already_decoded_may_have_been_base64_all_the_same(batch in a_batch()) {
        prop_assert_eq!(decode_all(invocation(&batch.to_json())), [batch]);
    }

    #[test]
    fn any_bytes_are_at_least_one_payload_and_none_panics(bytes: Vec<u8>) {
        for input in [bytes.clone(), gzip(&bytes), invocation(&bytes), invocation(&gzip(&bytes))] {
            let payloads = payloads(&input.into());
            prop_assert!(!payloads.is_empty());
            for payload in payloads {
                if let Ok(text) = payload.decode(LIMIT) {
                    let _anything = batches(&text);
                }
            }
        }
    }

    #[test]
    fn a_changed_batch_has_another_id(batch in a_batch(), at: prop::sample::Index, what in 0..4) {
        let before = id_of(batch.to_json());
        let mut other = batch;
        other.events.push(Event { id: "x".to_owned(), timestamp: 1, message: "one".to_owned() });
        prop_assert_ne!(id_of(other.to_json()), before);
        let before = id_of(other.to_json());
        let event = at.index(other.events.len());
        match what {
            0 => other.log_group.push('x'),
            1 => other.log_stream.push('x'),
            2 => other.events[event].id.push('x'),
            _ => other.events[event].timestamp ^= 1,
        }
        prop_assert_ne!(id_of(other.to_json()), before);
    }

    #[test]
    fn an_event_moved_between_batches_of_a_payload_changes_its_id(one in a_batch(), other in a_batch()) {
        let mut moved = [one.clone(), other.clone()];
        let event = Event { id: "x".to_owned(), timestamp: 1, message: "one".to_owned() };
        moved[0].events.push(event.clone());
        let before = id_of(moved.clone().map(|batch| batch.to_json()).concat());
        moved[0].events.pop();
        moved[1].events.insert(0, event);
        prop_assert_ne!(id_of(moved.map(|batch| batch.to_json()).concat()), before);
    }
}
