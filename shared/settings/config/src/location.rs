//! Where an archive is: a directory, `file:///…`, or `s3://bucket/prefix`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use mailtrail_aws_types::BucketName;
use thiserror::Error;
use url::Url;

/// The address of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A directory on this machine.
    Directory(PathBuf),
    /// A prefix of a bucket; empty for the whole bucket.
    S3 {
        /// The bucket's name.
        bucket: String,
        /// The prefix, without slashes at its ends.
        prefix: String,
    },
}

/// Text that is not the address of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("invalid archive `{text}`: {reason}; expected a directory, file:///…, or s3://bucket/prefix")]
pub struct InvalidLocation {
    text: String,
    reason: &'static str,
}

impl FromStr for Location {
    type Err = InvalidLocation;

    fn from_str(text: &str) -> Result<Self, InvalidLocation> {
        let invalid = |reason| InvalidLocation { text: text.to_owned(), reason };
        if let Some(rest) = text.strip_prefix("s3://") {
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            let prefix = prefix.trim_matches('/');
            if !BucketName::is_valid(bucket) {
                return Err(invalid(
                    "a bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens",
                ));
            }
            if prefix.split('/').any(|part| part == "." || part == "..") {
                return Err(invalid("a prefix must not contain `.` or `..`"));
            }
            return Ok(Self::S3 { bucket: bucket.to_owned(), prefix: prefix.to_owned() });
        }
        if let Some(address) = text.strip_prefix("file:") {
            let not_local = || invalid("the path must be absolute and on this machine");
            // A URL parser would take `file:name` for `/name`.
            if !address.starts_with('/') {
                return Err(not_local());
            }
            let url = Url::parse(text).map_err(|_| invalid("not a URL"))?;
            return Ok(Self::Directory(url.to_file_path().map_err(|()| not_local())?));
        }
        if text.trim().is_empty() {
            return Err(invalid("it is empty"));
        }
        if text.contains("://") {
            return Err(invalid("unsupported scheme"));
        }
        Ok(Self::Directory(PathBuf::from(text)))
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(path) => write!(f, "{}", path.display()),
            Self::S3 { bucket, prefix } if prefix.is_empty() => write!(f, "s3://{bucket}"),
            Self::S3 { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_directories_and_file_urls_are_archives() {
        let s3 = |bucket: &str, prefix: &str| Location::S3 { bucket: bucket.into(), prefix: prefix.into() };
        assert_eq!("s3://trail/mail/2026/".parse(), Ok(s3("trail", "mail/2026")));
        assert_eq!("s3://trail".parse(), Ok(s3("trail", "")));
        assert_eq!("./here".parse(), Ok(Location::Directory("./here".into())));
        assert_eq!("file:///var/a%20b".parse(), Ok(Location::Directory("/var/a b".into())));
    }

    #[test]
    fn anything_else_is_refused_with_what_is_allowed() {
        for text in ["", "s3://", "s3://X", "s3://trail/../x", "gs://bucket", "file:relative"] {
            let error = text.parse::<Location>().unwrap_err().to_string();
            assert!(error.contains("expected a directory, file:///…, or s3://bucket/prefix"), "{error}");
        }
    }
}
