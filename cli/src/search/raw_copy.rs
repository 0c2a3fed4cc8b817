//! The bytes of a raw copy, up to a limit that its decoded size sets: compression makes nothing larger by much.

use std::io::Read;

use bytes::Bytes;
use bytesize::ByteSize;
use mailtrail_subscription::Undecodable;

/// How gzip and JSON begin. A file that is neither is not read any further.
const BEGINNINGS: [&[u8]; 2] = [&[0x1f, 0x8b], b"{"];

/// Reads a raw copy whose decoded payload is at most so large.
///
/// # Errors
/// The reason, when it is not a raw copy, is too large, or cannot be read to its end.
pub(super) fn read(mut body: impl Read, decoded_limit: usize) -> Result<Bytes, String> {
    // Deflate stores what it cannot compress in blocks of 64 KiB with 5 bytes each.
    let limit = decoded_limit as u64 + (decoded_limit >> 12) as u64 + (64 << 10);
    let mut bytes = Vec::new();
    let mut read = |bytes: &mut Vec<u8>, most: u64| {
        body.by_ref().take(most).read_to_end(bytes).map_err(|error| error.to_string())
    };
    read(&mut bytes, 2)?;
    if !BEGINNINGS.iter().any(|beginning| bytes.starts_with(beginning)) {
        return Err(Undecodable::NotGzip { format: None }.to_string());
    }
    read(&mut bytes, limit)?;
    if bytes.len() as u64 > limit {
        return Err(format!("has more than {}; increase --decoded-limit", ByteSize(limit)));
    }
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use std::io::repeat;

    use super::*;

    #[test]
    fn a_raw_copy_is_read_up_to_the_limit_and_anything_else_not_at_all() {
        assert_eq!(read(&b"\x1f\x8b\x08rest"[..], 100).unwrap(), b"\x1f\x8b\x08rest".as_slice());
        let endless = (&b"\x1f\x8b"[..]).chain(repeat(7));
        assert_eq!(read(endless, 1 << 20).unwrap_err(), "has more than 1.1 MiB; increase --decoded-limit");
        assert_eq!(read(repeat(0), 100).unwrap_err(), "the payload is neither gzip nor JSON");
        assert!(read(&b""[..], 100).is_err());
    }
}
