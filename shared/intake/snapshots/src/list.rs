//! Which snapshots an archive has, and what is in one.

use std::collections::BTreeMap;

use mailtrail_archive::{ArchiveError, ArchiveReader};
use mailtrail_aws_client::Deadline;
use mailtrail_aws_types::OrganizationId;
use mailtrail_clock::{Time, TimeRange};
use mailtrail_directory::{FOLDER, Snapshot, SnapshotError, SnapshotKey};
use thiserror::Error;

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
    /// What cannot be listed: its key, and why.
    pub unreadable: Vec<(String, String)>,
    /// The keys of what lies among them and has another name: they are none.
    pub others: Vec<String>,
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

/// The first of some snapshots that can be read, and why those before it cannot.
///
/// # Errors
/// When the archive cannot be reached, or refuses: that is no failure of one object, and the others would fail alike.
pub async fn first_readable(
    archive: &ArchiveReader,
    keys: impl Iterator<Item = SnapshotKey>,
    deadline: Deadline,
) -> Result<(Option<Snapshot>, Vec<ReadError>), ArchiveError> {
    let mut unread = Vec::new();
    for key in keys {
        match read(archive, &key, deadline).await {
            Ok(snapshot) => return Ok((Some(snapshot), unread)),
            Err(ReadError::Archive(error)) if error.failure.retryable || error.failure.is_denied() => {
                return Err(error);
            }
            Err(error) => unread.push(error),
        }
    }
    Ok((None, unread))
}

impl Snapshots {
    /// Lists those of one organization, or of all.
    ///
    /// # Errors
    /// When the archive cannot be listed. What is wrong with one object is in [`Self::unreadable`].
    pub async fn list(
        archive: &ArchiveReader,
        organization: Option<&OrganizationId>,
        deadline: Deadline,
    ) -> Result<Self, ArchiveError> {
        let folder = organization.map_or_else(|| FOLDER.to_owned(), SnapshotKey::folder);
        let listing = archive.list_readable(&folder, deadline).await?;
        let mut found = Self::default();
        for (key, error) in listing.unreadable {
            found.unreadable.push((key, error.failure.to_string()));
        }
        for key in listing.names {
            match SnapshotKey::parse(&key) {
                Some(SnapshotKey { organization, taken }) => {
                    found.taken.entry(organization).or_default().push(taken);
                }
                None => found.others.push(key),
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

    /// The keys of the snapshots that say something of a range, by organization and in the order of time: those taken in it, the
    /// newest before it, and where there is none before, the first after it.
    pub fn of_range(&self, range: TimeRange) -> impl Iterator<Item = Vec<SnapshotKey>> {
        self.taken.iter().map(move |(organization, taken)| {
            let is_before = |taken: &Time| range.since().is_some_and(|since| *taken <= since);
            let is_after = |taken: &Time| range.until().is_some_and(|until| *taken >= until);
            let first = taken.iter().rposition(is_before).unwrap_or_default();
            let end = taken.iter().position(is_after).unwrap_or(taken.len()).max(first + 1);
            let needed = taken.iter().take(end).skip(first);
            needed.map(|taken| SnapshotKey { organization: organization.clone(), taken: *taken }).collect()
        })
    }

    /// The keys of the newest snapshots that were taken until a time, one for each organization.
    pub fn newest(&self, until: Time) -> impl Iterator<Item = SnapshotKey> {
        self.taken.keys().filter_map(move |organization| self.until(organization, until).next())
    }
}

#[cfg(test)]
mod tests {
    use mailtrail_clock::DAY;

    use super::*;

    fn day(day: i64) -> Time {
        Time::from_millis(day * DAY).unwrap()
    }

    fn snapshots(days: &[i64]) -> Snapshots {
        let organization: OrganizationId = "m-0123456789abcdef0123456789abcdef".parse().unwrap();
        let taken = days.iter().map(|it| day(*it)).collect();
        Snapshots { taken: BTreeMap::from([(organization, taken)]), ..Snapshots::default() }
    }

    #[test]
    fn a_range_needs_the_snapshots_in_it_and_the_one_before() {
        let needed = |since: Option<i64>, until: Option<i64>| {
            let range = TimeRange::new(since.map(day), until.map(day)).unwrap();
            let keys = snapshots(&[10, 20, 30, 40]).of_range(range).flatten().collect::<Vec<_>>();
            keys.into_iter().map(|key| key.taken.millis() / DAY).collect::<Vec<_>>()
        };
        assert_eq!(needed(None, None), [10, 20, 30, 40]);
        assert_eq!(needed(Some(25), Some(35)), [20, 30]);
        assert_eq!(needed(Some(20), Some(30)), [20]);
        assert_eq!(needed(Some(1), Some(5)), [10], "the first after it");
        assert_eq!(needed(Some(50), None), [40]);
        assert_eq!(Snapshots::default().of_range(TimeRange::default()).count(), 0);
    }

    #[test]
    fn the_newest_is_none_of_the_future() {
        let newest = |until| snapshots(&[10, 20, 30]).newest(day(until)).map(|key| key.taken).next();
        assert_eq!(newest(29), Some(day(20)));
        assert_eq!(newest(9), None);
    }
}
