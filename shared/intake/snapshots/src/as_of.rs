//! `coverage/directory/organization=<m-…>/<YYYYMMDDTHHMMSSZ>.json`: up to when a snapshot holds.

use mailtrail_archive::{ArchiveError, ArchiveReader};
use mailtrail_aws_client::Deadline;
use mailtrail_aws_types::OrganizationId;
use mailtrail_clock::Time;
use mailtrail_directory::{AS_OF_FOLDER, SnapshotKey};
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
        format!("{}/{}{ENDING}", folder(&self.organization), as_of.compact())
    }
}

/// Up to when a snapshot is known to hold: when its organization was last read, and all was as in it. Only what names the
/// snapshot counts, and what says that it was read after `now` does not.
///
/// # Errors
/// When the archive cannot be listed or reached. What cannot be read, or is not of this form, says nothing.
pub async fn held_until(
    archive: &ArchiveReader,
    snapshot: &SnapshotKey,
    now: Time,
    deadline: Deadline,
) -> Result<Time, ArchiveError> {
    let listed = archive.list_readable(&folder(&snapshot.organization), deadline).await?.names;
    let named = listed.into_iter().filter_map(|key| Some((time(&key)?, key)));
    let mut later: Vec<_> = named.filter(|(time, _)| *time > snapshot.taken && *time <= now).collect();
    later.sort_unstable();
    let wanted = snapshot.to_string();
    for (time, key) in later.into_iter().rev() {
        match archive.get(&key, deadline).await {
            Ok(line) if serde_json::from_slice::<AsOf>(&line).is_ok_and(|it| it.snapshot == wanted) => {
                return Ok(time);
            }
            Err(error) if error.failure.retryable || error.failure.is_denied() => return Err(error),
            Ok(_) | Err(_) => {}
        }
    }
    Ok(snapshot.taken)
}

fn folder(organization: &OrganizationId) -> String {
    format!("{AS_OF_FOLDER}/organization={organization}")
}

/// The time that a key says; nothing for a key of another form.
fn time(key: &str) -> Option<Time> {
    let text = key.rsplit_once('/')?.1.strip_suffix(ENDING)?;
    Time::from_iso8601(text).filter(|time| time.compact() == text)
}
