//! Lines to records, records to calls, within Firehose's limits.
//!
//! Limits: <https://docs.aws.amazon.com/firehose/latest/dev/limits.html>.

use super::slim::slim;

/// A record's data, before base64: 1,000 KiB.
pub(super) const MAX_RECORD_BYTES: usize = 1_024_000;
/// A call's data, before base64: 4 MiB.
pub(super) const MAX_CALL_BYTES: usize = 4 * 1024 * 1024;
/// Records of one call.
pub(super) const MAX_CALL_RECORDS: usize = 500;
/// Events of one packed record: a stream that takes records apart again refuses more.
/// <https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-multirecord-deaggergation.html>
const MAX_PACKED_EVENTS: u64 = 500;

/// A record: whole lines, each with its line end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) data: Vec<u8>,
    pub(super) events: u64,
}

/// Records that one call can carry.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    records: Vec<Record>,
    bytes: usize,
}

impl Chunk {
    pub(super) fn records(&self) -> &[Record] {
        &self.records
    }

    pub(super) fn into_records(self) -> Vec<Record> {
        self.records
    }

    pub(super) fn events(&self) -> u64 {
        self.records.iter().map(|record| record.events).sum()
    }

    fn takes(&self, bytes: usize) -> bool {
        self.records.len() < MAX_CALL_RECORDS && self.bytes + bytes <= MAX_CALL_BYTES
    }

    fn push(&mut self, record: Record) {
        self.bytes += record.data.len();
        self.records.push(record);
    }
}

impl FromIterator<Record> for Chunk {
    fn from_iter<I: IntoIterator<Item = Record>>(records: I) -> Self {
        let mut chunk = Self::default();
        records.into_iter().for_each(|record| chunk.push(record));
        chunk
    }
}

/// Collects lines into chunks.
#[derive(Debug)]
pub(super) struct Packer {
    packing: bool,
    record: Record,
    chunk: Chunk,
}

impl Packer {
    pub(super) fn new(packing: bool) -> Self {
        Self { packing, record: Record::default(), chunk: Chunk::default() }
    }

    /// Adds a line of the object `key`; returns a chunk when one is full.
    pub(super) fn push(&mut self, line: &[u8], key: &str) -> Option<Chunk> {
        let line = if line.len() < MAX_RECORD_BYTES { line.into() } else { slim(line, key) };
        let full = self.record.events > 0
            && (!self.packing
                || self.record.events == MAX_PACKED_EVENTS
                || self.record.data.len() + line.len() + 1 > MAX_RECORD_BYTES);
        let chunk = if full { self.close_record() } else { None };
        self.record.data.extend_from_slice(&line);
        self.record.data.push(b'\n');
        self.record.events += 1;
        chunk
    }

    /// What is left: nothing, one chunk, or two where the last record does not fit the first.
    pub(super) fn finish(mut self) -> impl Iterator<Item = Chunk> {
        let full = if self.record.events > 0 { self.close_record() } else { None };
        full.into_iter().chain([self.chunk]).filter(|chunk| !chunk.records.is_empty())
    }

    /// Moves the record into the chunk; where it does not fit, the chunk goes and a new one begins.
    fn close_record(&mut self) -> Option<Chunk> {
        let record = std::mem::take(&mut self.record);
        let full =
            if self.chunk.takes(record.data.len()) { None } else { Some(std::mem::take(&mut self.chunk)) };
        self.chunk.push(record);
        full
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pack(lines: &[Vec<u8>], packing: bool) -> Vec<Chunk> {
        let mut packer = Packer::new(packing);
        let mut chunks: Vec<Chunk> = lines.iter().filter_map(|line| packer.push(line, "key")).collect();
        chunks.extend(packer.finish());
        chunks
    }

    fn check(lines: &[Vec<u8>], packing: bool) {
        let chunks = pack(lines, packing);
        let mut sent = Vec::new();
        for chunk in &chunks {
            assert!((1..=MAX_CALL_RECORDS).contains(&chunk.records.len()));
            assert!(chunk.records.iter().map(|record| record.data.len()).sum::<usize>() <= MAX_CALL_BYTES);
            for record in &chunk.records {
                assert!(record.data.len() <= MAX_RECORD_BYTES);
                assert!(packing || record.events == 1);
                let lines: Vec<&[u8]> = record.data.split_inclusive(|&byte| byte == b'\n').collect();
                assert_eq!(lines.len() as u64, record.events);
                assert!(record.events <= MAX_PACKED_EVENTS && lines.iter().all(|line| line.ends_with(b"\n")));
                sent.extend(lines.iter().map(|line| line[..line.len() - 1].to_vec()));
            }
        }
        assert_eq!(sent, lines);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_line_leaves_once_in_order_and_within_the_limits(
            sizes in prop::collection::vec(prop_oneof![1..2000_usize, 1..400_000_usize, Just(MAX_RECORD_BYTES - 1)], 0..40),
            packing: bool,
        ) {
            let lines: Vec<Vec<u8>> = sizes.iter().map(|&size| vec![b'x'; size]).collect();
            check(&lines, packing);
        }
    }

    #[test]
    fn many_small_lines_share_records_unless_packing_is_off() {
        let lines = vec![b"{}".to_vec(); 1201];
        check(&lines, true);
        check(&lines, false);
        assert_eq!(pack(&lines, true).iter().map(|chunk| chunk.records.len()).collect::<Vec<_>>(), [3]);
        assert_eq!(
            pack(&lines, false).iter().map(|chunk| chunk.records.len()).collect::<Vec<_>>(),
            [500, 500, 201]
        );
    }
}
