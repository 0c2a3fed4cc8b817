//! Addresses of archives and streams: what has a scheme, and what looks as if it had one.
//!
//! `s3:/bucket` is a path to a file system, and was meant as an address. So whatever begins like an address has to be one;
//! the error has the form that it was meant in, where that can be told.

use std::fmt;
use std::path::PathBuf;

use mailtrail_aws_types::BucketName;
use url::Url;

/// What is wrong with an address, and how it was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InvalidAddress {
    pub(crate) reason: String,
    pub(crate) meant: Meant,
}

/// The address that was meant, where it can be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Meant(pub(crate) Option<String>);

impl InvalidAddress {
    pub(crate) fn new(reason: impl Into<String>, meant: Option<String>) -> Self {
        Self { reason: reason.into(), meant: Meant(meant) }
    }
}

impl fmt::Display for Meant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |meant| write!(f, "; did you mean `{meant}`?"))
    }
}

/// The scheme that a text begins with, or seems to, and what follows its colon.
/// <https://www.rfc-editor.org/rfc/rfc3986#section-3.1>
pub(crate) fn scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.trim_start().split_once(':')?;
    let mut bytes = scheme.bytes();
    let is_scheme = bytes.next().is_some_and(|first| first.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte));
    is_scheme.then_some((scheme, rest))
}

/// The path of a `file:///…` URL.
pub(crate) fn file_path(url: &str) -> Result<PathBuf, InvalidAddress> {
    let rest = url.strip_prefix("file:").unwrap_or(url);
    let invalid = |reason: &str| InvalidAddress::new(reason, meant_file(rest));
    if !rest.starts_with("//") {
        return Err(invalid("a file URL begins with file:///"));
    }
    let parsed = Url::parse(url).map_err(|_| invalid("not a URL"))?;
    parsed.to_file_path().map_err(|()| invalid("the path must be absolute and on this machine"))
}

/// The URL of a path that is absolute.
pub(crate) fn meant_file(path: &str) -> Option<String> {
    let path = path.replace('\\', "/");
    path.starts_with('/').then(|| format!("file:///{}", path.trim_start_matches('/')))
}

/// The address in S3 that a text with another scheme, or a misspelled one, stands for.
pub(crate) fn meant_s3(scheme: &str, rest: &str) -> Option<String> {
    let rest = rest.replace('\\', "/");
    let path = match scheme.to_ascii_lowercase().as_str() {
        "s3" | "s3a" | "s3n" => rest.trim_start_matches('/').to_owned(),
        "arn" => rest.split_once(":s3:::")?.1.to_owned(),
        "https" | "http" => {
            let rest = rest.trim_start_matches('/');
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            // <https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>
            let host = host.strip_suffix(".amazonaws.com")?;
            match host.split_once(".s3") {
                Some((bucket, _)) => format!("{bucket}/{path}"),
                None => host.starts_with("s3").then(|| path.to_owned())?,
            }
        }
        _ => return None,
    };
    let path = path.trim().trim_end_matches('/');
    BucketName::is_valid(path.split('/').next()?).then(|| format!("s3://{path}"))
}
