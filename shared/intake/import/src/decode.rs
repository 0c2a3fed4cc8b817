//! A file as text: decompressed while it is read.

#![expect(
    clippy::disallowed_types,
    reason = "one member after the other, bounded by what was read, and never held as a whole"
)]

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::GzDecoder;

use crate::Damage;

/// Log events become 5 to 100 times smaller. What expands further is no log.
const MOST_EXPANDED: u64 = 1_000;
/// Any file may become so large: what is small is read quickly.
const SMALL: u64 = 64 << 20;
const STEP: usize = 64 << 10;

/// The text of a file. What one call reads is of one member.
pub(crate) struct Text<'r> {
    read: Box<dyn Read + Send + 'r>,
    members: Members,
}

/// How many members of gzip were begun. Each of them was a file once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Members(Arc<AtomicU64>);

/// Reads a file, and decompresses it if it is compressed: gzip of one member or several.
pub(crate) fn decode<'r>(from: impl Read + Send + 'r, gzip: bool) -> Text<'r> {
    let members = Members::default();
    if !gzip {
        return Text { read: Box::new(from), members };
    }
    let from = BufReader::with_capacity(STEP, Counted { from, bytes: 0 });
    let decoder = Decoder { member: Some(GzDecoder::new(from)), members: members.clone(), decoded: 0 };
    Text { read: Box::new(decoder), members }
}

impl Text<'_> {
    pub(crate) fn members(&self) -> Members {
        self.members.clone()
    }
}

impl Read for Text<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read.read(buffer)
    }
}

impl Members {
    pub(crate) fn begun(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counts what is read.
struct Counted<R> {
    from: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.from.read(buffer)?;
        self.bytes += length as u64;
        Ok(length)
    }
}

/// Decompresses member after member, and gives up where the text expands without measure.
struct Decoder<R> {
    /// Nothing after the last one.
    member: Option<GzDecoder<BufReader<Counted<R>>>>,
    members: Members,
    decoded: u64,
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while let Some(member) = &mut self.member {
            let length = member.read(buffer)?;
            if length > 0 {
                self.decoded += length as u64;
                let compressed = member.get_ref().get_ref().bytes;
                if self.decoded > SMALL && self.decoded / MOST_EXPANDED > compressed {
                    return Err(io::Error::other(Damage::Expands { times: MOST_EXPANDED }));
                }
                return Ok(length);
            }
            let Some(mut rest) = self.member.take().map(GzDecoder::into_inner) else { break };
            if !rest.fill_buf()?.is_empty() {
                self.member = Some(GzDecoder::new(rest));
                self.members.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(0)
    }
}
