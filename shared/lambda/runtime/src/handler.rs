//! One invocation: its payloads through the pipeline, and the response.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use lambda_runtime::LambdaEvent;
use mailtrail_aws_client::Deadline;
use mailtrail_clock::{now, until};
use mailtrail_config::KinesisFailures;
use mailtrail_delivery::Ledger;
use mailtrail_pipeline::{Pipeline, Run};
use mailtrail_subscription::{Payload, payloads};
use serde_json::value::RawValue;

use crate::reporter::{InvocationDetails, Reporter};
use crate::response::{InvocationError, ItemFailure, Response};

/// Payloads of one invocation that are in progress at a time. Only one is decoded at any moment; the others
/// wait for the network, and hold only their compressed objects.
const CONCURRENT_PAYLOADS: usize = 8;

/// Time that is kept for reporting and responding.
const RESERVE_FOR_RESPONSE: Duration = Duration::from_secs(1);

pub(crate) struct Handler {
    pipeline: Pipeline,
    reporter: Reporter,
    kinesis_failures: KinesisFailures,
}

impl Handler {
    pub(crate) fn new(pipeline: Pipeline, reporter: Reporter, kinesis_failures: KinesisFailures) -> Self {
        Self { pipeline, reporter, kinesis_failures }
    }

    /// Reads the watch list if it is due, and reports what is wrong with it.
    pub(crate) async fn refresh_watch_list(&self) {
        for problem in &self.pipeline.refresh_watch_list().await {
            self.reporter.ignored_setting(problem);
        }
    }

    /// Handles an event of either kind.
    pub(crate) async fn handle(
        &self,
        event: LambdaEvent<Box<RawValue>>,
    ) -> Result<Response, InvocationError> {
        let started = Instant::now();
        let deadline = Deadline::after(until(event.context.deadline())).reserve(RESERVE_FOR_RESPONSE);
        self.refresh_watch_list().await;
        let arrived = now();

        let payloads = payloads(&Bytes::from(Box::<str>::from(event.payload).into_string()));
        let run = |payload| self.pipeline.run(payload, arrived, deadline);
        let runs: Vec<Run> =
            stream::iter(payloads.iter().map(run)).buffered(CONCURRENT_PAYLOADS).collect().await;

        let mut ledger = Ledger::default();
        for run in &runs {
            ledger.add(&run.ledger);
        }
        let failed: Vec<(&Payload, String)> = payloads
            .iter()
            .zip(&runs)
            .filter_map(|(payload, run)| Some((payload, run.failure.as_ref()?.to_string())))
            .collect();
        self.report(&event.context.request_id, &runs, &ledger, &failed, started);
        response(&payloads, &failed, ledger, self.kinesis_failures)
    }

    /// Reports the invocation. One that was only refused reports nothing: a line would come back as the next batch
    /// to refuse.
    fn report(
        &self,
        request_id: &str,
        runs: &[Run],
        ledger: &Ledger,
        failed: &[(&Payload, String)],
        started: Instant,
    ) {
        if ledger.only_refused() {
            return;
        }
        self.reporter.watched(request_id, runs.iter().flat_map(|run| &run.watched));
        for problem in runs.iter().flat_map(|run| &run.problems) {
            self.reporter.problem(request_id, problem);
        }
        for (_, reason) in failed {
            self.reporter.failure(request_id, reason);
        }
        let details = InvocationDetails {
            request_id,
            decoded_bytes: runs.iter().map(|run| run.decoded_bytes).sum(),
            milliseconds: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            failed: failed.len() as u64,
            witnesses: runs.iter().flat_map(|run| &run.witnesses).collect(),
        };
        self.reporter.invocation(ledger, &details);
    }
}

/// Records of Kinesis can be sent again one by one; any other event only as a whole. When all records failed, or the event
/// source mapping would not read the answer, the invocation fails.
fn response(
    payloads: &[Payload],
    failed: &[(&Payload, String)],
    ledger: Ledger,
    kinesis_failures: KinesisFailures,
) -> Result<Response, InvocationError> {
    if failed.is_empty() && !ledger.archive_balances() {
        return Err(InvocationError::Imbalance);
    }
    let is_kinesis = payloads.iter().all(|payload| payload.sequence_number.is_some());
    let is_named = kinesis_failures == KinesisFailures::BatchItemFailures && failed.len() < payloads.len();
    if is_kinesis && (is_named || failed.is_empty()) {
        let sequence_numbers = failed.iter().filter_map(|(payload, _)| payload.sequence_number.clone());
        let batch_item_failures =
            sequence_numbers.map(|item_identifier| ItemFailure { item_identifier }).collect();
        return Ok(Response::Kinesis { batch_item_failures });
    }
    match failed.first() {
        Some((_, reason)) => Err(InvocationError::NotArchived(reason.clone())),
        None => Ok(Response::Ledger(ledger)),
    }
}

#[cfg(test)]
mod tests {
    use mailtrail_subscription::Content;

    use super::*;

    fn kinesis_payloads(count: usize) -> Vec<Payload> {
        let payload = |number| Payload {
            content: Content::Gzip(Bytes::new()),
            region: None,
            sequence_number: Some(format!("4900{number}")),
        };
        (0..count).map(payload).collect()
    }

    fn failures<'a>(payloads: &'a [Payload], which: &[usize]) -> Vec<(&'a Payload, String)> {
        which.iter().map(|&at| (&payloads[at], "the bucket is gone".to_owned())).collect()
    }

    const NAMED: KinesisFailures = KinesisFailures::BatchItemFailures;
    const WHOLE: KinesisFailures = KinesisFailures::FailInvocation;

    fn json(payloads: &[Payload], failed: &[usize], kinesis_failures: KinesisFailures) -> String {
        let response =
            response(payloads, &failures(payloads, failed), Ledger::default(), kinesis_failures).unwrap();
        serde_json::to_string(&response).unwrap()
    }

    #[test]
    fn a_kinesis_record_that_is_not_archived_is_named_and_the_others_are_done() {
        let json = json(&kinesis_payloads(3), &[1], NAMED);
        assert_eq!(json, r#"{"batchItemFailures":[{"itemIdentifier":"49001"}]}"#);
    }

    #[test]
    fn a_mapping_that_does_not_read_the_answer_gets_a_failed_invocation_for_any_record() {
        let payloads = kinesis_payloads(3);
        let failed = response(&payloads, &failures(&payloads, &[1]), Ledger::default(), WHOLE).unwrap_err();
        assert!(matches!(failed, InvocationError::NotArchived(reason) if reason == "the bucket is gone"));
        assert_eq!(json(&payloads, &[], WHOLE), json(&payloads, &[], NAMED));
    }

    #[test]
    fn an_invocation_of_which_nothing_is_archived_fails_as_a_whole() {
        let payloads = kinesis_payloads(2);
        let failed =
            response(&payloads, &failures(&payloads, &[0, 1]), Ledger::default(), NAMED).unwrap_err();
        assert!(matches!(failed, InvocationError::NotArchived(reason) if reason == "the bucket is gone"));
    }

    #[test]
    fn an_imbalance_fails_the_invocation() {
        let ledger = Ledger { payloads: 1, decoded_payloads: 1, events: 2, archived: 1, ..Ledger::default() };
        let failed = response(&kinesis_payloads(1), &[], ledger, NAMED);
        assert!(matches!(failed, Err(InvocationError::Imbalance)));
    }
}
