//! One invocation: its payloads through the pipeline, and the answer.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use lambda_runtime::LambdaEvent;
use mailtrail_aws_client::Deadline;
use mailtrail_clock::{now, until};
use mailtrail_delivery::Ledger;
use mailtrail_pipeline::{Pipeline, Run};
use mailtrail_subscription::{Payload, payloads};
use serde_json::value::RawValue;

use crate::answer::{Answer, Failed, ItemFailure};
use crate::reporter::{Circumstances, Reporter};
use crate::watching::Watching;

/// Payloads of one invocation that are under way at a time. Only one is decoded at any moment; the others
/// wait for the network, and hold nothing but their compressed objects.
const CONCURRENT_PAYLOADS: usize = 8;

/// What is kept of the time for reporting and answering.
const RESERVE_FOR_ANSWER: Duration = Duration::from_secs(1);

pub(crate) struct Handler {
    pipeline: Pipeline,
    watching: Watching,
    reporter: Reporter,
}

impl Handler {
    pub(crate) fn new(pipeline: Pipeline, watching: Watching, reporter: Reporter) -> Self {
        Self { pipeline, watching, reporter }
    }

    /// Reads the watch list if it is time to. What is wrong with it is reported, and no event waits for it.
    pub(crate) async fn refresh_watches(&self) {
        let news = self.watching.refresh(self.pipeline.archive()).await;
        if let Some(list) = news.list {
            self.pipeline.watch(list);
        }
        for problem in &news.problems {
            self.reporter.setting_left_out(problem);
        }
    }

    /// Handles an event of either kind.
    pub(crate) async fn handle(&self, event: LambdaEvent<Box<RawValue>>) -> Result<Answer, Failed> {
        let started = Instant::now();
        let deadline = Deadline::after(until(event.context.deadline())).reserve(RESERVE_FOR_ANSWER);
        self.refresh_watches().await;
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
        answer(&payloads, &failed, ledger)
    }

    /// Says what happened; of an invocation that was nothing but refused, nothing, for a line would come
    /// back to us as the next batch to refuse.
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
        let circumstances = Circumstances {
            request_id,
            decoded_bytes: runs.iter().map(|run| run.decoded_bytes).sum(),
            milliseconds: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            failed: failed.len() as u64,
        };
        self.reporter.invocation(ledger, &circumstances);
    }
}

/// Records of Kinesis can be sent again one by one; any other event only as a whole. When all of them failed,
/// the invocation has: that is understood also by a mapping which was set up without partial answers.
fn answer(payloads: &[Payload], failed: &[(&Payload, String)], ledger: Ledger) -> Result<Answer, Failed> {
    if failed.is_empty() && !ledger.archive_balances() {
        return Err(Failed::Imbalance);
    }
    let is_kinesis = payloads.iter().all(|payload| payload.sequence_number.is_some());
    if is_kinesis && failed.len() < payloads.len() {
        let sequence_numbers = failed.iter().filter_map(|(payload, _)| payload.sequence_number.clone());
        let batch_item_failures =
            sequence_numbers.map(|item_identifier| ItemFailure { item_identifier }).collect();
        return Ok(Answer::Kinesis { batch_item_failures });
    }
    match failed.first() {
        Some((_, reason)) => Err(Failed::NotArchived(reason.clone())),
        None => Ok(Answer::Ledger(ledger)),
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

    #[test]
    fn a_kinesis_record_that_is_not_archived_is_named_and_the_others_are_done() {
        let payloads = kinesis_payloads(3);
        let answer = answer(&payloads, &failures(&payloads, &[1]), Ledger::default()).unwrap();
        assert_eq!(
            serde_json::to_string(&answer).unwrap(),
            r#"{"batchItemFailures":[{"itemIdentifier":"49001"}]}"#
        );
    }

    #[test]
    fn an_invocation_of_which_nothing_is_archived_fails_as_a_whole() {
        let payloads = kinesis_payloads(2);
        let failed = answer(&payloads, &failures(&payloads, &[0, 1]), Ledger::default()).unwrap_err();
        assert!(matches!(failed, Failed::NotArchived(reason) if reason == "the bucket is gone"));
    }

    #[test]
    fn an_imbalance_fails_the_invocation() {
        let ledger = Ledger { payloads: 1, decoded_payloads: 1, events: 2, archived: 1, ..Ledger::default() };
        assert!(matches!(answer(&kinesis_payloads(1), &[], ledger), Err(Failed::Imbalance)));
    }
}
