//! What is not taken in, and why.

use std::borrow::Cow;
use std::fmt;
use std::io;

use bytesize::ByteSize;
use mailtrail_import::Report;
use mailtrail_subscription::{Other, Shape};

use super::LARGEST;
use crate::output::count;

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
    /// It should hold log events, and none was found in it.
    NoEvents(Other, Box<Report>),
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
        match self {
            Self::Content(other) => other.shape != Shape::Empty,
            Self::NoEvents(..) => true,
            _ => false,
        }
    }

    /// In few words, to be counted by.
    pub(crate) fn kind(&self) -> Cow<'static, str> {
        match self {
            Self::Content(other) => other.shape.to_string().into(),
            Self::NoEvents(other, _) => format!("{}, without log events", other.shape).into(),
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
            Self::NoEvents(other, report) => write!(f, "{other}: no log events; {}", Missing(report)),
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

/// A file that was taken in, but for some of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Incomplete {
    /// Its path, escaped, or another name for it.
    pub(crate) what: String,
    pub(crate) file: Other,
    pub(crate) report: Report,
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, file, report } = self;
        let taken = if report.damage.is_some() { "what comes before" } else { "the rest" };
        write!(f, "incomplete `{what}`: {file}; {}; {taken} was taken in", Missing(report))
    }
}

/// What of a file was not taken in.
struct Missing<'a>(&'a Report);

impl fmt::Display for Missing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = self.0.damage.iter().map(ToString::to_string).collect();
        let Report {
            other_entries, of_other_kind, not_base64, too_long, without_time, headers, others, ..
        } = self.0;
        for (number, noun, what) in [
            (*other_entries, "element", "in it without a log event"),
            (*of_other_kind, "document", "of another kind in it that is not read"),
            (*not_base64, "element", "in it whose data is not base64"),
            (*too_long, "element", "in it longer than any log event"),
            (*without_time, "event", "in it without a time that can be read, archived under 1970-01-01"),
            (*headers, "line", "in it that may be a header of other fields, archived as events"),
        ] {
            if number > 0 {
                parts.push(format!("{} {what}", count(number, noun)));
            }
        }
        parts.extend(others.iter().map(|(other, times)| format!("{times} × inside: {other}")));
        if parts.is_empty() {
            parts.push("it is empty".to_owned());
        }
        f.write_str(&parts.join("; "))
    }
}
