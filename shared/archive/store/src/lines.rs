//! The lines of a compressed object of records, while it is read.
//!
//! Memory is bounded by one line and the window of the compressor, whatever the object says of itself. So is the time: an
//! object that expands without measure is given up, and the others are read.

use std::io::{self, BufRead, BufReader, Read};

use thiserror::Error;

use crate::{LONGEST_LINE, decoder};

/// Records become 10 to 100 times smaller. What expands further is not one.
const MOST_EXPANDED: u64 = 1_000;
/// Any object may have so many bytes: what is small is read quickly.
const SMALL: u64 = 64 << 20;

/// Why an object of records cannot be read to its end.
#[derive(Debug, Error)]
pub enum UnreadableLines {
    /// It is not what the compressor wrote.
    #[error("damaged or truncated: {0}")]
    Damaged(#[from] io::Error),
    /// It has no bytes.
    #[error("empty object")]
    Empty,
    /// A line that no record makes; it is numbered from 1.
    #[error("line {0} is longer than {mebibytes} MiB", mebibytes = LONGEST_LINE >> 20)]
    LongLine(u64),
    /// It expands beyond measure.
    #[error("expands to more than {MOST_EXPANDED} times its size")]
    Expands,
    /// A line, numbered from 1, that is not a record.
    #[error("invalid record in line {0}: {1}")]
    Record(u64, serde_json::Error),
}

/// Decompresses an object, and calls `read_line` for each line, without the line feed.
///
/// # Errors
/// The reason, when the object cannot be decompressed to its end, exceeds a limit, or `read_line` fails.
pub fn for_each_line(
    object: impl Read,
    mut read_line: impl FnMut(&[u8]) -> serde_json::Result<()>,
) -> Result<(), UnreadableLines> {
    let mut text = BufReader::new(decoder(Counted { object, bytes: 0 })?);
    let (mut line, mut number, mut decoded) = (Vec::new(), 0_u64, 0_u64);
    loop {
        line.clear();
        number += 1;
        let read = text.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line);
        let compressed = text.get_ref().get_ref().get_ref().bytes;
        if compressed == 0 {
            return Err(UnreadableLines::Empty);
        }
        let length = read?;
        decoded += length as u64;
        if length == 0 {
            return Ok(());
        }
        if length as u64 == LONGEST_LINE {
            return Err(UnreadableLines::LongLine(number));
        }
        if decoded > SMALL && decoded / MOST_EXPANDED > compressed {
            return Err(UnreadableLines::Expands);
        }
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        read_line(line).map_err(|error| UnreadableLines::Record(number, error))?;
    }
}

/// Counts what is read of an object.
struct Counted<R> {
    object: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.object.read(buffer)?;
        self.bytes += length as u64;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(object: &[u8]) -> Result<Vec<String>, String> {
        let mut lines = Vec::new();
        let read = for_each_line(object, |line| {
            lines.push(String::from_utf8_lossy(line).into_owned());
            serde_json::from_slice::<serde::de::IgnoredAny>(line).map(|_| ())
        });
        read.map(|()| lines).map_err(|error| error.to_string())
    }

    #[test]
    fn the_lines_of_all_frames_are_read() {
        let mut object = zstd::bulk::compress(b"{\"a\": 1}\n{}\n", 3).unwrap();
        object.extend(zstd::bulk::compress(b"[2]", 3).unwrap());
        assert_eq!(read(&object).unwrap(), ["{\"a\": 1}", "{}", "[2]"]);
    }

    #[test]
    fn an_empty_truncated_or_invalid_object_is_an_error() {
        let object = zstd::bulk::compress(&b"{\"a\":1}\n".repeat(1_000), 3).unwrap();
        assert!(read(&object[..object.len() - 1]).unwrap_err().starts_with("damaged or truncated: "));
        assert!(read(b"{}\n").unwrap_err().starts_with("damaged or truncated: "));
        assert_eq!(read(b"").unwrap_err(), "empty object");
        let broken = zstd::bulk::compress(b"{}\n{\"a\n{}\n", 3).unwrap();
        assert!(read(&broken).unwrap_err().starts_with("invalid record in line 2: "));
    }

    /// Compressed in pieces, so that the test itself needs no memory.
    fn compressed(piece: &[u8], pieces: u64) -> Vec<u8> {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        (0..pieces).try_for_each(|_| std::io::Write::write_all(&mut encoder, piece)).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_line_without_end_is_given_up() {
        let object = compressed(&vec![b'a'; 1 << 16], LONGEST_LINE >> 16);
        let mut lines = 0;
        let error = for_each_line(&object[..], |_| {
            lines += 1;
            Ok(())
        });
        assert_eq!((error.unwrap_err().to_string().as_str(), lines), ("line 1 is longer than 16 MiB", 0));
    }

    #[test]
    fn an_object_that_expands_without_measure_is_given_up() {
        let piece = [&b"{}"[..], &vec![b' '; (1 << 20) - 3], b"\n"].concat();
        let object = compressed(&piece, 128);
        let mut decoded = 0;
        let error = for_each_line(&object[..], |line| {
            decoded += line.len() as u64;
            Ok(())
        });
        assert_eq!(error.unwrap_err().to_string(), "expands to more than 1000 times its size");
        assert!(decoded <= SMALL + (1 << 20), "{decoded}");
    }
}
