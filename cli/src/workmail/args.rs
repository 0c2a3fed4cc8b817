//! The arguments of `mailtrail workmail`.

use clap::{Args, Subcommand};
use mailtrail_aws_types::{Arn, InvalidIdentifier, LogGroupName};

use mailtrail_retirement::MissingKind;

use super::help;
use crate::args::{AccountArgs, ArchiveArgs};

#[derive(Debug, Args)]
pub(crate) struct WorkmailArgs {
    #[command(subcommand)]
    pub(super) command: WorkmailCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum WorkmailCommand {
    /// Show whether email events are logged, when they expire, and what an archive has of them
    #[command(after_help = help::STATUS)]
    Status(StatusArgs),
    /// Enable the logging of email events, or change its log group, role or retention
    #[command(after_help = help::ENABLE)]
    Enable(EnableArgs),
    /// Disable the logging of email events, and list what remains in the account
    #[command(after_help = help::DISABLE)]
    Disable(DisableArgs),
    /// Close an organization: fill its gaps, compare, and note in the archive what there is and what is missing
    #[command(long_about = help::RETIRE_ABOUT, after_help = help::RETIRE)]
    Retire(Box<RetireArgs>),
}

impl WorkmailArgs {
    /// The name of the subcommand.
    pub(crate) fn name(&self) -> &'static str {
        match self.command {
            WorkmailCommand::Status(_) => "status",
            WorkmailCommand::Enable(_) => "enable",
            WorkmailCommand::Disable(_) => "disable",
            WorkmailCommand::Retire(_) => "retire",
        }
    }

    /// Checks the arguments.
    pub(crate) fn check(&self) -> Result<(), String> {
        match &self.command {
            WorkmailCommand::Retire(args) => args.archive.check(),
            _ => Ok(()),
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct StatusArgs {
    /// Only this organization, by id or alias [default: all]
    #[arg(long, value_name = "ID")]
    pub(super) organization: Option<String>,
    /// Print one JSON object a line for each organization
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) archive: ArchiveArgs,
    #[command(flatten)]
    pub(super) account: AccountArgs,
}

#[derive(Debug, Args)]
pub(super) struct RetireArgs {
    /// The organization, by id or alias; it may be gone already
    #[arg(long, value_name = "ID")]
    pub(super) organization: String,
    #[command(flatten)]
    pub(super) archive: ArchiveArgs,
    /// Write the note though something of this kind is missing; may be repeated: names, gap, silent, unknown
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = missing_kind)]
    pub(super) accept_missing: Vec<MissingKind>,
    /// Say what would be done and what is missing now, and change nothing
    #[arg(long, conflicts_with = "yes")]
    pub(super) dry_run: bool,
    /// Do not ask for confirmation
    #[arg(short, long)]
    pub(super) yes: bool,
    /// Print the note as one JSON object on stdout, and everything else on stderr
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) account: AccountArgs,
}

#[derive(Debug, Args)]
pub(super) struct EnableArgs {
    /// The log group, created if it does not exist [default: /aws/workmail/emailevents/ALIAS]
    #[arg(long, value_name = "NAME", value_parser = log_group)]
    pub(super) log_group: Option<String>,
    /// The role that WorkMail assumes to write events [default: the service-linked role of WorkMail]
    #[arg(long, value_name = "ARN", value_parser = role)]
    pub(super) logging_role: Option<String>,
    /// The days after which events expire, or `forever` [default: unchanged; 400 for a new log group]
    #[arg(long, value_name = "DAYS", value_parser = retention)]
    pub(super) retention: Option<Retention>,
    #[command(flatten)]
    pub(super) change: ChangeArgs,
}

#[derive(Debug, Args)]
pub(super) struct DisableArgs {
    #[command(flatten)]
    pub(super) change: ChangeArgs,
}

/// The arguments of every subcommand that makes changes.
#[derive(Debug, Args)]
pub(super) struct ChangeArgs {
    /// The organization, by id or alias
    #[arg(long, value_name = "ID")]
    pub(super) organization: String,
    /// Print the calls, and make none
    #[arg(long, conflicts_with = "yes")]
    pub(super) dry_run: bool,
    /// Do not ask for confirmation
    #[arg(short, long)]
    pub(super) yes: bool,
    /// Print the result as one JSON object on stdout, and everything else on stderr
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) account: AccountArgs,
}

/// The retention of a log group. `Forever` means that events never expire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Retention {
    Days(i32),
    Forever,
}

/// The retentions in days that the API accepts.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>
const DAYS: [i32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

fn retention(text: &str) -> Result<Retention, String> {
    if text == "forever" {
        return Ok(Retention::Forever);
    }
    let days = text.parse().ok().filter(|days| DAYS.contains(days));
    let allowed = || DAYS.map(|days| days.to_string()).join(", ");
    days.map(Retention::Days).ok_or_else(|| format!("expected `forever` or one of {}", allowed()))
}

/// A kind of things that may be missing, by its word.
fn missing_kind(text: &str) -> Result<MissingKind, String> {
    let found = MissingKind::ALL.into_iter().find(|kind| kind.word() == text);
    found.ok_or_else(|| format!("expected one of {}", MissingKind::ALL.map(MissingKind::word).join(", ")))
}

/// The text of a log group's name, checked.
fn log_group(text: &str) -> Result<String, InvalidIdentifier> {
    text.parse::<LogGroupName>().map(String::from)
}

/// The text of a role's ARN, checked.
fn role(text: &str) -> Result<String, String> {
    let is_role = Arn::parse(text).is_ok_and(|arn| arn.role_path().is_some());
    is_role.then(|| text.to_owned()).ok_or_else(|| {
        "expected the ARN of a role, such as arn:aws:iam::111122223333:role/workmail-monitoring".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retention_is_one_that_cloudwatch_logs_accepts() {
        assert_eq!(retention("30"), Ok(Retention::Days(30)));
        assert_eq!(retention("forever"), Ok(Retention::Forever));
        for text in ["", "0", "31", "-1", "ever"] {
            assert!(retention(text).is_err(), "{text}");
        }
    }
}
