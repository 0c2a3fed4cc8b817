//! The arguments of `mailtrail ingest`.

use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use mailtrail_aws_types::{InvalidIdentifier, LogGroupName};
use mailtrail_config::{
    ArchiveConfig, Config, DecodedLimit, IntakeConfig, InvalidEntry, Location, Organization, PerLogGroup,
    S3Options, WatchListSource, settings,
};
use mailtrail_import::FileOrigin;
use mailtrail_normalize::{Columns, InternalDomains, Source};
use mailtrail_subscription::names_audit_fields;
use mailtrail_watch::WatchList;

use super::help;
use crate::args::{ARCHIVE_HELP, Streams, account_id, jobs, missing_archive, outside, stream_targets};
use crate::inputs::s3_address;

#[derive(Debug, Args)]
pub(crate) struct IngestArgs {
    #[arg(help = help::PATH, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Say what would be taken in, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Keep files without payloads in quarantine/ of the archive, instead of skipping them
    #[arg(long)]
    pub(crate) quarantine: bool,
    /// Print the ledger as one JSON object on stdout, and everything else on stderr
    #[arg(long)]
    pub(crate) json: bool,
    /// The number of files to process at a time, up to 64
    #[arg(long, value_name = "N", default_value = "4",
          value_parser = jobs())]
    pub(crate) jobs: usize,
    /// The largest decoded payload, such as 64MiB or 1GiB; larger ones are quarantined
    #[arg(long, value_name = "SIZE", env = settings::DECODED_LIMIT.name, hide_env_values = true,
          default_value = DecodedLimit::DEFAULT_TEXT)]
    pub(crate) decoded_limit: DecodedLimit,
    #[command(flatten)]
    destinations: DestinationArgs,
    #[command(flatten)]
    origin: OriginArgs,
    #[command(flatten)]
    interpretation: InterpretationArgs,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Origin of events in files that do not say it")]
struct OriginArgs {
    /// The log group, such as /aws/workmail/emailevents/example
    #[arg(long, value_name = "NAME", value_parser = log_group)]
    log_group: Option<String>,
    /// The log stream [default: that in the path of an export task's object]
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    log_stream: Option<String>,
    /// The account of the log group: 12 digits [default: that in the path, where AWS wrote it]
    #[arg(long, value_name = "ACCOUNT", value_parser = account_id)]
    account: Option<String>,
    #[arg(long, help = help::FIELDS, value_name = "FIELDS", value_parser = fields)]
    fields: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Destinations")]
struct DestinationArgs {
    #[arg(long, help = ARCHIVE_HELP, value_name = "URL", env = settings::ARCHIVE.name, hide_env_values = true)]
    archive: Option<Location>,
    /// The account that must own the bucket: 12 digits
    #[arg(long, value_name = "ACCOUNT", env = settings::ARCHIVE_OWNER.name, hide_env_values = true,
          value_parser = account_id)]
    archive_owner: Option<String>,
    /// The KMS key that encrypts objects in S3 [default: the default encryption of the bucket]
    #[arg(long, value_name = "KEY", env = settings::ARCHIVE_KMS_KEY.name, hide_env_values = true)]
    archive_kms_key: Option<String>,
    #[arg(long = "stream", help = help::STREAM, value_name = "URL", env = settings::STREAMS.name,
          hide_env_values = true)]
    streams: Vec<Streams>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Interpretation of events")]
struct InterpretationArgs {
    /// The Region of events without one [default: unknown]
    #[arg(long, value_name = "REGION", env = settings::AWS_REGION, hide_env_values = true)]
    region: Option<String>,
    /// A mail domain of yours: mail between such domains is internal; may be repeated
    #[arg(long = "internal-domain", value_name = "DOMAIN", env = settings::INTERNAL_DOMAINS.name,
          hide_env_values = true, value_delimiter = ',')]
    internal_domains: Vec<String>,
    /// A log group of mailtrail itself, whose batches are refused; may be repeated
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
    /// Mark the events that match this watch list: a JSON file in the format of the functions
    #[arg(long, value_name = "FILE", value_parser = watch_list)]
    watches: Option<WatchListSource>,
}

impl IngestArgs {
    /// Applies defaults, and checks the arguments against each other.
    pub(crate) fn complete(&mut self) -> Result<(), String> {
        if self.destinations.archive.is_none() && !self.dry_run {
            return Err(missing_archive());
        }
        let streams = stream_targets(&self.destinations.streams).map_err(|error| error.to_string())?;
        if let Some(Location::Directory(archive)) = &self.destinations.archive {
            streams.iter().try_for_each(|stream| outside(stream, archive))?;
        }
        for path in &self.paths {
            if let Some(Err(error)) = s3_address(path) {
                return Err(error.to_string().replacen("invalid archive", "invalid PATH", 1));
            }
        }
        if self.paths.is_empty() {
            if io::stdin().is_terminal() {
                return Err(
                    "nothing to ingest: give files or directories, or pipe a payload to stdin".to_owned()
                );
            }
            self.paths.push("-".into());
        }
        Ok(())
    }

    /// Where the archive is. A dry run needs none.
    pub(crate) fn location(&self) -> Option<&Location> {
        self.destinations.archive.as_ref()
    }

    /// The decisions of the command line. What it has no option for has the default of the functions.
    pub(crate) fn config(&self) -> anyhow::Result<Config> {
        let DestinationArgs { archive, archive_owner, archive_kms_key, .. } = &self.destinations;
        // `complete` has checked that there is one.
        let location = archive.clone().ok_or_else(|| anyhow::Error::msg(missing_archive()))?;
        let s3 = S3Options { expected_owner: archive_owner.clone(), kms_key: archive_kms_key.clone() };
        Ok(Config {
            archive: ArchiveConfig { location: location.clone(), s3 },
            streams: stream_targets(&self.destinations.streams)?,
            watch_list: self.interpretation.watches.clone().unwrap_or_default(),
            intake: self.intake()?,
            ..Config::new(location)
        })
    }

    /// Where the events of files are from, as far as those do not say it.
    pub(crate) fn origin(&self) -> FileOrigin {
        let OriginArgs { log_group, log_stream, account, fields } = self.origin.clone();
        FileOrigin {
            account,
            region: self.interpretation.region.clone(),
            log_group,
            log_stream,
            organization: None,
            fields,
        }
    }

    /// How events are interpreted.
    pub(crate) fn intake(&self) -> anyhow::Result<IntakeConfig> {
        let InterpretationArgs {
            region,
            internal_domains,
            own_log_groups,
            organizations,
            sources,
            columns,
            watches: _,
        } = &self.interpretation;
        Ok(IntakeConfig {
            region: region.clone(),
            decoded_limit: self.decoded_limit,
            own_log_groups: non_empty(own_log_groups),
            organizations: per_log_group(organizations)?,
            sources: per_log_group(sources)?,
            columns: per_log_group(columns)?,
            internal_domains: InternalDomains::new(non_empty(internal_domains)),
        })
    }
}

/// The fields of an audit log, as a header names them.
fn fields(text: &str) -> Result<String, String> {
    // It must be what a header may be, too.
    let header = text.replace("\\t", "\t").replace("\\s", " ");
    if !names_audit_fields(&header) {
        return Err("name the fields of the delivery in their order, such as \
                    'event_timestamp request_id organization_arn user_id'"
            .to_owned());
    }
    text.parse::<Columns>().map(|_| text.to_owned()).map_err(|error| error.to_string())
}

fn log_group(text: &str) -> Result<String, InvalidIdentifier> {
    text.parse::<LogGroupName>().map(String::from)
}

/// The entries of a list that are not empty, as those of an empty variable are.
fn non_empty(list: &[String]) -> Vec<String> {
    list.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

/// Validates an entry of a list with a value for each log group. Empty entries of a variable are ignored.
fn entry<T: FromStr<Err: Display>>(text: &str) -> Result<String, String> {
    per_log_group::<T>(&[text.to_owned()]).map(|_| text.to_owned()).map_err(|error| error.reason)
}

fn per_log_group<T: FromStr<Err: Display>>(entries: &[String]) -> Result<PerLogGroup<T>, InvalidEntry> {
    PerLogGroup::parse(entries.iter().map(|entry| entry.trim()).filter(|entry| !entry.is_empty()))
}

/// A watch list without invalid entries. All that is wrong with it is reported at once, so that it can be corrected.
fn watch_list(path: &str) -> Result<WatchListSource, String> {
    let json = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let (_, invalid) = WatchList::parse(&json);
    let invalid: Vec<String> = invalid.iter().map(ToString::to_string).collect();
    if invalid.is_empty() { Ok(WatchListSource::Inline(json)) } else { Err(invalid.join("; ")) }
}
