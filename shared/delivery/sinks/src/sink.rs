//! What a stream writes to.

use std::fmt;
use std::future::ready;

use futures_util::future::BoxFuture;
use mailtrail_aws_client::Deadline;
use mailtrail_aws_client::failure::Failure;

use crate::packing::RecordBatch;

/// The far end of a stream: a service, or a file. It says what it accepts, and accepts it.
pub trait Sink: fmt::Debug + Send + Sync {
    /// The limits that batches are packed to.
    fn limits(&self) -> SinkLimits;

    /// Whether records may be sent now. A sink without a gate is always open.
    fn gate(&self, _deadline: Deadline) -> BoxFuture<'_, Gate> {
        Box::pin(ready(Gate::Open))
    }

    /// Sends a batch that is within the limits. Retries are the sink's own concern: what it returns as unsent is not
    /// tried again.
    fn send(&self, batch: RecordBatch, deadline: Deadline) -> BoxFuture<'_, Result<(), Unsent>>;
}

/// What a sink accepts at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SinkLimits {
    /// Bytes of one record, line ends included; an event that is larger is sent in its slim form. `usize::MAX` where
    /// there is no limit.
    pub record_bytes: usize,
    /// Events of one record, where events may share one.
    pub record_events: u64,
    /// Bytes of one batch. A larger record, where the sink accepts one, is a batch of its own.
    pub batch_bytes: usize,
    /// Records of one batch.
    pub batch_records: usize,
}

/// Whether records may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// They may.
    Open,
    /// An operator decided that they may not.
    Closed,
    /// It could not be found out.
    Unknown(Failure),
}

/// The records of a batch that a sink did not accept, and why.
#[derive(Debug)]
pub struct Unsent {
    /// The records, in their order.
    pub records: RecordBatch,
    /// Why the last attempt failed.
    pub failure: Failure,
}
