//! The arguments, and everything about them that can be wrong before any work begins (exit code 2).

use std::collections::HashSet;
use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::str::FromStr;

use bytesize::ByteSize;
use clap::builder::{RangedU64ValueParser, Resettable};
use clap::error::ErrorKind;
use clap::{Arg, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use mailtrail_archive::{Location, S3Options};
use mailtrail_clock::now;
use mailtrail_config::settings;
use mailtrail_delivery::Target;
use mailtrail_normalize::{Columns, InternalDomains, Source};
use mailtrail_pipeline::{Options, Organization, PerLogGroup, WrongEntry};
use mailtrail_watch::WatchList;

use crate::activity::ActivityArgs;
use crate::doctor::DoctorArgs;
use crate::help;
use crate::permissions::PermissionsArgs;
use crate::policy::PolicyArgs;
use crate::search::SearchArgs;
use crate::workmail::WorkmailArgs;

/// Keeps what Amazon WorkMail logs: CloudWatch Logs batches, normalised to OCSF 1.8.0, in an archive that
/// can be read for years.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = help::MAIN)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the main job on this machine: no AWS, no account, nothing to prepare
    #[command(long_about = help::DEMO_ABOUT, after_help = help::DEMO)]
    Demo(DemoArgs),
    /// Take payloads into an archive, and to streams
    #[command(long_about = help::INGEST_ABOUT, after_help = help::INGEST)]
    Ingest(Box<IngestArgs>),
    /// Find log events in an archive by a filter pattern of CloudWatch Logs
    #[command(long_about = help::SEARCH_ABOUT, after_help = help::SEARCH)]
    Search(Box<SearchArgs>),
    /// Show who did what: users, roles, sessions and access keys, in AWS and in mailboxes
    #[command(long_about = help::ACTIVITY_ABOUT, after_help = help::ACTIVITY)]
    Activity(Box<ActivityArgs>),
    /// Print what must be allowed for the logs of a service to arrive
    #[command(long_about = help::PERMISSIONS_ABOUT, after_help = help::PERMISSIONS)]
    Permissions(Box<PermissionsArgs>),
    /// Audit the resource policies of CloudWatch Logs, and make room in them
    #[command(long_about = help::POLICY_ABOUT, after_help = help::POLICY)]
    Policy(Box<PolicyArgs>),
    /// Show and switch the logging of WorkMail's email events
    #[command(long_about = help::WORKMAIL_ABOUT, after_help = help::WORKMAIL)]
    Workmail(Box<WorkmailArgs>),
    /// Find out what is wrong with the logging of an account, before it breaks
    #[command(long_about = help::DOCTOR_ABOUT, after_help = help::DOCTOR)]
    Doctor(Box<DoctorArgs>),
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Folder for the archive [default: mailtrail-demo/archive]
    #[arg(long, value_name = "DIR", value_parser = directory)]
    pub(crate) archive: Option<PathBuf>,
    /// Print the ledger as one JSON object on stdout, and the rest on stderr
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct IngestArgs {
    /// Files, folders (with all that is in them), or - for standard input [default: what is piped in]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Print the ledger as one JSON object on stdout, and the rest on stderr
    #[arg(long)]
    pub(crate) json: bool,
    /// How many files to work on at a time, up to 64
    #[arg(long, value_name = "N", default_value = "4",
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=64))]
    pub(crate) jobs: usize,
    /// The largest decoded payload; a larger one is quarantined: 64MiB, 1GiB, bytes
    #[arg(long, value_name = "SIZE", env = settings::DECODED_LIMIT.name, hide_env_values = true,
          default_value = "64MiB", value_parser = size)]
    decoded_limit: usize,
    #[command(flatten)]
    pub(crate) destinations: Destinations,
    #[command(flatten)]
    meaning: Meaning,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Where to")]
pub(crate) struct Destinations {
    #[arg(long, help = help::ARCHIVE, value_name = "URL", env = settings::ARCHIVE.name, hide_env_values = true)]
    archive: Option<Location>,
    /// The account that the bucket must belong to: twelve digits
    #[arg(long, value_name = "ACCOUNT", env = settings::ARCHIVE_OWNER.name, hide_env_values = true,
          value_parser = account)]
    archive_owner: Option<String>,
    /// The KMS key to encrypt objects in S3 with [default: as the bucket is set up]
    #[arg(long, value_name = "KEY", env = settings::ARCHIVE_KMS_KEY.name, hide_env_values = true)]
    archive_kms_key: Option<String>,
    #[arg(long = "stream", help = help::STREAM, value_name = "URL", env = settings::STREAMS.name,
          hide_env_values = true)]
    streams: Vec<Streams>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What the events mean")]
struct Meaning {
    /// The Region of events that do not say theirs [default: unknown]
    #[arg(long, value_name = "REGION", env = settings::AWS_REGION, hide_env_values = true)]
    region: Option<String>,
    /// A mail domain of your own: mail between such domains is internal; may be repeated
    #[arg(long = "internal-domain", value_name = "DOMAIN", env = settings::INTERNAL_DOMAINS.name,
          hide_env_values = true, value_delimiter = ',')]
    internal_domains: Vec<String>,
    /// A log group that mailtrail itself writes to: its batches are refused; may be repeated
    #[arg(long = "own-log-group", value_name = "NAME", env = settings::OWN_LOG_GROUPS.name,
          hide_env_values = true, value_delimiter = ',')]
    own_log_groups: Vec<String>,
    /// The WorkMail organization: m-…, or GROUP=m-… for the events of that log group; may be repeated
    #[arg(long = "organization", value_name = "ID", env = settings::ORGANIZATIONS.name, hide_env_values = true,
          value_delimiter = ',', value_parser = entry::<Organization>)]
    organizations: Vec<String>,
    #[arg(long = "source", help = help::SOURCE, value_name = "SOURCE", env = settings::SOURCES.name,
          hide_env_values = true, value_delimiter = ',', value_parser = entry::<Source>)]
    sources: Vec<String>,
    #[arg(long, help = help::COLUMNS, value_name = "GROUP=FIELD|FIELD…", env = settings::COLUMNS.name,
          hide_env_values = true, value_delimiter = ' ', value_parser = entry::<Columns>)]
    columns: Vec<String>,
    /// Mark the events of whom and what this watch list names: a JSON file, as the functions take it
    #[arg(long, value_name = "FILE", value_parser = watch_list)]
    watches: Option<WatchList>,
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

impl IngestArgs {
    /// Fills in what follows from the surroundings, and checks what one option says about another.
    fn complete(&mut self) -> Result<(), String> {
        if self.destinations.archive.is_none() {
            return Err(no_archive());
        }
        let mut names = HashSet::new();
        if let Some(twin) = self.destinations.streams().find(|target| !names.insert(target.name())) {
            return Err(format!(
                "two streams are called `{}`, and their counts could not be told apart: rename one",
                twin.name()
            ));
        }
        if self.paths.is_empty() {
            if io::stdin().is_terminal() {
                return Err("nothing to ingest: name files or folders, or pipe a payload in".to_owned());
            }
            self.paths.push("-".into());
        }
        Ok(())
    }

    /// Whom and what to watch.
    pub(crate) fn watches(&self) -> WatchList {
        self.meaning.watches.clone().unwrap_or_default()
    }

    /// What the pipeline wants to know.
    pub(crate) fn options(&self) -> anyhow::Result<Options> {
        let Meaning { region, internal_domains, own_log_groups, organizations, sources, columns, .. } =
            &self.meaning;
        Ok(Options {
            region: region.clone(),
            decoded_limit: self.decoded_limit,
            own_log_groups: named(own_log_groups),
            organizations: per_log_group(organizations)?,
            sources: per_log_group(sources)?,
            columns: per_log_group(columns)?,
            internal_domains: InternalDomains::new(named(internal_domains)),
        })
    }
}

impl Destinations {
    /// The archive. [`IngestArgs::complete`] has seen that there is one.
    pub(crate) fn archive(&self) -> anyhow::Result<&Location> {
        self.archive.as_ref().ok_or_else(|| anyhow::anyhow!("no archive is named"))
    }

    /// Where the archive is, in words.
    pub(crate) fn describe_archive(&self) -> anyhow::Result<String> {
        let archive = self.archive()?;
        Ok(match (archive, &self.archive_owner) {
            (Location::S3 { .. }, Some(owner)) => format!("{archive}, a bucket of account {owner}"),
            _ => archive.to_string(),
        })
    }

    pub(crate) fn s3_options(&self) -> S3Options {
        S3Options { expected_owner: self.archive_owner.clone(), kms_key: self.archive_kms_key.clone() }
    }

    pub(crate) fn streams(&self) -> impl Iterator<Item = &Target> {
        self.streams.iter().flat_map(|streams| &streams.0)
    }
}

/// Streams, parted by white space: the variable may name several.
#[derive(Debug, Clone)]
struct Streams(Vec<Target>);

impl FromStr for Streams {
    type Err = mailtrail_delivery::UnknownTarget;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split_whitespace().map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

/// What to say where no archive is named.
pub(crate) fn no_archive() -> String {
    format!(
        "no archive is named: give --archive DIR, --archive file:///… or --archive s3://bucket/prefix, or set {}",
        settings::ARCHIVE.name
    )
}

/// An empty variable names nothing.
fn named(list: &[String]) -> Vec<String> {
    list.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

fn directory(text: &str) -> Result<PathBuf, String> {
    match text.parse::<Location>().map_err(|error| error.to_string())? {
        Location::Directory(path) => Ok(path),
        Location::S3 { .. } => Err("the demo stays on this machine: give a directory".to_owned()),
    }
}

pub(crate) fn account(text: &str) -> Result<String, String> {
    let digits = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { Ok(text.to_owned()) } else { Err("an AWS account has twelve digits".to_owned()) }
}

/// An entry of a list that has a value for each log group. Empty ones come from variables and are none.
fn entry<T: FromStr<Err: Display>>(text: &str) -> Result<String, String> {
    per_log_group::<T>(&[text.to_owned()]).map(|_| text.to_owned()).map_err(|error| error.reason)
}

fn per_log_group<T: FromStr<Err: Display>>(entries: &[String]) -> Result<PerLogGroup<T>, WrongEntry> {
    PerLogGroup::parse(entries.iter().map(|entry| entry.trim()).filter(|entry| !entry.is_empty()))
}

/// All that is wrong with a list is told at once; who types a command can mend it.
fn watch_list(path: &str) -> Result<WatchList, String> {
    let json = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let (list, wrong) = WatchList::parse(&json);
    let wrong: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    if wrong.is_empty() { Ok(list) } else { Err(wrong.join("; ")) }
}

/// No payload of any use is smaller than this.
const SMALLEST_LIMIT: usize = 64 << 10;

pub(crate) fn size(text: &str) -> Result<usize, String> {
    let size = text.parse::<ByteSize>().ok().and_then(|size| usize::try_from(size.as_u64()).ok());
    size.filter(|&bytes| bytes >= SMALLEST_LIMIT)
        .ok_or_else(|| "give a size such as 64MiB, 1GiB or 67108864, and at least 64KiB".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sizes_are_bytes_or_have_a_unit() {
        for (text, bytes) in
            [("67108864", 64 << 20), ("64MiB", 64 << 20), ("64 MB", 64_000_000), ("1GiB", 1 << 30)]
        {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "0", "-1", "63KiB", "much", "64 apples", "99999999999999999999"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
