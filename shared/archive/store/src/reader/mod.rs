//! The archive for those who only read it: nothing is created, locked or changed.
//!
//! A folder is written as in a key, without a slash at its end; `raw` is one, and the empty text is the root. A folder that is not there is empty, as S3
//! knows no folders. What cannot be read of a directory (a symbolic link, a folder without permission) is named, and the rest
//! is read ([`Listing`]).

mod object;
mod walk;

use std::collections::HashSet;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use crate::archive::Access;
use crate::directory::{DirectoryError, Root};
use crate::s3::{Page, S3};
use crate::{ArchiveConfig, ArchiveError, Location, S3Options};
use mailtrail_aws_client::failure::Failure;
use mailtrail_aws_client::{Clients, Deadline, RetryPolicy};

pub use object::ObjectBody;

/// The largest object that [`ArchiveReader::get`] holds in memory: watch lists, journals and reports are far below.
const LARGEST_WHOLE: u64 = 64 << 20;

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

/// What to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listed {
    /// All objects below a folder.
    Objects,
    /// The folders that lie in a folder.
    Folders,
}

/// The names in a folder.
#[derive(Debug, Default)]
pub struct Listing {
    /// Keys of objects or of folders, in order.
    pub names: Vec<String>,
    /// What could not be listed: its key, and why.
    pub unreadable: Vec<(String, ArchiveError)>,
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
    /// When the folder cannot be listed to its end, or something in it cannot be read.
    pub async fn list(&self, folder: &str, deadline: Deadline) -> Result<Vec<String>, ArchiveError> {
        self.list_readable(folder, deadline).await?.whole()
    }

    /// The folders that lie in a folder, each from the archive's root on, in order.
    ///
    /// # Errors
    /// As for [`Self::list`].
    pub async fn folders(&self, folder: &str, deadline: Deadline) -> Result<Vec<String>, ArchiveError> {
        self.folders_readable(folder, deadline).await?.whole()
    }

    /// As [`Self::list`], and beside it what cannot be read.
    ///
    /// # Errors
    /// When the folder cannot be listed to its end.
    pub async fn list_readable(&self, folder: &str, deadline: Deadline) -> Result<Listing, ArchiveError> {
        self.names(folder, Listed::Objects, deadline).await
    }

    /// As [`Self::folders`], and beside it what cannot be read.
    ///
    /// # Errors
    /// As for [`Self::list_readable`].
    pub async fn folders_readable(&self, folder: &str, deadline: Deadline) -> Result<Listing, ArchiveError> {
        self.names(folder, Listed::Folders, deadline).await
    }

    /// Whether an object exists.
    ///
    /// # Errors
    /// When S3 or the file system does not say.
    pub async fn contains(&self, key: &str, deadline: Deadline) -> Result<bool, ArchiveError> {
        let found = match &self.store {
            Store::S3(s3) => self.retry_policy.run(deadline, || Box::pin(s3.contains(key))).await,
            Store::Directory(root) => {
                match Root::open(root).map_err(DirectoryError::from).and_then(|root| root.file(key)) {
                    Ok(_) => Ok(true),
                    Err(error) if error.is_missing() => Ok(false),
                    Err(error) => Err(error.into()),
                }
            }
        };
        found.map_err(|failure| self.error(&format!("look for `{key}` in"), failure))
    }

    /// The bytes of a small object.
    ///
    /// # Errors
    /// When it is not there, cannot be read to its end, or has more than 64 MiB.
    pub async fn get(&self, key: &str, deadline: Deadline) -> Result<Bytes, ArchiveError> {
        let read_all = |body: &mut ObjectBody| {
            let mut bytes = Vec::new();
            body.take(LARGEST_WHOLE + 1).read_to_end(&mut bytes).map(|_| bytes)
        };
        let read = self.read(key, deadline, read_all).await?;
        let whole = read.map_err(Failure::from).and_then(|bytes| {
            let is_whole = bytes.len() as u64 <= LARGEST_WHOLE;
            let too_large = || Failure::permanent("FileTooLarge", format!("more than {LARGEST_WHOLE} bytes"));
            is_whole.then(|| Bytes::from(bytes)).ok_or_else(too_large)
        });
        whole.map_err(|failure| self.error(&format!("read `{key}` from"), failure))
    }

    /// Reads an object while it arrives: `read` gets its bytes, on a thread that may block, and gets them again from the
    /// beginning where the connection broke.
    ///
    /// # Errors
    /// When the object is not there, or does not arrive to its end. What `read` makes of its bytes is its own.
    pub async fn read<T, F>(&self, key: &str, deadline: Deadline, read: F) -> Result<T, ArchiveError>
    where
        T: Send + 'static,
        F: Fn(&mut ObjectBody) -> T + Send + Sync + 'static,
    {
        let read = Arc::new(read);
        let attempt = || Box::pin(self.attempt(key, Arc::clone(&read)));
        let done = self.retry_policy.run(deadline, attempt).await;
        done.map_err(|failure| self.error(&format!("read `{key}` from"), failure))
    }

    async fn attempt<T, F>(&self, key: &str, read: Arc<F>) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: Fn(&mut ObjectBody) -> T + Send + Sync + 'static,
    {
        let open: Box<dyn FnOnce() -> Result<ObjectBody, Failure> + Send> = match &self.store {
            Store::S3(s3) => {
                let body = s3.get(key).await?;
                Box::new(|| Ok(ObjectBody::of_s3(body)))
            }
            Store::Directory(root) => {
                let (root, key) = (root.clone(), key.to_owned());
                Box::new(move || {
                    let file = Root::open(&root).map_err(Failure::from)?.file(&key)?;
                    Ok(ObjectBody::of_file(file))
                })
            }
        };
        blocking(move || {
            let mut body = open()?;
            let done = read(&mut body);
            body.failure().map_or(Ok(done), Err)
        })
        .await
    }

    async fn names(&self, folder: &str, what: Listed, deadline: Deadline) -> Result<Listing, ArchiveError> {
        let listed = match &self.store {
            Store::S3(s3) => self.pages(s3, folder, what, deadline).await.map(|names| (names, Vec::new())),
            Store::Directory(root) => {
                let (root, folder) = (root.clone(), folder.to_owned());
                blocking(move || walk::walk(&root, &folder, what)).await
            }
        };
        let (mut names, unreadable) = listed.map_err(|failure| self.error(&listing(folder), failure))?;
        // Folders sort otherwise than the names of what is in them, and the stores each have their own way.
        names.sort_unstable();
        names.dedup();
        let with_location = |(key, failure)| {
            let error = self.error(&format!("read `{key}` from"), failure);
            (key, error)
        };
        Ok(Listing { names, unreadable: unreadable.into_iter().map(with_location).collect() })
    }

    async fn pages(
        &self,
        s3: &S3,
        folder: &str,
        what: Listed,
        deadline: Deadline,
    ) -> Result<Vec<String>, Failure> {
        let (mut names, mut from, mut seen) = (Vec::new(), None::<String>, HashSet::new());
        loop {
            let attempt = || Box::pin(new_page(s3, folder, what, from.as_deref(), &seen));
            let page = self.retry_policy.run(deadline, attempt).await?;
            names.extend(page.names);
            let Some(next) = page.next else { return Ok(names) };
            seen.insert(next.clone());
            from = Some(next);
        }
    }

    fn error(&self, action: &str, failure: Failure) -> ArchiveError {
        let action = format!("{action} the archive {}", self.location);
        ArchiveError::new(action, &self.location, Access::Read, failure)
    }
}

fn listing(folder: &str) -> String {
    if folder.is_empty() { "list".to_owned() } else { format!("list `{folder}` in") }
}

/// A page whose successor was not read before: a listing that repeats itself has no end.
async fn new_page(
    s3: &S3,
    folder: &str,
    what: Listed,
    from: Option<&str>,
    seen: &HashSet<String>,
) -> Result<Page, Failure> {
    let page = s3.page(folder, what, from).await?;
    if page.next.as_ref().is_some_and(|next| seen.contains(next)) {
        return Err(Failure::transient("Unproven", "the listing goes on where it was before"));
    }
    Ok(page)
}

impl Listing {
    /// The names, where everything could be listed.
    ///
    /// # Errors
    /// The first thing that could not.
    pub fn whole(self) -> Result<Vec<String>, ArchiveError> {
        match self.unreadable.into_iter().next() {
            Some((_, error)) => Err(error),
            None => Ok(self.names),
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Failure::permanent("Cancelled", error.to_string()))?
}
