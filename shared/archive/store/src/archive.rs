//! The archive: objects that are written once and never changed.

use std::path::PathBuf;

use bytes::Bytes;
use thiserror::Error;

use crate::directory::Directory;
use crate::s3::{Attempts, S3};
use crate::{ArchiveConfig, ArchiveReader, Location, S3Options};
use mailtrail_aws_client::failure::Failure;
use mailtrail_aws_client::{Clients, Deadline, RetryPolicy};

/// An archive, in S3 or in a directory, with the same keys and guarantees.
#[derive(Debug)]
pub struct Archive {
    location: Location,
    retry_policy: RetryPolicy,
    store: Store,
}

#[derive(Debug)]
enum Store {
    S3(S3),
    Directory(Directory),
}

/// How a write succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// The object exists now.
    Written,
    /// It existed before, from an earlier write of the same events.
    Already,
}

/// A write, look-up or read that failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("failed to {action}: {failure}{advice}")]
pub struct ArchiveError {
    action: String,
    /// What went wrong.
    pub failure: Failure,
    advice: String,
}

impl Archive {
    /// The archive that an operator decided on. Nothing is asked of S3 yet, and no client is made for a directory.
    ///
    /// # Errors
    /// When it is a directory that cannot be created or written to.
    pub async fn open(config: &ArchiveConfig, clients: &Clients) -> Result<Self, ArchiveError> {
        match &config.location {
            Location::Directory(path) => Self::directory(path.clone()),
            Location::S3 { bucket, prefix } => {
                Ok(Self::s3(clients.s3().await, bucket, prefix, config.s3.clone()))
            }
        }
    }

    /// An archive in a directory, which is created where it is missing.
    ///
    /// # Errors
    /// When it cannot be created, or is not a directory.
    pub fn directory(path: PathBuf) -> Result<Self, ArchiveError> {
        let opened = Directory::open(&path).map_err(Failure::from);
        let location = Location::Directory(path);
        match opened {
            Ok(directory) => Ok(Self {
                location,
                retry_policy: RetryPolicy::default(),
                store: Store::Directory(directory),
            }),
            Err(failure) => {
                let action = format!("open the archive {location}");
                Err(ArchiveError::new(action, &location, Access::Write, failure))
            }
        }
    }

    /// An archive under a prefix of a bucket. Nothing is asked of S3 yet.
    pub fn s3(client: aws_sdk_s3::Client, bucket: &str, prefix: &str, options: S3Options) -> Self {
        let (bucket, prefix) = (bucket.to_owned(), prefix.to_owned());
        let location = Location::S3 { bucket: bucket.clone(), prefix: prefix.clone() };
        Self {
            location,
            retry_policy: RetryPolicy::default(),
            store: Store::S3(S3::new(client, bucket, prefix, options)),
        }
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

    /// The same archive, to read from.
    pub fn reader(&self) -> ArchiveReader {
        let reader = match &self.store {
            Store::S3(s3) => ArchiveReader::of_s3(self.location.clone(), s3.clone()),
            Store::Directory(directory) => ArchiveReader::directory(directory.path().to_owned()),
        };
        reader.retry_policy(self.retry_policy)
    }

    /// Writes an object, unless it exists.
    ///
    /// # Errors
    /// When it is not proved that the object exists afterwards; also where something else is in its place.
    pub async fn put(&self, key: &str, body: Bytes, deadline: Deadline) -> Result<Put, ArchiveError> {
        let written = match &self.store {
            Store::Directory(directory) => directory.put(key, body).await,
            Store::S3(s3) => {
                let attempts = Attempts::default();
                let attempt = || Box::pin(s3.put(key, body.clone(), &attempts));
                self.retry_policy.run(deadline, attempt).await
            }
        };
        written.map_err(|failure| self.error(&format!("write `{key}` to"), failure))
    }

    /// Whether an object exists.
    ///
    /// # Errors
    /// When S3 or the file system does not say.
    pub async fn contains(&self, key: &str, deadline: Deadline) -> Result<bool, ArchiveError> {
        let found = match &self.store {
            Store::Directory(directory) => directory.contains(key),
            Store::S3(s3) => self.retry_policy.run(deadline, || Box::pin(s3.contains(key))).await,
        };
        found.map_err(|failure| self.error(&format!("look for `{key}` in"), failure))
    }

    fn error(&self, action: &str, failure: Failure) -> ArchiveError {
        let action = format!("{action} the archive {}", self.location);
        ArchiveError::new(action, &self.location, Access::Write, failure)
    }
}

impl ArchiveError {
    /// Whether only this object cannot be written, because of what is in its place: others can.
    pub fn is_of_one_object(&self) -> bool {
        matches!(self.failure.code.as_str(), "OtherContent" | "IsADirectory" | "NotAFile" | "SymbolicLink")
    }

    pub(crate) fn new(action: String, location: &Location, access: Access, failure: Failure) -> Self {
        let advice = advice(location, access, &failure);
        let advice = if advice.is_empty() { advice } else { format!("; {advice}") };
        Self { action, failure, advice }
    }
}

/// What the caller needs permission for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Write,
    Read,
}

/// What to do about a failure, where it is known.
fn advice(location: &Location, access: Access, failure: &Failure) -> String {
    let (bucket, path) = match location {
        Location::S3 { bucket, .. } => (bucket.as_str(), String::new()),
        Location::Directory(path) => ("", path.display().to_string()),
    };
    let (actions, right) = match access {
        Access::Write => ("s3:PutObject", "write to"),
        Access::Read => ("s3:ListBucket and s3:GetObject", "read"),
    };
    match failure.code.as_str() {
        "NoSuchBucket" => format!("create the bucket `{bucket}`, or correct the archive's address"),
        _ if failure.is_denied() => format!(
            "allow {actions} on `{bucket}` (and its KMS key), and check that the bucket belongs to the expected account; \
             see which identity calls with: aws sts get-caller-identity"
        ),
        _ if failure.is_of_other_region() && failure.region.is_none() => {
            format!(
                "the bucket `{bucket}` is in another Region; see in which with: aws s3api head-bucket --bucket {bucket}"
            )
        }
        "Unverified" => {
            format!(
                "the endpoint does not repeat checksums: allow s3:GetObject on `{bucket}`, so that it can be compared"
            )
        }
        "Unproven" => "check the network (a proxy, a sign-in page), and AWS_ENDPOINT_URL".to_owned(),
        "SymbolicLink" | "NotAFile" | "OtherContent" if access == Access::Write => {
            "move it away, and run the same command again: nothing is stored twice".to_owned()
        }
        "OutOfTime" => "the sender retries; raise the timeout of the function if it happens often".to_owned(),
        "PermissionDenied" | "ReadOnlyFilesystem" => format!("get permission to {right} {path}"),
        "NotADirectory" | "IsADirectory" | "AlreadyExists" => format!(
            "at {path}, there is a file instead of a directory or a directory instead of a file: move it away, or \
             choose another archive"
        ),
        "FileTooLarge" if access == Access::Read => {
            "mailtrail writes none so large there: see who wrote it, and restore it from a copy".to_owned()
        }
        "StorageFull" | "QuotaExceeded" | "FileTooLarge" => {
            format!("free space at {path} and run the same command again: nothing is stored twice")
        }
        _ => failure.advice().map(String::from).unwrap_or_default(),
    }
}
