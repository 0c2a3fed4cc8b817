//! `coverage/directory/organization=<m-…>/<YYYYMMDDTHHMMSSZ>.json`: up to when a snapshot holds.

use mailtrail_aws_types::OrganizationId;
use mailtrail_clock::Time;
use mailtrail_coverage::DIRECTORY;
use serde::{Deserialize, Serialize};

const ENDING: &str = ".json";

/// At this time, all that was read of an organization was as in a snapshot of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AsOf {
    /// Whose snapshot it is.
    pub organization: OrganizationId,
    /// When it was read again, as RFC 3339.
    pub as_of: String,
    /// The key of the snapshot that still holds.
    pub snapshot: String,
}

impl AsOf {
    /// The folder of an organization.
    pub(crate) fn folder(organization: &OrganizationId) -> String {
        format!("{DIRECTORY}/organization={organization}")
    }

    pub(crate) fn key(&self, as_of: Time) -> String {
        format!("{}/{}{ENDING}", Self::folder(&self.organization), as_of.compact())
    }

    /// The time that a key says; nothing for a key of another form.
    pub(crate) fn time(key: &str) -> Option<Time> {
        let text = key.rsplit_once('/')?.1.strip_suffix(ENDING)?;
        Time::from_iso8601(text).filter(|time| time.compact() == text)
    }
}
