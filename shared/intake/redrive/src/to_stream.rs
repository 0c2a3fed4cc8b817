//! Objects to a stream, at least once, and with a receipt.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use mailtrail_archive::{
    Archive, ArchiveError, ArchiveReader, Object, digest_of_lines, receipt_key, receipts_folder,
    undelivered_folder, undelivered_key,
};
use mailtrail_aws_client::failure::Failure;
use mailtrail_aws_client::{Deadline, Pace};
use mailtrail_clock::Time;
use mailtrail_config::IntakeConfig;
use mailtrail_delivery::{Gate, Stream, StreamOutcome};
use mailtrail_pipeline::{EncodeError, PrepareError, records};
use sha2::{Digest, Sha256};

use crate::lines::{LinesError, by_class, joined, only};
use crate::selection::is_record_of;
use crate::{Counts, Due, Fate, Found, Outcome, Receipt, RedriveError, Selection, Sending, due};

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

/// A stream that is to get events, and what it got before.
#[derive(Debug)]
pub struct ToStream {
    stream: Stream,
    source: Source,
    reader: ArchiveReader,
    /// Where receipts are written; nothing where it is a dry run.
    archive: Option<Archive>,
    pace: Arc<Pace>,
    /// The keys of all receipts, and of all objects that the stream did not take.
    known: BTreeSet<String>,
    /// Whether the stream failed: then nothing more is sent to it.
    has_failed: AtomicBool,
    /// Whether it had no delivery tag.
    is_gated: AtomicBool,
}

/// Lines of an object on their way to the stream.
struct Task<'a> {
    found: Found<'a>,
    stream: String,
    destination: String,
    sha256: String,
    /// The digest of the lines that the receipt is of, and how many they are.
    lines: String,
    events: u64,
    receipt_key: String,
    accepted: Vec<Object>,
    filtered: Vec<Object>,
    now: Time,
}

impl ToStream {
    /// Reads which receipts there are. Without an archive to write to, it is a dry run.
    ///
    /// # Errors
    /// When they cannot be listed: then it is not known what was sent.
    pub async fn open(
        stream: Stream,
        source: Source,
        reader: ArchiveReader,
        archive: Option<Archive>,
        pace: Arc<Pace>,
    ) -> Result<Self, ArchiveError> {
        let name = stream.name();
        let receipts = reader.list(&receipts_folder(source.name(), &name), Deadline::NEVER).await?;
        let undelivered = reader.list_readable(&undelivered_folder(&name), Deadline::NEVER).await?;
        let known = receipts.into_iter().chain(undelivered.names).collect();
        Ok(Self {
            stream,
            source,
            reader,
            archive,
            pace,
            known,
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

    /// Sends the lines of an object that the stream did not take. `now` is the time of the receipt.
    pub async fn undelivered(&self, found: Found<'_>, now: Time) -> Outcome {
        match by_class(found.key, found.bytes) {
            Ok(objects) => self.redrive(found, objects, now).await,
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
        now: Time,
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
        if objects.is_empty() { None } else { Some(self.redrive(found, objects, now).await) }
    }

    async fn redrive(&self, found: Found<'_>, objects: Vec<Object>, now: Time) -> Outcome {
        let all = events(&objects);
        let is_wanted = objects.iter().any(|object| self.stream.accepts(object.class));
        if self.source == Source::Raw && !is_wanted {
            return Outcome::new(Fate::Filtered, Counts { events: all, filtered: all, ..Counts::default() });
        }
        let task = match self.task(found, objects, now) {
            Ok(task) => task,
            Err(error) => return Outcome::left(all).failed(EncodeError::from(error)),
        };
        let counts = Counts { events: all, filtered: all - task.events, ..Counts::default() };
        match self.due(&task).await {
            Err(error) => return Outcome::left(all).failed(error),
            // What is left of an undelivered object is an object of its own, with a line of its own in the ledger.
            Ok(Due::Already { left: left @ 1.. }) if self.source == Source::Raw => {
                let counts = Counts { already: task.events - left, left, ..counts };
                let note = format!(
                    "the stream did not confirm {left} of its events, which are below {}: unless it was done since, run: \
                     mailtrail redrive undelivered",
                    undelivered_folder(&task.stream)
                );
                return Outcome::new(Fate::Left, counts).because(&note);
            }
            Ok(Due::Already { .. }) => {
                return Outcome::new(Fate::Already, Counts { already: task.events, ..counts });
            }
            Ok(Due::Doubtful(reason)) => {
                let left = Counts { left: task.events, ..counts };
                let note = format!("not sent, because of its receipt `{}`: {reason}", task.receipt_key);
                return Outcome::new(Fate::Left, left).because(&note);
            }
            Ok(Due::Now) => {}
        }
        let counts = Counts { events: all, filtered: events(&task.filtered), ..Counts::default() };
        match &self.archive {
            _ if task.accepted.is_empty() => Outcome::new(Fate::Filtered, counts),
            None => self.preview(&task, counts).await,
            Some(archive) => self.send(archive, &task, counts).await,
        }
    }

    fn task<'a>(&self, found: Found<'a>, objects: Vec<Object>, now: Time) -> io::Result<Task<'a>> {
        let is_accepted = |object: &&Object| self.stream.accepts(object.class);
        // What the stream did not take is one object, whatever it accepts today. Of raw copies, each choice is one.
        let of_receipt: Vec<&Object> = match self.source {
            Source::Undelivered => objects.iter().collect(),
            Source::Raw => objects.iter().filter(is_accepted).collect(),
        };
        let lines = digest_of_lines(&joined(of_receipt.iter().map(|object| &object.body)))?;
        let events = of_receipt.iter().map(|object| object.events).sum();
        let (stream, destination) = (self.stream.name(), self.stream.destination());
        let sha256 = hex::encode(Sha256::digest(found.bytes));
        let receipt_key = receipt_key(self.source.name(), &stream, (found.key, &sha256), &lines);
        let (accepted, filtered) = objects.into_iter().partition(|object| is_accepted(&object));
        Ok(Task { found, stream, destination, sha256, lines, events, receipt_key, accepted, filtered, now })
    }

    /// Whether the lines are to be sent, by the receipt that there is.
    async fn due(&self, task: &Task<'_>) -> Result<Due, ArchiveError> {
        let mut is_there = self.known.contains(&task.receipt_key);
        // Another run may have written it meanwhile, and what no receipt can be written over must be found before sending.
        if let Some(archive) = self.archive.as_ref().filter(|_| !is_there) {
            is_there = archive.contains(&task.receipt_key, Deadline::NEVER).await?;
        }
        if !is_there {
            return Ok(Due::Now);
        }
        let receipt = self.reader.get(&task.receipt_key, Deadline::NEVER).await?;
        Ok(due(&task.sending(), Some(&receipt), |key| self.known.contains(key)))
    }

    /// What would become of the lines.
    async fn preview(&self, task: &Task<'_>, counts: Counts) -> Outcome {
        let accepted = events(&task.accepted);
        let left = Outcome::new(Fate::Left, Counts { left: accepted, ..counts });
        match self.stream.gate(Deadline::NEVER).await {
            Gate::Open => left,
            Gate::Closed => {
                self.is_gated.store(true, Ordering::Relaxed);
                Outcome::new(Fate::Gated, Counts { gated: accepted, ..counts })
            }
            Gate::Unknown(failure) => self.with_first(left, &failure),
        }
    }

    async fn send(&self, archive: &Archive, task: &Task<'_>, counts: Counts) -> Outcome {
        let accepted = events(&task.accepted);
        let left = Outcome::new(Fate::Left, Counts { left: accepted, ..counts });
        if self.has_failed.load(Ordering::Relaxed) {
            return left;
        }
        self.pace.turns(u32::try_from(accepted).unwrap_or(u32::MAX)).await;
        let StreamOutcome { ledger, undelivered, failure } =
            match self.stream.deliver(&task.accepted, Deadline::NEVER).await {
                Ok(outcome) => outcome,
                Err(error) => return left.failed(EncodeError::from(error)),
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
            return outcome;
        }
        match confirm(archive, task, ledger.delivered, &self.rest(task, undelivered.as_ref())).await {
            Ok(()) => outcome,
            Err(error) => outcome.failed(error),
        }
    }

    /// The outcome, with the first failure of the stream as its note. After it, nothing more is sent.
    fn with_first(&self, outcome: Outcome, failure: &Failure) -> Outcome {
        if self.has_failed.swap(true, Ordering::Relaxed) {
            return outcome;
        }
        outcome.because(&format!("failed to deliver to the stream {}: {failure}", self.stream.name()))
    }

    /// What is to stay among what the stream did not take.
    fn rest(&self, task: &Task<'_>, undelivered: Option<&Bytes>) -> Bytes {
        let filtered = match self.source {
            Source::Undelivered => &task.filtered[..],
            Source::Raw => &[],
        };
        joined(undelivered.into_iter().chain(filtered.iter().map(|object| &object.body)))
    }
}

impl Task<'_> {
    fn sending(&self) -> Sending<'_> {
        let Self { found, destination, sha256, lines, events, .. } = self;
        Sending { object: found.key, sha256, stream: destination, lines, events: *events }
    }
}

/// Writes down what the stream confirmed, after the rest is in an object of its own.
async fn confirm(
    archive: &Archive,
    task: &Task<'_>,
    delivered: u64,
    rest: &Bytes,
) -> Result<(), RedriveError> {
    let mut left_in = None;
    if !rest.is_empty() {
        let lines = digest_of_lines(rest).map_err(EncodeError::from)?;
        let key = undelivered_key(&task.stream, task.found.time(), lines);
        archive.put(&key, rest.clone(), Deadline::NEVER).await?;
        left_in = Some(key);
    }
    let receipt = Receipt::new(&task.sending(), delivered, left_in, task.now);
    // Where it is there already, another run sent the same at the same time: the stream has it twice, and the receipt that
    // was first stands.
    archive.put(&task.receipt_key, receipt.to_json(), Deadline::NEVER).await?;
    Ok(())
}

fn events(objects: &[Object]) -> u64 {
    objects.iter().map(|object| object.events).sum()
}
