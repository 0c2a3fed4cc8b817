//! The arguments of `mailtrail coverage`.

use clap::Args;
use mailtrail_clock::{Moment, Time, TimeRange};
use mailtrail_config::{DecodedLimit, settings};
use mailtrail_coverage::Day;

use super::{groups, help};
use crate::args::{AccountArgs, ArchiveArgs};
use crate::backfill::args::{Named, log_group, rate};

#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[derive(Debug, Args)]
pub(crate) struct CoverageArgs {
    #[arg(long = "log-group", help = help::LOG_GROUP, value_name = "GROUP", value_parser = log_group)]
    pub(super) log_groups: Vec<Named>,
    /// The log groups of a WorkMail organization, by id or alias: email events and audit logs
    #[arg(long, value_name = "ID")]
    pub(super) organization: Option<String>,
    #[arg(long, help = help::SINCE, value_name = "TIME")]
    since: Option<Moment>,
    /// Only days before this time, given in the same ways; the same day as --since is that day [default: now]
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,
    #[arg(long, help = help::EXACT)]
    pub(super) exact: bool,
    /// Ask AWS nothing: only what the archive has
    #[arg(long, conflicts_with_all = ["exact", "organization"])]
    pub(super) offline: bool,
    #[command(flatten)]
    pub(super) archive: ArchiveArgs,
    /// Count, and keep nothing of it in the archive
    #[arg(long)]
    pub(super) dry_run: bool,
    /// The most pages to read in a second with --exact [default: half of the quota of the Region]
    #[arg(long, value_name = "PAGES", value_parser = rate)]
    pub(super) rate: Option<f64>,
    /// The largest decoded payload that is read, such as 64MiB
    #[arg(long, value_name = "SIZE", env = settings::DECODED_LIMIT.name, hide_env_values = true,
          default_value = DecodedLimit::DEFAULT_TEXT)]
    pub(super) decoded_limit: DecodedLimit,
    /// Print one JSON object for each log group and day on stdout, and everything else on stderr
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) account: AccountArgs,
    /// The range of `since` and `until`, set by [`Self::complete`].
    #[arg(skip)]
    pub(super) range: TimeRange,
    /// Whether another command runs this one: its text goes to stderr.
    #[arg(skip)]
    pub(super) is_step: bool,
}

impl CoverageArgs {
    /// Some log groups from a day on, as a step of another command.
    pub(crate) fn step(
        log_groups: Vec<Named>,
        range: TimeRange,
        archive: ArchiveArgs,
        account: AccountArgs,
    ) -> Self {
        Self {
            log_groups,
            organization: None,
            since: None,
            until: None,
            exact: false,
            offline: false,
            archive,
            dry_run: false,
            rate: None,
            decoded_limit: DecodedLimit::DEFAULT,
            json: false,
            account,
            range,
            is_step: true,
        }
    }

    /// Resolves relative times, and checks the arguments against each other.
    pub(crate) fn complete(&mut self, now: Time) -> Result<(), String> {
        self.archive.check()?;
        let range = TimeRange::between(self.since, self.until, now);
        self.range = range.map_err(|error| format!("{error}: --since must be before --until"))?;
        self.check_days(now)
    }

    /// Whether there is a day to compare, and that can have events.
    fn check_days(&self, now: Time) -> Result<(), String> {
        let today = Day::of(now);
        if self.range.since().is_some_and(|since| Day::of(since) > today) {
            return Err(format!("--since is in the future: today is {today} (UTC)"));
        }
        if self.range.until() == Some(Time::EPOCH) {
            return Err("--until leaves no day: the first one is 1970-01-01".to_owned());
        }
        if !self.offline && groups::days(self.range, now).is_none() {
            return Err(
                "--until is longer ago than the 30 days that are compared without --since: give both"
                    .to_owned(),
            );
        }
        Ok(())
    }

    /// Whether log groups are named.
    pub(super) fn names_log_groups(&self) -> bool {
        !self.log_groups.is_empty() || self.organization.is_some()
    }
}
