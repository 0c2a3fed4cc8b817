//! gzip → bytes, within a limit.
//!
//! Two decoders for two needs. libdeflate is about twice as fast, but it wants to know the size of the
//! output beforehand, stops after the first member and does not say how much it read. So it is used
//! where it can be *proved* that one member is the whole payload: no other gzip header stands anywhere in
//! it, and its last eight bytes are checksum and length of what was decoded. Everything else is streamed
//! through zlib-rs, member by member, which also finds out what exactly is wrong.
//!
//! Format: RFC 1952.

use flate2::{Crc, Decompress, FlushDecompress, Status};
use libdeflater::Decompressor;
use memchr::memmem;

use crate::Undecodable;

/// How a gzip member of deflate data begins.
pub(crate) const MAGIC: [u8; 3] = [0x1f, 0x8b, 0x08];
/// Magic, flags, time, extra flags, system.
const HEADER: usize = 10;
/// Checksum and length.
const TRAILER: usize = 8;
/// Deflate cannot do better than one bit for 129 bytes: a larger length is a lie.
const MAX_RATIO: usize = 1032;
/// The size of the first output buffer and of the steps in which it grows, at the least.
const STEP: usize = 64 * 1024;

/// Decodes all members of a gzip payload.
///
/// # Errors
/// When the payload is not gzip to its last byte, or decodes to more than `limit` bytes.
pub fn inflate(gzip: &[u8], limit: usize) -> Result<Vec<u8>, Undecodable> {
    match inflate_single(gzip, limit) {
        Some(decoded) => Ok(decoded),
        None => inflate_members(gzip, limit),
    }
}

/// The fast way, where the payload is provably one member; `None` is no verdict.
fn inflate_single(gzip: &[u8], limit: usize) -> Option<Vec<u8>> {
    let trailer = gzip.len().checked_sub(TRAILER).filter(|&at| at >= HEADER)?;
    let length = usize::try_from(read_u32(gzip, trailer + 4)?).ok()?;
    let plausible = length <= limit && length / MAX_RATIO <= gzip.len();
    let another = memmem::find(gzip.get(1..)?, &MAGIC).is_some();
    if !plausible || another {
        return None;
    }
    let mut decoded = vec![0; length];
    let written = Decompressor::new().gzip_decompress(gzip, &mut decoded).ok()?;
    let whole = written == length && libdeflater::crc32(&decoded) == read_u32(gzip, trailer)?;
    whole.then_some(decoded)
}

/// The careful way: member by member, as far as it goes.
fn inflate_members(gzip: &[u8], limit: usize) -> Result<Vec<u8>, Undecodable> {
    let mut decoded = Vec::new();
    let mut rest = gzip;
    while !rest.is_empty() {
        let first = rest.len() == gzip.len();
        let header = match header_length(rest) {
            Header::Complete(length) => length,
            Header::Truncated if first || rest.starts_with(&MAGIC) => {
                return Err(Undecodable::TruncatedGzip { decoded: decoded.len() });
            }
            _ if first => return Err(Undecodable::not_gzip(gzip)),
            _ => return Err(Undecodable::TrailingBytes { bytes: rest.len() }),
        };
        rest = inflate_member(&rest[header..], &mut decoded, limit)?;
    }
    if gzip.is_empty() { Err(Undecodable::not_gzip(gzip)) } else { Ok(decoded) }
}

/// Appends one member's data to `decoded` and returns what follows its trailer.
fn inflate_member<'a>(body: &'a [u8], decoded: &mut Vec<u8>, limit: usize) -> Result<&'a [u8], Undecodable> {
    let start = decoded.len();
    let mut stream = Decompress::new(false);
    let mut read = 0;
    loop {
        let room = (limit - decoded.len()).min(decoded.len().max(STEP));
        if room == 0 {
            // Full to the limit: only a stream that has nothing more to say is still good.
            return finish_full(&mut stream, &body[read..], decoded, start, limit)
                .map(|used| &body[read + used..]);
        }
        decoded.reserve_exact(room);
        let before = stream.total_in();
        let status = stream
            .decompress_vec(&body[read..], decoded, FlushDecompress::None)
            .map_err(|_| Undecodable::CorruptGzip { decoded: decoded.len() })?;
        // What was read fits the slice, so it fits a usize.
        read += usize::try_from(stream.total_in() - before).unwrap_or(usize::MAX);
        if decoded.len() > limit {
            return Err(Undecodable::TooLarge { limit, unit: "bytes" });
        }
        match status {
            Status::StreamEnd => {
                let trailer = check_trailer(&body[read..], &decoded[start..], decoded.len())?;
                return Ok(&body[read + trailer..]);
            }
            Status::Ok | Status::BufError if read == body.len() && decoded.len() < decoded.capacity() => {
                return Err(Undecodable::TruncatedGzip { decoded: decoded.len() });
            }
            Status::Ok | Status::BufError => {}
        }
    }
}

/// The output is full to the limit: reads the end of the stream, or finds that there is more.
fn finish_full(
    stream: &mut Decompress,
    body: &[u8],
    decoded: &[u8],
    start: usize,
    limit: usize,
) -> Result<usize, Undecodable> {
    let mut one_more = [0; 1];
    let (before_in, before_out) = (stream.total_in(), stream.total_out());
    let status = stream
        .decompress(body, &mut one_more, FlushDecompress::None)
        .map_err(|_| Undecodable::CorruptGzip { decoded: decoded.len() })?;
    if stream.total_out() > before_out {
        return Err(Undecodable::TooLarge { limit, unit: "bytes" });
    }
    if status != Status::StreamEnd {
        return Err(Undecodable::TruncatedGzip { decoded: decoded.len() });
    }
    let used = usize::try_from(stream.total_in() - before_in).unwrap_or(usize::MAX);
    Ok(used + check_trailer(&body[used..], &decoded[start..], decoded.len())?)
}

/// Checks the eight bytes after a member's data and returns their number.
fn check_trailer(after: &[u8], member: &[u8], decoded: usize) -> Result<usize, Undecodable> {
    let (Some(checksum), Some(length)) = (read_u32(after, 0), read_u32(after, 4)) else {
        return Err(Undecodable::TruncatedGzip { decoded });
    };
    let mut crc = Crc::new();
    crc.update(member);
    if crc.sum() == checksum && crc.amount() == length {
        Ok(TRAILER)
    } else {
        Err(Undecodable::BadChecksum { decoded })
    }
}

enum Header {
    Complete(usize),
    Truncated,
    Foreign,
}

/// Measures a member's header: ten bytes, and up to four optional parts.
fn header_length(member: &[u8]) -> Header {
    const CHECKSUM: u8 = 0x02;
    const EXTRA: u8 = 0x04;
    const NAME: u8 = 0x08;
    const COMMENT: u8 = 0x10;
    let known = member.len().min(MAGIC.len());
    if member[..known] != MAGIC[..known] {
        return Header::Foreign;
    }
    let Some(flags) = member.get(3).copied() else { return Header::Truncated };
    let mut length = HEADER;
    if flags & EXTRA != 0 {
        let Some(size) = member.get(length..length + 2) else { return Header::Truncated };
        length += 2 + usize::from(u16::from_le_bytes([size[0], size[1]]));
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let Some(end) = member.get(length..).and_then(|rest| memchr::memchr(0, rest)) else {
                return Header::Truncated;
            };
            length += end + 1;
        }
    }
    if flags & CHECKSUM != 0 {
        length += 2;
    }
    if length <= member.len() { Header::Complete(length) } else { Header::Truncated }
}

fn read_u32(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?;
    Some(u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, GzBuilder, write::GzEncoder};
    use proptest::prelude::*;

    use super::*;

    const LIMIT: usize = 1 << 20;

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn two_members_are_one_payload_even_when_they_are_the_same() {
        let twice = [gzip(b"same"), gzip(b"same")].concat();
        assert_eq!(inflate(&twice, LIMIT).unwrap(), b"samesame");
        let different = [gzip(b"one"), gzip(b""), gzip(b"two")].concat();
        assert_eq!(inflate(&different, LIMIT).unwrap(), b"onetwo");
    }

    #[test]
    fn optional_parts_of_the_header_are_skipped() {
        let mut encoder = GzBuilder::new()
            .filename("name")
            .comment("comment")
            .extra(vec![1, 2, 3])
            .write(Vec::new(), Compression::new(6));
        encoder.write_all(b"text").unwrap();
        let member = encoder.finish().unwrap();
        assert_eq!(inflate_members(&member, LIMIT).unwrap(), b"text");
        assert_eq!(inflate(&member, LIMIT).unwrap(), b"text");
    }

    #[test]
    fn exactly_the_limit_is_decoded_and_one_byte_more_is_not() {
        let data = vec![b'x'; 100_000];
        let payload = gzip(&data);
        for decode in [inflate, inflate_members] {
            assert_eq!(decode(&payload, 100_000).unwrap(), data);
            assert_eq!(decode(&payload, 99_999), Err(Undecodable::TooLarge { limit: 99_999, unit: "bytes" }));
        }
        let twice = [payload.clone(), payload].concat();
        assert_eq!(inflate(&twice, 200_000).unwrap().len(), 200_000);
        assert!(matches!(inflate(&twice, 199_999), Err(Undecodable::TooLarge { .. })));
    }

    #[test]
    fn a_length_that_lies_reserves_no_memory_for_the_lie() {
        let mut payload = gzip(b"short");
        let at = payload.len() - 4;
        payload[at..].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(inflate(&payload, usize::MAX), Err(Undecodable::BadChecksum { decoded: 5 }));
    }

    #[test]
    fn each_kind_of_damage_has_its_reason() {
        let good = gzip(b"some text to decode");
        let reason = |bytes: &[u8]| inflate(bytes, LIMIT).unwrap_err().reason();
        assert_eq!(reason(b""), "not_gzip");
        assert_eq!(reason(b"plain text"), "not_gzip");
        assert_eq!(reason(&[0x1f]), "truncated_gzip");
        assert_eq!(reason(&[good.clone(), b"rubbish".to_vec()].concat()), "trailing_bytes");
        assert_eq!(reason(&[good.clone(), vec![0x1f, 0x8b, 0x08]].concat()), "truncated_gzip");
        let mut wrong = good.clone();
        let at = wrong.len() - 8;
        wrong[at] ^= 1;
        assert_eq!(reason(&wrong), "bad_checksum");
        let mut damaged = good.clone();
        damaged[10] = 0xff;
        assert_eq!(reason(&damaged), "corrupt_gzip");
        for end in 1..good.len() {
            assert_eq!(reason(&good[..end]), "truncated_gzip", "cut at {end}");
        }
    }

    proptest! {
        #[test]
        fn both_decoders_undo_any_compression(data: Vec<u8>) {
            let payload = gzip(&data);
            prop_assert_eq!(&inflate(&payload, LIMIT).unwrap(), &data);
            prop_assert_eq!(&inflate_members(&payload, LIMIT).unwrap(), &data);
        }

        #[test]
        fn a_changed_byte_never_yields_other_data(data: Vec<u8>, at: prop::sample::Index, to: u8) {
            let mut payload = gzip(&data);
            let at = at.index(payload.len());
            payload[at] = to;
            if let Ok(decoded) = inflate(&payload, LIMIT) {
                prop_assert_eq!(decoded, data);
            }
        }

        #[test]
        fn both_decoders_agree_on_any_bytes(bytes: Vec<u8>) {
            if let Some(fast) = inflate_single(&bytes, LIMIT) {
                prop_assert_eq!(inflate_members(&bytes, LIMIT), Ok(fast));
            }
        }
    }
}
