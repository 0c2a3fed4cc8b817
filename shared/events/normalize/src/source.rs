//! The list of sources, and which of them an event is from.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::fields::Fields;
use crate::{Context, Event, Record, cloudtrail, workmail_audit, workmail_email};

/// A kind of log that we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The steps of messages through WorkMail.
    WorkmailEmail,
    /// The audit logs of WorkMail, all five.
    WorkmailAudit,
    /// `CloudTrail`.
    Cloudtrail,
    /// Anything else, which is kept as it is.
    Other,
}

/// A word that names no source.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no source; the sources are workmail_email, workmail_audit, cloudtrail and other")]
pub struct UnknownSource(String);

/// How the events of a source become records.
pub(crate) struct Mapping {
    /// Whether an event is of this source, by one look at its keys.
    pub(crate) recognises: fn(&Fields<'_>) -> bool,
    /// Maps an event; nothing where it turns out to be none of this source.
    pub(crate) normalize: Normalize,
}

pub(crate) type Normalize = for<'a> fn(Fields<'a>, &Event<'a>, &Context<'a>) -> Option<Record<'a>>;

/// The sources whose events have a shape, in the order in which they are asked.
const SHAPED: [Source; 3] = [Source::WorkmailEmail, Source::WorkmailAudit, Source::Cloudtrail];

/// The mapping of an event: that of the source that it is said to be from, or else of the first that
/// recognises it.
pub(crate) fn mapping(fields: &Fields<'_>, said: Option<Source>) -> Option<Normalize> {
    let mapping = match said {
        Some(source) => source.mapping(),
        None => {
            SHAPED.iter().filter_map(|source| source.mapping()).find(|mapping| (mapping.recognises)(fields))
        }
    };
    mapping.map(|mapping| mapping.normalize)
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 4] = [Self::WorkmailEmail, Self::WorkmailAudit, Self::Cloudtrail, Self::Other];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::WorkmailEmail => "workmail_email",
            Self::WorkmailAudit => "workmail_audit",
            Self::Cloudtrail => "cloudtrail",
            Self::Other => "other",
        }
    }

    const fn mapping(self) -> Option<&'static Mapping> {
        match self {
            Self::WorkmailEmail => Some(&workmail_email::MAPPING),
            Self::WorkmailAudit => Some(&workmail_audit::MAPPING),
            Self::Cloudtrail => Some(&cloudtrail::MAPPING),
            Self::Other => None,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Source {
    type Err = UnknownSource;

    fn from_str(text: &str) -> Result<Self, UnknownSource> {
        let source = Self::ALL.into_iter().find(|source| source.name() == text);
        source.ok_or_else(|| UnknownSource(text.to_owned()))
    }
}
