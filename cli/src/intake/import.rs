//! A file of log events: read piece by piece, compared with the archive, and sent through the pipeline.

use std::io::Read;

use mailtrail_import::{Import, Report};
use mailtrail_subscription::{Other, Payload, payloads};

use super::Intake;
use super::archived::OfFile;
use crate::inputs::{Incomplete, Input, Reason, Skipped};
use crate::outcome::Outcome;

impl Intake {
    /// Processes the events of a file.
    pub(super) async fn import(
        &self,
        input: &Input,
        file: Other,
        from: Box<dyn Read + Send>,
        outcome: &mut Outcome,
    ) {
        let origin = match input.path() {
            Some(path) => self.origin.clone().or_of_path(&path),
            None => self.origin.clone(),
        };
        let mut import = Box::new(Import::new(file, from, origin, self.decoded_limit));
        let (mut compared, mut found) = (OfFile::default(), false);
        loop {
            let read = tokio::task::spawn_blocking(move || {
                let payload = import.next_payload();
                (import, payload)
            });
            // A run that waits for a pipe must be able to stop.
            let read = tokio::select! {
                read = read => read,
                () = self.stop.requested() => {
                    outcome.left = 1;
                    return;
                }
            };
            let payload = match read {
                Ok((back, payload)) => {
                    import = back;
                    payload
                }
                Err(error) => {
                    outcome.abort(error.into());
                    return;
                }
            };
            let Some(payload) = payload else { break };
            found = true;
            self.process_left(input, file, payload, &mut compared, outcome).await;
            if outcome.is_over {
                return;
            }
        }
        self.conclude(input, file, found, import.finish(), outcome).await;
    }

    /// Processes what the archive lacks of a payload.
    async fn process_left(
        &self,
        input: &Input,
        file: Other,
        payload: Payload,
        compared: &mut OfFile,
        outcome: &mut Outcome,
    ) {
        let payload = match &self.archived {
            Some(archived) => match archived.leave_out(payload, compared).await {
                Ok(left) => {
                    outcome.in_archive_before += left.in_archive;
                    left.payload
                }
                Err(error) => {
                    outcome.abort(error.context(input.to_string()));
                    return;
                }
            },
            None => Some(payload),
        };
        if let Some(payload) = payload {
            // What is archived of it is known from the comparison.
            let _written = self.process_payload(input, file.shape, &payload, outcome).await;
        }
    }

    /// Counts a file that was read, or says what is wrong with it.
    async fn conclude(&self, input: &Input, file: Other, found: bool, report: Report, outcome: &mut Outcome) {
        if found || report.is_whole() {
            outcome.count_file(file.shape);
            outcome.processed = u64::from(outcome.failure.is_none());
            outcome.without_log_group += report.without_log_group;
            if !report.is_whole() {
                outcome.add_incomplete(&Incomplete { what: input.to_string(), file, report });
            }
            return;
        }
        if self.keeps_unknown
            && let Some(bytes) = input.read_again()
        {
            return self.process_payloads(input, file.shape, payloads(&bytes), outcome).await;
        }
        let reason = Reason::NoEvents(file, Box::new(report));
        outcome.skip(&Skipped { what: input.to_string(), reason });
    }
}
