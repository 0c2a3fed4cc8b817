//! `coverage/directory/organization=<m-…>/<YYYYMMDDTHHMMSSZ>.json`: up to when a snapshot holds.

use mailtrail_aws_types::OrganizationId;
use mailtrail_clock::Time;
use mailtrail_directory::AS_OF_FOLDER;
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
    pub(crate) fn key(&self, as_of: Time) -> String {
        format!("{AS_OF_FOLDER}/organization={}/{}{ENDING}", self.organization, as_of.compact())
    }

    /// The organization and the time that a key says; nothing for a key of another form.
    pub(crate) fn parse(key: &str) -> Option<(OrganizationId, Time)> {
        let (folder, name) = key.rsplit_once('/')?;
        let organization = folder.strip_prefix(AS_OF_FOLDER)?.strip_prefix("/organization=")?.parse().ok()?;
        let text = name.strip_suffix(ENDING)?;
        let time = Time::from_iso8601(text).filter(|time| time.compact() == text)?;
        Some((organization, time))
    }
}
