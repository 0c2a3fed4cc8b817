//! Objects of records: NDJSON, compressed while it is written.

use std::io::{self, BufRead, BufReader, Write};

use bytes::Bytes;
use mailtrail_ocsf::Class;
use sha2::{Digest, Sha256};

/// The zstd level of every object that we write.
///
/// An object is written once and stored for years. On batches of 20 to 10,000 mail events, level 6 makes objects
/// 7 to 15 percent smaller than level 3 (the default) and takes up to four times as long, 4 ms for 1.4 MB of
/// records: at list prices the time costs less than the first month of the room it saves. Level 9 makes them
/// between 2 percent larger and 5 percent smaller again; level 3 makes most of them larger than level 1 does.
pub const LEVEL: i32 = 6;

/// The longest line in bytes. A log event has at most 1 MiB; JSON writes a byte in up to six, and a record may hold the
/// message twice. A longer line is not a record, and would fill the memory.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>
pub const LONGEST_LINE: u64 = 16 << 20;

/// The largest window of a compressed object that is read, as a power of two: 32 MiB, which is what a reader's memory may
/// grow by. Our own have 4 MiB at most, those of `zstd -19` 8 MiB.
const LARGEST_WINDOW_LOG: u32 = 25;

/// Decompresses an object of records while it is read.
pub fn decoder<R: io::Read>(object: R) -> io::Result<zstd::Decoder<'static, BufReader<R>>> {
    let mut decoder = zstd::Decoder::new(object)?;
    decoder.window_log_max(LARGEST_WINDOW_LOG)?;
    Ok(decoder)
}

/// The first half of the SHA-256 of the lines of an object, in hexadecimal digits: the same however it is compressed.
pub fn digest_of_lines(object: &[u8]) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut lines = BufReader::new(decoder(object)?);
    loop {
        let some = lines.fill_buf()?;
        if some.is_empty() {
            return Ok(hex::encode(&hash.finalize()[..16]));
        }
        hash.update(some);
        let read = some.len();
        lines.consume(read);
    }
}

/// An object of the archive that holds the records of one class.
#[derive(Debug, Clone)]
pub struct Object {
    /// Its key.
    pub key: String,
    /// The class of all its records.
    pub class: Class,
    /// How many records it holds.
    pub events: u64,
    /// zstd-compressed NDJSON.
    pub body: Bytes,
}

impl Object {
    /// Reads the records back, one line each, without the line end.
    ///
    /// The streams are fed from here, so that what they get is what the archive holds.
    pub fn lines(&self) -> io::Result<Lines<'_>> {
        let reader = BufReader::with_capacity(64 * 1024, zstd::Decoder::with_buffer(self.body.as_ref())?);
        Ok(Lines { reader, line: Vec::new() })
    }
}

/// The lines of an object, one at a time.
pub struct Lines<'a> {
    reader: BufReader<zstd::Decoder<'static, &'a [u8]>>,
    line: Vec<u8>,
}

impl Lines<'_> {
    /// The next line, without its line end; nothing at the end of the object.
    pub fn next_line(&mut self) -> io::Result<Option<&[u8]>> {
        self.line.clear();
        if self.reader.read_until(b'\n', &mut self.line)? == 0 {
            return Ok(None);
        }
        Ok(Some(self.line.strip_suffix(b"\n").unwrap_or(&self.line)))
    }
}

/// Writes NDJSON into a compressor, so that an object never exists uncompressed.
pub struct ObjectWriter {
    encoder: zstd::Encoder<'static, Vec<u8>>,
    events: u64,
}

impl ObjectWriter {
    /// Begins an object whose lines have so many bytes in all, if that is known: for a small one the compressor
    /// then sets up small tables, which takes less time than compressing it does.
    pub fn new(bytes: Option<u64>) -> io::Result<Self> {
        let mut encoder = zstd::Encoder::new(Vec::new(), LEVEL)?;
        encoder.include_checksum(true)?;
        encoder.set_pledged_src_size(bytes)?;
        Ok(Self { encoder, events: 0 })
    }

    /// Writes lines that are terminated already.
    pub fn write_lines(&mut self, lines: &[u8], events: u64) -> io::Result<()> {
        self.encoder.write_all(lines)?;
        self.events += events;
        Ok(())
    }

    /// How many events were written.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Ends the object and returns its bytes.
    pub fn finish(self) -> io::Result<Bytes> {
        Ok(self.encoder.finish()?.into())
    }
}
