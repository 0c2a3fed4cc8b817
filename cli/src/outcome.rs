//! What became of the inputs. Sums of outcomes are outcomes.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Error, bail};
use mailtrail_delivery::{Ledger, StreamLedger};
use mailtrail_pipeline::{EncodeError, Preview, Problem, Run};
use mailtrail_subscription::Shape;
use serde::Serialize;

use crate::inputs::{Incomplete, Input, PassedOver, Skipped};
use crate::intake::{NotCompared, Processed};
use crate::output::{self, Exit, Output};

/// How many unreadable payloads are named. A hundred thousand of them must not fill the memory.
const NAMED: usize = 5;

/// A payload that cannot be read, and is kept.
#[derive(Debug)]
pub(crate) struct Quarantined {
    /// Where it came from.
    pub(crate) input: String,
    /// What is wrong with it.
    pub(crate) reason: String,
    /// Where it is kept; nothing where nothing is written.
    pub(crate) key: Option<String>,
}

/// Files of one shape, and what was found in them.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct ShapeCounts {
    pub(crate) files: u64,
    pub(crate) events: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) ledger: Ledger,
    /// Inputs that were processed to their end.
    pub(crate) processed: u64,
    /// Inputs that were not: something failed, or the run was stopped.
    pub(crate) left: u64,
    /// Size of the payloads as they came.
    pub(crate) received_bytes: u64,
    /// Size of the payloads, decoded.
    pub(crate) decoded_bytes: u64,
    /// The first payloads that went to quarantine; the ledger knows how many did.
    pub(crate) quarantined: Vec<Quarantined>,
    /// How many events each entry of the watch list applied to.
    pub(crate) watched: BTreeMap<String, u64>,
    /// Why a stream did not accept events: the first reason, by stream.
    pub(crate) delivery_failures: BTreeMap<String, String>,
    /// Files with payloads, by what they are; events are counted in a dry run only.
    pub(crate) shapes: BTreeMap<Shape, ShapeCounts>,
    /// How many files were skipped, by kind.
    pub(crate) skipped: BTreeMap<String, u64>,
    /// Those that could be quarantined.
    pub(crate) skipped_content: u64,
    /// Events of files that were in the archive, or in another of the files, before, and that were left out.
    pub(crate) in_archive_before: u64,
    /// What of the archive could not be compared with files.
    pub(crate) not_compared: NotCompared,
    /// Accounts of events of files that the archive had no events of, but of other accounts.
    pub(crate) other_accounts: BTreeSet<String>,
    /// Events of files of which nothing says the log group.
    pub(crate) without_log_group: u64,
    /// Events of files of which nothing says the log stream.
    pub(crate) without_log_stream: u64,
    /// Files that were taken in, but for some of them.
    pub(crate) incomplete_files: u64,
    /// What could not be read of the names of watched users.
    unread_names: u64,
    /// What was passed over without a word for each.
    pub(crate) passed_over: PassedOver,
    /// What was not taken in, and not yet named.
    notes: Vec<String>,
    /// Why not everything is archived: the first reason.
    pub(crate) failure: Option<Error>,
    /// Whether nothing more can be archived.
    pub(crate) is_over: bool,
    /// Further reasons that are not yet named.
    unnamed_failures: Vec<Error>,
}

/// The ledger of `ingest --json`.
#[derive(Debug, Serialize)]
struct IngestLedger<'a> {
    #[serde(flatten)]
    ledger: &'a Ledger,
    skipped_files: u64,
    incomplete_files: u64,
    in_archive_before: u64,
}

impl Outcome {
    /// Nothing yet, for streams of these names.
    pub(crate) fn of_streams(names: impl IntoIterator<Item = String>) -> Self {
        let streams = names.into_iter().map(StreamLedger::new).collect();
        Self { ledger: Ledger { streams, ..Ledger::default() }, ..Self::default() }
    }

    /// Adds what became of one payload of an input.
    pub(crate) fn add_processed(&mut self, input: &Input, processed: Processed) {
        match processed {
            Processed::Run(received_bytes, run) => self.add_run(input, received_bytes, run),
            Processed::Preview(shape, preview) => self.add_preview(input, shape, preview),
        }
    }

    fn add_run(&mut self, input: &Input, received_bytes: usize, run: Run) {
        if let Some(failure) = run.failure {
            self.is_over |= !failure.is_of_one_payload();
            self.fail(Error::new(failure).context(input.to_string()));
        }
        self.ledger.add(&run.ledger);
        self.received_bytes += received_bytes as u64;
        self.decoded_bytes += run.decoded_bytes;
        for watched in run.watched {
            *self.watched.entry(watched.watch).or_default() += watched.events;
        }
        for problem in run.problems {
            self.add_problem(input, problem);
        }
    }

    fn add_preview(&mut self, input: &Input, shape: Shape, preview: Result<Preview, EncodeError>) {
        let preview = match preview {
            Ok(preview) => preview,
            Err(error) => {
                self.abort(Error::new(error).context(input.to_string()));
                return;
            }
        };
        self.ledger.payloads += 1;
        self.ledger.control_messages += u64::from(preview.is_control_message);
        self.ledger.control_events += preview.control_events;
        self.ledger.events += preview.events;
        self.ledger.refused += preview.refused;
        for (class, events) in preview.by_class {
            *self.ledger.by_class.entry(class).or_default() += events;
        }
        self.shapes.entry(shape).or_default().events += preview.events;
        if let Some(reason) = preview.unreadable {
            self.ledger.quarantined_payloads += 1;
            if self.quarantined.len() < NAMED {
                let (input, reason) = (input.to_string(), reason.to_string());
                self.quarantined.push(Quarantined { input, reason, key: None });
            }
        }
    }

    /// Counts a file with payloads.
    pub(crate) fn count_file(&mut self, shape: Shape) {
        self.shapes.entry(shape).or_default().files += 1;
    }

    /// Adds a file that is not taken in.
    pub(crate) fn skip(&mut self, skipped: &Skipped) {
        *self.skipped.entry(skipped.reason.kind().into_owned()).or_default() += 1;
        self.skipped_content += u64::from(skipped.reason.is_content());
        self.notes.push(skipped.to_string());
    }

    /// Adds a file of which some is not taken in.
    pub(crate) fn add_incomplete(&mut self, incomplete: &Incomplete) {
        self.incomplete_files += 1;
        self.notes.push(incomplete.to_string());
    }

    /// Adds why the names of watched users are not all known.
    pub(crate) fn add_unread_names(&mut self, reasons: &[String]) {
        self.unread_names += reasons.len() as u64;
        let mark = output::paint(output::WARNING, "!");
        self.notes.extend(reasons.iter().map(|reason| format!("{mark} {}", output::plain(reason))));
    }

    /// Adds a reason why not everything is archived.
    pub(crate) fn fail(&mut self, failure: Error) {
        match self.failure {
            None => self.failure = Some(failure),
            Some(_) => self.unnamed_failures.push(failure),
        }
    }

    /// Adds a reason why nothing more can be archived.
    pub(crate) fn abort(&mut self, failure: Error) {
        self.is_over = true;
        self.fail(failure);
    }

    /// The reasons beside the first that are to be named, once.
    pub(crate) fn take_failures(&mut self) -> Vec<Error> {
        std::mem::take(&mut self.unnamed_failures)
    }

    /// What is to be named, once.
    pub(crate) fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// How many files were skipped.
    pub(crate) fn skipped_files(&self) -> u64 {
        self.skipped.values().sum()
    }

    fn add_problem(&mut self, input: &Input, problem: Problem) {
        match problem {
            Problem::Quarantined(payload) if self.quarantined.len() < NAMED => {
                let (input, reason) = (input.to_string(), payload.reason.to_string());
                self.quarantined.push(Quarantined { input, reason, key: Some(payload.key) });
            }
            Problem::Quarantined(_) => {}
            Problem::Undelivered { stream, failure, .. } => {
                self.delivery_failures.entry(stream).or_insert_with(|| failure.to_string());
            }
        }
    }

    /// Adds what became of other inputs.
    pub(crate) fn add(&mut self, other: Self) {
        self.ledger.add(&other.ledger);
        self.processed += other.processed;
        self.left += other.left;
        self.received_bytes += other.received_bytes;
        self.decoded_bytes += other.decoded_bytes;
        self.quarantined.extend(other.quarantined);
        self.quarantined.truncate(NAMED);
        for (watch, events) in other.watched {
            *self.watched.entry(watch).or_default() += events;
        }
        for (stream, reason) in other.delivery_failures {
            self.delivery_failures.entry(stream).or_insert(reason);
        }
        for (shape, counts) in other.shapes {
            let mine = self.shapes.entry(shape).or_default();
            mine.files += counts.files;
            mine.events += counts.events;
        }
        for (kind, files) in other.skipped {
            *self.skipped.entry(kind).or_default() += files;
        }
        self.skipped_content += other.skipped_content;
        self.in_archive_before += other.in_archive_before;
        self.without_log_group += other.without_log_group;
        self.without_log_stream += other.without_log_stream;
        self.other_accounts.extend(other.other_accounts);
        self.incomplete_files += other.incomplete_files;
        self.is_over |= other.is_over;
        other.failure.into_iter().chain(other.unnamed_failures).for_each(|failure| self.fail(failure));
    }

    /// Whether all inputs were processed to their end.
    pub(crate) fn is_complete(&self) -> bool {
        self.left == 0 && self.failure.is_none()
    }

    /// Whether an operator should look at something.
    pub(crate) fn needs_a_look(&self) -> bool {
        self.ledger.quarantined_payloads > 0
            || self.skipped_files() > 0
            || self.incomplete_files > 0
            || self.not_compared.objects > 0
            || self.unread_names > 0
            || !self.other_accounts.is_empty()
            || self.ledger.streams.iter().any(|stream| stream.undelivered > 0)
            || !self.ledger.streams_balance()
    }

    /// Writes what became of the inputs: the summary for people and, if asked for, the ledger as JSON.
    pub(crate) fn write(self, summary: &str, json: bool) -> anyhow::Result<Exit> {
        Output::for_text(json || !self.is_complete()).write(summary)?;
        if json {
            output::json(&IngestLedger {
                ledger: &self.ledger,
                skipped_files: self.skipped_files(),
                incomplete_files: self.incomplete_files,
                in_archive_before: self.in_archive_before,
            })?;
        }
        let balances = self.ledger.archive_balances();
        let ledger = format!("{:?}", self.ledger);
        match self.end()? {
            _ if !balances => {
                bail!("the ledger does not balance, which is a bug in mailtrail; please report it: {ledger}")
            }
            exit => Ok(exit),
        }
    }

    /// How the command ends, whatever was written.
    pub(crate) fn end(self) -> anyhow::Result<Exit> {
        let needs_a_look = self.needs_a_look();
        match self.failure {
            Some(failure) => Err(failure),
            None if self.left > 0 => {
                bail!("stopped before the end; run the same command again: nothing is stored twice")
            }
            None if needs_a_look => Ok(Exit::NeedsAttention),
            None => Ok(Exit::Done),
        }
    }
}
