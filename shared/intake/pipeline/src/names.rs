//! The names in use: what the snapshots of the archive say, and the sign-ins that passed.
//!
//! They are of use to watches alone. The newest snapshot of each organization is read at start and again every hour. What
//! cannot be read is reported, and no event waits for it longer than [`READ_TIMEOUT`].

use std::io::{self, Read};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use mailtrail_archive::{Archive, ArchiveReader};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::now;
use mailtrail_directory::{FOLDER, Snapshot, SnapshotError, SnapshotKey};
use mailtrail_names::{Names, SignIns};
use mailtrail_snapshots::Snapshots;
use tokio::time::Instant;

/// How long snapshots are used before newer ones are looked for. One is taken daily.
const REFRESH_INTERVAL: Duration = Duration::from_hours(1);
/// How long events wait for snapshots. The start of a function has ten seconds in all, and the watch list takes some.
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>
const READ_TIMEOUT: Duration = Duration::from_secs(3);
/// Snapshots of an organization that are tried, where the newest cannot be read.
const MOST_TRIED: usize = 3;
/// Memory that an entry of a snapshot takes besides its text, in bytes.
const ENTRY: u64 = 512;

/// Keeps the names up to date.
#[derive(Debug)]
pub(crate) struct CurrentNames {
    names: RwLock<Names>,
    last_read: Mutex<Option<Instant>>,
    /// The memory that one snapshot may take.
    limit: u64,
}

impl CurrentNames {
    /// No names, until snapshots are read. `limit` is the memory that one may take, in bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self { names: RwLock::default(), last_read: Mutex::default(), limit: limit as u64 }
    }

    /// The names. While they are in use, none are learned.
    pub(crate) fn get(&self) -> RwLockReadGuard<'_, Names> {
        self.names.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Learns what sign-ins say.
    pub(crate) fn learn(&self, sign_ins: &SignIns) {
        if !sign_ins.is_empty() {
            self.names.write().unwrap_or_else(PoisonError::into_inner).learn_sign_ins(sign_ins);
        }
    }

    /// Reads the newest snapshot of each organization if it is due, and returns what could not be read.
    pub(crate) async fn refresh(&self, archive: &Archive) -> Vec<String> {
        if !self.is_due() {
            return Vec::new();
        }
        let (reader, deadline) = (archive.reader(), Deadline::after(READ_TIMEOUT));
        let mut problems = Vec::new();
        if deadline.limit(self.read(&reader, deadline, &mut problems)).await.is_none() {
            problems.push(failed(FOLDER, &format!("no answer within {} s", READ_TIMEOUT.as_secs())));
        }
        problems
    }

    async fn read(&self, reader: &ArchiveReader, deadline: Deadline, problems: &mut Vec<String>) {
        let snapshots = match Snapshots::list(reader, None, deadline).await {
            Ok(snapshots) => snapshots,
            Err(error) => return problems.push(failed(FOLDER, &error.failure.to_string())),
        };
        problems.extend(snapshots.unreadable.iter().map(|(key, reason)| failed(key, reason)));
        for organization in snapshots.taken.keys() {
            self.read_newest(reader, snapshots.until(organization, now()), deadline, problems).await;
        }
    }

    /// Learns from the first of an organization's snapshots that can be read; the newest comes first.
    async fn read_newest(
        &self,
        reader: &ArchiveReader,
        keys: impl Iterator<Item = SnapshotKey>,
        deadline: Deadline,
        problems: &mut Vec<String>,
    ) {
        for key in keys.take(MOST_TRIED) {
            let organization = key.organization.as_ref();
            if self.get().newest_snapshot(organization).is_some_and(|it| it >= key.taken) {
                return;
            }
            let key = key.to_string();
            let read = reader.get(&key, deadline).await.map_err(|error| error.failure.to_string());
            let snapshot = read.and_then(|bytes| {
                self.check_size(&bytes)?;
                Snapshot::from_object(&key, &bytes).map_err(|error| without_content(&error))
            });
            match snapshot {
                Ok(snapshot) => {
                    let mut names = self.names.write().unwrap_or_else(PoisonError::into_inner);
                    names.learn_snapshot(&snapshot);
                    return;
                }
                Err(reason) => problems.push(failed(&key, &reason)),
            }
        }
    }

    /// Checks that the memory suffices, before a snapshot is made: a text has some bytes, an entry has many.
    fn check_size(&self, object: &[u8]) -> Result<(), String> {
        let mut decoder = mailtrail_archive::decoder(object).map_err(|error| error.to_string())?;
        let (mut needed, mut part) = (0, [0; 8 << 10]);
        loop {
            let read = decoder.read(&mut part).map_err(|error: io::Error| error.to_string())?;
            if read == 0 {
                return Ok(());
            }
            let entries = part[..read].iter().map(|byte| u64::from(*byte == b'{')).sum::<u64>();
            needed += read as u64 + ENTRY * entries;
            if needed > self.limit {
                return Err(format!("it needs more than {} bytes of memory", self.limit));
            }
        }
    }

    fn is_due(&self) -> bool {
        let mut last_read = self.last_read.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = last_read.is_none_or(|at| at.elapsed() >= REFRESH_INTERVAL);
        if is_due {
            *last_read = Some(Instant::now());
        }
        is_due
    }
}

/// A reason for a log, which must not hold what a directory says of people.
fn without_content(error: &SnapshotError) -> String {
    match error {
        SnapshotError::Content(error) => format!("invalid snapshot at byte {}", error.column()),
        error => error.to_string(),
    }
}

fn failed(what: &str, reason: &str) -> String {
    format!("names of watched users: failed to read `{what}`: {reason}")
}
