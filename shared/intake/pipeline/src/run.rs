//! What became of one payload.

use std::fmt;

use mailtrail_archive::{ArchiveError, Quarantined, Witness};
use mailtrail_aws_client::failure::Failure;
use mailtrail_delivery::Ledger;

use crate::EncodeError;
use crate::watch::Watched;

/// What became of one payload.
#[derive(Debug, Default)]
pub struct Run {
    /// The counts. They balance if and only if there is no failure.
    pub ledger: Ledger,
    /// What did not stop the run, and needs a look.
    pub problems: Vec<Problem>,
    /// Bytes of the decoded payload; 0 where it cannot be decoded.
    pub decoded_bytes: u64,
    /// Keys of the objects that now hold the events.
    pub objects: Vec<String>,
    /// Every object that this run wrote, or found where it would have written it; also where the run failed.
    pub witnesses: Vec<Witness>,
    /// The entries of the watch list that events matched.
    pub watched: Vec<Watched>,
    /// Why the payload is not archived as a whole. The sender must send it again.
    pub failure: Option<RunError>,
}

/// Why a payload is not archived.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The archive did not accept an object.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The records could not be encoded.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

impl RunError {
    /// Whether other payloads may be archived nevertheless.
    pub fn is_of_one_payload(&self) -> bool {
        matches!(self, Self::Archive(error) if error.is_of_one_object())
    }
}

/// Something that did not stop the run, and needs a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// A payload that cannot be decoded is in quarantine.
    Quarantined(Quarantined),
    /// A stream did not accept events; they are kept in an object of the archive.
    Undelivered {
        /// The stream's name.
        stream: String,
        /// How many events.
        events: u64,
        /// The object's key, below `undelivered/`.
        key: String,
        /// Why the stream did not accept them.
        failure: Failure,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quarantined(Quarantined { key, reason, .. }) => write!(f, "{reason}; kept in {key}"),
            Self::Undelivered { stream, events, key, failure } => {
                write!(
                    f,
                    "failed to deliver {events} events to the stream {stream}: {failure}; kept in {key}"
                )
            }
        }
    }
}
