//! The last list that people saw, so that `mailtrail trace 3` can mean its third message.
//!
//! It has trace ids and times of messages, and hashes of the question, of the archives and of what was known: no address, no
//! subject. It is in the user's cache folder, readable by the user alone, and gone after a day.

use std::ffi::OsString;
use std::fs::{self, DirBuilder};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use mailtrail_clock::{DAY, Time, TimeRange, now};
use mailtrail_config::settings;
use mailtrail_trace::{Message, Query};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::args::TraceArgs;
use crate::reading::Tally;

/// More than the longest list has.
const LARGEST: u64 = 64 << 20;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LastList {
    /// Milliseconds since 1970.
    made: i64,
    question: String,
    archives: String,
    messages: Vec<Entry>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Entry {
    /// That of the first leg; empty for a message whose events have none.
    pub(super) trace_id: String,
    first_time: i64,
    last_time: i64,
    content: String,
}

impl Entry {
    /// The days of its events.
    pub(super) fn range(&self) -> TimeRange {
        let since = Time::from_millis(self.first_time / DAY * DAY);
        let until = Time::from_millis((self.last_time / DAY * DAY).saturating_add(DAY));
        TimeRange::new(since.filter(|_| self.first_time > 0), until).unwrap_or_default()
    }
}

impl LastList {
    pub(super) fn of(messages: &[Message], args: &TraceArgs) -> Self {
        let entry = |message: &Message| Entry {
            trace_id: message.trace_ids.first().cloned().unwrap_or_default(),
            first_time: message.first_time.millis(),
            last_time: message.last_time.millis(),
            content: content_hash(message),
        };
        Self {
            made: now().millis(),
            question: question_hash(args),
            archives: archives_hash(args),
            messages: messages.iter().map(entry).collect(),
        }
    }

    /// Keeps it in the place of the one before. Whether that could be done: a list without numbers is a list all the same.
    pub(super) fn save(&self) -> bool {
        file().is_some_and(|file| self.write(&file).is_ok())
    }

    fn write(&self, file: &Path) -> std::io::Result<()> {
        let folder = file.parent().unwrap_or(file);
        private_folder().create(folder)?;
        // The file is readable by the user alone, and takes the place of the last one at once.
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        new.write_all(serde_json::to_string(self)?.as_bytes())?;
        new.persist(file)?;
        Ok(())
    }

    /// The last list.
    ///
    /// # Errors
    /// When there is none, or none of this day.
    pub(super) fn load() -> anyhow::Result<Self> {
        const MAKE: &str = "make one first, for example with `mailtrail trace --since 7d`";
        let Some(file) = file() else {
            bail!(
                "no list can be kept: neither HOME nor XDG_CACHE_HOME is set; ask with --message-id or --trace-id instead"
            );
        };
        // A pipe in its place would be waited for.
        match fs::symlink_metadata(&file) {
            Ok(is) if is.is_file() => {}
            Ok(_) => bail!("the last list `{}` is no file: remove it, and {MAKE}", file.display()),
            Err(_) => bail!("there is no last list: {MAKE}"),
        }
        let failed = || format!("failed to read the last list `{}`: {MAKE}", file.display());
        let mut text = String::new();
        let opened = fs::File::open(&file).with_context(failed)?;
        opened.take(LARGEST).read_to_string(&mut text).with_context(failed)?;
        let list: Self = serde_json::from_str(&text).with_context(failed)?;
        if !(list.made..list.made.saturating_add(DAY)).contains(&now().millis()) {
            // It says nothing that may be kept for longer.
            let _gone = fs::remove_file(&file);
            bail!("the last list is older than a day, and gone: {MAKE}");
        }
        Ok(list)
    }

    /// A message of the list.
    ///
    /// # Errors
    /// When the list has no such number, or is of other archives.
    pub(super) fn entry(&self, number: usize, args: &TraceArgs, tally: &Tally) -> anyhow::Result<Entry> {
        if self.archives != archives_hash(args) {
            bail!("the last list is of another archive: list the messages of this one first");
        }
        let asks = args.query() != Query::default() || args.times.range != TimeRange::default();
        if asks && self.question != question_hash(args) {
            tally.note("the last list answers another question: the number is that of a message there");
        }
        let Some(entry) = number.checked_sub(1).and_then(|at| self.messages.get(at)) else {
            bail!("the last list has {} messages, and no {number}", self.messages.len());
        };
        if entry.trace_id.is_empty() {
            bail!("the message {number} of the last list has no trace id: ask for it with --message-id");
        }
        Ok(entry.clone())
    }

    /// Whether a message of the list had this content.
    pub(super) fn contains(&self, number: usize, content: &str) -> bool {
        number
            .checked_sub(1)
            .and_then(|at| self.messages.get(at))
            .is_some_and(|entry| entry.content == content)
    }
}

/// A hash of what is known of a message, however far its log groups are archived by now.
pub(super) fn content_hash(message: &Message) -> String {
    let same = Message { journey: None, as_of: None, complete: true, ..message.clone() };
    hash(&serde_json::to_string(&same).unwrap_or_default())
}

fn question_hash(args: &TraceArgs) -> String {
    hash(&format!("{:?} {:?} {:?}", args.query(), args.times.range, args.interpretation.window))
}

fn archives_hash(args: &TraceArgs) -> String {
    let locations = args.archives.locations().into_iter().map(|location| {
        let text = location.to_string();
        // A directory is the same from wherever it is named.
        fs::canonicalize(&text).map_or(text, |path| path.to_string_lossy().into_owned())
    });
    hash(&locations.collect::<Vec<_>>().join("\n"))
}

fn hash(text: &str) -> String {
    hex::encode(&Sha256::digest(text)[..16])
}

/// Where it is; nothing where the user has no folder for such files.
fn file() -> Option<PathBuf> {
    let cache = variable(settings::CACHE_HOME).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || variable(settings::HOME).map(|home| PathBuf::from(home).join(".cache"));
    Some(cache.or_else(home)?.join("mailtrail").join("last-trace.json"))
}

fn variable(name: &str) -> Option<OsString> {
    let (_, value) = std::env::vars_os().find(|(other, _)| other == name)?;
    Some(value).filter(|value| !value.is_empty())
}

fn private_folder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}
