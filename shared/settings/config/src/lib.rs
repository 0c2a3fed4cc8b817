//! What an operator decides.
//!
//! * [`settings`]: every setting, once, with its name, meaning, bounds, default and an example. The reference page
//!   `functions/SETTINGS.md` is generated from it, and the deployment templates are checked against it.
//! * [`Config`]: the decisions themselves. The functions read it from their [`Environment`]; the command line fills
//!   it in from its arguments, with the same parsers, bounds and defaults.
//!
//! A wrong archive setting is an error: the function must not start. Any other wrong setting is ignored, and reported
//! in [`Config::ignored_settings`]: no event may be lost because of it.

mod address;
mod archive;
mod config;
mod environment;
mod error;
mod intake;
mod kinesis_failures;
mod location;
mod maintenance;
mod per_log_group;
mod policy_audit;
mod reader;
pub mod settings;
mod size;
mod stream_target;
mod switch;
mod topic;
mod watch_list;

pub use archive::{ArchiveConfig, S3Options};
pub use config::Config;
pub use environment::Environment;
pub use error::SettingError;
pub use intake::IntakeConfig;
pub use kinesis_failures::{InvalidKinesisFailures, KinesisFailures};
pub use location::{InvalidLocation, Location};
pub use maintenance::MaintenanceConfig;
pub use per_log_group::{InvalidEntry, InvalidOrganization, Organization, PerLogGroup};
pub use policy_audit::{InvalidRemediationMode, PolicyAuditConfig, RemediationMode};
pub use size::{DecodedLimit, InvalidSize};
pub use stream_target::{
    DuplicateStream, InvalidStreamTarget, StreamAddress, StreamTarget, add_stream_target,
};
pub use topic::{InvalidTopicArn, TopicArn};
pub use watch_list::{InvalidWatchListSource, WatchListSource};
