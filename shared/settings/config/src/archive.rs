//! Where the archive is, and what its bucket must be like.

use mailtrail_aws_types::AccountId;

use crate::{Environment, Location, SettingError, settings};

/// Where the archive is, and what a bucket is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveConfig {
    /// A directory, or a bucket and prefix.
    pub location: Location,
    /// What S3 is asked for; nothing of it applies to a directory.
    pub s3: S3Options,
}

/// What an operator may ask of S3.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct S3Options {
    /// The account that the bucket must belong to: a request to another account's bucket fails.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html>
    pub expected_owner: Option<String>,
    /// The KMS key to encrypt objects with: key id, key ARN or alias ARN. Without one, the bucket's default encryption
    /// applies.
    pub kms_key: Option<String>,
}

impl ArchiveConfig {
    /// The archive at a location, with S3's defaults.
    pub fn new(location: Location) -> Self {
        Self { location, s3: S3Options::default() }
    }

    pub(crate) fn from_environment(environment: &Environment) -> Result<Self, SettingError> {
        let (archive, owner) = (&settings::ARCHIVE, &settings::ARCHIVE_OWNER);
        let location = environment.get(archive.name).ok_or_else(|| archive.missing())?;
        let location = location.parse().map_err(|error| archive.invalid(location, &error))?;
        let expected_owner = environment
            .get(owner.name)
            .map(|text| {
                text.parse::<AccountId>().map(String::from).map_err(|error| owner.invalid(text, &error))
            })
            .transpose()?;
        let kms_key = environment.get(settings::ARCHIVE_KMS_KEY.name).map(str::to_owned);
        Ok(Self { location, s3: S3Options { expected_owner, kms_key } })
    }
}
