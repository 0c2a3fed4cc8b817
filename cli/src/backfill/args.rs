//! The arguments of `mailtrail backfill`.

use clap::Args;
use mailtrail_aws_types::{Arn, LogGroupName};
use mailtrail_clock::{Moment, Time, TimeRange};

use super::help;
use crate::args::{AccountArgs, ArchiveArgs, jobs};

#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[derive(Debug, Args)]
pub(crate) struct BackfillArgs {
    /// A log group, by name or ARN; may be repeated
    #[arg(long = "log-group", value_name = "GROUP", value_parser = log_group)]
    pub(super) log_groups: Vec<Named>,
    /// The log groups of a WorkMail organization, by id or alias: email events and audit logs
    #[arg(long, value_name = "ID")]
    pub(super) organization: Option<String>,
    #[arg(long, help = help::SUBSCRIBED)]
    pub(super) subscribed: bool,
    /// Only events from this time on: 2026-11-20 (UTC), 2026-11-20T10:15:00Z, or 30m, 24h, 7d ago [default: all that there are]
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// Only events before this time, given in the same ways [default: now]
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,
    #[command(flatten)]
    pub(super) archive: ArchiveArgs,
    #[arg(long, help = help::UNMASK)]
    pub(super) unmask: bool,
    /// Say what is missing, and write nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    #[arg(long, help = help::RATE, value_name = "PAGES", value_parser = rate)]
    pub(super) rate: Option<f64>,
    /// The number of log groups to read at a time, up to 64
    #[arg(long, value_name = "N", default_value = "4", value_parser = jobs())]
    pub(super) jobs: usize,
    /// Print the counts as one JSON object on stdout, and everything else on stderr
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) account: AccountArgs,
    /// The range of `since` and `until`, set by [`Self::complete`].
    #[arg(skip)]
    pub(super) range: TimeRange,
    /// Log group → organization, of those that are known before WorkMail is asked: `GROUP=m-…`.
    #[arg(skip)]
    pub(super) organizations: Vec<String>,
    /// Whether another command runs this one: its text goes to stderr.
    #[arg(skip)]
    pub(super) is_step: bool,
}

/// A log group that was named on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) name: String,
    /// Account and Region, where an ARN was given.
    pub(crate) place: Option<(String, String)>,
}

impl BackfillArgs {
    /// The whole of some log groups, as a step of another command.
    pub(crate) fn step(
        log_groups: Vec<Named>,
        organizations: Vec<String>,
        archive: ArchiveArgs,
        account: AccountArgs,
    ) -> Self {
        Self {
            log_groups,
            organization: None,
            subscribed: false,
            since: None,
            until: None,
            archive,
            unmask: false,
            dry_run: false,
            rate: None,
            jobs: 4,
            json: false,
            account,
            range: TimeRange::default(),
            organizations,
            is_step: true,
        }
    }

    /// Resolves relative times, and checks the arguments against each other.
    pub(crate) fn complete(&mut self, now: Time) -> Result<(), String> {
        if self.log_groups.is_empty() && self.organization.is_none() && !self.subscribed {
            return Err(
                "nothing to read: give --log-group GROUP, --organization ID or --subscribed".to_owned()
            );
        }
        self.archive.check()?;
        let [since, until] = [self.since, self.until].map(|moment| Some(moment?.resolve(now)));
        let range = TimeRange::new(since, until);
        self.range = range.map_err(|error| format!("{error}: --since must be before --until"))?;
        Ok(())
    }
}

/// A log group by its name, or by its ARN with or without the `:*` at its end.
pub(crate) fn log_group(text: &str) -> Result<Named, String> {
    let Ok(arn) = Arn::parse(text) else {
        let name = text.parse::<LogGroupName>().map(String::from).map_err(|error| error.to_string())?;
        return Ok(Named { name, place: None });
    };
    let name = arn.log_group_name().and_then(|name| name.parse::<LogGroupName>().ok()).map(String::from);
    match (name, arn.account_id(), arn.region()) {
        (Some(name), Some(account), region) if !region.is_empty() => {
            Ok(Named { name, place: Some((account.to_owned(), region.to_owned())) })
        }
        _ => Err("expected the name or the ARN of a log group".to_owned()),
    }
}

pub(crate) fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse::<f64>().ok().filter(|rate| (0.01..=1_000.0).contains(rate));
    rate.ok_or_else(|| "expected a number of pages a second, from 0.01 to 1000".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_group_is_named_or_has_an_arn() {
        let place = Some(("111122223333".to_owned(), "eu-west-1".to_owned()));
        for end in ["", ":*"] {
            let arn = format!("arn:aws:logs:eu-west-1:111122223333:log-group:/example/mail{end}");
            assert_eq!(log_group(&arn), Ok(Named { name: "/example/mail".to_owned(), place: place.clone() }));
        }
        assert_eq!(log_group("/example/mail"), Ok(Named { name: "/example/mail".to_owned(), place: None }));
        for text in ["", "a b", "arn:aws:s3:::example", "arn:aws:logs:eu-west-1:111122223333:log-group:a b"] {
            assert!(log_group(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_rate_is_a_number_of_pages() {
        assert_eq!((rate("2"), rate("0.5")), (Ok(2.0), Ok(0.5)));
        for text in ["0", "-1", "NaN", "inf", "fast"] {
            assert!(rate(text).is_err(), "{text}");
        }
    }
}
