//! The archive that a command reads or writes.

use clap::Args;
use mailtrail_archive::{ArchiveConfig, Location, S3Options};
use mailtrail_config::settings;

use super::account_id;

pub(crate) const ARCHIVE_HELP: &str = "The archive: a directory, file:///…, or s3://bucket/prefix";

/// The error of a command that needs an archive.
pub(crate) fn missing_archive() -> String {
    format!(
        "missing archive: give --archive DIR, --archive file:///… or --archive s3://bucket/prefix, or set {}",
        settings::ARCHIVE.name
    )
}

/// The archive of a command that reads one and writes to it.
#[derive(Debug, Clone, Args)]
pub(crate) struct ArchiveArgs {
    #[arg(long, help = ARCHIVE_HELP, value_name = "URL", env = settings::ARCHIVE.name, hide_env_values = true)]
    archive: Option<Location>,
    /// The account that must own the bucket: 12 digits
    #[arg(long, value_name = "ACCOUNT", env = settings::ARCHIVE_OWNER.name, hide_env_values = true,
          value_parser = account_id)]
    archive_owner: Option<String>,
    /// The KMS key that encrypts objects in S3 [default: the default encryption of the bucket]
    #[arg(long, value_name = "KEY", env = settings::ARCHIVE_KMS_KEY.name, hide_env_values = true)]
    archive_kms_key: Option<String>,
}

impl ArchiveArgs {
    /// Whether there is one.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.location().map(drop)
    }

    /// Where it is.
    pub(crate) fn location(&self) -> Result<&Location, String> {
        self.archive.as_ref().ok_or_else(missing_archive)
    }

    /// The options that say the same: names and values.
    pub(crate) fn options(&self) -> Vec<(&'static str, String)> {
        let location = self.archive.as_ref().map(|location| ("--archive", location.to_string()));
        let owner = self.archive_owner.as_ref().map(|owner| ("--archive-owner", owner.clone()));
        let key = self.archive_kms_key.as_ref().map(|key| ("--archive-kms-key", key.clone()));
        location.into_iter().chain(owner).chain(key).collect()
    }

    /// The archive. [`Self::check`] has checked that there is one.
    pub(crate) fn config(&self) -> anyhow::Result<ArchiveConfig> {
        let location = self.location().map_err(anyhow::Error::msg)?.clone();
        Ok(self.at(location))
    }

    /// An archive at another location, with the same owner and key.
    pub(crate) fn at(&self, location: Location) -> ArchiveConfig {
        let s3 =
            S3Options { expected_owner: self.archive_owner.clone(), kms_key: self.archive_kms_key.clone() };
        ArchiveConfig { location, s3 }
    }
}
