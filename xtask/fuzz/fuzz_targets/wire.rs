//! Any bytes into the wire decoder: no panic, no more memory than allowed, and what is decoded can be encoded.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use mailtrail_pipeline::{Options, encode};
use mailtrail_subscription::{BatchId, Kind, batches, payloads};

const LIMIT: usize = 1 << 20;

fuzz_target!(|input: &[u8]| {
    for payload in payloads(&Bytes::copy_from_slice(input)) {
        let Ok(text) = payload.decode(LIMIT) else { continue };
        assert!(text.len() <= LIMIT);
        let Ok(batches) = batches(&text) else { continue };
        let id = BatchId::of(&batches);
        for batch in batches.iter().filter(|batch| batch.kind == Kind::Data) {
            let objects = encode(batch, &id, payload.region.as_deref(), &Options::default()).expect("memory is enough");
            let events: u64 = objects.iter().map(|object| object.events).sum();
            assert_eq!(events, batch.events.len() as u64);
        }
    }
});
