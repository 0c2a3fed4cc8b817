//! The arguments of `mailtrail directory`.

use clap::{Args, Subcommand};
use mailtrail_aws_types::{InvalidIdentifier, OrganizationId, Region};
use mailtrail_clock::{Moment, Time, TimeRange};
use mailtrail_directory::SnapshotKey;

use super::help;
use crate::args::{ArchiveArgs, Target};

#[derive(Debug, Args)]
pub(crate) struct DirectoryArgs {
    #[command(subcommand)]
    pub(super) what: What,
}

#[derive(Debug, Subcommand)]
pub(super) enum What {
    /// Read the directory of organizations, and save what changed
    #[command(long_about = help::SAVE, after_help = help::AFTER_SAVE)]
    Save(SaveArgs),
    /// Show who or what an id, an address or a name is
    #[command(long_about = help::SHOW, after_help = help::AFTER_SHOW)]
    Show(ShowArgs),
    /// Show what changed between two snapshots
    #[command(long_about = help::DIFF, after_help = help::AFTER_DIFF)]
    Diff(DiffArgs),
}

#[derive(Debug, Args)]
pub(crate) struct SaveArgs {
    /// Only this organization, by id or alias; may be repeated [default: all of the account]
    #[arg(long = "organization", value_name = "ID")]
    pub(super) organizations: Vec<String>,
    /// Only this Region; may be repeated [default: us-east-1, us-west-2 and eu-west-1, all that WorkMail has]
    #[arg(long = "region", value_name = "REGION")]
    pub(super) regions: Vec<Region>,
    /// Assume this role first, to work in its account
    #[arg(long, value_name = "ARN")]
    pub(super) assume_role: Option<String>,
    /// Save telephone, street, job title and the like of users, too
    #[arg(long)]
    pub(super) details: bool,
    #[command(flatten)]
    pub(super) archive: ArchiveArgs,
    /// Print one JSON object for each organization on stdout, and everything else on stderr
    #[arg(long)]
    pub(super) json: bool,
    /// Whether another command runs this one: its text goes to stderr.
    #[arg(skip)]
    pub(super) is_step: bool,
}

impl SaveArgs {
    /// One organization, as a step of another command.
    ///
    /// # Errors
    /// When the Region is none.
    pub(crate) fn step(
        organization: &OrganizationId,
        Target { region, assume_role }: Target,
        archive: ArchiveArgs,
    ) -> Result<Self, InvalidIdentifier> {
        Ok(Self {
            organizations: vec![organization.to_string()],
            regions: vec![region.parse()?],
            assume_role,
            details: false,
            archive,
            json: false,
            is_step: true,
        })
    }
}

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// An id, an address, an alias or a name [default: everything that has an address]
    #[arg(value_name = "ID|ADDRESS|NAME")]
    pub(super) asked: Option<String>,
    /// As it was at this time: 2026-11-20 (UTC), 2026-11-20T10:15:00Z, or 30m, 24h, 7d ago [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<Moment>,
    /// Only this organization, by id or alias [default: all that the archive has snapshots of]
    #[arg(long, value_name = "ID")]
    pub(super) organization: Option<String>,
    #[command(flatten)]
    pub(super) archive: ArchiveArgs,
    /// Print one JSON object a line on stdout: what was found, or each snapshot
    #[arg(long)]
    pub(super) json: bool,
    /// The time of `at`, set by [`DirectoryArgs::complete`].
    #[arg(skip = Time::EPOCH)]
    pub(super) time: Time,
}

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// The earlier snapshot, by its key [default: the last but one, or that of --since]
    #[arg(value_name = "A", requires = "after", value_parser = key, conflicts_with_all = ["since", "until", "organization"])]
    pub(super) before: Option<SnapshotKey>,
    /// The later snapshot, by its key [default: the last one, or that of --until]
    #[arg(value_name = "B", value_parser = key)]
    pub(super) after: Option<SnapshotKey>,
    /// What changed from this time on, given as for show --at
    #[arg(long, value_name = "TIME")]
    pub(super) since: Option<Moment>,
    /// What changed until this time, given in the same ways [default: now]
    #[arg(long, value_name = "TIME")]
    pub(super) until: Option<Moment>,
    /// Only this organization, by id or alias [default: all that the archive has snapshots of]
    #[arg(long, value_name = "ID")]
    pub(super) organization: Option<String>,
    #[command(flatten)]
    pub(super) archive: ArchiveArgs,
    /// Print one JSON object for each organization on stdout
    #[arg(long)]
    pub(super) json: bool,
    /// The range of `since` and `until`, set by [`DirectoryArgs::complete`].
    #[arg(skip)]
    pub(super) range: TimeRange,
}

impl DirectoryArgs {
    /// The name of the subcommand.
    pub(crate) fn name(&self) -> &'static str {
        match self.what {
            What::Save(_) => "save",
            What::Show(_) => "show",
            What::Diff(_) => "diff",
        }
    }

    /// Resolves relative times, and checks the arguments against each other.
    pub(crate) fn complete(&mut self, now: Time) -> Result<(), String> {
        match &mut self.what {
            What::Save(args) => args.archive.check(),
            What::Show(args) => {
                args.time = args.at.map_or(now, |at| end_of(at, now));
                if args.time == Time::EPOCH {
                    return Err("--at is before the first snapshot that there can be".to_owned());
                }
                args.archive.check()
            }
            What::Diff(args) => {
                let range = TimeRange::between(args.since, args.until, now);
                args.range = range.map_err(|error| format!("{error}: --since must be before --until"))?;
                let one = |key: &Option<SnapshotKey>| key.as_ref().map(|key| key.organization.clone());
                if one(&args.before) != one(&args.after) {
                    return Err("A and B are snapshots of two organizations: give two of one".to_owned());
                }
                args.archive.check()
            }
        }
    }
}

/// The last moment of what is meant: of a day, its end.
fn end_of(at: Moment, now: Time) -> Time {
    let last = mailtrail_clock::DAY - 1;
    match at {
        Moment::Day(day) => Time::from_millis(day.millis() + last).unwrap_or(day),
        other => other.resolve(now),
    }
}

fn key(text: &str) -> Result<SnapshotKey, String> {
    let form = "directory/organization=m-…/20261120T101502Z.json.zst, as `directory save` prints it";
    SnapshotKey::parse(text).ok_or_else(|| format!("expected the key of a snapshot: {form}"))
}
