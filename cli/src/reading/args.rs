//! The arguments of every command that reads an archive.

use clap::Args;
use mailtrail_archive::{ArchiveConfig, ArchiveReader, Location, S3Options};
use mailtrail_aws_client::Clients;
use mailtrail_clock::{Moment, Time, TimeRange};
use mailtrail_config::settings;

use crate::args::{ARCHIVE_HELP, account_id, missing_archive};

const ARCHIVES_HELP: &str = "The archive: a directory, file:///…, or s3://bucket/prefix; may be repeated";

#[derive(Debug, Args)]
pub(crate) struct ReadArgs {
    #[arg(long, help = ARCHIVE_HELP, value_name = "URL", env = settings::ARCHIVE.name, hide_env_values = true)]
    archive: Option<Location>,
    /// The account that must own the bucket: 12 digits
    #[arg(long, value_name = "ACCOUNT", env = settings::ARCHIVE_OWNER.name, hide_env_values = true,
          value_parser = account_id)]
    archive_owner: Option<String>,
    #[command(flatten)]
    pub(crate) times: RangeArgs,
}

/// The archives of a command that reads several as one.
#[derive(Debug, Args)]
pub(crate) struct ArchivesArgs {
    #[arg(long = "archive", help = ARCHIVES_HELP, value_name = "URL", env = settings::ARCHIVE.name, hide_env_values = true)]
    locations: Vec<Location>,
    /// The account that must own the buckets: 12 digits
    #[arg(long, value_name = "ACCOUNT", env = settings::ARCHIVE_OWNER.name, hide_env_values = true,
          value_parser = account_id)]
    archive_owner: Option<String>,
}

/// Which time is asked for.
#[derive(Debug, Args)]
pub(crate) struct RangeArgs {
    /// Only events from this time on: 2026-11-20 (UTC), 2026-11-20T10:15:00Z, or 30m, 24h, 7d ago
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// Only events before this time, given in the same ways; the same day as --since is that day
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,
    /// Only events of this day: 2026-11-20 (UTC)
    #[arg(long, value_name = "DAY", value_parser = day, conflicts_with_all = ["since", "until"])]
    on: Option<Moment>,
    /// The range that these give, set by [`Self::complete`].
    #[arg(skip)]
    pub(crate) range: TimeRange,
}

impl ReadArgs {
    /// Resolves relative times, and checks the arguments against each other.
    pub(crate) fn complete(&mut self, now: Time) -> Result<(), String> {
        if self.archive.is_none() {
            return Err(missing_archive());
        }
        self.times.complete(now)
    }

    /// The archive. [`Self::complete`] has checked that there is one.
    pub(crate) async fn reader(&self) -> anyhow::Result<ArchiveReader> {
        let location = self.archive.clone().ok_or_else(|| anyhow::Error::msg(missing_archive()))?;
        Ok(open(location, self.archive_owner.clone()).await)
    }
}

impl ArchivesArgs {
    /// Whether there is one.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.locations.is_empty() { Err(missing_archive()) } else { Ok(()) }
    }

    /// Where they are, each once.
    pub(crate) fn locations(&self) -> Vec<&Location> {
        let mut once: Vec<&Location> = Vec::new();
        for location in &self.locations {
            if !once.contains(&location) {
                once.push(location);
            }
        }
        once
    }

    /// The archives, each once. [`Self::check`] has checked that there is one.
    pub(crate) async fn readers(&self) -> Vec<ArchiveReader> {
        let mut readers = Vec::new();
        for location in self.locations() {
            readers.push(open(location.clone(), self.archive_owner.clone()).await);
        }
        readers
    }
}

impl RangeArgs {
    /// Resolves relative times.
    pub(crate) fn complete(&mut self, now: Time) -> Result<(), String> {
        let (since, until) = (self.on.or(self.since), self.on.or(self.until));
        let range = TimeRange::between(since, until, now);
        self.range = range.map_err(|error| format!("{error}: --since must be before --until"))?;
        Ok(())
    }
}

async fn open(location: Location, expected_owner: Option<String>) -> ArchiveReader {
    let s3 = S3Options { expected_owner, kms_key: None };
    ArchiveReader::open(&ArchiveConfig { location, s3 }, &Clients::default()).await
}

/// A whole day.
fn day(text: &str) -> Result<Moment, String> {
    match text.parse() {
        Ok(Moment::Day(day)) => Ok(Moment::Day(day)),
        _ => Err(format!("invalid day `{}`: expected a day such as 2026-11-20", text.escape_debug())),
    }
}
