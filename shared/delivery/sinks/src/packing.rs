//! Lines to records, records to batches, within the limits of a sink.

use crate::sink::SinkLimits;
use crate::slim::slim;

/// Events as lines of JSON, each with its line end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackedRecord {
    /// Whole lines.
    pub data: Vec<u8>,
    /// How many lines there are.
    pub events: u64,
}

/// Records that one call can carry.
#[derive(Debug, Default)]
pub struct RecordBatch {
    records: Vec<PackedRecord>,
    bytes: usize,
}

impl RecordBatch {
    /// The records, in the order of the archive's objects.
    pub fn records(&self) -> &[PackedRecord] {
        &self.records
    }

    /// The records alone.
    pub fn into_records(self) -> Vec<PackedRecord> {
        self.records
    }

    /// The events of all records.
    pub fn events(&self) -> u64 {
        self.records.iter().map(|record| record.events).sum()
    }

    fn has_room_for(&self, bytes: usize, limits: SinkLimits) -> bool {
        self.records.len() < limits.batch_records && self.bytes + bytes <= limits.batch_bytes
    }

    fn push(&mut self, record: PackedRecord) {
        self.bytes += record.data.len();
        self.records.push(record);
    }
}

impl FromIterator<PackedRecord> for RecordBatch {
    fn from_iter<I: IntoIterator<Item = PackedRecord>>(records: I) -> Self {
        let mut batch = Self::default();
        records.into_iter().for_each(|record| batch.push(record));
        batch
    }
}

/// Collects lines into batches.
#[derive(Debug)]
pub(crate) struct Packer {
    limits: SinkLimits,
    record: PackedRecord,
    batch: RecordBatch,
}

impl Packer {
    /// A packer for a sink with these limits. Without `packing`, each event is a record of its own.
    pub(crate) fn new(limits: SinkLimits, packing: bool) -> Self {
        let record_events = if packing { limits.record_events } else { 1 };
        let limits = SinkLimits { record_events, ..limits };
        Self { limits, record: PackedRecord::default(), batch: RecordBatch::default() }
    }

    /// Adds a line of the object `key`; returns a batch when one is full.
    pub(crate) fn push(&mut self, line: &[u8], key: &str) -> Option<RecordBatch> {
        let SinkLimits { record_bytes, record_events, batch_bytes, .. } = self.limits;
        let line = if line.len() < record_bytes { line.into() } else { slim(line, key, record_bytes) };
        let full = self.record.events > 0
            && (self.record.events == record_events
                || self.record.data.len() + line.len() + 1 > record_bytes.min(batch_bytes));
        let batch = if full { self.close_record() } else { None };
        self.record.data.extend_from_slice(&line);
        self.record.data.push(b'\n');
        self.record.events += 1;
        batch
    }

    /// What is left: nothing, one batch, or two where the last record does not fit the first.
    pub(crate) fn finish(mut self) -> impl Iterator<Item = RecordBatch> {
        let full = if self.record.events > 0 { self.close_record() } else { None };
        full.into_iter().chain([self.batch]).filter(|batch| !batch.records.is_empty())
    }

    /// Moves the record into the batch; where it does not fit, returns the batch and begins a new one.
    fn close_record(&mut self) -> Option<RecordBatch> {
        let record = std::mem::take(&mut self.record);
        let has_room =
            self.batch.has_room_for(record.data.len(), self.limits) || self.batch.records.is_empty();
        let full = (!has_room).then(|| std::mem::take(&mut self.batch));
        self.batch.push(record);
        full
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::firehose::LIMITS as FIREHOSE;

    /// A sink with small records, whose batches hold few of them.
    const SMALL: SinkLimits =
        SinkLimits { record_bytes: 10_000, record_events: 7, batch_bytes: 50_000, batch_records: 9 };
    /// A sink whose records may be larger than its batches.
    const UNLIMITED_RECORDS: SinkLimits =
        SinkLimits { record_bytes: usize::MAX, record_events: 500, batch_bytes: 50_000, batch_records: 500 };

    fn pack(lines: &[Vec<u8>], limits: SinkLimits, packing: bool) -> Vec<RecordBatch> {
        let mut packer = Packer::new(limits, packing);
        let mut batches: Vec<RecordBatch> =
            lines.iter().filter_map(|line| packer.push(line, "key")).collect();
        batches.extend(packer.finish());
        batches
    }

    fn check(lines: &[Vec<u8>], limits: SinkLimits, packing: bool) {
        let batches = pack(lines, limits, packing);
        let mut sent = Vec::new();
        for batch in &batches {
            assert!((1..=limits.batch_records).contains(&batch.records.len()));
            let bytes = batch.records.iter().map(|record| record.data.len()).sum::<usize>();
            assert!(bytes <= limits.batch_bytes || batch.records.len() == 1, "{bytes}");
            for record in &batch.records {
                assert!(record.data.len() <= limits.record_bytes);
                assert!(packing || record.events == 1);
                let lines: Vec<&[u8]> = record.data.split_inclusive(|&byte| byte == b'\n').collect();
                assert_eq!(lines.len() as u64, record.events);
                assert!(
                    record.events <= limits.record_events && lines.iter().all(|line| line.ends_with(b"\n"))
                );
                sent.extend(lines.iter().map(|line| line[..line.len() - 1].to_vec()));
            }
        }
        assert_eq!(sent, lines);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_line_leaves_once_in_order_and_within_the_limits_of_firehose(
            sizes in prop::collection::vec(
                prop_oneof![1..2000_usize, 1..400_000_usize, Just(FIREHOSE.record_bytes - 1)],
                0..40,
            ),
            packing: bool,
        ) {
            let lines: Vec<Vec<u8>> = sizes.iter().map(|&size| vec![b'x'; size]).collect();
            check(&lines, FIREHOSE, packing);
        }

        #[test]
        fn the_limits_are_those_of_the_sink(
            sizes in prop::collection::vec(prop_oneof![1..200_usize, 1..9_999_usize], 0..80),
            packing: bool,
        ) {
            let lines: Vec<Vec<u8>> = sizes.iter().map(|&size| vec![b'x'; size]).collect();
            check(&lines, SMALL, packing);
        }

        #[test]
        fn a_sink_without_a_limit_gets_every_event_whole(
            sizes in prop::collection::vec(prop_oneof![1..200_usize, 1..90_000_usize], 0..40),
            packing: bool,
        ) {
            let lines: Vec<Vec<u8>> = sizes.iter().map(|&size| vec![b'x'; size]).collect();
            check(&lines, UNLIMITED_RECORDS, packing);
        }
    }

    #[test]
    fn many_small_lines_share_records_unless_packing_is_off() {
        let lines = vec![b"{}".to_vec(); 1201];
        let records = |packing| {
            let batches = pack(&lines, FIREHOSE, packing);
            batches.iter().map(|batch| batch.records.len()).collect::<Vec<_>>()
        };
        assert_eq!(records(true), [3]);
        assert_eq!(records(false), [500, 500, 201]);
    }
}
