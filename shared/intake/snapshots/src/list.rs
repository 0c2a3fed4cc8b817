//! Which snapshots an archive has, and what is in one.

use std::collections::BTreeMap;

use mailtrail_archive::{ArchiveError, ArchiveReader};
use mailtrail_aws_client::Deadline;
use mailtrail_aws_types::OrganizationId;
use mailtrail_clock::Time;
use mailtrail_directory::{FOLDER, Snapshot, SnapshotError, SnapshotKey};
use thiserror::Error;

use crate::AsOf;

/// Why a snapshot cannot be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The archive does not give it.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// It cannot be used.
    #[error("failed to read the snapshot `{key}`: {error}")]
    Snapshot {
        /// Its key.
        key: String,
        /// Why.
        error: SnapshotError,
    },
}

/// The snapshots that an archive has.
#[derive(Debug, Default)]
pub struct Snapshots {
    /// When they were taken, for each organization, in order.
    pub taken: BTreeMap<OrganizationId, Vec<Time>>,
    /// What lies among them and has another name, or cannot be listed: its key, and why.
    pub refused: Vec<(String, String)>,
}

/// Reads one snapshot.
///
/// # Errors
/// When it is not there, or cannot be used.
pub async fn read(
    archive: &ArchiveReader,
    key: &SnapshotKey,
    deadline: Deadline,
) -> Result<Snapshot, ReadError> {
    let key = key.to_string();
    let object = archive.get(&key, deadline).await?;
    Snapshot::from_object(&key, &object).map_err(|error| ReadError::Snapshot { key, error })
}

impl Snapshots {
    /// Lists those of one organization, or of all.
    ///
    /// # Errors
    /// When the archive cannot be listed. What is wrong with one object is in [`Self::refused`].
    pub async fn list(
        archive: &ArchiveReader,
        organization: Option<&OrganizationId>,
        deadline: Deadline,
    ) -> Result<Self, ArchiveError> {
        let folder = organization.map_or_else(|| FOLDER.to_owned(), SnapshotKey::folder);
        let listing = archive.list_readable(&folder, deadline).await?;
        let mut found = Self::default();
        for (key, error) in listing.unreadable {
            found.refused.push((key, error.failure.to_string()));
        }
        for key in listing.names {
            match SnapshotKey::parse(&key) {
                Some(SnapshotKey { organization, taken }) => {
                    found.taken.entry(organization).or_default().push(taken);
                }
                None => found.refused.push((key, "its name is not that of a snapshot".to_owned())),
            }
        }
        Ok(found)
    }

    /// The keys of an organization's snapshots that were taken until a time, the latest first.
    pub fn until(&self, organization: &OrganizationId, time: Time) -> impl Iterator<Item = SnapshotKey> {
        let taken = self.taken.get(organization).into_iter().flatten().rev();
        let until = taken.filter(move |taken| **taken <= time);
        until.map(|taken| SnapshotKey { organization: organization.clone(), taken: *taken })
    }

    /// Up to when the snapshots of an organization hold: when it was last read, whether or not that made a snapshot.
    /// What lies there with another name, or says that it was read in the future, is left out of account.
    ///
    /// # Errors
    /// When the archive cannot be listed.
    pub async fn as_of(
        &self,
        archive: &ArchiveReader,
        organization: &OrganizationId,
        now: Time,
        deadline: Deadline,
    ) -> Result<Option<Time>, ArchiveError> {
        let lines = archive.list_readable(&AsOf::folder(organization), deadline).await?.names;
        let read_again = lines.iter().filter_map(|key| AsOf::time(key));
        let taken = self.taken.get(organization).into_iter().flatten().copied();
        Ok(read_again.chain(taken).filter(|time| *time <= now).max())
    }
}
