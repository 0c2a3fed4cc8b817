//! Objects to a stream, at least once, and with a receipt.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mailtrail_archive::{Archive, ArchiveError, ArchiveReader, Object};
use mailtrail_aws_client::Deadline;
use mailtrail_aws_client::failure::Failure;
use mailtrail_clock::Time;
use mailtrail_config::IntakeConfig;
use mailtrail_delivery::{Gate, Stream, StreamOutcome};
use mailtrail_pipeline::{EncodeError, PrepareError, records};

use crate::lines::{LinesError, by_class, is_record_of, only};
use crate::receipts::{Before, Claimed, Receipts};
use crate::task::{Destination, Task};
use crate::{Counts, Fate, Found, Outcome, Selection, Turns};

/// Where the events of a stream come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// What the stream did not take.
    Undelivered,
    /// Raw copies.
    Raw,
}

impl Source {
    /// The folder of the archive.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Undelivered => mailtrail_archive::UNDELIVERED,
            Self::Raw => mailtrail_archive::RAW,
        }
    }
}

/// How a run sends.
#[derive(Debug)]
pub struct Sender {
    /// The archive that claims and receipts are written to; nothing for a dry run.
    pub archive: Option<Archive>,
    /// What the stream is known by in receipts: its ARN, or the whole path of a file.
    pub address: String,
    /// The command that sends what the stream does not take, to be shown.
    pub command: String,
    /// When to send.
    pub turns: Arc<Turns>,
    /// Whether it sends also what runs before it claimed, as they are known to have ended.
    pub takes_over: bool,
    /// What time it is.
    pub clock: fn() -> Time,
}

/// A stream that is to get events, and what it got before.
#[derive(Debug)]
pub struct ToStream {
    stream: Stream,
    destination: Destination,
    receipts: Receipts,
    /// Where receipts are written; nothing where it is a dry run.
    archive: Option<Archive>,
    command: String,
    turns: Arc<Turns>,
    /// Whether the stream failed: then nothing more is sent to it.
    has_failed: AtomicBool,
    /// Whether it had no delivery tag.
    is_gated: AtomicBool,
}

impl ToStream {
    /// Reads which receipts there are.
    ///
    /// # Errors
    /// When they cannot be listed: then it is not known what was sent.
    pub async fn open(
        stream: Stream,
        source: Source,
        reader: ArchiveReader,
        sender: Sender,
    ) -> Result<Self, ArchiveError> {
        let Sender { archive, address, command, turns, takes_over, clock } = sender;
        let destination = Destination { source, name: stream.name(), address };
        let receipts = Receipts::open(reader, &destination, clock, takes_over).await?;
        Ok(Self {
            stream,
            destination,
            receipts,
            archive,
            command,
            turns,
            has_failed: AtomicBool::default(),
            is_gated: AtomicBool::default(),
        })
    }

    /// The stream.
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Whether it had no delivery tag when it was to get something.
    pub fn is_gated(&self) -> bool {
        self.is_gated.load(Ordering::Relaxed)
    }

    /// Sends the lines of an object that the stream did not take.
    pub async fn undelivered(&self, found: Found<'_>) -> Outcome {
        match by_class(found.key, found.bytes) {
            Ok(objects) => self.redrive(found, objects).await,
            Err(LinesError::Unreadable(reason)) => Outcome::unreadable(&reason),
            Err(LinesError::Compress(error)) => Outcome::left(0).failed(EncodeError::from(error)),
        }
    }

    /// Sends the records of those events of a raw copy that are asked for; nothing where there are none.
    pub async fn raw(
        &self,
        found: Found<'_>,
        config: &IntakeConfig,
        selection: &Selection,
    ) -> Option<Outcome> {
        let payloads = match found.raw_payloads(selection, config.decoded_limit.bytes()) {
            Ok(payloads) => payloads?,
            Err(reason) => return Some(Outcome::unreadable(&reason)),
        };
        let mut objects = Vec::new();
        for payload in &payloads {
            match records(payload, config) {
                Ok(some) => objects.extend(some),
                Err(PrepareError::Undecodable(reason)) => return Some(Outcome::unreadable(&reason)),
                Err(PrepareError::Encode(error)) => return Some(Outcome::left(0).failed(error)),
            }
        }
        if !selection.is_all() {
            let uids = match selection.uids(&payloads, config.decoded_limit.bytes()) {
                Ok(uids) => uids,
                Err(reason) => return Some(Outcome::unreadable(&reason)),
            };
            objects = match only(&objects, |line| is_record_of(line, &uids)) {
                Ok(objects) => objects,
                Err(error) => return Some(Outcome::left(0).failed(EncodeError::from(error))),
            };
        }
        if objects.is_empty() { None } else { Some(self.redrive(found, objects).await) }
    }

    async fn redrive(&self, found: Found<'_>, objects: Vec<Object>) -> Outcome {
        let (all, source) = (events(&objects), self.destination.source);
        let is_accepted = |object: &Object| self.stream.accepts(object.class);
        if source == Source::Raw && !objects.iter().any(is_accepted) {
            return Outcome::new(Fate::Filtered, Counts { events: all, filtered: all, ..Counts::default() });
        }
        let task = match Task::new(found, &self.destination, objects, is_accepted) {
            Ok(task) => task,
            Err(error) => return Outcome::left(all).failed(EncodeError::from(error)),
        };
        match self.receipts.before(&task, self.archive.as_ref()).await {
            Err(error) => return Outcome::left(all).failed(error),
            Ok(Before::Nothing) => {}
            Ok(before) => return self.already(&task, all, before),
        }
        let counts = Counts { events: all, filtered: events(&task.filtered), ..Counts::default() };
        if task.accepted.is_empty() {
            return Outcome::new(Fate::Filtered, counts);
        }
        let left = || {
            let left = events(&task.accepted);
            Outcome::new(Fate::Left, Counts { left, ..counts })
        };
        let Some(archive) = &self.archive else {
            return self.not_open(&task, counts).await.unwrap_or_else(left);
        };
        if self.has_failed.load(Ordering::Relaxed) {
            return left();
        }
        if !self.turns.wait(events(&task.accepted)).await {
            return left().stopped();
        }
        // Who must not be sent to, or cannot be asked, claims nothing.
        if let Some(outcome) = self.not_open(&task, counts).await {
            return outcome;
        }
        match self.receipts.claim(archive, &task).await {
            Ok(Claimed::Ours(number)) => {
                // Where there was a claim before, its run may have sent the lines while this one waited.
                if number > 1 {
                    match self.receipts.before(&task, Some(archive)).await {
                        Err(error) => return left().failed(error),
                        Ok(Before::Nothing) => {}
                        Ok(before) => return self.already(&task, all, before),
                    }
                }
                let (outcome, confirmed) = self.send(archive, &task, counts).await;
                if confirmed > 0 {
                    return outcome;
                }
                match self.receipts.release(archive, &task, number).await {
                    Ok(()) => outcome,
                    Err(error) => outcome.failed(error),
                }
            }
            Ok(Claimed::Not(reason)) => left().because(&reason),
            Err(error) => left().failed(error),
        }
    }

    /// What becomes of the lines where the stream must not be sent to, or does not say whether.
    async fn not_open(&self, task: &Task<'_>, counts: Counts) -> Option<Outcome> {
        let accepted = events(&task.accepted);
        match self.stream.gate(Deadline::NEVER).await {
            Gate::Open => None,
            Gate::Closed => {
                self.is_gated.store(true, Ordering::Relaxed);
                Some(Outcome::new(Fate::Gated, Counts { gated: accepted, ..counts }))
            }
            Gate::Unknown(failure) => {
                let left = Outcome::new(Fate::Left, Counts { left: accepted, ..counts });
                Some(self.with_first(left, &failure))
            }
        }
    }

    /// Sends the lines, and writes down what the stream confirmed: how many events.
    async fn send(&self, archive: &Archive, task: &Task<'_>, counts: Counts) -> (Outcome, u64) {
        let left = Outcome::new(Fate::Left, Counts { left: events(&task.accepted), ..counts });
        let StreamOutcome { ledger, undelivered, failure } =
            match self.stream.deliver(&task.accepted, Deadline::NEVER).await {
                Ok(outcome) => outcome,
                Err(error) => return (left.failed(EncodeError::from(error)), 0),
            };
        self.is_gated.fetch_or(ledger.gated > 0, Ordering::Relaxed);
        let fate = match (ledger.undelivered, ledger.gated) {
            (0, 0) => Fate::Done,
            (0, _) => Fate::Gated,
            _ => Fate::Left,
        };
        let counts =
            Counts { done: ledger.delivered, gated: ledger.gated, left: ledger.undelivered, ..counts };
        let mut outcome = Outcome::new(fate, counts);
        if let Some(failure) = failure {
            outcome = self.with_first(outcome, &failure);
        }
        if ledger.delivered == 0 {
            return (outcome, 0);
        }
        let rest = task.rest(undelivered.as_ref());
        match self.receipts.confirm(archive, task, ledger.delivered, &rest).await {
            Ok(()) => (outcome, ledger.delivered),
            Err(error) => (outcome.failed(error), ledger.delivered),
        }
    }

    /// The outcome, with the first failure of the stream as its note. After it, nothing more is sent.
    fn with_first(&self, outcome: Outcome, failure: &Failure) -> Outcome {
        if self.has_failed.swap(true, Ordering::Relaxed) {
            return outcome;
        }
        outcome.because(&format!("failed to deliver to the stream {}: {failure}", self.stream.name()))
    }

    /// An object of which something was sent before.
    fn already(&self, task: &Task<'_>, all: u64, before: Before) -> Outcome {
        let counts = Counts { events: all, filtered: all - task.events, ..Counts::default() };
        match before {
            // What is left of an undelivered object is an object of its own, and counted there.
            Before::Confirmed { left } if task.destination.source == Source::Undelivered => {
                let confirmed = task.events - left;
                Outcome::new(Fate::Already, Counts { events: confirmed, already: confirmed, ..counts })
            }
            Before::Confirmed { left: left @ 1.. } => {
                let counts = Counts { already: task.events - left, left, ..counts };
                let note = format!(
                    "the stream did not confirm {left} of its events, which are below {}; send them: {}",
                    task.folder, self.command
                );
                Outcome::new(Fate::Left, counts).because(&note)
            }
            Before::Confirmed { .. } | Before::Nothing => {
                Outcome::new(Fate::Already, Counts { already: task.events, ..counts })
            }
            Before::Doubtful(reason) => {
                let left = Counts { left: task.events, ..counts };
                Outcome::new(Fate::Left, left).because(&format!("not sent, because of {reason}"))
            }
        }
    }
}

fn events(objects: &[Object]) -> u64 {
    objects.iter().map(|object| object.events).sum()
}
