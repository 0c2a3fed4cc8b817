//! What became of the inputs. Sums of outcomes are outcomes.

use std::collections::BTreeMap;

use anyhow::{Error, bail};
use mailtrail_delivery::{Ledger, StreamLedger};
use mailtrail_pipeline::{Problem, Run};

use crate::inputs::Input;
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
    /// Where it is kept.
    pub(crate) key: String,
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
    /// Files of folders that could not be read, and so are not kept either.
    pub(crate) unreadable: u64,
    /// The first of them, each with the reason.
    pub(crate) unreadable_files: Vec<(String, String)>,
    /// How many events each entry of the watch list applied to.
    pub(crate) watched: BTreeMap<String, u64>,
    /// Why a stream did not accept events: the first reason, by stream.
    pub(crate) delivery_failures: BTreeMap<String, String>,
    /// Why not everything is archived.
    pub(crate) failure: Option<Error>,
}

impl Outcome {
    /// Nothing yet, for streams of these names.
    pub(crate) fn of_streams(names: impl IntoIterator<Item = String>) -> Self {
        let streams = names.into_iter().map(StreamLedger::new).collect();
        Self { ledger: Ledger { streams, ..Ledger::default() }, ..Self::default() }
    }

    /// Adds what became of one payload of an input.
    pub(crate) fn add_run(&mut self, input: &Input, received_bytes: usize, run: Run) {
        if let Some(failure) = run.failure {
            self.failure.get_or_insert(Error::new(failure).context(input.to_string()));
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

    fn add_problem(&mut self, input: &Input, problem: Problem) {
        match problem {
            Problem::Quarantined(payload) if self.quarantined.len() < NAMED => {
                let (input, reason) = (input.to_string(), payload.reason.to_string());
                self.quarantined.push(Quarantined { input, reason, key: payload.key });
            }
            Problem::Quarantined(_) => {}
            Problem::Undelivered { stream, failure, .. } => {
                self.delivery_failures.entry(stream).or_insert_with(|| failure.to_string());
            }
        }
    }

    /// Adds a file of a folder that cannot be read.
    pub(crate) fn add_unreadable(&mut self, file: String, reason: String) {
        self.unreadable += 1;
        if self.unreadable_files.len() < NAMED {
            self.unreadable_files.push((file, reason));
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
        self.unreadable += other.unreadable;
        self.unreadable_files.extend(other.unreadable_files);
        self.unreadable_files.truncate(NAMED);
        for (watch, events) in other.watched {
            *self.watched.entry(watch).or_default() += events;
        }
        for (stream, reason) in other.delivery_failures {
            self.delivery_failures.entry(stream).or_insert(reason);
        }
        self.failure = self.failure.take().or(other.failure);
    }

    /// Whether all inputs were processed to their end.
    pub(crate) fn is_complete(&self) -> bool {
        self.left == 0 && self.failure.is_none()
    }

    /// Whether an operator should look at something.
    pub(crate) fn needs_a_look(&self) -> bool {
        self.ledger.quarantined_payloads > 0
            || self.unreadable > 0
            || self.ledger.streams.iter().any(|stream| stream.undelivered > 0)
            || !self.ledger.streams_balance()
    }

    /// Writes what became of the inputs: the summary for people and, if asked for, the ledger as JSON.
    pub(crate) fn write(self, summary: &str, json: bool) -> anyhow::Result<Exit> {
        Output::for_text(json || !self.is_complete()).write(summary)?;
        if json {
            output::json(&self.ledger)?;
        }
        self.end()
    }

    fn end(self) -> anyhow::Result<Exit> {
        let needs_a_look = self.needs_a_look();
        if let Some(failure) = self.failure {
            Err(failure)
        } else if self.left > 0 {
            bail!("stopped before the end; run the same command again: nothing is stored twice")
        } else if !self.ledger.archive_balances() {
            bail!(
                "the ledger does not balance, which is a bug in mailtrail; please report it: {:?}",
                self.ledger
            )
        } else if needs_a_look {
            Ok(Exit::NeedsAttention)
        } else {
            Ok(Exit::Done)
        }
    }
}
