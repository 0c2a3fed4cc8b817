//! Any bytes into the wire decoder: no panic, no more memory than allowed, and a name that does not change.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use mailtrail_subscription::{BatchId, MAX_EVENTS, batches, payloads};

const LIMIT: usize = 1 << 20;

fuzz_target!(|input: &[u8]| {
    let payloads = payloads(&Bytes::copy_from_slice(input));
    assert!(!payloads.is_empty());
    for payload in payloads {
        let Ok(text) = payload.decode(LIMIT) else { continue };
        assert!(text.len() <= LIMIT);
        let Ok(batches) = batches(&text) else { continue };
        assert!(batches.iter().map(|batch| batch.events.len()).sum::<usize>() <= MAX_EVENTS);
        assert_eq!(BatchId::of(&batches).to_string(), BatchId::of(&batches).to_string());
        for event in batches.iter().flat_map(|batch| &batch.events) {
            // A NUL or half a surrogate pair in any of them must not matter.
            let _text = (event.id(), event.time(), event.message(), event.system_fields());
        }
    }
});
