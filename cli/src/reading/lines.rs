//! The lines of an object of records.

use std::io::{BufRead, Read};

/// No record is longer: CloudWatch takes a megabyte an event, and JSON in JSON makes a few of it. More is no
/// line, but something that wants to fill the memory.
const LONGEST: u64 = 64 << 20;

/// Decompresses an object, and hands out its lines one after the other, without what ends them.
///
/// # Errors
/// With the reason in words, when it cannot be read to its last byte, or `look` fails for a line.
pub(crate) fn for_each_line(
    object: &[u8],
    mut look: impl FnMut(&[u8]) -> serde_json::Result<()>,
) -> Result<(), String> {
    if object.is_empty() {
        return Err("it is empty".to_owned());
    }
    let damaged = |error| format!("it is damaged or cut off: {error}");
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
            return Err(format!("line {number} does not end"));
        }
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        look(line).map_err(|error| format!("line {number} is no record: {error}"))?;
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
    fn lines_are_handed_out_as_they_are_through_all_frames() {
        let mut object = zstd::bulk::compress(b"{\"a\": 1}\n{}\n", 3).unwrap();
        object.extend(zstd::bulk::compress(b"[2]", 3).unwrap());
        assert_eq!(read(&object).unwrap(), ["{\"a\": 1}", "{}", "[2]"]);
    }

    #[test]
    fn what_is_empty_cut_off_or_no_record_says_so() {
        let object = zstd::bulk::compress(&b"{\"a\":1}\n".repeat(1_000), 3).unwrap();
        assert!(read(&object[..object.len() - 1]).unwrap_err().starts_with("it is damaged or cut off: "));
        assert!(read(b"{}\n").unwrap_err().starts_with("it is damaged or cut off: "));
        assert_eq!(read(b"").unwrap_err(), "it is empty");
        let broken = zstd::bulk::compress(b"{}\n{\"a\n{}\n", 3).unwrap();
        assert!(read(&broken).unwrap_err().starts_with("line 2 is no record: "));
    }
}
