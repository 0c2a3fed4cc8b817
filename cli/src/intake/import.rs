//! A file of log events: read piece by piece, compared with the archive, and sent through the pipeline.

use std::collections::VecDeque;
use std::io::Read;

use futures_util::{StreamExt, pin_mut, stream};
use mailtrail_import::{Import, Report};
use mailtrail_subscription::{Other, Payload, payloads};

use super::Intake;
use super::archived::{Left, OfFile};
use super::turns::Turn;
use crate::inputs::{Incomplete, Input, Reason, Skipped};
use crate::outcome::Outcome;

/// Payloads of one file that are written at a time: S3 takes its time for each.
const WRITTEN_AT_A_TIME: usize = 4;

/// A file that is being read.
struct Reading<'i> {
    input: &'i Input,
    import: Option<Box<Import<'static>>>,
    compared: OfFile,
    waiting: VecDeque<Payload>,
    turn: &'i Turn,
    /// What became of it besides its payloads.
    outcome: Outcome,
    /// Whether there was a payload.
    found: bool,
    report: Option<Report>,
}

impl Intake {
    /// Processes the events of a file.
    pub(super) async fn import(
        &self,
        input: &Input,
        file: Other,
        from: Box<dyn Read + Send>,
        turn: &Turn,
        outcome: &mut Outcome,
    ) {
        let origin = match input.path() {
            Some(path) => self.origin.clone().or_of_path(&path),
            None => self.origin.clone(),
        };
        let mut reading = Reading {
            input,
            import: Some(Box::new(Import::new(file, from, origin, self.decoded_limit))),
            compared: OfFile::default(),
            waiting: VecDeque::new(),
            turn,
            outcome: Outcome::default(),
            found: false,
            report: None,
        };
        {
            let left = stream::unfold(&mut reading, |reading| async {
                let payload = self.next_left(reading).await?;
                Some((payload, reading))
            });
            let processed = left
                .map(|payload| async move { self.process_payload(file.shape, &payload).await })
                .buffered(WRITTEN_AT_A_TIME);
            pin_mut!(processed);
            while let Some(processed) = processed.next().await {
                outcome.add_processed(input, processed);
                if outcome.is_over {
                    // What is being written is written to its end.
                    self.stop.request();
                }
            }
        }
        let Reading { found, report, outcome: besides, .. } = reading;
        outcome.add(besides);
        if let Some(report) = report {
            self.conclude(input, file, found, report, outcome).await;
        }
    }

    /// The next payload that is to be processed; nothing at the end, and where something fails.
    async fn next_left(&self, reading: &mut Reading<'_>) -> Option<Payload> {
        loop {
            if self.stop.is_requested() {
                reading.outcome.left = 1;
                return None;
            }
            if let Some(payload) = reading.waiting.pop_front() {
                return Some(payload);
            }
            let payload = self.next_payload(reading).await?;
            reading.found = true;
            let Some(archived) = &self.archived else { return Some(payload) };
            match archived.leave_out(payload, &mut reading.compared, reading.turn).await {
                Ok(Left { payloads, in_archive, other_account }) => {
                    reading.outcome.in_archive_before += in_archive;
                    reading.outcome.other_accounts.extend(other_account);
                    reading.waiting.extend(payloads);
                }
                Err(error) => {
                    reading.outcome.abort(error.context(reading.input.to_string()));
                    return None;
                }
            }
        }
    }

    /// The next payload of the file.
    async fn next_payload(&self, reading: &mut Reading<'_>) -> Option<Payload> {
        let mut import = reading.import.take()?;
        let read = tokio::task::spawn_blocking(move || {
            let payload = import.next_payload();
            (import, payload)
        });
        // A run that waits for a pipe must be able to stop.
        let read = tokio::select! {
            read = read => read,
            () = self.stop.requested() => {
                reading.outcome.left = 1;
                return None;
            }
        };
        match read {
            Ok((import, Some(payload))) => {
                reading.import = Some(import);
                Some(payload)
            }
            Ok((import, None)) => {
                reading.report = Some(import.finish());
                // The next input need not wait until all of it is written.
                reading.turn.pass();
                None
            }
            Err(error) => {
                reading.outcome.abort(error.into());
                None
            }
        }
    }

    /// Counts a file that was read, or says what is wrong with it.
    async fn conclude(&self, input: &Input, file: Other, found: bool, report: Report, outcome: &mut Outcome) {
        if found || report.is_whole() {
            outcome.count_file(file.shape);
            outcome.processed = u64::from(outcome.failure.is_none());
            outcome.without_log_group += report.without_log_group;
            outcome.without_log_stream += report.without_log_stream;
            if !report.is_whole() {
                outcome.add_incomplete(&Incomplete { what: input.to_string(), file, report });
            }
            return;
        }
        if self.keeps_unknown
            && let Some(bytes) = input.read_again()
        {
            return self.process_payloads(input, file.shape, payloads(&bytes), None, outcome).await;
        }
        let reason = Reason::NoEvents(file, Box::new(report));
        outcome.skip(&Skipped { what: input.to_string(), reason });
    }
}
