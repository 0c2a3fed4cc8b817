//! Files and folders below a directory, without a symbolic link on the way.
//!
//! A path is opened folder by folder, each relative to the one before and with `O_NOFOLLOW`. So there is no moment between
//! a check and the use of what was checked. The root itself is the operator's choice and may be a link.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::DirectoryError;

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
/// A pipe without a writer must not hold up who opens it.
const FILE: OFlags = OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

/// The root of an archive.
#[derive(Debug, Clone)]
pub(crate) struct Root {
    path: PathBuf,
    folder: Arc<OwnedFd>,
}

impl Root {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let folder = rustix::fs::openat(CWD, path, FOLDER, Mode::empty())?;
        Ok(Self { path: path.to_owned(), folder: Arc::new(folder) })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A folder; the root for an empty key.
    pub(crate) fn folder(&self, key: &str) -> Result<OwnedFd, DirectoryError> {
        self.walk(key, |_, _| Ok(()))
    }

    /// A folder, which is created with those above it where they are missing. What got a new entry is synced.
    pub(crate) fn create_folder(&self, key: &str) -> Result<OwnedFd, DirectoryError> {
        self.walk(key, |at, name| match rustix::fs::mkdirat(at, name, Mode::from_raw_mode(0o777)) {
            Ok(()) => rustix::fs::fsync(at),
            Err(Errno::EXIST) => Ok(()),
            Err(error) => Err(error),
        })
    }

    /// A regular file, to read.
    pub(crate) fn file(&self, key: &str) -> Result<File, DirectoryError> {
        let (folder, name) = super::split(key);
        let at = self.folder(folder)?;
        // Opening a device may do something, so it is looked at first, and again when it is open.
        let is_file = |mode| FileType::from_raw_mode(mode) == FileType::RegularFile;
        let found = rustix::fs::statat(&at, name, AtFlags::SYMLINK_NOFOLLOW).map_err(io::Error::from)?;
        if !is_file(found.st_mode) {
            return Err(not_a_file(key, found.st_mode));
        }
        let file = rustix::fs::openat(&at, name, FILE, Mode::empty()).map_err(io::Error::from)?;
        let found = rustix::fs::fstat(&file).map_err(io::Error::from)?;
        if is_file(found.st_mode) { Ok(file.into()) } else { Err(not_a_file(key, found.st_mode)) }
    }

    /// Opens the folders of a key one after the other; `prepare` sees each before that.
    fn walk(
        &self,
        key: &str,
        prepare: impl Fn(BorrowedFd<'_>, &str) -> Result<(), Errno>,
    ) -> Result<OwnedFd, DirectoryError> {
        let mut at = self.folder.try_clone()?;
        let mut walked = 0;
        for name in key.split('/').filter(|name| !name.is_empty()) {
            walked += name.len() + usize::from(walked > 0);
            if matches!(name, "." | "..") {
                return Err(DirectoryError::NotADirectory(key[..walked].to_owned()));
            }
            prepare(at.as_fd(), name).map_err(io::Error::from)?;
            at = open_folder(at.as_fd(), name, &key[..walked])?;
        }
        Ok(at)
    }
}

/// A folder in another one. `key` is its whole path below the root.
fn open_folder(at: BorrowedFd<'_>, name: &str, key: &str) -> Result<OwnedFd, DirectoryError> {
    let opened = rustix::fs::openat(at, name, FOLDER.union(OFlags::NOFOLLOW), Mode::empty());
    opened.map_err(|error| match error {
        Errno::NOTDIR | Errno::LOOP => match rustix::fs::statat(at, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(found) if FileType::from_raw_mode(found.st_mode) == FileType::Symlink => {
                DirectoryError::Link(key.to_owned())
            }
            _ => DirectoryError::NotADirectory(key.to_owned()),
        },
        error => io::Error::from(error).into(),
    })
}

fn not_a_file(key: &str, mode: rustix::fs::RawMode) -> DirectoryError {
    match FileType::from_raw_mode(mode) {
        FileType::Symlink => DirectoryError::Link(key.to_owned()),
        FileType::Directory => DirectoryError::IsADirectory(key.to_owned()),
        _ => DirectoryError::NotAFile(key.to_owned()),
    }
}
