//! The snapshots of directories that an archive has, as far as they say who and what ids were in a range of time.

use std::fmt;

use futures_util::{StreamExt, stream};
use mailtrail_archive::ArchiveReader;
use mailtrail_aws_client::Deadline;
use mailtrail_clock::{Time, TimeRange};
use mailtrail_directory::{FOLDER, Snapshot, SnapshotKey};
use mailtrail_names::Names;
use mailtrail_snapshots::Snapshots;

use super::Tally;
use crate::output::count;

/// The most snapshots of an organization that are read: of more, the first, the last, and some between.
const MOST: usize = 100;
/// Snapshots in memory at a time. One of 50,000 users has some 50 MB.
const AT_ONCE: usize = 2;

/// What names were learned from.
#[derive(Debug)]
pub(crate) struct Learned {
    snapshots: u64,
    first: Time,
    last: Time,
}

impl fmt::Display for Learned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let snapshots = count(self.snapshots, "snapshot");
        let (first, last) = (date(self.first), date(self.last));
        match self.snapshots {
            1 => write!(f, "{snapshots} of the directory, of {first}"),
            _ => write!(f, "{snapshots} of the directory, {first} to {last}"),
        }
    }
}

/// The day of a time, as people write it.
pub(crate) fn date(time: Time) -> String {
    time.rfc3339().chars().take(10).collect()
}

/// The snapshots of an archive. What cannot be listed, or is none of them, is named on stderr and counted.
async fn list(archive: &ArchiveReader, tally: &mut Tally) -> Snapshots {
    match Snapshots::list(archive, None, Deadline::NEVER).await {
        Ok(snapshots) => {
            for (key, reason) in &snapshots.unreadable {
                tally.unreadable(key, reason);
            }
            snapshots
        }
        Err(error) => {
            tally.unreadable(FOLDER, &error.failure.to_string());
            Snapshots::default()
        }
    }
}

/// The snapshot of each organization that says what was so at the end of a range: the latest in it or before it that can be
/// read, and where there is none, the first after it. Those that cannot be read are named on stderr and counted.
pub(crate) async fn latest_snapshots(
    archive: &ArchiveReader,
    range: TimeRange,
    tally: &mut Tally,
) -> Vec<Snapshot> {
    let mut latest = Vec::new();
    for keys in list(archive, tally).await.of_range(range) {
        for key in keys.iter().rev().map(ToString::to_string) {
            match read(archive, &key).await {
                Ok(snapshot) => {
                    latest.push(snapshot);
                    break;
                }
                Err(reason) => tally.unreadable(&key, &reason),
            }
        }
    }
    latest
}

/// Learns from the snapshots that say something of a range: those in it, and the newest before. What cannot be read is named on
/// stderr and counted, and names are learned from the others. Nothing where there is none.
pub(crate) async fn learn_snapshots(
    archive: &ArchiveReader,
    range: TimeRange,
    jobs: usize,
    tally: &mut Tally,
    names: &mut Names,
) -> Option<Learned> {
    let snapshots = list(archive, tally).await;
    let mut keys = Vec::new();
    for needed in snapshots.of_range(range) {
        if needed.len() > MOST {
            let read = format!("{MOST} of {} snapshots of {}", needed.len(), needed[0].organization);
            tally.note(&format!("names are from {read}: a shorter range reads all of its own"));
        }
        keys.extend(some(needed));
    }
    // In order: those of an organization are learned by time.
    let reads = stream::iter(keys).map(|key| async move { (read(archive, &key.to_string()).await, key) });
    let mut reads = reads.buffered(jobs.min(AT_ONCE));
    let mut learned: Option<Learned> = None;
    while let Some((read, key)) = reads.next().await {
        match read {
            Ok(snapshot) => {
                names.learn_snapshot(&snapshot);
                let taken = snapshot.taken;
                let so_far = learned.get_or_insert(Learned { snapshots: 0, first: taken, last: taken });
                so_far.snapshots += 1;
                (so_far.first, so_far.last) = (so_far.first.min(taken), so_far.last.max(taken));
            }
            Err(reason) => tally.unreadable(&key.to_string(), &reason),
        }
    }
    learned
}

/// The snapshot under a key.
async fn read(archive: &ArchiveReader, key: &str) -> Result<Snapshot, String> {
    let bytes = archive.get(key, Deadline::NEVER).await.map_err(|error| error.failure.to_string())?;
    let key = key.to_owned();
    let parsed = tokio::task::spawn_blocking(move || Snapshot::from_object(&key, &bytes));
    parsed.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
}

/// At most [`MOST`] of them, the first and the last among them.
fn some(keys: Vec<SnapshotKey>) -> Vec<SnapshotKey> {
    let number = keys.len();
    if number <= MOST {
        return keys;
    }
    let is_chosen = |at: usize| (0..MOST).any(|nth| nth * (number - 1) / (MOST - 1) == at);
    keys.into_iter().enumerate().filter(|(at, _)| is_chosen(*at)).map(|(_, key)| key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(days: impl IntoIterator<Item = i64>) -> Vec<SnapshotKey> {
        let day = |day: i64| Time::from_millis(day * mailtrail_clock::DAY).unwrap();
        let organization =
            "m-0123456789abcdef0123456789abcdef".parse::<mailtrail_aws_types::OrganizationId>();
        let organization = organization.unwrap();
        days.into_iter()
            .map(|it| SnapshotKey { organization: organization.clone(), taken: day(it) })
            .collect()
    }

    #[test]
    fn of_very_many_the_first_and_the_last_are_read() {
        let chosen = some(keys(0..1_000));
        assert_eq!(chosen.len(), MOST);
        assert_eq!([chosen[0].clone(), chosen[MOST - 1].clone()], *keys([0, 999]));
        assert_eq!(some(keys(0..100)).len(), 100);
    }
}
