//! The archive in a directory: what S3 promises, with the means of a file system.
//!
//! An object is written to `.tmp`, synced to the disk, and only then gets its name, by a rename that
//! refuses to overwrite; the folder is synced as well. So a key either holds all of its bytes or does not
//! exist, also after a power cut, and a second write of it changes nothing.
//!
//! What a crash leaves in `.tmp` is removed when the archive is opened next, unless another process has it
//! open (a shared lock says so): another process's work in progress is not ours to delete.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use crate::Put;
use mailtrail_aws_client::failure::Failure;

#[derive(Debug, Clone)]
pub(crate) struct Directory {
    root: PathBuf,
    temporary: PathBuf,
    /// The folder `.tmp`, locked, shared, while the archive is open.
    _in_use: Arc<File>,
}

impl Directory {
    pub(crate) fn open(root: &Path) -> io::Result<Self> {
        let temporary = root.join(".tmp");
        fs::create_dir_all(&temporary)?;
        let lock = File::open(&temporary)?;
        if lock.try_lock().is_ok() {
            empty(&temporary)?;
            lock.unlock()?;
        }
        lock.lock_shared()?;
        Ok(Self { root: root.to_owned(), temporary, _in_use: Arc::new(lock) })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) async fn put(&self, key: &str, body: Bytes) -> Result<Put, Failure> {
        let (this, key) = (self.clone(), key.to_owned());
        let written = tokio::task::spawn_blocking(move || this.put_now(&key, &body)).await;
        written.map_err(|error| Failure::permanent("Cancelled", error.to_string()))?.map_err(Failure::from)
    }

    pub(crate) fn contains(&self, key: &str) -> Result<bool, Failure> {
        Ok(exists(&self.root.join(key))?)
    }

    fn put_now(&self, key: &str, body: &[u8]) -> io::Result<Put> {
        let path = self.root.join(key);
        let folder = path.parent().unwrap_or(&self.root);
        let put = if exists(&path)? { Put::Already } else { self.create(&path, folder, body)? };
        // Also where it existed: the process that wrote it may have been stopped before this.
        sync_folder(folder)?;
        Ok(put)
    }

    fn create(&self, path: &Path, folder: &Path, body: &[u8]) -> io::Result<Put> {
        // Readable by whom the umask allows, like any file that a command makes.
        let mode = Permissions::from_mode(0o666);
        let mut file = tempfile::Builder::new().permissions(mode).tempfile_in(&self.temporary)?;
        file.write_all(body)?;
        file.as_file().sync_all()?;
        create_folders(&self.root, folder)?;
        match file.persist_noclobber(path) {
            Ok(_) => Ok(Put::Written),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(Put::Already),
            Err(error) => Err(error.error),
        }
    }
}

/// Whether an object is there. A folder in its place is not the object.
fn exists(path: &Path) -> io::Result<bool> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn empty(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        fs::remove_file(entry?.path())?;
    }
    Ok(())
}

/// Creates the folders that are missing, and syncs each folder that got a new entry.
fn create_folders(root: &Path, folder: &Path) -> io::Result<()> {
    if folder == root || folder.try_exists()? {
        return Ok(());
    }
    let parent = folder.parent().unwrap_or(root);
    create_folders(root, parent)?;
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => sync_folder(parent),
    }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
