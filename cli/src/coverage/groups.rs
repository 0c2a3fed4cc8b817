//! Which log groups and days are compared.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use mailtrail_aws_client::Deadline;
use mailtrail_clock::{DAY, Time, TimeRange};
use mailtrail_coverage::Day;
use mailtrail_policy_survey::Account;
use mailtrail_pull::{ArchivedDays, LogGroup, LogGroupId};

use super::args::CoverageArgs;
use super::witness::Witnesses;
use crate::backfill::groups::{Functions, Groups};
use crate::output::{self, WARNING, paint, plain};

/// The days that are compared where no beginning is given.
const DAYS: i64 = 30;

/// A log group, and whether it exists.
#[derive(Debug, Clone)]
pub(super) struct Compared {
    pub(super) group: LogGroup,
    pub(super) exists: bool,
}

/// The log groups that are asked for: those that are named, or those with a subscription filter.
pub(super) async fn find(account: &Account, args: &CoverageArgs) -> anyhow::Result<Vec<Compared>> {
    let mut groups = Groups::default();
    groups.add_named(account, &args.log_groups).await?;
    if let Some(name) = &args.organization {
        groups.add_organization(account, name).await?;
    }
    if !args.names_log_groups()
        && let Err(error) = groups.add_subscribed(account, &mut Functions::of(account)).await
    {
        let text = format!("failed to find the log groups with a subscription filter: {error:#}");
        output::note(&format!("{} {}", paint(WARNING, "!"), plain(&text)));
    }
    Ok(groups.wanted.into_values().map(|group| Compared { group, exists: true }).collect())
}

/// The log groups that the archive has events of, and that are not among those that were found.
pub(super) async fn of_archive(
    account: &Account,
    found: &[Compared],
    archived: &ArchivedDays,
) -> anyhow::Result<Vec<Compared>> {
    let known: BTreeSet<&str> = found.iter().map(|it| it.group.name.as_str()).collect();
    let mut others = Vec::new();
    for LogGroupId { name, .. } in archived.keys().filter(|id| !known.contains(id.name.as_str())) {
        others.push(described(account, name).await?);
    }
    Ok(others)
}

/// The log groups that organizations log to, and that are not among those that were found: what they have is not archived. Those
/// that organizations once logged to as well, as long as they exist.
pub(super) async fn of_organizations(
    account: &Account,
    found: &[Compared],
    witnesses: &Witnesses,
) -> anyhow::Result<Vec<Compared>> {
    let known: BTreeSet<&str> = found.iter().map(|it| it.group.name.as_str()).collect();
    let mut others = Vec::new();
    for (name, is_now) in witnesses.log_groups().filter(|(name, _)| !known.contains(name)) {
        let described = described(account, name).await?;
        others.extend(Some(described).filter(|it| it.exists || is_now));
    }
    Ok(others)
}

async fn described(account: &Account, name: &str) -> anyhow::Result<Compared> {
    let described = account.log_group(name, Deadline::NEVER).await;
    let described = described.with_context(|| format!("failed to read the log group `{name}`"))?;
    let exists = described.is_some();
    let group = match described {
        Some(described) => LogGroup::described(&described, &account.id, &account.region),
        None => LogGroup {
            name: name.to_owned(),
            account: account.id.clone(),
            region: account.region.clone(),
            ..LogGroup::default()
        },
    };
    Ok(Compared { group, exists })
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
    let (first, last) = (archived.keys().next(), archived.keys().next_back());
    let first = range.since().map(Time::day_number).or(first.copied())?;
    let until = range.until().map(|until| (until.millis() - 1).div_euclid(DAY));
    let last = until.or(last.copied())?.min(now.day_number());
    let (first, last) = (Day::new(first)?, Day::new(last)?);
    (first <= last).then_some((first, last))
}

/// The days of a range on which a log group can have events. It takes events from 14 days before it was created.
pub(super) fn possible(compared: &Compared, (first, last): (Day, Day)) -> Option<(Day, Day)> {
    let oldest = if compared.exists { compared.group.oldest_possible().max(0) } else { 0 };
    let first = first.max(Day::new(oldest / DAY)?);
    (first <= last).then_some((first, last))
}
