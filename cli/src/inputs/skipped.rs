//! What is not taken in, and why.

use std::borrow::Cow;
use std::fmt;
use std::io;

use bytesize::ByteSize;
use mailtrail_subscription::{Other, Shape};

use super::LARGEST;

/// A file, or another entry of a folder, that is not taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Skipped {
    /// Its path, escaped, or another name for it.
    pub(crate) what: String,
    pub(crate) reason: Reason,
}

/// Why something is not taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reason {
    /// It holds no payloads.
    Content(Other),
    /// It is larger than any file of payloads.
    TooLarge {
        /// Its size, where that is known.
        size: Option<u64>,
        /// What its beginning is.
        begins_like: Option<Shape>,
    },
    /// It is no file, so that reading it may never end.
    Special(&'static str),
    /// It is a symbolic link.
    Link,
    /// It lies deeper than folders are walked through.
    TooDeep,
    /// The system refuses it.
    Unreadable(String),
}

impl Reason {
    pub(crate) fn unreadable(error: &io::Error) -> Self {
        Self::Unreadable(error.to_string())
    }

    /// Whether it could be kept in quarantine.
    pub(crate) fn is_content(&self) -> bool {
        matches!(self, Self::Content(other) if other.shape != Shape::Empty)
    }

    /// In few words, to be counted by.
    pub(crate) fn kind(&self) -> Cow<'static, str> {
        match self {
            Self::Content(other) => other.shape.to_string().into(),
            Self::TooLarge { .. } => format!("larger than {}", ByteSize(LARGEST)).into(),
            Self::Special(kind) => (*kind).into(),
            Self::Link => "symbolic link".into(),
            Self::TooDeep => "folder that lies too deep".into(),
            Self::Unreadable(_) => "unreadable".into(),
        }
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "skipped `{}`: {}", self.what, self.reason)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Content(other) => write!(f, "{other}"),
            Self::TooLarge { size, begins_like } => {
                let size = size.map(|size| format!("{}, ", ByteSize(size))).unwrap_or_default();
                write!(f, "{size}larger than any file of payloads ({})", ByteSize(LARGEST))?;
                begins_like.map_or(Ok(()), |shape| write!(f, "; {shape}"))
            }
            Self::Special(kind) => write!(f, "a {kind} is not read"),
            Self::Link => {
                f.write_str("a symbolic link in a folder is not followed; give its target to ingest it")
            }
            Self::TooDeep => {
                f.write_str("folders are not walked through deeper than this; give it to ingest it")
            }
            Self::Unreadable(error) => write!(f, "failed to read it: {error}"),
        }
    }
}
