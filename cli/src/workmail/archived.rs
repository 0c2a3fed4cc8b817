//! What an archive has of the organizations of an account and Region.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use mailtrail_archive::ArchiveReader;
use mailtrail_aws_client::Deadline;
use mailtrail_aws_types::{LogGroupName, OrganizationId};
use mailtrail_clock::{Time, now};
use mailtrail_coverage::{History, LastChecks, Log};
use mailtrail_policy_survey::Account;
use mailtrail_pull::{LogGroup, LogGroupId};
use mailtrail_retirement::{Holdings, Organizations, Standing, log_groups_of};

use crate::output::{self, WARNING, paint, plain};

/// What an archive keeps that is not an event.
pub(super) struct Archived<'a> {
    pub(super) reader: &'a ArchiveReader,
    history: History,
    checks: LastChecks,
    pub(super) organizations: Organizations,
    pub(super) now: Time,
}

/// The log groups of an organization, by name; nothing for one that does not exist any more.
pub(super) type LogGroups = BTreeMap<String, Option<LogGroup>>;

impl<'a> Archived<'a> {
    /// Reads it. What is not believed is told.
    pub(super) async fn read(reader: &'a ArchiveReader, account: &Account) -> anyhow::Result<Self> {
        let now = now();
        let history = History::read(reader, &account.id, &account.region, now).await?;
        let checks = LastChecks::read(reader, None, now).await?;
        let organizations = Organizations::read(reader, &account.id, &account.region, now).await?;
        let refused = history.refused.iter().chain(&checks.refused).chain(&organizations.refused);
        for (key, reason) in refused {
            warn(&format!("`{key}` is left out of account: {reason}"));
        }
        Ok(Self { reader, history, checks, organizations, now })
    }

    /// The organizations that the archive knows, each with its alias, where that is known.
    pub(super) fn known(&self) -> BTreeMap<OrganizationId, String> {
        let mut known: BTreeMap<OrganizationId, String> = BTreeMap::new();
        let logged = self.history.organizations().map(|(id, alias)| (id.parse().ok(), alias.to_owned()));
        let seen = self.organizations.ids().map(|id| {
            let alias = self.organizations.note(id).map(|(_, note)| note.alias.clone());
            (Some(id.clone()), alias.unwrap_or_default())
        });
        for (id, alias) in logged.chain(seen) {
            let Some(id) = id else { continue };
            let known = known.entry(id).or_default();
            if known.is_empty() {
                *known = alias;
            }
        }
        known
    }

    pub(super) fn standing(&self, id: &OrganizationId) -> Standing {
        self.organizations.standing(id)
    }

    /// The log groups of an organization: those that the archive knows, and those that are named.
    pub(super) async fn log_groups(
        &self,
        account: &Account,
        id: &OrganizationId,
        alias: &str,
        named: BTreeSet<String>,
    ) -> anyhow::Result<LogGroups> {
        let mut all = log_groups_of(&self.history, &self.checks, id, alias);
        all.extend(named);
        let mut groups = LogGroups::new();
        // The archive has what a sender wrote. AWS would refuse the question.
        for name in all.into_iter().filter(|name| LogGroupName::is_valid(name)) {
            let found = account.log_group(&name, Deadline::NEVER).await;
            let found = found.with_context(|| format!("failed to read the log group `{name}`"))?;
            let group = found.map(|found| LogGroup::described(&found, &account.id, &account.region));
            groups.insert(name, group);
        }
        Ok(groups)
    }

    /// `GROUP=m-…` for the log groups of email events: how their events are interpreted.
    pub(super) fn entries(&self, id: &OrganizationId, groups: &LogGroups) -> Vec<String> {
        let is_audit = |name: &str| {
            self.history.logs().any(|log| log.log_group == name && log.log == Log::Authentication)
        };
        groups.keys().filter(|name| !is_audit(name)).map(|name| format!("{name}={id}")).collect()
    }

    /// What the archive has of an organization up to its end, or up to now.
    pub(super) async fn holdings(
        &self,
        account: &Account,
        id: &OrganizationId,
        alias: &str,
        groups: &LogGroups,
        ended: Option<Time>,
    ) -> anyhow::Result<Holdings> {
        let with_retention = groups.iter().map(|(name, group)| {
            let (account, region, name) = (account.id.clone(), account.region.clone(), name.clone());
            let retention = group.as_ref().and_then(|group| group.retention_days);
            (LogGroupId { account, region, name }, retention)
        });
        let account_region = (account.id.as_str(), account.region.as_str());
        let groups = with_retention.collect();
        let times = (ended, self.now);
        Ok(Holdings::read(self.reader, id, alias, &groups, account_region, &self.checks, times).await?)
    }
}

/// Says on stderr what needs attention.
pub(super) fn warn(text: &str) {
    output::note(&format!("{} {}", paint(WARNING, "!"), plain(text)));
}
