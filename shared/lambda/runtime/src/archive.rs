//! The one setting that a function cannot do without.

use aws_config::SdkConfig;
use mailtrail_archive::{Archive, ArchiveError, Location, S3Options};
use mailtrail_aws_client::clients as aws;
use mailtrail_config::settings::{self, Environment, SettingError};

/// Where the archive is, and what it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveSettings {
    pub(crate) location: Location,
    options: S3Options,
}

impl ArchiveSettings {
    /// Reads the environment.
    ///
    /// # Errors
    /// When the archive is not named, or anything about it is wrong.
    pub fn read(environment: &Environment) -> Result<Self, SettingError> {
        let location = environment.parse(&settings::ARCHIVE)?.ok_or_else(|| settings::ARCHIVE.missing())?;
        let kms_key = environment.get(settings::ARCHIVE_KMS_KEY.name).map(str::to_owned);
        Ok(Self { location, options: S3Options { expected_owner: owner(environment)?, kms_key } })
    }

    /// The archive. Nothing is asked of S3 yet.
    ///
    /// # Errors
    /// When it is a directory that cannot be written to.
    pub fn open(self, config: &SdkConfig) -> Result<Archive, ArchiveError> {
        match self.location {
            Location::Directory(path) => Archive::directory(path),
            Location::S3 { bucket, prefix } => {
                Ok(Archive::s3(aws::s3(config), &bucket, &prefix, self.options))
            }
        }
    }
}

fn owner(environment: &Environment) -> Result<Option<String>, SettingError> {
    let variable = &settings::ARCHIVE_OWNER;
    match environment.get(variable.name) {
        Some(value) if value.len() != 12 || !value.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(variable.wrong(value, &"an account has 12 digits"))
        }
        value => Ok(value.map(str::to_owned)),
    }
}
