//! The archive for those who only read it: nothing is created, locked or changed.
//!
//! A folder is written as in a key, without a slash at its end; `raw` is one. A folder that is not there
//! is empty, as S3 knows no folders.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use walkdir::{DirEntry, WalkDir};

use crate::archive::Access;
use crate::s3::{Listed, S3};
use crate::{ArchiveConfig, ArchiveError, Location, S3Options};
use mailtrail_aws_client::failure::Failure;
use mailtrail_aws_client::{Clients, Deadline, RetryPolicy};

/// An archive to read, in S3 or in a directory.
#[derive(Debug, Clone)]
pub struct ArchiveReader {
    location: Location,
    retry_policy: RetryPolicy,
    store: Store,
}

#[derive(Debug, Clone)]
enum Store {
    S3(S3),
    Directory(PathBuf),
}

impl ArchiveReader {
    /// The archive that an operator decided on. Nothing is asked of S3 yet, and no client is made for a directory.
    pub async fn open(config: &ArchiveConfig, clients: &Clients) -> Self {
        match &config.location {
            Location::Directory(path) => Self::directory(path.clone()),
            Location::S3 { bucket, prefix } => {
                Self::s3(clients.s3().await, bucket, prefix, config.s3.clone())
            }
        }
    }

    /// The archive in a directory, which need not exist: then it is empty.
    pub fn directory(path: PathBuf) -> Self {
        let location = Location::Directory(path.clone());
        Self { location, retry_policy: RetryPolicy::default(), store: Store::Directory(path) }
    }

    /// The archive under a prefix of a bucket. Nothing is asked of S3 yet.
    pub fn s3(client: aws_sdk_s3::Client, bucket: &str, prefix: &str, options: S3Options) -> Self {
        let (bucket, prefix) = (bucket.to_owned(), prefix.to_owned());
        let location = Location::S3 { bucket: bucket.clone(), prefix: prefix.clone() };
        Self::of_s3(location, S3::new(client, bucket, prefix, options))
    }

    pub(crate) fn of_s3(location: Location, s3: S3) -> Self {
        Self { location, retry_policy: RetryPolicy::default(), store: Store::S3(s3) }
    }

    /// With another retry policy.
    #[must_use]
    pub fn retry_policy(self, retry_policy: RetryPolicy) -> Self {
        Self { retry_policy, ..self }
    }

    /// Where it is.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// The keys of all objects below a folder, in order; hidden files are none.
    ///
    /// # Errors
    /// When the folder cannot be listed to its end.
    pub async fn list(&self, folder: &str, deadline: Deadline) -> Result<Vec<String>, ArchiveError> {
        self.names(folder, Listed::Objects, deadline).await
    }

    /// The folders that lie in a folder, each from the archive's root on, in order.
    ///
    /// # Errors
    /// As for [`Self::list`].
    pub async fn folders(&self, folder: &str, deadline: Deadline) -> Result<Vec<String>, ArchiveError> {
        self.names(folder, Listed::Folders, deadline).await
    }

    /// The bytes of an object.
    ///
    /// # Errors
    /// When it is not there, or cannot be read to its end.
    pub async fn get(&self, key: &str, deadline: Deadline) -> Result<Bytes, ArchiveError> {
        let read = match &self.store {
            Store::S3(s3) => self.retry_policy.run(deadline, || Box::pin(s3.get(key))).await,
            Store::Directory(root) => {
                let path = root.join(key);
                blocking(move || fs::read(path)).await.map(Bytes::from)
            }
        };
        read.map_err(|failure| self.error(&format!("read `{key}` from"), failure))
    }

    async fn names(
        &self,
        folder: &str,
        what: Listed,
        deadline: Deadline,
    ) -> Result<Vec<String>, ArchiveError> {
        let listed = match &self.store {
            Store::S3(s3) => self.pages(s3, folder, what, deadline).await,
            Store::Directory(root) => {
                let (root, folder) = (root.clone(), folder.to_owned());
                blocking(move || walk(&root, &folder, what)).await
            }
        };
        let mut names = listed.map_err(|failure| self.error(&format!("list `{folder}` in"), failure))?;
        // Folders sort otherwise than the names of what is in them, and the stores each have their own way.
        names.sort_unstable();
        Ok(names)
    }

    async fn pages(
        &self,
        s3: &S3,
        folder: &str,
        what: Listed,
        deadline: Deadline,
    ) -> Result<Vec<String>, Failure> {
        let (mut names, mut from) = (Vec::new(), None::<String>);
        loop {
            let page =
                self.retry_policy.run(deadline, || Box::pin(s3.page(folder, what, from.as_deref()))).await?;
            names.extend(page.names);
            match page.next {
                Some(next) => from = Some(next),
                None => return Ok(names),
            }
        }
    }

    fn error(&self, action: &str, failure: Failure) -> ArchiveError {
        let action = format!("{action} the archive {}", self.location);
        ArchiveError::new(action, &self.location, Access::Read, failure)
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|error| Failure::permanent("Cancelled", error.to_string()))??)
}

/// What is below a folder of a directory. A name that is not Unicode is not one of ours.
fn walk(root: &Path, folder: &str, what: Listed) -> io::Result<Vec<String>> {
    let walk = WalkDir::new(root.join(folder)).follow_links(true).min_depth(1);
    let walk = if what == Listed::Folders { walk.max_depth(1) } else { walk };
    let mut names = Vec::new();
    for entry in walk.into_iter().filter_entry(|entry| !is_hidden(entry)) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if error.depth() == 0 && is_missing(&error) => break,
            Err(error) => return Err(error.into()),
        };
        let wanted = match what {
            Listed::Objects => entry.file_type().is_file(),
            Listed::Folders => entry.file_type().is_dir(),
        };
        let name = entry.path().strip_prefix(root).ok().and_then(Path::to_str);
        names.extend(name.filter(|_| wanted).map(str::to_owned));
    }
    Ok(names)
}

fn is_missing(error: &walkdir::Error) -> bool {
    error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().as_encoded_bytes().starts_with(b".")
}
