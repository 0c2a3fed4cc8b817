//! The archive in a directory: what S3 promises, with the means of a file system.
//!
//! An object is written to `.tmp`, synced to the disk, and only then gets its name, by a rename that refuses to
//! overwrite; the folder is synced as well. So a key either holds all of its bytes or does not exist, also after a power
//! cut, and a second write of it changes nothing.
//!
//! What exists at a key is read back: it is *already* there only where it is a regular file with the same events
//! ([`crate::content`]). No symbolic link below the root is followed ([`beneath`]), so that who may write to a part of the
//! archive cannot lead a write out of it.

mod beneath;
mod error;
mod temporary;

use std::io;
use std::path::Path;

use bytes::Bytes;
use rustix::fs::{AtFlags, RenameFlags};
use rustix::io::Errno;

use crate::{Put, content};
use mailtrail_aws_client::failure::Failure;

pub(crate) use beneath::Root;
pub(crate) use error::DirectoryError;
use temporary::{TemporaryFile, TemporaryFolder};

#[derive(Debug, Clone)]
pub(crate) struct Directory {
    root: Root,
    temporary: TemporaryFolder,
}

impl Directory {
    /// Creates the directory where it is missing, and removes what processes that are gone have left in `.tmp`.
    pub(crate) fn open(path: &Path) -> Result<Self, DirectoryError> {
        match std::fs::create_dir_all(path) {
            // Something else is there: opening it says what.
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error.into()),
            _ => {}
        }
        let root = Root::open(path)?;
        let temporary = TemporaryFolder::open(&root)?;
        temporary.remove_orphans()?;
        Ok(Self { root, temporary })
    }

    pub(crate) fn path(&self) -> &Path {
        self.root.path()
    }

    pub(crate) async fn put(&self, key: &str, body: Bytes) -> Result<Put, Failure> {
        let (this, key) = (self.clone(), key.to_owned());
        let written = tokio::task::spawn_blocking(move || this.put_now(&key, &body)).await;
        let written = written.map_err(|error| Failure::permanent("Cancelled", error.to_string()))?;
        written.map_err(Failure::from)
    }

    /// Whether an object is there. What is no regular file is an error.
    pub(crate) fn contains(&self, key: &str) -> Result<bool, Failure> {
        match self.root.file(key) {
            Ok(_) => Ok(true),
            Err(error) if error.is_missing() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn put_now(&self, key: &str, body: &[u8]) -> Result<Put, DirectoryError> {
        match self.root.file(key) {
            Ok(existing) => self.existing(key, existing, body),
            Err(error) if error.is_missing() => self.create(key, body),
            Err(error) => Err(error),
        }
    }

    fn create(&self, key: &str, body: &[u8]) -> Result<Put, DirectoryError> {
        let mut file = self.temporary.create()?;
        file.write_all(body)?;
        file.sync_all()?;
        let (folder, name) = split(key);
        let at = self.root.create_folder(folder)?;
        match rename(&file, &at, name) {
            Ok(()) => {
                file.keep();
                rustix::fs::fsync(&at).map_err(io::Error::from)?;
                Ok(Put::Written)
            }
            // Another process was faster, or something else got there.
            Err(Errno::EXIST) => self.existing(key, self.root.file(key)?, body),
            Err(error) => Err(io::Error::from(error).into()),
        }
    }

    /// The object was written before, if what exists is the same.
    fn existing(&self, key: &str, existing: std::fs::File, body: &[u8]) -> Result<Put, DirectoryError> {
        let length = existing.metadata()?.len();
        content::compare(key, existing, length, body)
            .map_err(|difference| DirectoryError::Different { key: key.to_owned(), difference })?;
        // The process that wrote it may have been stopped before this.
        let (folder, _) = split(key);
        rustix::fs::fsync(self.root.folder(folder)?).map_err(io::Error::from)?;
        Ok(Put::Already)
    }
}

/// The folder of a key, and the name in it.
fn split(key: &str) -> (&str, &str) {
    key.rsplit_once('/').unwrap_or(("", key))
}

/// Gives a temporary file its name, unless something has it: a file, a folder, a link.
fn rename(file: &TemporaryFile, folder: &impl rustix::fd::AsFd, name: &str) -> Result<(), Errno> {
    let renamed = rustix::fs::renameat_with(file.folder(), file.name(), folder, name, RenameFlags::NOREPLACE);
    match renamed {
        // File systems that cannot rename in this way, such as NFS, have hard links.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            rustix::fs::linkat(file.folder(), file.name(), folder, name, AtFlags::empty())?;
            rustix::fs::unlinkat(file.folder(), file.name(), AtFlags::empty())
        }
        renamed => renamed,
    }
}
