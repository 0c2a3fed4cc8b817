//! What a gzip payload must be, to its last byte: members with every optional part, and what may not follow them.
//!
//! Format: RFC 1952.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

use flate2::Crc;
use mailtrail_samples::envelope::gzip;
use mailtrail_subscription::{Undecodable, inflate};

const LIMIT: usize = 1 << 20;
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
const FLAGS: usize = 3;
const HEADER_CHECKSUM: u8 = 0x02;
const EXTRA: u8 = 0x04;

/// A member with flags, and the optional parts of the header that these announce.
fn member(flags: u8, optional: &[u8], data: &[u8]) -> Vec<u8> {
    let plain = gzip(data);
    let mut header = HEADER;
    header[FLAGS] = flags;
    [&header[..], optional, &plain[HEADER.len()..]].concat()
}

/// The last eight bytes of a member with this data.
fn trailer(data: &[u8]) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(data);
    [crc.sum().to_le_bytes(), crc.amount().to_le_bytes()].concat()
}

fn trailing(bytes: usize) -> Result<Vec<u8>, Undecodable> {
    Err(Undecodable::TrailingBytes { bytes })
}

#[test]
fn each_optional_part_of_a_header_is_skipped_where_it_stands_alone() {
    let checksum = member(HEADER_CHECKSUM, &[1, 2], b"checksum ");
    // A length of 0x0100 tells the order of its two bytes.
    let extra = member(EXTRA, &[&[0, 1][..], &[7; 256]].concat(), b"extra ");
    let both = member(EXTRA | HEADER_CHECKSUM, &[3, 0, 7, 7, 7, 1, 2], b"both");
    // Several members are read one by one, by our own reader of headers.
    assert_eq!(inflate(&[checksum, extra, both].concat(), LIMIT).unwrap(), b"checksum extra both");
}

#[test]
fn bytes_after_the_last_member_are_counted_and_refused() {
    let one = gzip(b"abc");
    for rest in [&b"x"[..], b"rubbish", &[0; 100], &[0x1f], &[0x1f, 0x8b]] {
        assert_eq!(inflate(&[&one, rest].concat(), LIMIT), trailing(rest.len()), "{rest:?}");
        assert_eq!(inflate(&[&one, &one, rest].concat(), LIMIT), trailing(rest.len()), "{rest:?}");
    }
}

#[test]
fn bytes_after_a_member_that_look_like_a_trailer_are_refused() {
    let one = gzip(b"abc");
    // The length is right and the checksum is not; or both are those of other data.
    for rest in
        [[&[0; 4][..], &3_u32.to_le_bytes()].concat(), trailer(b"abc\0\0"), trailer(b"ab"), trailer(b"")]
    {
        assert_eq!(inflate(&[&one[..], &rest].concat(), LIMIT), trailing(8), "{rest:?}");
    }
}

#[test]
fn what_follows_a_member_that_fills_the_limit_is_read_to_its_end() {
    let (full, empty) = (gzip(b"0123456789"), gzip(b""));
    let read = |parts: &[&[u8]]| inflate(&parts.concat(), 10);
    assert_eq!(read(&[&full, &empty]).unwrap(), b"0123456789");
    assert_eq!(read(&[&full, &empty, &empty]).unwrap(), b"0123456789");
    assert_eq!(read(&[&full, &empty, b"rubbish"]), trailing(7));
    assert_eq!(read(&[&full, &empty, &full]), Err(Undecodable::TooLarge { limit: 10, unit: "bytes" }));
    let damaged = [&empty[..empty.len() - 8], &trailer(b"x")].concat();
    assert_eq!(read(&[&full, &damaged]), Err(Undecodable::BadChecksum { decoded: 10 }));
    assert_eq!(read(&[&full, &empty[..empty.len() - 1]]), Err(Undecodable::TruncatedGzip { decoded: 10 }));
}
