//! `.tmp`: files that do not have their name yet.
//!
//! A process holds a lock on each of its temporary files while it writes it. The lock ends with the process, so a file
//! whose lock can be had belongs to no living process, and is removed when the archive is opened next. Only files that are named
//! as ours are: `mailtrail-` and 16 hexadecimal digits. Where the file system has no locks, all stay.

use std::fs::{File, TryLockError};
use std::io::{self, Write};
use std::sync::Arc;

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::{DirectoryError, Root};

const NAME: &str = ".tmp";
const PREFIX: &str = "mailtrail-";
/// Random digits in a name.
const DIGITS: usize = 16;
const CREATE: OFlags =
    OFlags::WRONLY.union(OFlags::CREATE).union(OFlags::EXCL).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
const OPEN: OFlags = OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

#[derive(Debug, Clone)]
pub(super) struct TemporaryFolder(Arc<OwnedFd>);

impl TemporaryFolder {
    pub(super) fn open(root: &Root) -> Result<Self, DirectoryError> {
        root.create_folder(NAME).map(Arc::new).map(Self)
    }

    /// Removes the files of processes that are gone.
    pub(super) fn remove_orphans(&self) -> io::Result<()> {
        for entry in Dir::read_from(&self.0)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().to_str() else { continue };
            // The lock is held until the file is gone: who has just made it must not take it for whole.
            let Some(_lock) = is_ours(name).then(|| self.lock_of(name)).flatten() else { continue };
            match rustix::fs::unlinkat(&self.0, name, AtFlags::empty()) {
                Ok(()) | Err(Errno::NOENT) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// The lock of a regular file, where no process has it.
    fn lock_of(&self, name: &str) -> Option<File> {
        let found = rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW);
        let is_file =
            found.is_ok_and(|found| FileType::from_raw_mode(found.st_mode) == FileType::RegularFile);
        let opened = is_file.then(|| rustix::fs::openat(&self.0, name, OPEN, Mode::empty()))?;
        let file = File::from(opened.ok()?);
        file.try_lock().is_ok().then_some(file)
    }

    /// A new file, readable by whom the umask allows, like any file that a command makes.
    pub(super) fn create(&self) -> io::Result<TemporaryFile> {
        loop {
            let name = format!("{PREFIX}{:0DIGITS$x}", fastrand::u64(..));
            let file = match rustix::fs::openat(&self.0, &name, CREATE, Mode::from_raw_mode(0o666)) {
                Err(Errno::EXIST) => continue,
                created => File::from(created?),
            };
            match file.try_lock() {
                // Who opened the archive at this moment took it for an orphan.
                Err(TryLockError::WouldBlock) => continue,
                // The file system has no locks: then the file stays.
                Ok(()) | Err(TryLockError::Error(_)) => {}
            }
            let file = TemporaryFile { folder: Arc::clone(&self.0), name, file, is_kept: false };
            if rustix::fs::fstat(&file.file)?.st_nlink > 0 {
                return Ok(file);
            }
        }
    }
}

fn is_ours(name: &str) -> bool {
    let digits = name.strip_prefix(PREFIX).unwrap_or_default();
    digits.len() == DIGITS && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A file that is removed when it is dropped, unless it got its name.
#[derive(Debug)]
pub(super) struct TemporaryFile {
    folder: Arc<OwnedFd>,
    name: String,
    file: File,
    is_kept: bool,
}

impl TemporaryFile {
    pub(super) fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    pub(super) fn sync_all(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    pub(super) fn folder(&self) -> impl AsFd + '_ {
        self.folder.as_fd()
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// It has another name now.
    pub(super) fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        if !self.is_kept {
            // What is left here is removed when the archive is opened next.
            _ = rustix::fs::unlinkat(&self.folder, &*self.name, AtFlags::empty());
        }
    }
}
