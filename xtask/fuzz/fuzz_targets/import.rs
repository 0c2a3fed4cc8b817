//! Any bytes as a file of log events, of the shape that they have and of one that the first byte chooses: no panic, an end, and
//! as many events in payloads as the report says.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use mailtrail_import::{FileOrigin, Import};
use mailtrail_subscription::{Other, Recognized, Shape, batches, recognize};

const LIMIT: usize = 1 << 20;
const SHAPES: [Shape; 16] = [
    Shape::CloudTrailFile,
    Shape::CloudTrailRecords,
    Shape::LookupEvents,
    Shape::ExportTaskObject,
    Shape::FilterLogEvents,
    Shape::InsightsResults,
    Shape::LogEventList,
    Shape::LogsTail,
    Shape::AuditJson,
    Shape::AuditPlain,
    Shape::AuditW3c,
    Shape::EmailEventMessages,
    Shape::NestedGzip,
    Shape::Base64Gzip,
    Shape::SqsEvent,
    Shape::FirehoseTransformation,
];

fuzz_target!(|input: &[u8]| {
    if let Recognized::Other(file) = recognize(&Bytes::copy_from_slice(input), LIMIT)
        && Import::reads(file.shape)
    {
        read(file, input);
    }
    if let Some((first, rest)) = input.split_first() {
        read(Other { shape: SHAPES[usize::from(first % 16)], gzip: first & 16 != 0 }, rest);
    }
});

fn read(file: Other, input: &[u8]) {
    let mut import = Import::new(file, input, FileOrigin::default(), LIMIT);
    let mut events = 0;
    while let Some(payload) = import.next_payload() {
        // What a wrapper holds may be any payload.
        let Ok(text) = payload.decode(64 << 20) else { continue };
        let Ok(batches) = batches(&text) else { continue };
        let composed = batches.iter().filter(|batch| batch.retrieved_by.is_some());
        events += composed.map(|batch| batch.events.len() as u64).sum::<u64>();
    }
    assert!(events >= import.finish().events, "an event was lost");
}
