//! Amazon Data Firehose: `PutRecordBatch` and its partial failures.
//!
//! An answer of 200 may still refuse records: `FailedPutCount` says how many, the entries say which. Only
//! those are sent again. A whole call that is refused is cut in halves: what throttles a stream may be the
//! size of the call.
//! <https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html>

use std::collections::VecDeque;

use aws_sdk_firehose::Client;
use aws_sdk_firehose::primitives::Blob;

use super::Rest;
use super::packing::{Chunk, MAX_CALL_RECORDS, Record};
use mailtrail_aws_client::failure::Failure;
use mailtrail_aws_client::{Deadline, RetryPolicy};

#[derive(Debug)]
pub(super) struct Firehose {
    client: Client,
    name: String,
    retry_policy: RetryPolicy,
}

/// What became of one call.
enum Answer {
    /// These records were refused (none: all were taken).
    Refused(Vec<Record>, Option<Failure>),
    /// The whole call failed.
    Failed(Vec<Record>, Failure),
}

impl Firehose {
    pub(super) fn new(client: Client, name: String, retry_policy: RetryPolicy) -> Self {
        Self { client, name, retry_policy }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Sends a chunk, and what is refused again, until all is taken or no try is left.
    pub(super) async fn send(&self, chunk: Chunk, deadline: Deadline) -> Result<(), Rest> {
        let mut pending: VecDeque<Record> = chunk.into_records().into();
        let (mut call_records, mut failed) = (MAX_CALL_RECORDS, 0);
        while !pending.is_empty() {
            let call: Vec<Record> = pending.drain(..call_records.min(pending.len())).collect();
            let sent = call.len();
            let (refused, failure) = match self.call(call, deadline).await {
                Answer::Refused(records, failure) => (records, failure),
                Answer::Failed(records, failure) => {
                    call_records = sent.div_ceil(2);
                    (records, Some(failure))
                }
            };
            // A call that took something is progress: only calls in a row that took nothing count.
            failed = if refused.len() < sent { 0 } else { failed };
            for record in refused.into_iter().rev() {
                pending.push_front(record);
            }
            let Some(failure) = failure else { continue };
            failed += 1;
            if !failure.retryable || !self.retry_policy.another_try(failed, deadline).await {
                return Err(Rest { chunk: pending.into_iter().collect(), failure });
            }
        }
        Ok(())
    }

    async fn call(&self, records: Vec<Record>, deadline: Deadline) -> Answer {
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
