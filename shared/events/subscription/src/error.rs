//! Why a payload cannot be read.

use std::fmt;

use thiserror::Error;

use crate::Format;

/// The reason why a payload is kept as it is and not taken apart.
///
/// The texts name sizes and places, never content: they end up in logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Undecodable {
    /// The data of the event is not base64.
    #[error("the payload is not base64 (at byte {at})")]
    NotBase64 {
        /// Where the first foreign byte stands.
        at: usize,
    },
    /// No gzip header where one is needed.
    #[error("the payload is neither gzip nor JSON{}", Found(format.as_ref()))]
    NotGzip {
        /// The format that the bytes have, where it is known.
        format: Option<Format>,
    },
    /// The gzip data ends early.
    #[error("the gzip data ends early, after {decoded} decoded bytes")]
    TruncatedGzip {
        /// How far it could be decoded.
        decoded: usize,
    },
    /// The compressed data contradicts itself.
    #[error("the gzip data is damaged after {decoded} decoded bytes")]
    CorruptGzip {
        /// How far it could be decoded.
        decoded: usize,
    },
    /// Checksum or length do not match what was decoded.
    #[error("the gzip checksum or length does not match the {decoded} decoded bytes")]
    BadChecksum {
        /// How much was decoded.
        decoded: usize,
    },
    /// What follows the last gzip member is not a gzip member.
    #[error("{bytes} bytes follow the gzip data that are not gzip")]
    TrailingBytes {
        /// How much follows.
        bytes: usize,
    },
    /// More than the limit, in bytes or in events, or in the bytes of a name.
    #[error("the payload decodes to more than the limit of {limit} {unit}")]
    TooLarge {
        /// The limit.
        limit: usize,
        /// What is counted.
        unit: &'static str,
    },
    /// Not JSON, or JSON that ends early.
    #[error("the payload is not JSON (line {line}, column {column})")]
    NotJson {
        /// Line of the first error, from 1.
        line: usize,
        /// Column of the first error, from 1.
        column: usize,
    },
    /// JSON, but not of the shape that CloudWatch Logs sends.
    #[error("the payload is JSON, but no batch of log events (line {line}, column {column})")]
    NotABatch {
        /// Line where the shape differs, from 1.
        line: usize,
        /// Column where the shape differs, from 1.
        column: usize,
    },
    /// Neither `DATA_MESSAGE` nor `CONTROL_MESSAGE`.
    #[error("the batch has a messageType that is neither DATA_MESSAGE nor CONTROL_MESSAGE")]
    UnknownMessageType,
    /// A batch without its events.
    #[error("the batch has no logEvents")]
    MissingLogEvents,
    /// An invocation event of another kind.
    #[error("the event is none that carries log batches (awslogs, Kinesis, on-failure record)")]
    UnknownEvent,
}

/// What the bytes are instead, where it is known.
struct Found<'a>(Option<&'a Format>);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |format| write!(f, ", but {}", format.description()))
    }
}

impl Undecodable {
    /// Of bytes that are not gzip.
    pub(crate) fn not_gzip(bytes: &[u8]) -> Self {
        Self::NotGzip { format: Format::of(bytes) }
    }

    /// A short word for the reason, fit for a path and a metric. The list of these words is part of
    /// the archive's layout.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NotBase64 { .. } => "not_base64",
            Self::NotGzip { .. } => "not_gzip",
            Self::TruncatedGzip { .. } => "truncated_gzip",
            Self::CorruptGzip { .. } => "corrupt_gzip",
            Self::BadChecksum { .. } => "bad_checksum",
            Self::TrailingBytes { .. } => "trailing_bytes",
            Self::TooLarge { .. } => "too_large",
            Self::NotJson { .. } => "not_json",
            Self::NotABatch { .. } => "not_a_batch",
            Self::UnknownMessageType => "unknown_message_type",
            Self::MissingLogEvents => "missing_log_events",
            Self::UnknownEvent => "unknown_event",
        }
    }
}
