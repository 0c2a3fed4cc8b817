//! A bomb does not go off: the memory of this process, as the kernel counts it, before and after.
//!
//! In a file of their own: the figures are those of the whole process.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

use bytes::Bytes;
use mailtrail_samples::envelope::gzip;
use mailtrail_samples::sample_files;
use mailtrail_subscription::{Undecodable, inflate, payloads};

const LIMIT: usize = 1 << 20;

/// The most memory that this process has had so far, in KiB: used (`VmHWM:`), or reserved (`VmPeak:`).
fn peak(figure: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(figure)).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
}

#[test]
fn a_bomb_of_80_mib_takes_little_more_memory_than_the_limit_allows() {
    let bombs = sample_files().into_iter().filter(|file| file.name.starts_with("hostile/bomb"));
    let bombs: Vec<Bytes> = bombs.map(|file| file.bytes.into()).collect();
    assert_eq!(bombs.len(), 2);
    let before = peak("VmHWM:");
    for bomb in &bombs {
        for payload in payloads(bomb) {
            let too_large = Undecodable::TooLarge { limit: LIMIT, unit: "bytes" };
            assert_eq!(payload.decode(LIMIT), Err(too_large));
        }
    }
    let more = peak("VmHWM:") - before;
    assert!(more < 4 * LIMIT / 1024, "{more} KiB more than before");
}

#[test]
fn a_length_that_lies_reserves_no_memory() {
    let mut lie = gzip(b"short");
    let at = lie.len() - 4;
    lie[at..].copy_from_slice(&u32::MAX.to_le_bytes());
    let before = peak("VmPeak:");
    assert_eq!(inflate(&lie, usize::MAX), Err(Undecodable::BadChecksum { decoded: 5 }));
    let more = peak("VmPeak:") - before;
    assert!(more < 1 << 20, "{more} KiB more than before, for a length of 4 GiB");
}
