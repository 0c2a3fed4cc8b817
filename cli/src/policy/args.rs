//! The arguments of `mailtrail policy`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use mailtrail_archive::Location;
use mailtrail_clock::parse_duration;
use mailtrail_config::settings;
use mailtrail_plain_text::shell_word;
use mailtrail_policy_apply::{Commands, option_words};
use mailtrail_resource_policy::limits::{
    HARD_CHARACTERS, Limits, SOFT_CHARACTERS, VENDED_LOGS_PREFIX, WARNING_DAYS,
};
use mailtrail_resource_policy::moving::is_name;
use mailtrail_resource_policy::plan::{Options, Plan, TargetLimit};

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
    /// The name of the command.
    pub(crate) fn name(&self) -> &'static str {
        match &self.command {
            PolicyCommand::Snapshot(_) => "snapshot",
            PolicyCommand::Audit(_) => "audit",
            PolicyCommand::Plan(_) => "plan",
            PolicyCommand::Apply(_) => "apply",
            PolicyCommand::Rollback(_) => "rollback",
        }
    }

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

impl ChangeArgs {
    /// The commands by which people go on.
    pub(super) fn commands(&self) -> Commands {
        let archive = self.archive.as_ref().map(Location::to_string);
        let options = [
            ("--archive", archive.as_deref()),
            ("--archive-owner", self.archive_owner.as_deref()),
            ("--archive-kms-key", self.archive_kms_key.as_deref()),
        ];
        Commands::new(&self.survey.account(), &given(&options))
    }
}

impl HistoryArgs {
    /// The options that say the same, as they stand in a command.
    pub(super) fn words(&self) -> String {
        let archive = self.archive.as_ref().map(Location::to_string);
        let options = [("--archive", archive.as_deref()), ("--archive-owner", self.archive_owner.as_deref())];
        option_words(&given(&options))
    }
}

/// The options that were given.
fn given<'a>(options: &[(&'a str, Option<&'a str>)]) -> Vec<(&'a str, &'a str)> {
    options.iter().filter_map(|(name, value)| Some((*name, (*value)?))).collect()
}

impl AuditArgs {
    /// The command that shows the plan of the same account, limits and sizes.
    pub(super) fn plan_command(&self) -> String {
        let (source, limits, history) = (self.source.words(), self.limits.words(), self.history.words());
        format!("mailtrail policy plan{source}{limits}{history}")
    }
}

impl LimitArgs {
    /// The options that say the same, as they stand in a command; what is so anyway is left out.
    fn words(&self) -> String {
        let (limits, most) = (Limits::default(), Options::default().target_percent);
        let numbers = [
            ("--share", self.share.to_string(), self.share != most),
            ("--soft-limit", self.soft_limit.to_string(), self.soft_limit != limits.soft_characters),
            ("--hard-limit", self.hard_limit.to_string(), self.hard_limit != limits.hard_characters),
            ("--days", self.days.to_string(), self.days != WARNING_DAYS),
        ];
        let target = if self.target == Target::Hard { " --target hard" } else { "" };
        let said = numbers.iter().filter(|(_, _, is_other)| *is_other);
        let said: Vec<_> = said.map(|(name, value, _)| (*name, value.as_str())).collect();
        format!("{target}{}", option_words(&said))
    }

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
    /// The names that a plan has no use for, a sentence each: it moves no such log group.
    pub(super) fn unused_names(&self, plan: &Plan) -> Vec<String> {
        let is_used = |old: &str| {
            let mut moved = plan.steps.iter().filter_map(|step| step.moving.as_ref());
            moved.any(|moving| moving.from == old) || self.moves.iter().any(|moved| moved == old)
        };
        let unused = self.names.iter().filter(|(old, _)| !is_used(old));
        unused.map(|(old, new)| format!("the name {new} is not used: the plan does not move {old}")).collect()
    }

    /// How to carry the plan out that was written to a file.
    pub(super) fn apply_hint(&self) -> String {
        let Some(path) = &self.output else {
            return "to carry it out, write it to a file: --output FILE".to_owned();
        };
        let (path, account) = (path.to_string_lossy(), option_words(&self.source.account()));
        let command = format!("mailtrail policy apply {}", shell_word(&path));
        match self.history.words() {
            archive if archive.is_empty() => {
                format!(
                    "see its calls: {command} --dry-run{account} (to carry it out, name the archive for its journal: --archive)"
                )
            }
            archive => format!("carry it out: {command}{archive}{account}"),
        }
    }

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
    let (old, new) = pair.filter(|(old, new)| !old.is_empty() && !new.is_empty()).ok_or_else(|| {
        "give the old name and the new one: /mail/audit=/aws/vendedlogs/mail/audit".to_owned()
    })?;
    if is_name(&new) && new.starts_with(VENDED_LOGS_PREFIX) && new != VENDED_LOGS_PREFIX {
        Ok((old, new))
    } else {
        Err(format!("`{new}` is not the name of a log group under {VENDED_LOGS_PREFIX}"))
    }
}
