//! The arguments of `mailtrail doctor`.

use std::path::PathBuf;

use clap::Args;
use mailtrail_archive::Location;
use mailtrail_aws_types::{InvalidIdentifier, LogGroupName};
use mailtrail_config::settings;

use super::help;
use crate::args::{AccountsArgs, account_id};

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Check a snapshot file that --save wrote, instead of AWS; - for standard input
    #[arg(value_name = "FILE", conflicts_with_all = ["save", "organizations", "functions", "streams", "log_groups",
          "assume_roles", "probe"])]
    pub(super) file: Option<PathBuf>,
    /// Also write what was read to this file, to check it again later or elsewhere
    #[arg(long, value_name = "FILE")]
    pub(super) save: Option<PathBuf>,
    /// Also show what is in order
    #[arg(short, long)]
    pub(super) all: bool,
    /// Print the findings as JSON, one object a line
    #[arg(long)]
    pub(super) json: bool,
    /// List the checks and why each one matters, and read nothing
    #[arg(long, conflicts_with_all = ["file", "save", "all", "organizations", "functions", "streams", "log_groups",
          "probe"])]
    pub(super) checks: bool,
    #[command(flatten)]
    pub(super) accounts: AccountsArgs,
    #[command(flatten)]
    pub(super) probe: ProbeArgs,
    #[command(flatten)]
    pub(super) scope: ScopeArgs,
}

impl DoctorArgs {
    /// Checks the arguments against each other, where a variable may have set one.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.file.is_some() && self.accounts.names_a_region() {
            return Err(
                "--region cannot be used with a snapshot file: the file is of its own Regions".to_owned()
            );
        }
        Ok(())
    }
}

/// Sending an event through the pipeline instead of checking settings.
#[derive(Debug, Args)]
#[command(next_help_heading = "Sending a probe")]
pub(super) struct ProbeArgs {
    #[arg(long = "probe", help = help::PROBE, conflicts_with_all = ["save", "all", "organizations", "functions",
          "streams", "log_groups"])]
    pub(super) probe: bool,
    /// Send the probe through this log group, after a question [default: the log group for probes of the stack]
    #[arg(long, value_name = "GROUP", requires = "probe", value_parser = log_group)]
    pub(super) through: Option<String>,
    /// Wait so many seconds for the probe to arrive
    #[arg(long, value_name = "SECONDS", requires = "probe", default_value_t = 120,
          value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(super) timeout: u64,
    /// Do not ask for confirmation
    #[arg(short, long, requires = "probe")]
    pub(super) yes: bool,
}

/// The text of a log group's name, checked.
fn log_group(text: &str) -> Result<String, InvalidIdentifier> {
    text.parse::<LogGroupName>().map(String::from)
}

/// What to check besides what follows from the organizations.
#[derive(Debug, Args)]
#[command(next_help_heading = "What to check")]
pub(super) struct ScopeArgs {
    /// Only this WorkMail organization, by id or alias; may be repeated [default: all]
    #[arg(long = "organization", value_name = "ID")]
    pub(super) organizations: Vec<String>,
    #[arg(long = "function", help = help::FUNCTION, value_name = "NAME")]
    pub(super) functions: Vec<String>,
    /// Also this Firehose stream, besides those that functions and deliveries write to; may be repeated
    #[arg(long = "stream", value_name = "NAME")]
    pub(super) streams: Vec<String>,
    /// Also this log group, which must be archived, such as that of CloudTrail; may be repeated
    #[arg(long = "log-group", value_name = "NAME")]
    pub(super) log_groups: Vec<String>,
    #[arg(long, help = help::ARCHIVE, value_name = "URL", env = settings::ARCHIVE.name, hide_env_values = true)]
    pub(super) archive: Option<Location>,
    /// The account that must own the bucket of --archive: 12 digits
    #[arg(long, value_name = "ACCOUNT", env = settings::ARCHIVE_OWNER.name, hide_env_values = true,
          value_parser = account_id)]
    pub(super) archive_owner: Option<String>,
}
