//! Everything that an operator decides.

use std::time::Duration;

use mailtrail_telemetry::LogLevel;

use crate::reader::SettingsReader;
use crate::{
    ArchiveConfig, Environment, IntakeConfig, KinesisFailures, Location, MaintenanceConfig,
    PolicyAuditConfig, SettingError, StreamTarget, TopicArn, WatchListSource, settings,
};

/// Everything that an operator decides, from whatever it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where the archive is.
    pub archive: ArchiveConfig,
    /// The streams that archived events are sent to; no two have the same name.
    pub streams: Vec<StreamTarget>,
    /// How long the answer to "does the stream have the tag?" is remembered.
    pub tag_cache: Duration,
    /// The topic that is notified of watched events, of what the audit of resource policies found, and of gaps.
    pub topic: Option<TopicArn>,
    /// Where the watch list is.
    pub watch_list: WatchListSource,
    /// How payloads are read, and what their events mean.
    pub intake: IntakeConfig,
    /// What a function answers when some records of a Kinesis invocation are not archived.
    pub kinesis_failures: KinesisFailures,
    /// What the audit of resource policies looks at, and may do.
    pub policy_audit: PolicyAuditConfig,
    /// What the maintenance of the archive compares, and may do.
    pub maintenance: MaintenanceConfig,
    /// From which level up the log lines of libraries are printed.
    pub log_level: LogLevel,
    /// Settings that are invalid, and that the defaults apply for.
    pub ignored_settings: Vec<SettingError>,
}

impl Config {
    /// The defaults, for an archive at this location.
    pub fn new(location: Location) -> Self {
        Self::read(ArchiveConfig::new(location), &Environment::default())
    }

    /// Reads the environment of a function.
    ///
    /// # Errors
    /// Only for what concerns the archive: nothing else may keep events from it.
    pub fn from_environment(environment: &Environment) -> Result<Self, SettingError> {
        Ok(Self::read(ArchiveConfig::from_environment(environment)?, environment))
    }

    fn read(archive: ArchiveConfig, environment: &Environment) -> Self {
        let mut read = SettingsReader::new(environment);
        let config = Self {
            archive,
            streams: read.stream_targets(),
            tag_cache: Duration::from_secs(read.integer(&settings::TAG_CACHE_SECONDS).into()),
            topic: read.value(&settings::TOPIC),
            watch_list: read.value(&settings::WATCHES).unwrap_or_default(),
            intake: IntakeConfig::from_settings(&mut read),
            kinesis_failures: read.value(&settings::KINESIS_FAILURES).unwrap_or_default(),
            policy_audit: PolicyAuditConfig::from_settings(&mut read),
            maintenance: MaintenanceConfig::from_settings(&mut read),
            log_level: read.value(&settings::LOG).unwrap_or_default(),
            ignored_settings: Vec::new(),
        };
        Self { ignored_settings: read.ignored, ..config }
    }
}

#[cfg(test)]
mod tests;
