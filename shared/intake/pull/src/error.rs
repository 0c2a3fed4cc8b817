//! Why a log group could not be read or archived to its end.

use mailtrail_archive::ArchiveError;
use mailtrail_aws_client::failure::Failure;
use mailtrail_pipeline::RunError;
use thiserror::Error;

use crate::window::Window;

/// Why a backfill of a log group ended early. What was archived until then stays, and is not archived again.
#[derive(Debug, Error)]
pub enum PullError {
    /// Events could not be read.
    #[error("failed to read `{log_group}` from {window}: {failure}{}", advice(.failure))]
    Read {
        /// The log group.
        log_group: String,
        /// The time that was asked for.
        window: Window,
        /// Why.
        failure: Failure,
    },
    /// Events could not be counted.
    #[error("failed to count the events of `{log_group}` by Insights: {failure}{}", advice(.failure))]
    Count {
        /// The log group.
        log_group: String,
        /// Why.
        failure: Failure,
    },
    /// The archive could not be read, or not be written to.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Events were not archived.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The pipeline took fewer events than it was given.
    #[error("failed to archive events of `{log_group}`: the pipeline archived {archived} of {events}")]
    NotArchived {
        /// The log group.
        log_group: String,
        /// How many it was given.
        events: u64,
        /// How many it archived.
        archived: u64,
    },
    /// A worker ended without an answer.
    #[error("failed to archive events: {0}")]
    Worker(#[from] tokio::task::JoinError),
}

fn advice(failure: &Failure) -> String {
    failure.advice().map(|advice| format!("; {advice}")).unwrap_or_default()
}
