//! What is below a folder of a directory.

use std::io;
use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use super::Listed;
use crate::directory::{DirectoryError, Root};
use mailtrail_aws_client::failure::Failure;

/// The names, and what cannot be read: its key, and why. A name that is not Unicode is not one of ours.
type Names = (Vec<String>, Vec<(String, Failure)>);

pub(super) fn walk(root: &Path, folder: &str, what: Listed) -> Result<Names, Failure> {
    let (mut names, mut unreadable) = (Vec::new(), Vec::new());
    match Root::open(root).map_err(DirectoryError::from).and_then(|root| root.folder(folder)) {
        Ok(_) => {}
        Err(error) if error.is_missing() => return Ok((names, unreadable)),
        // The operator's own path is wrong; anything below it is one bad entry.
        Err(DirectoryError::Io(error)) => return Err(error.into()),
        Err(error) => return Ok((names, vec![(folder.to_owned(), error.into())])),
    }
    let walk = WalkDir::new(root.join(folder)).follow_root_links(false).min_depth(1);
    let walk = if what == Listed::Folders { walk.max_depth(1) } else { walk };
    for entry in walk.into_iter().filter_entry(|entry| !is_hidden(entry)) {
        match entry {
            Ok(entry) => {
                let Some(key) = key(root, entry.path()) else { continue };
                match (what, entry.file_type()) {
                    (_, kind) if kind.is_symlink() => {
                        unreadable.push((key.clone(), DirectoryError::Link(key).into()));
                    }
                    (Listed::Objects, kind) if kind.is_file() => names.push(key),
                    (Listed::Folders, kind) if kind.is_dir() => names.push(key),
                    (_, kind) if kind.is_file() || kind.is_dir() => {}
                    _ => unreadable.push((key.clone(), DirectoryError::NotAFile(key).into())),
                }
            }
            Err(error) => {
                let key = error.path().and_then(|path| key(root, path)).unwrap_or_else(|| folder.to_owned());
                // Without links there are no loops, so there is always one.
                let error = error.into_io_error().unwrap_or_else(|| io::ErrorKind::Other.into());
                unreadable.push((key, error.into()));
            }
        }
    }
    Ok((names, unreadable))
}

fn key(root: &Path, path: &Path) -> Option<String> {
    path.strip_prefix(root).ok().and_then(Path::to_str).map(str::to_owned)
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().as_encoded_bytes().starts_with(b".")
}
