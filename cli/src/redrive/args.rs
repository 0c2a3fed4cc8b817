//! The arguments of `mailtrail redrive`.

use std::path::Path;

use clap::{ArgGroup, Args, Subcommand};
use mailtrail_archive::Location;
use mailtrail_clock::{Moment, Time, TimeRange};
use mailtrail_config::{DecodedLimit, StreamTarget, settings};

use super::help;
use crate::args::{ArchiveArgs, Streams, jobs, outside, real_path, stream_targets};
use crate::inputs::Identity;

#[derive(Debug, Args)]
pub(crate) struct RedriveArgs {
    #[command(subcommand)]
    pub(super) what: What,
}

#[derive(Debug, Subcommand)]
pub(super) enum What {
    /// Send to a stream what it did not take
    #[command(long_about = help::UNDELIVERED, after_help = help::AFTER_UNDELIVERED)]
    Undelivered(UndeliveredArgs),
    /// Archive the events of failed invocations
    #[command(long_about = help::FAILURES, after_help = help::AFTER_FAILURES)]
    Failures(FailuresArgs),
    /// Archive what was quarantined and can be read now
    #[command(long_about = help::QUARANTINE, after_help = help::AFTER_QUARANTINE)]
    Quarantine(QuarantineArgs),
    /// Send raw copies to a stream, or map them anew into another archive
    #[command(long_about = help::RAW, after_help = help::AFTER_RAW)]
    Raw(RawArgs),
}

#[derive(Debug, Args)]
pub(super) struct UndeliveredArgs {
    #[arg(long = "stream", help = help::STREAMS, value_name = "URL", env = settings::STREAMS.name,
          hide_env_values = true)]
    streams: Vec<Streams>,
    #[command(flatten)]
    pub(super) archive: ArchiveArgs,
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    pub(super) claims: ClaimArgs,
}

#[derive(Debug, Args)]
pub(super) struct FailuresArgs {
    /// The bucket of failed invocations, s3://…, or a directory with a copy of it
    #[arg(value_name = "FROM")]
    pub(super) from: Location,
    #[command(flatten)]
    pub(super) archive: ArchiveArgs,
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    pub(super) limit: LimitArgs,
    #[command(flatten)]
    pub(super) region: RegionArgs,
}

#[derive(Debug, Args)]
pub(super) struct QuarantineArgs {
    #[command(flatten)]
    pub(super) archive: ArchiveArgs,
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    pub(super) limit: LimitArgs,
    #[command(flatten)]
    pub(super) region: RegionArgs,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("destination").required(true))]
pub(super) struct RawArgs {
    #[arg(long, help = help::STREAM, value_name = "URL", group = "destination")]
    pub(super) stream: Option<StreamTarget>,
    #[arg(long, help = help::TO, value_name = "URL", group = "destination")]
    pub(super) to: Option<Location>,
    /// Only events from this time on: 2026-11-20 (UTC), 2026-11-20T10:15:00Z, or 30m, 24h, 7d ago
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// Only events before this time, given in the same ways; the same day as --since is that day
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,
    /// Only events of this log group; may be repeated
    #[arg(long = "log-group", value_name = "NAME")]
    pub(super) log_groups: Vec<String>,
    #[command(flatten)]
    pub(super) archive: ArchiveArgs,
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    pub(super) limit: LimitArgs,
    #[command(flatten)]
    pub(super) claims: ClaimArgs,
    /// The range of `since` and `until`, set by [`RedriveArgs::complete`].
    #[arg(skip)]
    pub(super) range: TimeRange,
}

#[derive(Debug, Clone, Copy, Args)]
pub(super) struct RunArgs {
    /// Say what would be done, and write and send nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// The most events to redrive in a second, in all [default: any number]
    #[arg(long, value_name = "EVENTS", value_parser = rate)]
    pub(super) rate: Option<f64>,
    /// The number of objects to redrive at a time, up to 64
    #[arg(long, value_name = "N", default_value = "4", value_parser = jobs())]
    pub(super) jobs: usize,
    /// Print the counts as one JSON object on stdout, and everything else on stderr
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Clone, Copy, Args)]
pub(super) struct LimitArgs {
    /// The largest decoded payload, such as 64MiB or 1GiB; larger ones cannot be read
    #[arg(long, value_name = "SIZE", env = settings::DECODED_LIMIT.name, hide_env_values = true,
          default_value = DecodedLimit::DEFAULT_TEXT)]
    pub(super) decoded_limit: DecodedLimit,
}

#[derive(Debug, Clone, Copy, Args)]
pub(super) struct ClaimArgs {
    /// Send also what a run before this one has in hand: only where none of them runs any more
    #[arg(long)]
    pub(super) take_over: bool,
}

#[derive(Debug, Clone, Args)]
pub(super) struct RegionArgs {
    /// The Region of events that neither they nor the object say one of [default: unknown]
    #[arg(long, value_name = "REGION", env = settings::AWS_REGION, hide_env_values = true)]
    pub(super) region: Option<String>,
}

impl RedriveArgs {
    /// The name of the subcommand.
    pub(crate) fn name(&self) -> &'static str {
        match &self.what {
            What::Undelivered(_) => "undelivered",
            What::Failures(_) => "failures",
            What::Quarantine(_) => "quarantine",
            What::Raw(_) => "raw",
        }
    }

    /// How fast, and what is printed.
    pub(super) fn run(&self) -> RunArgs {
        match &self.what {
            What::Undelivered(args) => args.run,
            What::Failures(args) => args.run,
            What::Quarantine(args) => args.run,
            What::Raw(args) => args.run,
        }
    }

    /// Resolves relative times, and checks the arguments against each other.
    pub(crate) fn complete(&mut self, now: Time) -> Result<(), String> {
        match &mut self.what {
            What::Undelivered(args) => {
                let archive = args.archive.location()?;
                args.targets()?.iter().try_for_each(|stream| outside_of(stream, archive))
            }
            What::Failures(args) => args.archive.location().map(drop),
            What::Quarantine(args) => args.archive.location().map(drop),
            What::Raw(args) => args.complete(now),
        }
    }
}

impl UndeliveredArgs {
    /// The streams that are named; none for all.
    pub(super) fn targets(&self) -> Result<Vec<StreamTarget>, String> {
        stream_targets(&self.streams).map_err(|error| error.to_string())
    }
}

impl RawArgs {
    fn complete(&mut self, now: Time) -> Result<(), String> {
        let archive = self.archive.location()?;
        if let Some(stream) = &self.stream {
            outside_of(stream, archive)?;
        }
        if let Some(to) = self.to.as_ref().filter(|to| overlap(to, archive)) {
            return Err(format!(
                "the archives `{archive}` and `{to}` are one, or one lies in the other: give another one with --to"
            ));
        }
        let range = TimeRange::between(self.since, self.until, now);
        self.range = range.map_err(|error| format!("{error}: --since must be before --until"))?;
        Ok(())
    }
}

fn outside_of(stream: &StreamTarget, archive: &Location) -> Result<(), String> {
    match archive {
        Location::Directory(path) => outside(stream, path),
        Location::S3 { .. } => Ok(()),
    }
}

/// Whether two archives are one, or one lies in the other, as far as their addresses tell.
fn overlap(one: &Location, other: &Location) -> bool {
    match (one, other) {
        (Location::Directory(one), Location::Directory(other)) => {
            let same = Identity::of(one).is_some_and(|identity| Identity::of(other) == Some(identity));
            same || nested(&real_path(one), &real_path(other))
        }
        (Location::S3 { bucket: one, prefix }, Location::S3 { bucket: other, prefix: other_prefix }) => {
            one == other && nested(Path::new(prefix), Path::new(other_prefix))
        }
        _ => false,
    }
}

fn nested(one: &Path, other: &Path) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse::<f64>().ok().filter(|rate| (0.01..=1_000_000.0).contains(rate));
    rate.ok_or_else(|| "expected a number of events a second, from 0.01 to 1000000".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_overlap_where_they_are_one_or_nested() {
        let folder = tempfile::tempdir().unwrap();
        let at = |below: &str| folder.path().join(below).display().to_string();
        std::fs::create_dir_all(folder.path().join("a/b")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("a"), folder.path().join("link")).unwrap();
        let overlaps = |one: &str, other: &str| {
            let [one, other] = [one, other].map(|text| text.parse::<Location>().unwrap());
            assert_eq!(overlap(&one, &other), overlap(&other, &one));
            overlap(&one, &other)
        };
        for other in
            [at("a"), at("a/"), at("a/b"), at("a/b/new"), at("a/b/.."), at("link"), at("link/b"), at("")]
        {
            assert!(overlaps(&at("a"), &other), "{other}");
        }
        for other in [at("c"), at("ab"), "s3://bucket/a".to_owned()] {
            assert!(!overlaps(&at("a"), &other), "{other}");
        }
        for other in ["s3://bucket/a", "s3://bucket/a/", "s3://bucket", "s3://bucket/a/b", "s3://bucket//a//"]
        {
            assert!(overlaps("s3://bucket/a", other), "{other}");
        }
        for other in ["s3://bucket/ab", "s3://bucket/b", "s3://other/a"] {
            assert!(!overlaps("s3://bucket/a", other), "{other}");
        }
    }

    #[test]
    fn a_rate_is_a_number_of_events() {
        assert_eq!((rate("2"), rate("0.5")), (Ok(2.0), Ok(0.5)));
        for text in ["0", "-1", "NaN", "inf", "fast"] {
            assert!(rate(text).is_err(), "{text}");
        }
    }
}
