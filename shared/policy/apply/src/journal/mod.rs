//! The journal of a run: what is to be done, before each call; what became of it, after each call.
//!
//! Objects of an archive are written once and never changed, so an entry is an object of its own:
//! `policy-audit/journal/<time>-<hash of the plan>/NNNN-<what>.json`. They are the same in a directory and in S3.
//!
//! Only one session at a time can write: entries are numbered, and a session that finds its number taken
//! stops, before the call that the entry announces.

mod entry;
mod history;

use std::collections::BTreeMap;

use bytes::Bytes;
use mailtrail_archive::{Archive, ArchiveReader, Put};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::{Time, now};
use serde::Deserialize;
use sha2::{Digest, Sha256};

pub use entry::{Answer, Body, ChangeSet, Entry, FOLDER, Purpose, RunHeader};
pub use history::{History, Intended, Status};

use crate::error::JournalError;

/// The first entry of each.
const BEGINNING: &str = "0000-plan.json";

/// A journal that is written.
#[derive(Debug)]
pub struct Journal<'a> {
    archive: &'a Archive,
    deadline: Deadline,
    id: String,
    session: String,
    next: u32,
}

impl<'a> Journal<'a> {
    /// Begins the journal of a plan, now.
    ///
    /// # Errors
    /// When it cannot be written, or another run of the same plan began in the same second.
    pub async fn create(
        archive: &'a Archive,
        header: RunHeader,
        deadline: Deadline,
    ) -> Result<Self, JournalError> {
        let written = serde_json::to_vec(&header.plan).unwrap_or_default();
        let hash = hex::encode(&Sha256::digest(&written)[..4]);
        let id = format!("{}-{hash}", now().compact());
        let mut journal = Self { archive, deadline, id, session: new_session(), next: 0 };
        journal.append(Body::Plan(header)).await?;
        Ok(journal)
    }

    /// Reads a journal. A session that goes on with it writes an entry first, and so finds out whether another session does.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub async fn open(
        archive: &'a Archive,
        id: &str,
        deadline: Deadline,
    ) -> Result<(Self, History), JournalError> {
        let entries = read(&archive.reader(), id, deadline).await?;
        let next = entries.last().map_or(0, |entry| entry.number + 1);
        let history = History::of(id, entries)?;
        Ok((Self { archive, deadline, id: id.to_owned(), session: new_session(), next }, history))
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Writes an entry. Returns its number.
    ///
    /// # Errors
    /// When it cannot be written, or another session writes this journal.
    pub async fn append(&mut self, body: Body) -> Result<u32, JournalError> {
        let number = self.next;
        let start = format!("{}/{}/{number:04}-", FOLDER, self.id);
        let key = format!("{start}{}.json", body.what());
        let entry =
            Entry { format: Entry::FORMAT, number, at: now().rfc3339(), session: self.session.clone(), body };
        let text = serde_json::to_vec_pretty(&entry).map(Bytes::from);
        let text =
            text.map_err(|error| JournalError::Unreadable { key: key.clone(), reason: error.to_string() })?;
        let in_use = || JournalError::InUse(self.id.clone());
        // A write that is tried again finds its own object.
        let put = self.archive.put(&key, text.clone(), self.deadline).await?;
        let reader = self.archive.reader();
        if put == Put::Already && reader.get(&key, self.deadline).await? != text {
            return Err(in_use());
        }
        let keys = reader.list(&format!("{}/{}", FOLDER, self.id), self.deadline).await?;
        if keys.iter().any(|other| *other >= start && *other != key) {
            return Err(in_use());
        }
        self.next += 1;
        Ok(number)
    }
}

/// The journals of an archive, by id, the oldest first.
async fn list(archive: &ArchiveReader, deadline: Deadline) -> Result<Vec<String>, JournalError> {
    let folders = archive.folders(FOLDER, deadline).await?;
    Ok(folders.iter().filter_map(|folder| folder.rsplit('/').next()).map(str::to_owned).collect())
}

/// The account and the Region of each journal that was looked into: they never change.
pub type JournalOwners = BTreeMap<String, (String, String)>;

/// The latest journals of an account and Region, the oldest first: at most so many, and none that was begun before
/// `since`. Of the journals of others, no more than the first entry is read, and that once.
///
/// # Errors
/// When they cannot be listed, or the first entry of one cannot be read.
pub async fn latest(
    archive: &ArchiveReader,
    (account, region): (&str, &str),
    most: usize,
    since: Time,
    owners: &mut JournalOwners,
    deadline: Deadline,
) -> Result<Vec<String>, JournalError> {
    let mut found = Vec::new();
    for id in list(archive, deadline).await?.into_iter().rev() {
        if found.len() == most {
            break;
        }
        // What does not begin with a time is not a journal of ours.
        if begun_at(&id).is_none_or(|begun| begun < since) {
            continue;
        }
        let place = match owners.get(&id) {
            Some(place) => place,
            None => owners.entry(id.clone()).or_insert(place(archive, &id, deadline).await?),
        };
        if *place == (account.to_owned(), region.to_owned()) {
            found.push(id);
        }
    }
    found.reverse();
    Ok(found)
}

/// When a journal was begun, as its id says.
fn begun_at(id: &str) -> Option<Time> {
    Time::from_iso8601(id.split('-').next()?)
}

/// The account and the Region of a journal, by its first entry.
async fn place(
    archive: &ArchiveReader,
    id: &str,
    deadline: Deadline,
) -> Result<(String, String), JournalError> {
    #[derive(Deserialize)]
    struct Beginning {
        account: String,
        region: String,
    }

    let key = format!("{FOLDER}/{id}/{BEGINNING}");
    let text = archive.get(&key, deadline).await?;
    let beginning: Beginning = serde_json::from_slice(&text)
        .map_err(|error| JournalError::Unreadable { key, reason: error.to_string() })?;
    Ok((beginning.account, beginning.region))
}

/// The entries of a journal, in order.
///
/// # Errors
/// When there is no such journal, or it cannot be read.
pub async fn read(archive: &ArchiveReader, id: &str, deadline: Deadline) -> Result<Vec<Entry>, JournalError> {
    let missing = || JournalError::Missing(id.to_owned());
    // An id is the name of one folder, and nothing else.
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(missing());
    }
    let mut entries = Vec::new();
    for key in archive.list(&format!("{FOLDER}/{id}"), deadline).await? {
        let text = archive.get(&key, deadline).await?;
        let entry: Entry = serde_json::from_slice(&text)
            .map_err(|error| JournalError::Unreadable { key: key.clone(), reason: error.to_string() })?;
        if entry.format != Entry::FORMAT {
            let reason =
                format!("it has the form {}, and this program reads {}", entry.format, Entry::FORMAT);
            return Err(JournalError::Unreadable { key, reason });
        }
        entries.push(entry);
    }
    entries.sort_by_key(|entry| entry.number);
    if entries.is_empty() { Err(missing()) } else { Ok(entries) }
}

fn new_session() -> String {
    format!("{:016x}", fastrand::u64(..))
}

#[cfg(test)]
mod tests;
