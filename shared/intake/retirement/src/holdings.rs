//! What an archive has of an organization: the log groups, by what coverage keeps of them, and the newest snapshot of its names.

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_archive::{ArchiveError, ArchiveReader};
use mailtrail_aws_client::Deadline;
use mailtrail_aws_types::OrganizationId;
use mailtrail_clock::Time;
use mailtrail_coverage::{Day, History, LastChecks};
use mailtrail_pull::LogGroupId;
use mailtrail_snapshots::{Snapshots, held_until};
use serde::Serialize;

use crate::log_group_days::LogGroupDays;
use crate::note::{Missing, MissingKind, days_between, last_day};

/// What an archive has of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holdings {
    /// `m-…`
    pub organization: OrganizationId,
    /// Its alias, where it is known.
    pub alias: String,
    /// The account of the organization.
    pub account: String,
    /// Its Region.
    pub region: String,
    /// The last day that was counted.
    pub until: Day,
    /// Its log groups, by name.
    pub log_groups: Vec<LogGroupDays>,
    /// The newest snapshot of its directory.
    pub snapshot: Option<Snapshot>,
}

/// A snapshot of a directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    /// Its key.
    pub key: String,
    /// When what it says was last read, whether or not that made a snapshot.
    #[serde(skip)]
    pub as_of: Time,
    /// How many days ago that was.
    pub age_days: i64,
}

impl Holdings {
    /// Puts together what an archive keeps of an organization up to its end, or up to now. `log_groups` are its own, each with the
    /// days after which its events expire, where that is known.
    ///
    /// # Errors
    /// When the archive cannot be listed.
    pub async fn read(
        archive: &ArchiveReader,
        organization: &OrganizationId,
        alias: &str,
        log_groups: &BTreeMap<LogGroupId, Option<i32>>,
        (account, region): (&str, &str),
        checks: &LastChecks,
        (ended, now): (Option<Time>, Time),
    ) -> Result<Self, ArchiveError> {
        let until = last_day(ended, now);
        let none = BTreeMap::new();
        let counted = log_groups.iter().map(|(id, retention)| {
            LogGroupDays::count(&id.name, checks.days.get(id).unwrap_or(&none), until, *retention)
        });
        Ok(Self {
            organization: organization.clone(),
            alias: alias.to_owned(),
            account: account.to_owned(),
            region: region.to_owned(),
            until,
            log_groups: counted.collect(),
            snapshot: newest_snapshot(archive, organization, now).await?,
        })
    }

    /// What is missing. An organization that is still there can have a snapshot of the day on which it ends.
    pub fn missing(&self, ended: Time, is_listed: bool) -> Vec<Missing> {
        let mut missing = Vec::new();
        let mut add = |kind, text: String| missing.push(Missing { kind, text });
        match &self.snapshot {
            None => add(MissingKind::Names, "no snapshot has its names".to_owned()),
            Some(snapshot) if is_listed && Day::of(snapshot.as_of) < Day::of(ended) => {
                let text = format!("they were last read on {}", Day::of(snapshot.as_of));
                add(MissingKind::Names, text);
            }
            Some(_) => {}
        }
        if self.log_groups.is_empty() {
            add(MissingKind::Unknown, "no log group of it is known".to_owned());
        }
        for group in &self.log_groups {
            let name = &group.log_group;
            if group.was_never_compared() {
                add(MissingKind::Unknown, format!("`{name}` was never compared"));
                continue;
            }
            if group.gap > 0 {
                let events = group.missing_events;
                add(MissingKind::Gap, format!("`{name}`: at least {events} events of {} days", group.gap));
            }
            if group.silent > 0 {
                add(
                    MissingKind::Silent,
                    format!("`{name}`: {} days of which metrics count mail", group.silent),
                );
            }
            if group.unknown > 0 {
                add(MissingKind::Unknown, format!("`{name}`: {} days were not compared", group.unknown));
            }
        }
        missing
    }
}

/// The log groups that an organization logs to, or once did: those that are known to be its own, and those of its account and
/// Region whose name has its id.
pub fn log_groups_of(
    history: &History,
    checks: &LastChecks,
    organization: &OrganizationId,
    alias: &str,
) -> BTreeSet<String> {
    let id = organization.to_string();
    let logs = history.logs().filter(|log| {
        log.organization == id || log.organization.is_empty() && !alias.is_empty() && log.alias == alias
    });
    let is_here = |it: &&LogGroupId| it.account == history.account() && it.region == history.region();
    let is_named = |it: &&LogGroupId| it.name.split('/').any(|part| part == id);
    let by_name = checks.days.keys().filter(is_here).filter(is_named).map(|it| it.name.clone());
    logs.map(|log| log.log_group.clone()).chain(by_name).collect()
}

/// The newest snapshot of an organization, and up to when it holds; what is of the future is none.
async fn newest_snapshot(
    archive: &ArchiveReader,
    organization: &OrganizationId,
    now: Time,
) -> Result<Option<Snapshot>, ArchiveError> {
    let snapshots = Snapshots::list(archive, Some(organization), Deadline::NEVER).await?;
    let Some(newest) = snapshots.newest(now).next() else { return Ok(None) };
    let as_of = held_until(archive, &newest, now, Deadline::NEVER).await?;
    Ok(Some(Snapshot { key: newest.to_string(), as_of, age_days: days_between(as_of, now) }))
}
