//! The arguments of `mailtrail policy`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use mailtrail_archive::Location;
use mailtrail_clock::parse_duration;
use mailtrail_config::settings;
use mailtrail_resource_policy::limits::{HARD_CHARACTERS, Limits, SOFT_CHARACTERS, WARNING_DAYS};
use mailtrail_resource_policy::plan::{Options, TargetLimit};

use super::help;
use super::source::{Source, SurveyArgs};
use crate::args::account_id;

#[derive(Debug, Args)]
pub(crate) struct PolicyArgs {
    #[command(subcommand)]
    pub(super) command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum PolicyCommand {
    /// Read everything that an audit needs into one file
    #[command(after_help = help::SNAPSHOT)]
    Snapshot(SnapshotArgs),
    /// Show how full the policies are, what is wrong with them, and when they will be full
    #[command(after_help = help::AUDIT)]
    Audit(AuditArgs),
    /// Propose the smallest set of changes that makes room, proved to remove no access
    #[command(after_help = help::PLAN)]
    Plan(PlanArgs),
    /// Apply a plan, and record every change in a journal
    #[command(after_help = help::APPLY)]
    Apply(ApplyArgs),
    /// Roll back the run of a journal
    #[command(after_help = help::ROLLBACK)]
    Rollback(RollbackArgs),
}

#[derive(Debug, Args)]
pub(super) struct SnapshotArgs {
    /// The file [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    #[command(flatten)]
    pub(super) survey: SurveyArgs,
}

#[derive(Debug, Args)]
pub(super) struct AuditArgs {
    #[command(flatten)]
    pub(super) source: Source,
    #[command(flatten)]
    pub(super) limits: LimitArgs,
    #[command(flatten)]
    pub(super) history: HistoryArgs,
    /// Print the report as one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    pub(super) source: Source,
    #[command(flatten)]
    pub(super) limits: LimitArgs,
    #[command(flatten)]
    pub(super) history: HistoryArgs,
    /// Move the destinations that write to this log group, whether or not there is need; may be repeated
    #[arg(long = "move", value_name = "GROUP")]
    moves: Vec<String>,
    /// A new name for a log group that moves, where /aws/vendedlogs/ and the old one does not suit; may be repeated
    #[arg(long = "name", value_name = "OLD=NEW", value_parser = pair, env = settings::POLICY_NAMES.name,
          hide_env_values = true, value_delimiter = ',')]
    names: Vec<(String, String)>,
    /// Write the plan to this file, for `mailtrail policy apply`
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Print the plan as one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

/// The sizes that policies had: for the forecast.
#[derive(Debug, Args)]
pub(super) struct HistoryArgs {
    /// The archive in which the function policy-audit keeps its reports: for the forecast
    #[arg(long, value_name = "URL", env = settings::ARCHIVE.name, hide_env_values = true)]
    pub(super) archive: Option<Location>,
    /// The account that the archive's bucket must belong to: twelve digits
    #[arg(long, value_name = "ACCOUNT", env = settings::ARCHIVE_OWNER.name, hide_env_values = true,
          value_parser = account_id)]
    pub(super) archive_owner: Option<String>,
}

/// What counts as too full.
#[derive(Debug, Args)]
#[command(next_help_heading = "What counts as full")]
pub(super) struct LimitArgs {
    /// Which limit a plan aims below
    #[arg(long, value_name = "LIMIT", value_enum, default_value_t = Target::Soft)]
    target: Target,
    /// The share of that limit, in percent, that no policy is to exceed
    #[arg(long, value_name = "PERCENT", env = settings::POLICY_SHARE.name, hide_env_values = true,
          default_value = "80", value_parser = percent)]
    share: usize,
    /// Where services stop that still check the old limit themselves
    #[arg(long, value_name = "CHARACTERS", env = settings::POLICY_SOFT_LIMIT.name, hide_env_values = true,
          default_value_t = SOFT_CHARACTERS)]
    soft_limit: usize,
    /// Where the API stops
    #[arg(long, value_name = "CHARACTERS", env = settings::POLICY_HARD_LIMIT.name, hide_env_values = true,
          default_value_t = HARD_CHARACTERS)]
    hard_limit: usize,
    /// The days to a limit, by the forecast, from which on a policy is too full
    #[arg(long, value_name = "DAYS", env = settings::POLICY_DAYS.name, hide_env_values = true,
          default_value_t = WARNING_DAYS, value_parser = clap::value_parser!(i64).range(0..))]
    pub(super) days: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Target {
    Soft,
    Hard,
}

#[derive(Debug, Args)]
pub(super) struct ApplyArgs {
    /// The plan: a file that `mailtrail policy plan` wrote, or - for standard input
    #[arg(value_name = "PLAN", required_unless_present = "resume", conflicts_with = "resume")]
    pub(super) plan: Option<PathBuf>,
    /// Resume an interrupted run, by the id of its journal
    #[arg(long, value_name = "JOURNAL")]
    pub(super) resume: Option<String>,
    /// Print every call that would be made, and make none
    #[arg(long, conflicts_with_all = ["resume", "yes"])]
    pub(super) dry_run: bool,
    /// How long to wait for the first events in a new log group: 30s, 5m
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = parse_duration)]
    pub(super) wait: Duration,
    #[command(flatten)]
    pub(super) change: ChangeArgs,
}

#[derive(Debug, Args)]
pub(super) struct RollbackArgs {
    /// The journal of the run, by its id
    #[arg(value_name = "JOURNAL")]
    pub(super) journal: String,
    /// Print every call that would be made, and make none
    #[arg(long, conflicts_with = "yes")]
    pub(super) dry_run: bool,
    #[command(flatten)]
    pub(super) change: ChangeArgs,
}

/// What every command needs that changes something.
#[derive(Debug, Args)]
pub(super) struct ChangeArgs {
    #[command(flatten)]
    pub(super) survey: SurveyArgs,
    #[arg(long, help = help::JOURNAL_ARCHIVE, value_name = "URL", env = settings::ARCHIVE.name, hide_env_values = true)]
    pub(super) archive: Option<Location>,
    /// The account that the archive's bucket must belong to: twelve digits
    #[arg(long, value_name = "ACCOUNT", env = settings::ARCHIVE_OWNER.name, hide_env_values = true,
          value_parser = account_id)]
    pub(super) archive_owner: Option<String>,
    /// The KMS key to encrypt the journal in S3 with
    #[arg(long, value_name = "KEY", env = settings::ARCHIVE_KMS_KEY.name, hide_env_values = true)]
    pub(super) archive_kms_key: Option<String>,
    /// Do not ask for confirmation
    #[arg(short, long)]
    pub(super) yes: bool,
    /// Print the outcome as one JSON object on stdout, and the rest on stderr
    #[arg(long)]
    pub(super) json: bool,
}

impl PolicyArgs {
    /// Checks what the environment must add.
    pub(crate) fn check(&self) -> Result<(), String> {
        let change = match &self.command {
            PolicyCommand::Apply(args) if args.dry_run => return Ok(()),
            PolicyCommand::Apply(args) => &args.change,
            PolicyCommand::Rollback(args) => &args.change,
            _ => return Ok(()),
        };
        if change.archive.is_none() { Err(crate::args::missing_archive()) } else { Ok(()) }
    }
}

impl HistoryArgs {
    /// The command that makes a plan of the same sizes.
    pub(super) fn plan_command(&self) -> String {
        let archive = self.archive.as_ref().map(|archive| format!(" --archive {archive}"));
        format!("mailtrail policy plan{}", archive.unwrap_or_default())
    }
}

impl LimitArgs {
    pub(super) fn options(&self) -> Options {
        let limits = Limits {
            soft_characters: self.soft_limit,
            hard_characters: self.hard_limit,
            ..Limits::default()
        };
        let target = match self.target {
            Target::Soft => TargetLimit::Soft,
            Target::Hard => TargetLimit::Hard,
        };
        Options { limits, target, target_percent: self.share, ..Options::default() }
    }
}

impl PlanArgs {
    pub(super) fn options(&self) -> Options {
        let names: BTreeMap<_, _> = self.names.iter().cloned().collect();
        Options { moves: self.moves.clone(), names, ..self.limits.options() }
    }
}

fn percent(text: &str) -> Result<usize, String> {
    let number = text.trim_end_matches('%').parse().ok().filter(|number| (1..=100).contains(number));
    number.ok_or_else(|| "give a number from 1 to 100".to_owned())
}

fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').map(|(old, new)| (old.trim().to_owned(), new.trim().to_owned()));
    pair.filter(|(old, new)| !old.is_empty() && !new.is_empty())
        .ok_or_else(|| "give the old name and the new one: /mail/audit=/aws/vendedlogs/mail/audit".to_owned())
}
