//! The arguments of `mailtrail ingest`.

use std::collections::HashSet;
use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use mailtrail_archive::{Location, S3Options};
use mailtrail_config::settings;
use mailtrail_delivery::Target;
use mailtrail_normalize::{Columns, InternalDomains, Source};
use mailtrail_pipeline::{Options, Organization, PerLogGroup, WrongEntry};
use mailtrail_watch::WatchList;

use super::help;
use crate::args::{ARCHIVE_HELP, account_id, jobs, missing_archive, size};

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
          value_parser = jobs())]
    pub(crate) jobs: usize,
    /// The largest decoded payload; a larger one is quarantined: 64MiB, 1GiB, bytes
    #[arg(long, value_name = "SIZE", env = settings::DECODED_LIMIT.name, hide_env_values = true,
          default_value = "64MiB", value_parser = size)]
    decoded_limit: usize,
    #[command(flatten)]
    pub(crate) destinations: DestinationArgs,
    #[command(flatten)]
    interpretation: InterpretationArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Where to")]
pub(crate) struct DestinationArgs {
    #[arg(long, help = ARCHIVE_HELP, value_name = "URL", env = settings::ARCHIVE.name, hide_env_values = true)]
    archive: Option<Location>,
    /// The account that the bucket must belong to: twelve digits
    #[arg(long, value_name = "ACCOUNT", env = settings::ARCHIVE_OWNER.name, hide_env_values = true,
          value_parser = account_id)]
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
struct InterpretationArgs {
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

impl IngestArgs {
    /// Fills in what follows from the surroundings, and checks what one option says about another.
    pub(crate) fn complete(&mut self) -> Result<(), String> {
        if self.destinations.archive.is_none() {
            return Err(missing_archive());
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
        self.interpretation.watches.clone().unwrap_or_default()
    }

    /// What the pipeline wants to know.
    pub(crate) fn options(&self) -> anyhow::Result<Options> {
        let InterpretationArgs {
            region,
            internal_domains,
            own_log_groups,
            organizations,
            sources,
            columns,
            ..
        } = &self.interpretation;
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

impl DestinationArgs {
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

/// An empty variable names nothing.
fn named(list: &[String]) -> Vec<String> {
    list.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
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
