//! The journal of a run: what is to be done, before each call; what became of it, after each call.
//!
//! Objects of an archive are written once and never changed, so an entry is an object of its own:
//! `policy-audit/journal/<time>-<hash of the plan>/NNNN-entry.json`. They are the same in a directory and in S3. Each has
//! the SHA-256 of the one before (`chain`).
//!
//! Only one session at a time can write: entries are numbered, and a session that finds its number taken
//! stops, before the call that the entry announces.

mod chain;
mod consistency;
mod entry;
mod history;
mod unique;

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use mailtrail_archive::{Archive, ArchiveReader, Put};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::{Time, now};
use mailtrail_policy_survey::Account;
use mailtrail_resource_policy::plan::Plan;
use serde::Deserialize;

pub use entry::{Answer, Body, ChangeSet, Entry, FOLDER, Purpose, RunHeader};
pub use history::{History, Intended, Status};

use crate::error::JournalError;
use chain::BEGINNING;

/// Journals of an account and Region that are looked at for a run without an end. A run begins only where there is none, so
/// that it is the latest one.
const LOOKED_AT: usize = 20;

/// A journal that is written.
#[derive(Debug)]
pub struct Journal<'a> {
    archive: &'a Archive,
    deadline: Deadline,
    id: String,
    session: String,
    next: u32,
    /// The hash of the latest entry.
    previous: Option<String>,
}

impl RunHeader {
    /// A run of a plan in an account by the caller, which begins now.
    pub(crate) fn of(account: &Account, plan: &Plan) -> Self {
        Self::begun(&account.id, &account.region, &account.caller, plan)
    }

    /// The same, of an account that is named.
    pub fn begun(account: &str, region: &str, by: &str, plan: &Plan) -> Self {
        let plan_sha256 = chain::hash_of_plan(plan);
        Self {
            journal: format!("{}-{}", now().compact(), chain::in_id(&plan_sha256)),
            plan_sha256,
            account: account.to_owned(),
            region: region.to_owned(),
            by: by.to_owned(),
            plan: plan.clone(),
        }
    }
}

impl<'a> Journal<'a> {
    /// Begins the journal of a run.
    ///
    /// # Errors
    /// When it cannot be written, or another run of the same plan began in the same second.
    pub async fn create(
        archive: &'a Archive,
        header: RunHeader,
        deadline: Deadline,
    ) -> Result<Self, JournalError> {
        let (id, session) = (header.journal.clone(), new_session());
        let mut journal = Self { archive, deadline, id, session, next: 0, previous: None };
        journal.append(Body::Plan(header)).await?;
        Ok(journal)
    }

    /// Reads a journal. A session that goes on with it writes an entry first, and so finds out whether another session does.
    ///
    /// # Errors
    /// When there is none, it cannot be read, or it is not whole.
    pub async fn open(
        archive: &'a Archive,
        id: &str,
        deadline: Deadline,
    ) -> Result<(Self, History), JournalError> {
        let (entries, previous) = read_chained(&archive.reader(), id, deadline).await?;
        let next = entries.last().map_or(0, |entry| entry.number + 1);
        let history = History::of(id, entries)?;
        Ok((Self { archive, deadline, id: id.to_owned(), session: new_session(), next, previous }, history))
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
        let key = format!("{FOLDER}/{}/{}", self.id, chain::name(number));
        let (session, previous) = (self.session.clone(), self.previous.clone());
        let entry = Entry { format: Entry::FORMAT, number, at: now().rfc3339(), session, previous, body };
        let text = serde_json::to_vec_pretty(&entry).map(Bytes::from);
        let text =
            text.map_err(|error| JournalError::Unreadable { key: key.clone(), reason: error.to_string() })?;
        // A write that is tried again finds its own object.
        let put = self.archive.put(&key, text.clone(), self.deadline).await?;
        if put == Put::Already && self.archive.reader().get(&key, self.deadline).await? != text {
            return Err(JournalError::InUse(self.id.clone()));
        }
        self.previous = Some(chain::hash(&text));
        self.next += 1;
        Ok(number)
    }
}

/// The journals of an archive, by id, the oldest first.
pub(crate) async fn list(archive: &ArchiveReader, deadline: Deadline) -> Result<Vec<String>, JournalError> {
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

/// The latest run of an account and Region that has no end, if there is one among the latest [`LOOKED_AT`], but for those
/// that are known. What is not whole, or of an earlier version, is never gone on with, and so is none.
///
/// # Errors
/// When journals cannot be listed or read.
pub(crate) async fn open_run(
    archive: &ArchiveReader,
    here: (&str, &str),
    known: &BTreeSet<String>,
    deadline: Deadline,
) -> Result<Option<String>, JournalError> {
    let mut looked_at = 0;
    for id in list(archive, deadline).await?.into_iter().rev() {
        if looked_at == LOOKED_AT {
            break;
        }
        if known.contains(&id) || begun_at(&id).is_none() {
            continue;
        }
        match place(archive, &id, deadline).await {
            Ok((account, region)) if (account.as_str(), region.as_str()) == here => {}
            Ok(_) => continue,
            Err(error) if error.is_not_whole() => continue,
            Err(error) => return Err(error),
        }
        looked_at += 1;
        match history(archive, &id, deadline).await {
            Ok(history) if history.is_open => return Ok(Some(id)),
            Ok(_) => {}
            Err(error) if error.is_not_whole() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
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

/// What a journal tells of a run.
///
/// # Errors
/// As for [`Journal::open`].
pub(crate) async fn history(
    archive: &ArchiveReader,
    id: &str,
    deadline: Deadline,
) -> Result<History, JournalError> {
    History::of(id, read(archive, id, deadline).await?)
}

/// The entries of a journal, in order.
///
/// # Errors
/// When there is no such journal, it cannot be read, or it is not whole.
pub async fn read(archive: &ArchiveReader, id: &str, deadline: Deadline) -> Result<Vec<Entry>, JournalError> {
    read_chained(archive, id, deadline).await.map(|(entries, _)| entries)
}

/// The entries of a journal, in order, and the hash of the last one.
async fn read_chained(
    archive: &ArchiveReader,
    id: &str,
    deadline: Deadline,
) -> Result<(Vec<Entry>, Option<String>), JournalError> {
    let missing = || JournalError::Missing(id.to_owned());
    // An id is the name of one folder, and nothing else.
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(missing());
    }
    let folder = format!("{FOLDER}/{id}");
    let mut objects = Vec::new();
    for key in archive.list(&folder, deadline).await? {
        let text = archive.get(&key, deadline).await?;
        let name = key.strip_prefix(&folder).unwrap_or(&key).trim_start_matches('/').to_owned();
        objects.push((name, text));
    }
    if objects.is_empty() { Err(missing()) } else { chain::entries(id, objects) }
}

fn new_session() -> String {
    format!("{:016x}", fastrand::u64(..))
}

#[cfg(test)]
mod tests;
