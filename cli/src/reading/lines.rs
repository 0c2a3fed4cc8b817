//! The lines of a compressed object of records.

use std::io::{BufRead, Read};

/// The longest line in bytes. A log event has at most 1 MiB, and escaping makes it a few times larger; a longer line is
/// not a record, and would fill the memory.
const LONGEST: u64 = 64 << 20;

/// Decompresses an object, and calls `read_line` for each line, without the line feed.
///
/// # Errors
/// The reason, when the object cannot be decompressed to its end, or `read_line` fails.
pub(crate) fn for_each_line(
    object: &[u8],
    mut read_line: impl FnMut(&[u8]) -> serde_json::Result<()>,
) -> Result<(), String> {
    if object.is_empty() {
        return Err("empty object".to_owned());
    }
    let damaged = |error| format!("damaged or truncated: {error}");
    let text = zstd::stream::read::Decoder::with_buffer(object).map_err(damaged)?;
    let (mut text, mut line, mut number) = (std::io::BufReader::new(text), Vec::new(), 0_u64);
    loop {
        line.clear();
        number += 1;
        let length = text.by_ref().take(LONGEST).read_until(b'\n', &mut line).map_err(damaged)?;
        if length == 0 {
            return Ok(());
        }
        if length as u64 == LONGEST {
            return Err(format!("line {number} is longer than {LONGEST} bytes"));
        }
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        read_line(line).map_err(|error| format!("invalid record in line {number}: {error}"))?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(object: &[u8]) -> Result<Vec<String>, String> {
        let mut lines = Vec::new();
        for_each_line(object, |line| {
            lines.push(String::from_utf8_lossy(line).into_owned());
            serde_json::from_slice::<serde::de::IgnoredAny>(line).map(|_| ())
        })?;
        Ok(lines)
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
}
