//! Keeps a snapshot where it says something new.

use std::io;

use mailtrail_archive::{Archive, ArchiveError};
use mailtrail_aws_client::Deadline;
use mailtrail_directory::Snapshot;
use thiserror::Error;

use crate::{AsOf, ReadError, Snapshots, first_readable};

/// What the archive has now.
#[derive(Debug)]
pub struct SavedSnapshot {
    /// The key of the snapshot that says what was read.
    pub key: String,
    /// Whether that is an earlier one: nothing changed.
    pub is_unchanged: bool,
    /// Earlier snapshots that could not be read, the latest first: the new one was not compared with these.
    pub unread: Vec<ReadError>,
}

/// Why a snapshot is not kept.
#[derive(Debug, Error)]
pub enum KeepError {
    /// The archive does not take it, or does not say what it has.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// It cannot be compressed.
    #[error("failed to compress the snapshot: {0}")]
    Compression(#[from] io::Error),
}

/// Keeps a snapshot that is [`Snapshot::sorted`]: itself where it differs from the latest one before it that can be read, else
/// up to when that one holds.
///
/// # Errors
/// When the archive cannot be listed, or does not take what is written.
pub async fn keep(
    archive: &Archive,
    snapshot: &Snapshot,
    deadline: Deadline,
) -> Result<SavedSnapshot, KeepError> {
    let (reader, organization) = (archive.reader(), &snapshot.organization.id);
    let snapshots = Snapshots::list(&reader, Some(organization), deadline).await?;
    let before = snapshots.until(organization, snapshot.taken);
    let (earlier, unread) = first_readable(&reader, before, deadline).await?;
    // One that was taken in this very second and says the same is this one.
    let key = match earlier.filter(|earlier| snapshot.same_content(earlier)) {
        Some(earlier) => {
            let key = earlier.key().to_string();
            if earlier.taken != snapshot.taken {
                let as_of = AsOf {
                    organization: organization.clone(),
                    as_of: snapshot.taken.rfc3339(),
                    snapshot: key.clone(),
                };
                // Text always becomes JSON.
                let line = serde_json::to_string(&as_of).unwrap_or_default() + "\n";
                archive.put(&as_of.key(snapshot.taken), line.into(), deadline).await?;
            }
            return Ok(SavedSnapshot { key, is_unchanged: true, unread });
        }
        None => snapshot.key().to_string(),
    };
    let object = snapshot.to_bytes()?;
    archive.put(&key, object.into(), deadline).await?;
    Ok(SavedSnapshot { key, is_unchanged: false, unread })
}
