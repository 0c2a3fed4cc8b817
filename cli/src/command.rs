//! The command line: which command, and what is wrong with its arguments before any work begins (exit code 2).

use std::ffi::OsString;

use clap::builder::Resettable;
use clap::error::ErrorKind;
use clap::{Arg, CommandFactory, FromArgMatches, Parser, Subcommand};
use mailtrail_clock::now;

use crate::activity::{self, ActivityArgs};
use crate::demo::{self, DemoArgs};
use crate::doctor::{self, DoctorArgs};
use crate::ingest::{self, IngestArgs};
use crate::permissions::{self, PermissionsArgs};
use crate::policy::{self, PolicyArgs};
use crate::search::{self, SearchArgs};
use crate::workmail::{self, WorkmailArgs};

const EXAMPLES: &str = "\
Examples:
  mailtrail demo
  mailtrail ingest --archive ./archive payload.gz
  mailtrail search --archive ./archive --since 24h --filter-pattern BOUNCED
  mailtrail activity --archive ./archive --user alice --follow
  mailtrail permissions workmail cloudwatch-logs
  mailtrail policy audit
  mailtrail workmail status
  mailtrail doctor
  mailtrail help ingest

Exit codes:
  0  done
  1  failed
  2  wrong usage
  3  done, but something needs a look (quarantined, undelivered, unreadable)";

/// Keeps what Amazon WorkMail logs: CloudWatch Logs batches, normalised to OCSF 1.8.0, in an archive that
/// can be read for years.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the main job on this machine: no AWS, no account, nothing to prepare
    #[command(long_about = demo::help::ABOUT, after_help = demo::help::AFTER)]
    Demo(DemoArgs),
    /// Ingest payloads into an archive, and send them to streams
    #[command(long_about = ingest::help::ABOUT, after_help = ingest::help::AFTER)]
    Ingest(Box<IngestArgs>),
    /// Find log events in an archive by a filter pattern of CloudWatch Logs
    #[command(long_about = search::help::ABOUT, after_help = search::help::AFTER)]
    Search(Box<SearchArgs>),
    /// Show who did what: users, roles, sessions and access keys, in AWS and in mailboxes
    #[command(long_about = activity::help::ABOUT, after_help = activity::help::AFTER)]
    Activity(Box<ActivityArgs>),
    /// Print what must be allowed for the logs of a service to arrive
    #[command(long_about = permissions::help::ABOUT, after_help = permissions::help::AFTER)]
    Permissions(Box<PermissionsArgs>),
    /// Audit the resource policies of CloudWatch Logs, and make room in them
    #[command(long_about = policy::help::ABOUT, after_help = policy::help::AFTER)]
    Policy(Box<PolicyArgs>),
    /// Show and switch the logging of WorkMail's email events
    #[command(long_about = workmail::help::ABOUT, after_help = workmail::help::AFTER)]
    Workmail(Box<WorkmailArgs>),
    /// Find out what is wrong with the logging of an account, before it breaks
    #[command(long_about = doctor::help::ABOUT, after_help = doctor::help::AFTER)]
    Doctor(Box<DoctorArgs>),
}

impl Cli {
    /// Reads the command line. Prints help, or what is wrong, and ends the process where that is what it
    /// asks for, or needs.
    pub(crate) fn from_command_line() -> Self {
        let mut command = Self::command().mut_subcommands(|command| command.mut_args(set_or_not));
        let read = Self::from_arg_matches(&command.get_matches_mut());
        let mut cli = read.unwrap_or_else(|error| error.exit());
        let (name, completed) = match &mut cli.command {
            Command::Demo(_) | Command::Workmail(_) | Command::Doctor(_) => return cli,
            Command::Ingest(args) => ("ingest", args.complete()),
            Command::Search(args) => ("search", args.reading.complete(now())),
            Command::Activity(args) => ("activity", args.complete(now())),
            Command::Permissions(args) => ("permissions", args.check()),
            Command::Policy(args) => ("policy", args.check()),
        };
        if let Err(message) = completed {
            let command = command.find_subcommand_mut(name);
            command.unwrap_or(&mut Self::command()).error(ErrorKind::MissingRequiredArgument, message).exit();
        }
        cli
    }
}

/// An empty variable counts as not set, as it does for the functions.
fn set_or_not(arg: Arg) -> Arg {
    let is_blank = |value: OsString| value.to_string_lossy().trim().is_empty();
    let is_empty = |name| std::env::vars_os().any(|(other, value)| other == name && is_blank(value));
    if arg.get_env().is_some_and(is_empty) { arg.env(Resettable::Reset) } else { arg }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
