//! What a stream did not take, or a function could not do: done again.
//!
//! * **To a stream** ([`ToStream`]): what lies below `undelivered/`, or the records that are made anew of raw copies. A run
//!   claims an object below `redrive/` before it sends it, and leaves alone what another one has claimed. What the stream
//!   confirmed is written down as a [`Receipt`] beside it, after the confirmation; what it did not confirm is in a new object
//!   below `undelivered/` before that. After a process that dies between the two, at most the objects that it had in hand are
//!   sent again, once its claims are over.
//! * **To an archive** ([`ToArchive`]): the events of failed invocations, what was quarantined and can be read now, or raw
//!   copies of another archive. The keys of the archive derive from content, so nothing else has to be remembered.
//! * Receipts are input: they are compared with the object that they name ([`due()`]).
//! * Everything is counted ([`Ledger`]).

mod claim;
mod due;
mod ledger;
mod lines;
mod receipt;
mod receipts;
mod selection;
mod task;
mod to_archive;
mod to_stream;
mod turns;

pub use due::{Due, Rest, Sending, due};
pub use ledger::{Counts, Fate, Ledger};
pub use receipt::Receipt;
pub use selection::Selection;
pub use to_archive::{Origin, Target, ToArchive};
pub use to_stream::{Sender, Source, ToStream};
pub use turns::Turns;

use bytes::Bytes;
use mailtrail_archive::{ArchiveError, batch_of, undelivered_of};
use mailtrail_clock::Time;
use mailtrail_pipeline::{EncodeError, RunError};
use mailtrail_subscription::{Payload, Undecodable, payloads};
use thiserror::Error;

/// Why an object was not redriven to its end, and others may not be either.
#[derive(Debug, Error)]
pub enum RedriveError {
    /// The archive could not be read, or not be written to.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Records could not be encoded.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// A payload was not archived.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl RedriveError {
    /// Whether other objects may be redriven nevertheless.
    pub fn is_of_one_object(&self) -> bool {
        match self {
            Self::Archive(error) => error.is_of_one_object(),
            Self::Encode(_) => false,
            Self::Run(error) => error.is_of_one_payload(),
        }
    }
}

/// An object, whole.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// Its key.
    pub key: &'a str,
    /// Its bytes.
    pub bytes: &'a Bytes,
}

impl Found<'_> {
    /// The second of the earliest event of the payload that it is of.
    fn time(self) -> Time {
        let second = |(batch, _): (&str, Time)| Time::from_iso8601(batch.split_once('-')?.0);
        let of_stream = undelivered_of(self.key).map(|(_, time)| time);
        of_stream.or_else(|| batch_of(self.key).and_then(second)).unwrap_or(Time::EPOCH)
    }

    /// The payloads of a raw copy, with the Region that it lies under; nothing where no event is asked for.
    fn raw_payloads(self, selection: &Selection, limit: usize) -> Result<Option<Vec<Payload>>, Undecodable> {
        let (mut found, mut is_asked_for) = (payloads(self.bytes), false);
        for payload in &mut found {
            let content = selection.look_at(payload, limit)?;
            is_asked_for |= content.is_asked_for;
            if payload.region.is_none() && !content.first_has_region {
                payload.region = self.region();
            }
        }
        Ok(is_asked_for.then_some(found))
    }

    /// The Region that it lies under, as the archive has it.
    fn region(self) -> Option<String> {
        self.key.split('/').find_map(|part| part.strip_prefix("region=")).map(str::to_owned)
    }
}

/// What became of one object.
#[derive(Debug)]
pub struct Outcome {
    /// Of the object as a whole.
    pub fate: Fate,
    /// Of its events.
    pub counts: Counts,
    /// Payloads that are kept in the archive's quarantine now.
    pub quarantined_payloads: u64,
    /// What an operator should know of it: why it is left, or cannot be read.
    pub note: Option<String>,
    /// What failed on our side.
    pub failure: Option<RedriveError>,
    /// Whether the run was to stop before it was done.
    pub was_stopped: bool,
}

impl Outcome {
    /// An object with this fate and these events.
    pub fn new(fate: Fate, counts: Counts) -> Self {
        Self { fate, counts, quarantined_payloads: 0, note: None, failure: None, was_stopped: false }
    }

    /// An object that cannot be read, and why. How many events are in it is not known.
    pub fn unreadable(reason: &impl ToString) -> Self {
        Self { note: Some(reason.to_string()), ..Self::new(Fate::Unreadable, Counts::default()) }
    }

    /// An object that did not arrive, for a reason that others have as well.
    pub fn failed_to_read(error: ArchiveError) -> Self {
        Self::left(0).failed(error)
    }

    fn left(events: u64) -> Self {
        Self::new(Fate::Left, Counts { events, left: events, ..Counts::default() })
    }

    fn stopped(self) -> Self {
        Self { fate: Fate::Left, was_stopped: true, ..self }
    }

    fn failed(self, failure: impl Into<RedriveError>) -> Self {
        Self { fate: Fate::Left, failure: Some(failure.into()), ..self }
    }

    fn because(self, note: &impl ToString) -> Self {
        Self { note: Some(note.to_string()), ..self }
    }
}
