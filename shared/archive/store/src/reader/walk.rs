//! What is below a folder of a directory.

use std::fs::FileType;
use std::io;
use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use super::Listed;
use crate::directory::{DirectoryError, Root};
use crate::layout::{is_folder_name, is_object_name};
use mailtrail_aws_client::failure::Failure;

/// The names, and what cannot be read: its key, and why. A name that is not Unicode is not one of ours.
type Names = (Vec<String>, Vec<(String, Failure)>);

pub(super) fn walk(root: &Path, folder: &str, what: Listed) -> Result<Names, Failure> {
    let (mut names, mut unreadable) = (Vec::new(), Vec::new());
    let opened = match Root::open(root) {
        Ok(root) => root.folder(folder),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((names, unreadable)),
        // The operator's own path is wrong; anything below it is one bad entry.
        Err(error) => return Err(error.into()),
    };
    match opened {
        Ok(_) => {}
        Err(error) if error.is_missing() => return Ok((names, unreadable)),
        Err(error) => return Ok((names, vec![(folder.to_owned(), error.into())])),
    }
    let walk = WalkDir::new(root.join(folder)).follow_root_links(false).min_depth(1);
    let walk = if what == Listed::Folders { walk.max_depth(1) } else { walk };
    for entry in walk.into_iter().filter_entry(|entry| !is_hidden(entry)) {
        match entry {
            Ok(entry) => {
                let Some(key) = key(root, entry.path()) else { continue };
                match named(&key, entry.file_type(), what) {
                    Ok(true) => names.push(key),
                    Ok(false) => {}
                    Err(error) => unreadable.push((key, error.into())),
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

/// Whether an entry is what is listed. Other files and folders may lie beside it, but none in the place of ours.
fn named(key: &str, kind: FileType, what: Listed) -> Result<bool, DirectoryError> {
    match what {
        _ if kind.is_symlink() => Err(DirectoryError::Link(key.to_owned())),
        _ if !kind.is_file() && !kind.is_dir() => Err(DirectoryError::NotAFile(key.to_owned())),
        Listed::Objects if kind.is_dir() && is_object_name(key) => {
            Err(DirectoryError::IsADirectory(key.to_owned()))
        }
        Listed::Folders if kind.is_file() && is_folder_name(key) => {
            Err(DirectoryError::NotADirectory(key.to_owned()))
        }
        Listed::Objects => Ok(kind.is_file()),
        Listed::Folders => Ok(kind.is_dir()),
    }
}

fn key(root: &Path, path: &Path) -> Option<String> {
    path.strip_prefix(root).ok().and_then(Path::to_str).map(str::to_owned)
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().as_encoded_bytes().starts_with(b".")
}
