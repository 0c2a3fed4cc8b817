//! Where a snapshot is in an archive.
//!
//! ```text
//! directory/organization=<m-…>/<YYYYMMDDTHHMMSSZ>.json.zst
//! ```

use std::fmt;

use mailtrail_aws_types::OrganizationId;
use mailtrail_clock::Time;

/// The folder of the snapshots of an archive.
pub const FOLDER: &str = "directory";
/// The folder of what says up to when snapshots hold, where one is not kept because nothing changed.
pub const AS_OF_FOLDER: &str = "coverage/directory";
const ORGANIZATION: &str = "organization=";
const ENDING: &str = ".json.zst";

/// The key of a snapshot: whose it is, and when it was taken, in whole seconds. Keys of one organization sort by time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SnapshotKey {
    /// Whose it is.
    pub organization: OrganizationId,
    /// When it was taken.
    pub taken: Time,
}

impl SnapshotKey {
    /// The key that a text is; nothing for another object of the archive.
    ///
    /// ```
    /// let key = "directory/organization=m-0123456789abcdef0123456789abcdef/20261120T101502Z.json.zst";
    /// assert_eq!(mailtrail_directory::SnapshotKey::parse(key).unwrap().to_string(), key);
    /// ```
    pub fn parse(key: &str) -> Option<Self> {
        let (organization, name) = key.strip_prefix(FOLDER)?.strip_prefix('/')?.split_once('/')?;
        let organization = organization.strip_prefix(ORGANIZATION)?.parse().ok()?;
        let text = name.strip_suffix(ENDING)?;
        let taken = Time::from_iso8601(text).filter(|time| time.compact() == text)?;
        Some(Self { organization, taken })
    }

    /// The folder of the snapshots of an organization.
    pub fn folder(organization: &OrganizationId) -> String {
        format!("{FOLDER}/{ORGANIZATION}{organization}")
    }
}

impl fmt::Display for SnapshotKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}{ENDING}", Self::folder(&self.organization), self.taken.compact())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_objects_are_no_snapshots() {
        let folder = "directory/organization=m-0123456789abcdef0123456789abcdef";
        for key in [
            folder.to_owned(),
            format!("{folder}/20261120T101502Z.json"),
            format!("{folder}/20261320T101502Z.json.zst"),
            format!("{folder}/2026-11-20T10:15:02Z.json.zst"),
            format!("{folder}/x/20261120T101502Z.json.zst"),
            format!("x{folder}/20261120T101502Z.json.zst"),
            "directory/organization=m-1/20261120T101502Z.json.zst".to_owned(),
            "directory/organization=../20261120T101502Z.json.zst".to_owned(),
        ] {
            assert_eq!(SnapshotKey::parse(&key), None, "{key}");
        }
    }
}
