//! What lies in an archive: its top folders, and how much is in them.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use walkdir::WalkDir;

/// What a top folder holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Folder {
    pub(super) objects: u64,
    pub(super) bytes: u64,
}

/// The top folders of an archive by name; the pipeline's own `.tmp` is none of them.
pub(super) fn folders(archive: &Path) -> io::Result<BTreeMap<String, Folder>> {
    let mut folders: BTreeMap<String, Folder> = BTreeMap::new();
    for entry in WalkDir::new(archive).min_depth(2) {
        let entry = entry?;
        let below = entry.path().strip_prefix(archive).unwrap_or(entry.path());
        let top = below.iter().next().unwrap_or_default().to_string_lossy();
        if entry.file_type().is_file() && !top.starts_with('.') {
            let folder = folders.entry(top.into_owned()).or_default();
            folder.objects += 1;
            folder.bytes += entry.metadata()?.len();
        }
    }
    Ok(folders)
}

/// What a top folder is for.
pub(super) fn meaning(folder: &str) -> &'static str {
    match folder {
        "_about" => "what this archive is, and how to read it without mailtrail",
        "raw" => "the exact bytes that came in",
        "quarantine" => "payloads that cannot be read",
        "undelivered" => "events that a stream did not take",
        _ => "OCSF records, one a line, sorted by time",
    }
}
