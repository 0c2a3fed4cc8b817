//! The raw copy: exactly what arrived.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use mailtrail_subscription::{Content, Payload};

/// The object body for a payload: its own bytes, or, of one that arrived decoded, those compressed, without
/// a time in the header, so that the same payload gives the same bytes.
pub(crate) fn body(payload: &Payload) -> io::Result<Bytes> {
    match &payload.content {
        Content::Gzip(bytes) | Content::Unreadable(bytes, _) => Ok(bytes.clone()),
        Content::Plain(bytes) => {
            let mut encoder: GzEncoder<_> =
                GzBuilder::new().mtime(0).write(Vec::new(), Compression::default());
            encoder.write_all(bytes)?;
            Ok(encoder.finish()?.into())
        }
    }
}
