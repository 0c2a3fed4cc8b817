//! Which log groups and days are compared.

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_aws_client::Deadline;
use mailtrail_aws_types::LogGroupName;
use mailtrail_clock::{DAY, Time, TimeRange};
use mailtrail_coverage::{Day, Reason};
use mailtrail_policy_survey::Account;
use mailtrail_pull::{ArchivedDays, LogGroup, LogGroupId, Observer};

use super::args::CoverageArgs;
use super::progress::Progress;
use super::witness::Witnesses;
use crate::backfill::groups::{Functions, Groups};
use crate::output::count;

/// The days that are compared where no beginning is given.
const DAYS: i64 = 30;

/// CloudWatch Logs began in July 2014, and takes events that are up to 14 days old: no log group has any of an earlier day.
/// <https://aws.amazon.com/blogs/aws/cloudwatch-log-service/>
const EARLIEST: i64 = 16_247;

/// A log group, and whether it exists.
#[derive(Debug, Clone)]
pub(super) struct Compared {
    pub(super) group: LogGroup,
    /// Why its events cannot be counted: it does not exist, or AWS did not say whether it does.
    pub(super) absence: Option<Reason>,
}

/// The log groups that are asked for: those that are named, or those with a subscription filter. What could not be found out
/// comes beside them.
pub(super) async fn find(
    account: &Account,
    args: &CoverageArgs,
) -> anyhow::Result<(Vec<Compared>, Vec<String>)> {
    let mut groups = Groups::default();
    groups.add_named(account, &args.log_groups).await?;
    if let Some(name) = &args.organization {
        groups.add_organization(account, name).await?;
    }
    let mut unread = Vec::new();
    if !args.names_log_groups() {
        match groups.add_subscribed(account, &mut Functions::of(account)).await {
            Ok(subscribed) => unread.extend(subscribed.unread.first().map(|(name, error)| {
                let all = count(u64::try_from(subscribed.unread.len()).unwrap_or(u64::MAX), "log group");
                format!("failed to find out whether {all}, such as `{name}`, have a subscription filter of mailtrail: {error}")
            })),
            Err(error) => {
                unread.push(format!("failed to find the log groups with a subscription filter: {error:#}"));
            }
        }
    }
    let found = groups.wanted.into_values().map(|group| Compared { group, absence: None });
    Ok((found.collect(), unread))
}

/// The log groups that the archive has events of, and that are not among those that were found.
pub(super) async fn of_archive(
    account: &Account,
    found: &[Compared],
    archived: &ArchivedDays,
    progress: &Progress,
) -> Vec<Compared> {
    let known: BTreeSet<&str> = found.iter().map(|it| it.group.name.as_str()).collect();
    let mut others = Vec::new();
    for LogGroupId { name, .. } in archived.keys().filter(|id| !known.contains(id.name.as_str())) {
        others.push(described(account, name, progress).await);
    }
    others
}

async fn described(account: &Account, name: &str, progress: &Progress) -> Compared {
    let absent = |reason| {
        let (name, account, region) = (name.to_owned(), account.id.clone(), account.region.clone());
        let group = LogGroup { name, account, region, ..LogGroup::default() };
        Compared { group, absence: Some(reason) }
    };
    // The archive has what a sender wrote. AWS would refuse the question.
    if !LogGroupName::is_valid(name) {
        return absent(Reason::NoLogGroup);
    }
    match account.log_group(name, Deadline::NEVER).await {
        Ok(Some(found)) => {
            Compared { group: LogGroup::described(&found, &account.id, &account.region), absence: None }
        }
        Ok(None) => absent(Reason::NoLogGroup),
        Err(error) => {
            progress.note(format!("failed to read the log group `{name}`: {error}"));
            absent(Reason::NotAnswered)
        }
    }
}

/// The log groups that organizations log to, and that are not among those that were found: what they have is not archived. Those
/// that organizations once logged to as well, as long as they exist.
pub(super) async fn of_organizations(
    account: &Account,
    found: &[Compared],
    witnesses: &Witnesses,
    progress: &Progress,
) -> Vec<Compared> {
    let known: BTreeSet<&str> = found.iter().map(|it| it.group.name.as_str()).collect();
    let mut others = Vec::new();
    for (name, is_now) in witnesses.log_groups().filter(|(name, _)| !known.contains(name)) {
        let described = described(account, name, progress).await;
        others.extend(Some(described).filter(|it| is_now || it.absence != Some(Reason::NoLogGroup)));
    }
    others
}

/// The first and the last day of a range; without a beginning, of the last days.
pub(super) fn days(range: TimeRange, now: Time) -> Option<(Day, Day)> {
    let today = now.day_number();
    let first = range.since().map_or(today - DAYS, Time::day_number);
    let last = range.until().map_or(today, |until| (until.millis() - 1).div_euclid(DAY)).min(today);
    let (first, last) = (Day::new(first.max(0))?, Day::new(last)?);
    (first <= last).then_some((first, last))
}

/// A range of days with the day before and the day after it.
pub(super) fn with_days_beside((first, last): (Day, Day)) -> (Day, Day) {
    let beside = |day: Day, days: i64| Day::new(day.number() + days).unwrap_or(day);
    (beside(first, -1), beside(last, 1))
}

/// The days of a log group that the archive has, for a range whose beginning or end may be open.
pub(super) fn days_of_archive<T>(
    range: TimeRange,
    archived: &BTreeMap<i64, T>,
    now: Time,
) -> Option<(Day, Day)> {
    let mut possible = archived.range(EARLIEST..=now.day_number().max(EARLIEST)).map(|(day, _)| *day);
    let first = possible.next();
    let last = possible.next_back().or(first);
    let first = range.since().map(Time::day_number).or(first)?;
    let until = range.until().map(|until| (until.millis() - 1).div_euclid(DAY));
    let last = until.or(last)?.min(now.day_number());
    let (first, last) = (Day::new(first.max(EARLIEST))?, Day::new(last)?);
    (first <= last).then_some((first, last))
}

/// What an archive has of days on which no log group can have an event.
pub(super) fn impossible(archived: &ArchivedDays, now: Time) -> Option<String> {
    let is_impossible = |day: &i64| *day < EARLIEST || *day > now.day_number();
    let found = || archived.values().flatten().filter(|(day, _)| is_impossible(day));
    let day = Day::new(*found().next()?.0)?;
    let events = count(found().fold(0, |sum: u64, (_, it)| sum.saturating_add(it.events)), "event");
    Some(format!(
        "the archive has {events} of days on which no log group can have one, such as {day}: not compared"
    ))
}

/// The days of a range on which a log group can have events, and those of which the archive has some. It takes events from 14
/// days before it was created.
pub(super) fn possible<T>(
    compared: &Compared,
    (first, last): (Day, Day),
    archived: Option<&BTreeMap<i64, T>>,
) -> Option<(Day, Day)> {
    let archived = archived.and_then(|days| days.range(first.number()..=last.number()).next());
    let archived = archived.map(|(day, _)| *day);
    let created = compared.absence.is_none().then(|| compared.group.oldest_possible() / DAY);
    let oldest = created.into_iter().chain(archived).min().unwrap_or(EARLIEST).max(EARLIEST);
    let first = first.max(Day::new(oldest)?);
    (first <= last).then_some((first, last))
}
