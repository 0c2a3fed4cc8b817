//! The files of a folder, in the order of their paths.
//!
//! Links are not followed: they may lead out of the folder, or round in circles. An entry that cannot be read is named, and
//! the walk goes on.

use std::path::{Path, PathBuf};

use mailtrail_archive::{QUARANTINE, RAW, day_pointer_day, records_day};
use walkdir::{DirEntry, WalkDir};

use super::{Identity, Input, Inputs, Reason, kind};

/// How many folders may lie in each other. An archive has five.
const DEEPEST: usize = 64;

/// The folders of an archive that hold payloads.
const OF_PAYLOADS: [&str; 2] = [RAW, QUARANTINE];

pub(super) fn walk(folder: &Path, archive: Option<Identity>, inputs: &mut Inputs) {
    let mut archives = Archives::default();
    let mut entries = WalkDir::new(folder).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                inputs.skip(&path, Reason::Unreadable(reason));
                continue;
            }
        };
        let file = entry.file_type();
        let is_folder = file.is_dir() || entry.depth() == 0;
        let goes_on = if is_hidden(&entry) {
            inputs.passed_over.hidden += 1;
            false
        } else if archives.holds_for_itself(&entry) {
            inputs.passed_over.of_archives = true;
            false
        } else if is_folder {
            add_folder(&entry, archive, inputs)
        } else if file.is_file() {
            inputs.found.push(Input::File(entry.into_path()));
            continue;
        } else {
            inputs.skip(
                entry.path(),
                if file.is_symlink() { Reason::Link } else { Reason::Special(kind(file)) },
            );
            false
        };
        if is_folder && !goes_on {
            entries.skip_current_dir();
        }
    }
}

/// Whether the walk goes into a folder.
fn add_folder(entry: &DirEntry, archive: Option<Identity>, inputs: &mut Inputs) -> bool {
    if entry.depth() == 0 {
        return true;
    }
    if archive.is_some() && Identity::of(entry.path()) == archive {
        inputs.passed_over.own_archive = true;
        return false;
    }
    if entry.depth() == DEEPEST {
        inputs.skip(entry.path(), Reason::TooDeep);
        return false;
    }
    true
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// The archives that a walk comes through.
#[derive(Debug, Default)]
struct Archives {
    /// The folder that was looked at last, and whether it is an archive.
    last: Option<(PathBuf, bool)>,
}

impl Archives {
    /// Whether an entry is what an archive holds besides payloads: records, day pointers, descriptions.
    fn holds_for_itself(&mut self, entry: &DirEntry) -> bool {
        let path = entry.path();
        if entry.file_type().is_file() && is_object(path) {
            return true;
        }
        let Some(parent) = path.parent().filter(|_| entry.depth() > 0) else { return false };
        let name = entry.file_name().to_str();
        self.is_archive(parent) && name.is_none_or(|name| !OF_PAYLOADS.contains(&name))
    }

    fn is_archive(&mut self, folder: &Path) -> bool {
        if let Some((last, is_archive)) = &self.last
            && last == folder
        {
            return *is_archive;
        }
        // Every version describes itself in its own file.
        let described = |version: u32| folder.join(format!("_about/layout-{version}.md")).is_file();
        let is_archive = (1..=9).any(described);
        self.last = Some((folder.to_owned(), is_archive));
        is_archive
    }
}

/// Whether a path ends like the key of an object of records, of a day pointer, or of the report on a quarantined payload.
pub(super) fn is_object(path: &Path) -> bool {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let parts: Option<Vec<_>> = absolute.components().map(|part| part.as_os_str().to_str()).collect();
    let Some(parts) = parts else { return false };
    let key = parts[parts.len().saturating_sub(5)..].join("/");
    records_day(&key).is_some() || day_pointer_day(&key).is_some() || is_report(&parts)
}

fn is_report(parts: &[&str]) -> bool {
    match parts {
        [.., folder, reason, day, name] => {
            *folder == QUARANTINE
                && reason.starts_with("reason=")
                && day.starts_with("eventDay=")
                && Path::new(name).extension().is_some_and(|extension| extension == "json")
        }
        _ => false,
    }
}
