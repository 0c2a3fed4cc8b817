//! A file as text: decompressed while it is read.

use std::io::{self, BufReader, Read};

#[expect(
    clippy::disallowed_types,
    reason = "the reader behind it is bounded, and never held as a whole"
)]
use flate2::bufread::MultiGzDecoder;

use crate::Damage;

/// Log events become 5 to 100 times smaller. What expands further is no log.
const MOST_EXPANDED: u64 = 1_000;
/// Any file may become so large: what is small is read quickly.
const SMALL: u64 = 64 << 20;
const STEP: usize = 64 << 10;

/// The text of a file.
pub(crate) type Text<'r> = Box<dyn Read + Send + 'r>;

/// Reads a file, and decompresses it if it is compressed: gzip of one member or several.
pub(crate) fn decode<'r>(from: impl Read + Send + 'r, gzip: bool) -> Text<'r> {
    if !gzip {
        return Box::new(from);
    }
    #[expect(clippy::disallowed_types, reason = "as above")]
    let decoder = MultiGzDecoder::new(BufReader::with_capacity(STEP, Counted { from, bytes: 0 }));
    Box::new(Bounded { decoder, decoded: 0 })
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

/// Gives up where the text expands without measure.
struct Bounded<R> {
    #[expect(clippy::disallowed_types, reason = "as above")]
    decoder: MultiGzDecoder<BufReader<Counted<R>>>,
    decoded: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.decoder.read(buffer)?;
        self.decoded += length as u64;
        let compressed = self.decoder.get_ref().get_ref().bytes;
        if self.decoded > SMALL && self.decoded / MOST_EXPANDED > compressed {
            return Err(io::Error::other(Damage::Expands { times: MOST_EXPANDED }));
        }
        Ok(length)
    }
}
