//! What the tests of the readers have in common.

#![allow(clippy::unwrap_used, dead_code, reason = "helpers of tests; not every test needs all of them")]

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use mailtrail_import::{FileOrigin, Import, Report};
use mailtrail_subscription::{Other, Payload, Shape, batches};

pub(crate) const LIMIT: usize = 64 << 20;

/// An event of a payload: account, Region, log group, log stream, id, timestamp, message.
pub(crate) type Event = (String, Option<String>, String, String, String, String, String);

/// Hands bytes out in pieces of so many.
pub(crate) struct Pieces(pub(crate) io::Cursor<Vec<u8>>, pub(crate) usize);

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.1.min(buffer.len());
        self.0.read(&mut buffer[..length])
    }
}

/// The payloads of a file, and what became of it.
pub(crate) fn import(file: Other, bytes: &[u8], origin: FileOrigin, piece: usize) -> (Vec<Payload>, Report) {
    let from = Pieces(io::Cursor::new(bytes.to_vec()), piece.max(1));
    let mut import = Import::new(file, from, origin, LIMIT);
    let payloads = std::iter::from_fn(|| import.next_payload()).collect();
    (payloads, import.finish())
}

pub(crate) fn plain(shape: Shape) -> Other {
    Other { shape, gzip: false }
}

/// The events of payloads, in order.
pub(crate) fn events(payloads: &[Payload]) -> Vec<Event> {
    let mut events = Vec::new();
    for payload in payloads {
        let text = payload.decode(LIMIT).unwrap();
        for batch in batches(&text).unwrap() {
            events.extend(batch.events.iter().map(|event| {
                (
                    batch.owner.clone().into_owned(),
                    payload.region.clone(),
                    batch.log_group.clone().into_owned(),
                    batch.log_stream.clone().into_owned(),
                    event.id().into_owned(),
                    event.timestamp_text().unwrap_or_default().to_owned(),
                    event.message().into_owned(),
                )
            }));
        }
    }
    events.sort();
    events
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn read(shape: Shape, text: &str) -> (Vec<Event>, Report) {
    let (payloads, report) = import(plain(shape), text.as_bytes(), FileOrigin::default(), 1_000);
    (events(&payloads), report)
}

/// The messages, with their timestamps.
pub(crate) fn messages(shape: Shape, text: &str) -> Vec<(String, String)> {
    let (events, report) = read(shape, text);
    assert!(report.is_whole(), "{report:?}");
    events.into_iter().map(|event| (event.5, event.6)).collect()
}

pub(crate) fn at(time: &str, message: &str) -> (String, String) {
    (time.to_owned(), message.to_owned())
}
