//! The command line: which command, and what is wrong with its arguments before any work begins (exit code 2).

use std::ffi::OsString;

use clap::builder::Resettable;
use clap::error::ErrorKind;
use clap::{Arg, CommandFactory, FromArgMatches, Parser, Subcommand};
use mailtrail_clock::now;

use crate::activity::{self, ActivityArgs};
use crate::backfill::{self, BackfillArgs};
use crate::coverage::{self, CoverageArgs};
use crate::demo::{self, DemoArgs};
use crate::directory::{self, DirectoryArgs};
use crate::doctor::{self, DoctorArgs};
use crate::ingest::{self, IngestArgs};
use crate::permissions::{self, PermissionsArgs};
use crate::policy::{self, PolicyArgs};
use crate::redrive::{self, RedriveArgs};
use crate::search::{self, SearchArgs};
use crate::trace::{self, TraceArgs};
use crate::workmail::{self, WorkmailArgs};

const AFTER_HELP: &str = "\
Exit codes:
  0  done
  1  failed
  2  wrong usage
  3  done, but something needs attention (quarantined, undelivered, unreadable)

Examples:
  mailtrail demo
  mailtrail ingest --archive ./archive payload.gz
  mailtrail backfill --log-group /aws/workmail/emailevents/example --archive ./archive
  mailtrail coverage --archive ./archive
  mailtrail redrive undelivered --archive ./archive
  mailtrail trace --archive ./archive --from alice@example.com --to bob@example.net
  mailtrail search --archive ./archive --since 24h --filter-pattern BOUNCED
  mailtrail activity --archive ./archive --user alice --follow
  mailtrail permissions workmail cloudwatch-logs
  mailtrail policy audit
  mailtrail directory save --archive ./archive
  mailtrail workmail status
  mailtrail doctor
  mailtrail help ingest";

/// Archives the logs of Amazon WorkMail: CloudWatch Logs batches, normalized to OCSF 1.8.0, in an archive that stays
/// readable for years.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the pipeline on sample events, on this machine
    #[command(long_about = demo::help::ABOUT, after_help = demo::help::AFTER)]
    Demo(DemoArgs),
    /// Ingest payloads into an archive, and into streams
    #[command(long_about = ingest::help::ABOUT, after_help = ingest::help::AFTER)]
    Ingest(Box<IngestArgs>),
    /// Archive the events that CloudWatch Logs has and the archive lacks
    #[command(long_about = backfill::help::ABOUT, after_help = backfill::help::AFTER)]
    Backfill(Box<BackfillArgs>),
    /// Compare what CloudWatch Logs has of each day with what the archive has
    #[command(long_about = coverage::help::ABOUT, after_help = coverage::help::AFTER)]
    Coverage(Box<CoverageArgs>),
    /// Do again what failed: streams, failed invocations, quarantine, raw copies
    #[command(long_about = redrive::help::ABOUT, after_help = redrive::help::AFTER)]
    Redrive(Box<RedriveArgs>),
    /// Show where messages went: what became of each for its recipients, and its journey
    #[command(long_about = trace::help::ABOUT, after_help = trace::help::AFTER)]
    Trace(Box<TraceArgs>),
    /// Search an archive with a filter pattern of CloudWatch Logs
    #[command(long_about = search::help::ABOUT, after_help = search::help::AFTER)]
    Search(Box<SearchArgs>),
    /// Show who did what: users, roles, sessions and access keys, in AWS and in mailboxes
    #[command(long_about = activity::help::ABOUT, after_help = activity::help::AFTER)]
    Activity(Box<ActivityArgs>),
    /// Save, show and compare who and what the ids of WorkMail organizations are
    #[command(long_about = directory::help::ABOUT, after_help = directory::help::AFTER)]
    Directory(Box<DirectoryArgs>),
    /// Print the permissions that deliver the logs of a service
    #[command(long_about = permissions::help::ABOUT, after_help = permissions::help::AFTER)]
    Permissions(Box<PermissionsArgs>),
    /// Audit the resource policies of CloudWatch Logs, and make room in them
    #[command(long_about = policy::help::ABOUT, after_help = policy::help::AFTER)]
    Policy(Box<PolicyArgs>),
    /// Show, enable and disable the logging of WorkMail's email events
    #[command(long_about = workmail::help::ABOUT, after_help = workmail::help::AFTER)]
    Workmail(Box<WorkmailArgs>),
    /// Check the logging of an account, and say how to fix what is wrong
    #[command(long_about = doctor::help::ABOUT, after_help = doctor::help::AFTER)]
    Doctor(Box<DoctorArgs>),
}

impl Cli {
    /// Parses the command line. For `--help` and for wrong usage, prints a text and ends the process.
    pub(crate) fn from_command_line() -> Self {
        let mut command = Self::command().mut_subcommands(|command| command.mut_args(ignore_empty_variable));
        command.build();
        keep_usage(&mut command);
        let read = Self::from_arg_matches(&command.get_matches_mut());
        let mut cli = read.unwrap_or_else(|error| error.exit());
        let (names, completed): (&[&str], _) = match &mut cli.command {
            Command::Demo(_) => return cli,
            Command::Ingest(args) => (&["ingest"], args.complete()),
            Command::Backfill(args) => (&["backfill"], args.complete(now())),
            Command::Coverage(args) => (&["coverage"], args.complete(now())),
            Command::Redrive(args) => (&["redrive", args.name()], args.complete(now())),
            Command::Trace(args) => (&["trace"], args.complete(now())),
            Command::Search(args) => (&["search"], args.reading.complete(now())),
            Command::Activity(args) => (&["activity"], args.complete(now())),
            Command::Directory(args) => (&["directory", args.name()], args.complete(now())),
            Command::Permissions(args) => (&["permissions"], args.check()),
            Command::Workmail(args) => (&["workmail", args.name()], args.check()),
            Command::Doctor(args) => (&["doctor"], args.check()),
            Command::Policy(args) => (&["policy", args.name()], args.check()),
        };
        if let Err(message) = completed {
            let command =
                names.iter().try_fold(&mut command, |command, name| command.find_subcommand_mut(name));
            let of_it = command.map(|command| command.error(ErrorKind::MissingRequiredArgument, &message));
            of_it
                .unwrap_or_else(|| Self::command().error(ErrorKind::MissingRequiredArgument, message))
                .exit();
        }
        cli
    }
}

/// The usage of an error is that of the help. clap would name each option that has a value as if it were required, also
/// one whose value a variable gives.
fn keep_usage(command: &mut clap::Command) {
    for command in command.get_subcommands_mut() {
        let usage = command.render_usage().to_string();
        let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage).to_owned();
        *command = std::mem::take(command).override_usage(usage);
        keep_usage(command);
    }
}

/// An empty variable counts as not set, as it does for the functions.
fn ignore_empty_variable(arg: Arg) -> Arg {
    let is_blank = |value: OsString| value.to_string_lossy().trim().is_empty();
    let is_empty = |name| std::env::vars_os().any(|(other, value)| other == name && is_blank(value));
    if arg.get_env().is_some_and(is_empty) { arg.env(Resettable::Reset) } else { arg }
}

#[cfg(test)]
#[path = "command_tests.rs"]
mod tests;
