//! Where an archive is: a directory, `file:///…`, or `s3://bucket/prefix`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use mailtrail_aws_types::BucketName;
use thiserror::Error;

use crate::address::{InvalidAddress, Meant, file_path, meant_file, meant_s3, scheme};

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
#[error("invalid archive `{text}`: {reason}; expected a directory, file:///…, or s3://bucket/prefix{meant}")]
pub struct InvalidLocation {
    text: String,
    reason: String,
    meant: Meant,
}

impl FromStr for Location {
    type Err = InvalidLocation;

    fn from_str(text: &str) -> Result<Self, InvalidLocation> {
        parse(text).map_err(|InvalidAddress { reason, meant }| InvalidLocation {
            text: text.to_owned(),
            reason,
            meant,
        })
    }
}

fn parse(text: &str) -> Result<Location, InvalidAddress> {
    if let Some(rest) = text.strip_prefix("s3://") {
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.trim_matches('/');
        if !BucketName::is_valid(bucket) {
            let reason = "a bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens";
            return Err(InvalidAddress::new(reason, meant_s3("s3", rest)));
        }
        if prefix.split('/').any(|part| part == "." || part == "..") {
            return Err(InvalidAddress::new("a prefix must not contain `.` or `..`", None));
        }
        return Ok(Location::S3 { bucket: bucket.to_owned(), prefix: prefix.to_owned() });
    }
    if text.starts_with("file:") {
        return file_path(text).map(Location::Directory);
    }
    if text.trim().is_empty() {
        return Err(InvalidAddress::new("it is empty", None));
    }
    match scheme(text) {
        None => Ok(Location::Directory(PathBuf::from(text))),
        Some((scheme, rest)) => Err(like_an_address(text, scheme, rest)),
    }
}

/// Why a text with such a scheme is refused, although there may be a directory of that name.
fn like_an_address(text: &str, scheme: &str, rest: &str) -> InvalidAddress {
    let (reason, meant) = match scheme.to_ascii_lowercase().as_str() {
        "s3" => ("an address in S3 begins with s3://", meant_s3(scheme, rest)),
        "file" => ("a file URL begins with file:///", meant_file(rest)),
        _ if rest.starts_with("//") => ("unsupported scheme", meant_s3(scheme, rest)),
        _ => {
            let directory = || (text.trim() == text).then(|| format!("./{text}"));
            ("unsupported scheme", meant_s3(scheme, rest).or_else(directory))
        }
    };
    InvalidAddress::new(reason, meant)
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

    #[test]
    fn what_looks_like_an_address_is_refused_with_the_address_that_was_meant() {
        for (text, meant) in [
            ("s3:/bucket/x", "s3://bucket/x"),
            ("s3:bucket", "s3://bucket"),
            ("s3:bucket/x/", "s3://bucket/x"),
            ("s3:///bucket/x", "s3://bucket/x"),
            (r"s3:\\bucket\x", "s3://bucket/x"),
            ("S3://bucket/x", "s3://bucket/x"),
            (" s3://bucket/x", "s3://bucket/x"),
            ("s3a://bucket/x", "s3://bucket/x"),
            ("arn:aws:s3:::bucket/x", "s3://bucket/x"),
            ("https://bucket.s3.eu-west-1.amazonaws.com/x", "s3://bucket/x"),
            ("https://s3.eu-west-1.amazonaws.com/bucket/x", "s3://bucket/x"),
            ("file:/x", "file:///x"),
            ("file://x/y", "file:///x/y"),
            ("FILE:///x", "file:///x"),
            (r"C:\x", r"./C:\x"),
            ("c:/x", "./c:/x"),
            ("archive:2026", "./archive:2026"),
        ] {
            let error = text.parse::<Location>().unwrap_err().to_string();
            assert!(error.ends_with(&format!("did you mean `{meant}`?")), "{error}");
        }
        for text in [
            "https://example.com/archive",
            "http:",
            "https:/",
            "gs://bucket/x",
            "ftp://example.com",
            "S3:",
            "s3:/",
        ] {
            let error = text.parse::<Location>().unwrap_err().to_string();
            assert!(!error.contains("s3:///") && !error.contains("did you mean `s3:"), "{error}");
        }
    }

    #[test]
    fn a_directory_may_have_a_colon_in_its_path() {
        for text in ["./a:b", "/srv/a:b", "a/b:c", "2026-11-20T10:15", ":x", "..", "s3"] {
            assert_eq!(text.parse(), Ok(Location::Directory(text.into())), "{text}");
        }
    }
}
