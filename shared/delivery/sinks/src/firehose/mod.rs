//! Amazon Data Firehose: `PutRecordBatch` and its partial failures.
//!
//! A record is accepted when the answer has its record id, and only then: an answer of 200 may still refuse records, and
//! may say nothing at all. What has no record id is sent again. A call of which nothing was accepted is halved: its size
//! may be what throttles the stream.
//! <https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html>

mod answer;
mod rate_limit;
mod tag_gate;

use std::collections::VecDeque;
use std::sync::Arc;

use aws_sdk_firehose::Client;
use aws_sdk_firehose::operation::put_record_batch::PutRecordBatchOutput;
use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::PutRecordBatchResponseEntry;
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

/// What a call left behind: the records that were not accepted, and why.
struct Refused {
    records: Vec<PackedRecord>,
    failure: Failure,
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
            let Err(Refused { records, failure }) = self.call(call, deadline).await else {
                failed = 0;
                continue;
            };
            // A call that accepted something is progress: only calls in a row that accepted nothing count.
            if records.len() < sent {
                failed = 0;
            } else {
                call_records = sent.div_ceil(2);
            }
            for record in records.into_iter().rev() {
                pending.push_front(record);
            }
            failed += 1;
            if !failure.retryable || !self.retry_policy.another_try(failed, deadline).await {
                return Err(Unsent { records: pending.into_iter().collect(), failure });
            }
        }
        Ok(())
    }

    async fn call(&self, records: Vec<PackedRecord>, deadline: Deadline) -> Result<(), Refused> {
        let data = records.iter().map(|record| {
            let data = Blob::new(record.data.clone());
            aws_sdk_firehose::types::Record::builder().data(data).build()
        });
        let data = match data.collect::<Result<Vec<_>, _>>() {
            Ok(data) => data,
            Err(error) => {
                let failure = Failure::permanent("BadRequest", error.to_string());
                return Err(Refused { records, failure });
            }
        };
        let call =
            self.client.put_record_batch().delivery_stream_name(&self.name).set_records(Some(data)).send();
        match deadline.limit(call).await {
            None => Err(Refused { records, failure: Failure::out_of_time() }),
            Some(Err(error)) => Err(Refused { records, failure: error.into() }),
            Some(Ok(output)) => unconfirmed(records, &output),
        }
    }
}

/// The records that an answer does not confirm. An entry belongs to the record at its position. An answer that has more
/// entries than there are records, or counts more failures than it shows, cannot be matched to them and confirms none:
/// a record that comes twice can be recognised by its `metadata.uid`, one that is missing cannot.
fn unconfirmed(records: Vec<PackedRecord>, output: &PutRecordBatchOutput) -> Result<(), Refused> {
    let (entries, sent) = (output.request_responses(), records.len());
    let accepted: Vec<bool> = (0..sent).map(|at| entries.get(at).is_some_and(is_accepted)).collect();
    let missing = accepted.iter().filter(|accepted| !**accepted).count();
    let counted = usize::try_from(output.failed_put_count()).unwrap_or(usize::MAX);
    let contradicts_itself = entries.len() > sent || counted > missing;
    if missing == 0 && !contradicts_itself {
        return Ok(());
    }
    let reason = entries.iter().find_map(|entry| Some((entry.error_code()?, entry.error_message())));
    let failure = match reason {
        _ if contradicts_itself => Failure::broken_answer(format!(
            "the answer to {sent} records has {} entries and counts {} failures",
            entries.len(),
            output.failed_put_count()
        )),
        Some((code, message)) => Failure::transient(code, message.unwrap_or("the stream gives no reason")),
        None => {
            Failure::broken_answer(format!("the answer has no record id for {missing} of {sent} records"))
        }
    };
    let is_left = |accepted: &bool| contradicts_itself || !accepted;
    let left = records.into_iter().zip(&accepted).filter(|(_, accepted)| is_left(accepted));
    Err(Refused { records: left.map(|(record, _)| record).collect(), failure })
}

fn is_accepted(entry: &PutRecordBatchResponseEntry) -> bool {
    entry.record_id().is_some_and(|id| !id.is_empty()) && entry.error_code().is_none()
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
