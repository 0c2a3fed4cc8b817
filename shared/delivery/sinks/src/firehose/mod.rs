//! Amazon Data Firehose: `PutRecordBatch` and its partial failures.
//!
//! An answer of 200 may still refuse records: `FailedPutCount` says how many, the entries say which. Only
//! those are sent again. A call that is refused as a whole is halved: its size may be what
//! throttles the stream.
//! <https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html>

mod tag_gate;

use std::collections::VecDeque;
use std::sync::Arc;

use aws_sdk_firehose::Client;
use aws_sdk_firehose::primitives::Blob;
use futures_util::future::BoxFuture;
use mailtrail_aws_client::failure::Failure;
use mailtrail_aws_client::{Deadline, RetryPolicy};

use crate::packing::{PackedRecord, RecordBatch};
use crate::sink::{Gate, Sink, SinkLimits, Unsent};

pub use tag_gate::TagGate;

/// A record has at most 1,000 KiB before base64, a call 4 MiB and 500 records.
/// <https://docs.aws.amazon.com/firehose/latest/dev/limits.html>
///
/// A stream that separates the events of a record again refuses more than 500 of them.
/// <https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-multirecord-deaggergation.html>
pub(crate) const LIMITS: SinkLimits = SinkLimits {
    record_bytes: 1_024_000,
    record_events: 500,
    batch_bytes: 4 * 1024 * 1024,
    batch_records: 500,
};

/// A Firehose stream behind its tag gate.
#[derive(Debug)]
pub struct FirehoseSink {
    client: Client,
    name: String,
    gate: Arc<TagGate>,
    retry_policy: RetryPolicy,
}

/// What became of one call.
enum Answer {
    /// These records were refused; without any, all were accepted.
    Refused(Vec<PackedRecord>, Option<Failure>),
    /// The whole call failed.
    Failed(Vec<PackedRecord>, Failure),
}

impl FirehoseSink {
    /// The stream of this name. Nothing is asked of Firehose yet. A gate may serve several streams.
    pub fn new(client: Client, name: String, gate: Arc<TagGate>, retry_policy: RetryPolicy) -> Self {
        Self { client, name, gate, retry_policy }
    }

    /// Sends a batch, and what is refused again, until all is accepted or no attempt is left.
    async fn put(&self, batch: RecordBatch, deadline: Deadline) -> Result<(), Unsent> {
        let mut pending: VecDeque<PackedRecord> = batch.into_records().into();
        let (mut call_records, mut failed) = (LIMITS.batch_records, 0);
        while !pending.is_empty() {
            let call: Vec<PackedRecord> = pending.drain(..call_records.min(pending.len())).collect();
            let sent = call.len();
            let (refused, failure) = match self.call(call, deadline).await {
                Answer::Refused(records, failure) => (records, failure),
                Answer::Failed(records, failure) => {
                    call_records = sent.div_ceil(2);
                    (records, Some(failure))
                }
            };
            // A call that accepted something is progress: only calls in a row that accepted nothing count.
            failed = if refused.len() < sent { 0 } else { failed };
            for record in refused.into_iter().rev() {
                pending.push_front(record);
            }
            let Some(failure) = failure else { continue };
            failed += 1;
            if !failure.retryable || !self.retry_policy.another_try(failed, deadline).await {
                return Err(Unsent { records: pending.into_iter().collect(), failure });
            }
        }
        Ok(())
    }

    async fn call(&self, records: Vec<PackedRecord>, deadline: Deadline) -> Answer {
        let data = records.iter().map(|record| {
            let data = Blob::new(record.data.clone());
            aws_sdk_firehose::types::Record::builder().data(data).build()
        });
        let data = match data.collect::<Result<Vec<_>, _>>() {
            Ok(data) => data,
            Err(error) => {
                return Answer::Failed(records, Failure::permanent("BadRequest", error.to_string()));
            }
        };
        let call =
            self.client.put_record_batch().delivery_stream_name(&self.name).set_records(Some(data)).send();
        let output = match deadline.limit(call).await {
            None => return Answer::Failed(records, Failure::out_of_time()),
            Some(Err(error)) => return Answer::Failed(records, error.into()),
            Some(Ok(output)) => output,
        };
        if output.failed_put_count() == 0 {
            return Answer::Refused(Vec::new(), None);
        }
        if output.request_responses().len() != records.len() {
            let failure = Failure::transient("BrokenAnswer", "the answer does not name each record");
            return Answer::Failed(records, failure);
        }
        let entries = records.into_iter().zip(output.request_responses());
        let (mut refused, mut failure) = (Vec::new(), None);
        for (record, entry) in entries {
            if let Some(code) = entry.error_code() {
                let message = entry.error_message().unwrap_or("the stream gives no reason");
                failure.get_or_insert_with(|| Failure::transient(code, message));
                refused.push(record);
            }
        }
        Answer::Refused(refused, failure)
    }
}

impl Sink for FirehoseSink {
    fn limits(&self) -> SinkLimits {
        LIMITS
    }

    fn gate(&self, deadline: Deadline) -> BoxFuture<'_, Gate> {
        Box::pin(self.gate.ask(&self.name, deadline))
    }

    fn send(&self, batch: RecordBatch, deadline: Deadline) -> BoxFuture<'_, Result<(), Unsent>> {
        Box::pin(self.put(batch, deadline))
    }
}
