//! The snapshots of an archive, by organization and time.

use anyhow::bail;
use mailtrail_archive::ArchiveReader;
use mailtrail_aws_client::{Clients, Deadline};
use mailtrail_aws_types::OrganizationId;
use mailtrail_clock::{LATEST, Time};
use mailtrail_directory::{Snapshot, SnapshotKey};
use mailtrail_plain_text::shell_word;
use mailtrail_snapshots::{Snapshots, first_readable};

use super::warn;
use crate::args::ArchiveArgs;

/// An archive, its snapshots, and whether any of them could not be used.
pub(super) struct Archived {
    pub(super) reader: ArchiveReader,
    pub(super) snapshots: Snapshots,
    pub(super) is_partial: bool,
}

impl Archived {
    /// Lists the snapshots; fails where there is none.
    pub(super) async fn open(archive: &ArchiveArgs) -> anyhow::Result<Self> {
        let config = archive.config()?;
        let reader = ArchiveReader::open(&config, &Clients::default()).await;
        let snapshots = Snapshots::list(&reader, None, Deadline::NEVER).await?;
        for (key, reason) in &snapshots.unreadable {
            warn(&format!("`{key}` is left out of account: {reason}"));
        }
        for key in &snapshots.others {
            warn(&format!("`{key}` is left out of account: its name is not that of a snapshot"));
        }
        if snapshots.taken.is_empty() {
            bail!(
                "the archive {} has no snapshot of a directory; save one with: mailtrail directory save{}",
                config.location,
                options(archive)
            );
        }
        let is_partial = !snapshots.unreadable.is_empty() || !snapshots.others.is_empty();
        Ok(Self { reader, snapshots, is_partial })
    }

    /// The organizations that are meant: all, or the one with this id or alias.
    pub(super) async fn organizations(&mut self, name: Option<&str>) -> anyhow::Result<Vec<OrganizationId>> {
        let all: Vec<OrganizationId> = self.snapshots.taken.keys().cloned().collect();
        let Some(name) = name else { return Ok(all) };
        if let Some(known) = all.iter().find(|id| id.as_str() == name) {
            return Ok(vec![known.clone()]);
        }
        let (mut found, mut aliases) = (Vec::new(), Vec::new());
        for id in all {
            let latest = self.at(&id, Time::from_millis(LATEST).unwrap_or(Time::EPOCH)).await?;
            let alias = latest.and_then(|snapshot| snapshot.organization.alias);
            aliases.push(format!("{} ({id})", alias.as_deref().unwrap_or("no alias")));
            found.extend(Some(id).filter(|_| alias.as_deref() == Some(name)));
        }
        if found.is_empty() {
            bail!(
                "the archive has no snapshot of the organization `{name}`; it has those of {}",
                aliases.join(", ")
            );
        }
        Ok(found)
    }

    /// The latest snapshot until a time that can be read.
    pub(super) async fn at(&mut self, id: &OrganizationId, time: Time) -> anyhow::Result<Option<Snapshot>> {
        self.first(self.snapshots.until(id, time).collect()).await
    }

    /// A snapshot; nothing where it cannot be used, which is said.
    pub(super) async fn read(&mut self, key: &SnapshotKey) -> anyhow::Result<Option<Snapshot>> {
        self.first(vec![key.clone()]).await
    }

    /// The first of these that can be used. Why the others cannot is said.
    async fn first(&mut self, keys: Vec<SnapshotKey>) -> anyhow::Result<Option<Snapshot>> {
        let (found, unread) = first_readable(&self.reader, keys.into_iter(), Deadline::NEVER).await?;
        for error in &unread {
            warn(&error.to_string());
        }
        self.is_partial |= !unread.is_empty();
        Ok(found)
    }
}

/// The options of the archive, to be pasted.
pub(super) fn options(archive: &ArchiveArgs) -> String {
    let options = archive.options();
    let options = options.iter().map(|(name, value)| format!(" {name} {}", shell_word(value)));
    options.fold(String::new(), |text, option| text + &option)
}
