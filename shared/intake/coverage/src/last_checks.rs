//! Coverage that an archive keeps: written under new keys only, read back as untrusted input.

use std::collections::BTreeMap;

use mailtrail_archive::{Archive, ArchiveError, ArchiveReader, Listing};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::Time;
use mailtrail_pull::LogGroupId;

use crate::day::{Day, DayCoverage, DayState};
use crate::key::{COVERAGE, Name, folder, is_in_future, is_of_checks, is_of_content, key, name_of};

/// Keeps days of log groups, one object for each log group; returns the keys. What is open or unknown is not kept: it must not
/// hide what an earlier check found.
///
/// # Errors
/// When an object cannot be written.
pub async fn keep(archive: &Archive, days: &[DayCoverage]) -> Result<Vec<String>, ArchiveError> {
    let mut by_check: BTreeMap<(LogGroupId, String), Vec<&DayCoverage>> = BTreeMap::new();
    let is_kept = |day: &&DayCoverage| !matches!(day.state, DayState::Open | DayState::Unknown);
    for day in days.iter().filter(is_kept) {
        by_check.entry((day.id(), day.checked.compact())).or_default().push(day);
    }
    let mut keys = Vec::new();
    for ((id, _), mut days) in by_check {
        days.sort_by_key(|day| day.day);
        let (Some(first), Some(last)) = (days.first(), days.last()) else { continue };
        let name = Name { checked: first.checked, first: first.day, last: last.day };
        // Text and numbers always become JSON.
        let lines = days.iter().map(|day| serde_json::to_string(day).unwrap_or_default() + "\n");
        let content: String = lines.collect();
        let key = key(&id, &name, content.as_bytes());
        archive.put(&key, content.into(), Deadline::NEVER).await?;
        keys.push(key);
    }
    Ok(keys)
}

/// The last check of each log group and day that an archive keeps.
#[derive(Debug, Default)]
pub struct LastChecks {
    /// By log group and day.
    pub days: BTreeMap<LogGroupId, BTreeMap<Day, DayCoverage>>,
    /// What is not believed: the key of an object, and why.
    pub refused: Vec<(String, String)>,
}

impl LastChecks {
    /// Reads the last check of each day: of one log group, or of all. A check after `now` is not believed.
    ///
    /// # Errors
    /// When the archive cannot be listed or read. What is wrong with one object is in [`Self::refused`].
    pub async fn read(
        archive: &ArchiveReader,
        id: Option<&LogGroupId>,
        now: Time,
    ) -> Result<Self, ArchiveError> {
        Self::read_since(archive, id, Day::default(), now).await
    }

    /// The same, without the objects whose days are all before `since`.
    ///
    /// # Errors
    /// As of [`Self::read`].
    pub async fn read_since(
        archive: &ArchiveReader,
        id: Option<&LogGroupId>,
        since: Day,
        now: Time,
    ) -> Result<Self, ArchiveError> {
        let folder = id.map_or_else(|| COVERAGE.to_owned(), folder);
        let Listing { names: keys, unreadable } = archive.list_readable(&folder, Deadline::NEVER).await?;
        let mut last = Self::default();
        for (key, error) in unreadable {
            last.refuse(&key, &error.failure.to_string());
        }
        let mut names = Vec::new();
        for key in keys.into_iter().filter(|key| is_of_checks(key)) {
            match name_of(&key) {
                Some(name) if name.last < since => {}
                Some(name) => names.push((name, key)),
                None => last.refuse(&key, "its name is not that of a check"),
            }
        }
        // The latest check first. Of objects that were written in one second, any order does, if it is always the same.
        names.sort_unstable_by(|one, other| other.cmp(one));
        for (name, key) in names {
            if last.has_all(&name, &key) {
                continue;
            }
            match archive.get(&key, Deadline::NEVER).await {
                Ok(content) if !is_of_content(&key, &content) => {
                    last.refuse(&key, "its content is not what its name says");
                }
                Ok(content) => last.add(&key, &name, &String::from_utf8_lossy(&content), now),
                Err(error) if is_of_archive(&error) => return Err(error),
                Err(error) => last.refuse(&key, &error.failure.to_string()),
            }
        }
        Ok(last)
    }

    /// The days of a log group, in order.
    pub fn of(&self, id: &LogGroupId) -> impl Iterator<Item = &DayCoverage> {
        self.days.get(id).into_iter().flat_map(BTreeMap::values)
    }

    /// Whether a later check is known of every day that a name tells.
    fn has_all(&self, name: &Name, object: &str) -> bool {
        let is_of = |id: &&LogGroupId| object.starts_with(&(folder(id) + "/"));
        let Some(days) = self.days.keys().find(is_of).and_then(|id| self.days.get(id)) else { return false };
        Day::all(name.first, name.last).all(|day| days.contains_key(&day))
    }

    /// Adds the lines of an object, unless a later check is known.
    fn add(&mut self, key: &str, name: &Name, text: &str, now: Time) {
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let parsed = serde_json::from_str::<DayCoverage>(line).map_err(|error| error.to_string());
            match parsed.and_then(|day| check(day, key, name, now).map_err(str::to_owned)) {
                Ok(day) => {
                    let days = self.days.entry(day.id()).or_default();
                    days.entry(day.day).or_insert(day);
                }
                Err(reason) => self.refuse(key, &format!("line {}: {reason}", at + 1)),
            }
        }
    }

    fn refuse(&mut self, key: &str, reason: &str) {
        self.refused.push((key.to_owned(), reason.to_owned()));
    }
}

/// Whether a failure to read an object is one of the archive, and not of this object alone: no permission, no connection.
pub(crate) fn is_of_archive(error: &ArchiveError) -> bool {
    error.failure.retryable || error.failure.is_denied()
}

/// A day that says what its object is named after, and nothing impossible.
fn check(day: DayCoverage, key: &str, name: &Name, now: Time) -> Result<DayCoverage, &'static str> {
    if !key.starts_with(&(folder(&day.id()) + "/")) {
        return Err("it is of another log group, account or Region than its folder");
    }
    if day.checked.compact() != name.checked.compact() || !(name.first..=name.last).contains(&day.day) {
        return Err("it is of another check or day than its name says");
    }
    if is_in_future(day.checked, now) {
        return Err("it was checked in the future");
    }
    if !day.is_possible() {
        return Err("no check can have counted this");
    }
    Ok(day)
}
