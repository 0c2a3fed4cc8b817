//! The arguments of every command that reads an archive.

use clap::Args;
use mailtrail_archive::{ArchiveConfig, ArchiveReader, Location, S3Options};
use mailtrail_aws_client::Clients;
use mailtrail_clock::{Moment, Time, TimeRange};
use mailtrail_config::settings;

use crate::args::{ARCHIVE_HELP, account_id, missing_archive};

#[derive(Debug, Args)]
pub(crate) struct ReadArgs {
    #[arg(long, help = ARCHIVE_HELP, value_name = "URL", env = settings::ARCHIVE.name, hide_env_values = true)]
    archive: Option<Location>,
    /// The account that must own the bucket: 12 digits
    #[arg(long, value_name = "ACCOUNT", env = settings::ARCHIVE_OWNER.name, hide_env_values = true,
          value_parser = account_id)]
    archive_owner: Option<String>,
    /// Only events from this time on: 2026-11-20 (UTC), 2026-11-20T10:15:00Z, or 30m, 24h, 7d ago
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// Only events before this time, given in the same ways; the same day as --since is that day
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,
    /// The range of `since` and `until`, set by [`Self::complete`].
    #[arg(skip)]
    pub(crate) range: TimeRange,
}

impl ReadArgs {
    /// Resolves relative times, and checks the arguments against each other.
    pub(crate) fn complete(&mut self, now: Time) -> Result<(), String> {
        if self.archive.is_none() {
            return Err(missing_archive());
        }
        let range = TimeRange::between(self.since, self.until, now);
        self.range = range.map_err(|error| format!("{error}: --since must be before --until"))?;
        Ok(())
    }

    /// The archive. [`Self::complete`] has checked that there is one.
    pub(crate) async fn reader(&self) -> anyhow::Result<ArchiveReader> {
        let location = self.archive.clone().ok_or_else(|| anyhow::Error::msg(missing_archive()))?;
        let s3 = S3Options { expected_owner: self.archive_owner.clone(), kms_key: None };
        Ok(ArchiveReader::open(&ArchiveConfig { location, s3 }, &Clients::default()).await)
    }
}
