//! What earlier audits left in the archive, for the next one and for people.
//!
//! `policy-audit/region=<r>/accountId=<a>/<time>-<milliseconds>-<what>`, written once and never changed; the latest has
//! the greatest name.

use bytes::Bytes;
use mailtrail_archive::{Archive, ArchiveError, ArchiveReader, Partition};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::Time;

/// Where audits of one account and Region are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportStore {
    folder: String,
}

/// What is kept of an audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Artifact {
    /// The report, for machines.
    Report,
    /// The report, for people.
    Markdown,
    /// The inventory, from which the next survey goes on.
    Inventory,
}

impl Artifact {
    const fn ending(self) -> &'static str {
        match self {
            Self::Report => "-report.json",
            Self::Markdown => "-report.md",
            Self::Inventory => "-inventory.json",
        }
    }
}

impl ReportStore {
    /// The folder of an account and Region.
    pub fn of(region: &str, account: &str) -> Self {
        let partition = Partition::new(Some(region), Some(account));
        let (region, account) =
            (partition.region().unwrap_or("unknown"), partition.account().unwrap_or("unknown"));
        Self { folder: format!("policy-audit/region={region}/accountId={account}") }
    }

    /// The latest of its kind; nothing where there is none yet.
    ///
    /// # Errors
    /// When the archive cannot be listed or read.
    pub async fn latest(
        &self,
        what: Artifact,
        archive: &ArchiveReader,
        deadline: Deadline,
    ) -> Result<Option<Bytes>, ArchiveError> {
        let keys = archive.list(&self.folder, deadline).await?;
        match keys.iter().rfind(|key| key.ends_with(what.ending())) {
            Some(key) => archive.get(key, deadline).await.map(Some),
            None => Ok(None),
        }
    }

    /// The key of what is kept of an audit.
    pub fn key(&self, what: Artifact, time: Time) -> String {
        let (second, millis) = (time.compact(), time.millis() % 1000);
        format!("{}/{second}-{millis:03}{}", self.folder, what.ending())
    }

    /// Keeps something, and tells its key.
    ///
    /// # Errors
    /// When the archive did not take it.
    pub async fn keep(
        &self,
        what: Artifact,
        time: Time,
        body: Bytes,
        archive: &Archive,
        deadline: Deadline,
    ) -> Result<String, ArchiveError> {
        let key = self.key(what, time);
        archive.put(&key, body, deadline).await?;
        Ok(key)
    }
}
