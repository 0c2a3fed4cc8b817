//! What WorkMail itself counted: its metrics, saved, and whose they are.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use aws_sdk_cloudwatch::Client;
use mailtrail_archive::{Archive, ArchiveReader};
use mailtrail_aws_client::Deadline;
use mailtrail_aws_client::failure::Failure;
use mailtrail_clock::Time;
use mailtrail_coverage::metrics::{MetricDay, days_to_ask, wanted};
use mailtrail_coverage::{CloudWatchMetrics, Day, History, Log, Observed, Witness};
use mailtrail_policy_survey::{Account, CallError};
use mailtrail_pull::ArchivedDays;

use crate::backfill::groups::{audit_logs, group_of};
use crate::output::{self, WARNING, count, paint, plain};
use crate::workmail::organizations;

/// The log type of a delivery source of sign-ins.
/// <https://docs.aws.amazon.com/workmail/latest/adminguide/monitoring-audit-logging.html>
const AUTHENTICATION: &str = "AUTHENTICATION_LOGS";

/// What is known beside the logs.
#[derive(Debug, Default)]
pub(super) struct Witnesses {
    history: History,
    organizations: Organizations,
    /// How many figures were saved now.
    saved: usize,
    /// Whether something was not answered, or what the archive keeps is not believed.
    pub(super) is_partial: bool,
}

/// The organizations of the account and Region, as far as they can be read.
#[derive(Debug, Default)]
struct Organizations {
    /// Id → alias; nothing where they cannot be listed.
    known: Option<BTreeMap<String, String>>,
    /// Where they log to now.
    logs: BTreeSet<Observed>,
    /// What was not answered.
    problems: Vec<String>,
}

impl Witnesses {
    /// Saves the metrics of the account and Region, where it has a `WorkMail` organization or had one, and whose log each log
    /// group is. What cannot be read is told; the days then have no witness but what was saved before.
    pub(super) async fn read(
        account: &Account,
        reader: &ArchiveReader,
        archive: Option<&Archive>,
        now: Time,
    ) -> anyhow::Result<Self> {
        let mut history = History::read(reader, &account.id, &account.region, now).await?;
        let mut organizations = Organizations::read(account).await;
        let logs = history.observe(organizations.logs.clone());
        let refused = history.refused.iter();
        let mut problems: Vec<String> =
            refused.map(|(key, reason)| format!("`{key}` is left out of account: {reason}")).collect();
        problems.append(&mut organizations.problems);
        let has_none = organizations.known.as_ref().is_none_or(BTreeMap::is_empty);
        let is_needed = !has_none || !history.log_groups().is_empty() || history.metrics().next().is_some();
        let mut saved = 0;
        if is_needed {
            let days = match ask(account, &history, now).await {
                Ok(days) => history.update(days),
                Err(failure) => {
                    problems.push(format!("failed to read the metrics of WorkMail: {failure}"));
                    Vec::new()
                }
            };
            saved = days.len();
            if let Some(archive) = archive {
                history.save(archive, &days, &logs, now).await.context(super::NOT_KEPT)?;
            }
        }
        for problem in &problems {
            output::note(&format!("{} {}", paint(WARNING, "!"), plain(problem)));
        }
        Ok(Self { history, organizations, saved, is_partial: !problems.is_empty() })
    }

    /// The log groups that organizations log to, or once did: each with whether one does now.
    pub(super) fn log_groups(&self) -> impl Iterator<Item = (&str, bool)> {
        let logs = &self.organizations.logs;
        let is_now = |name: &str| logs.iter().any(|log| log.log_group == name);
        self.history.log_groups().into_iter().map(move |name| (name, is_now(name)))
    }

    /// Learns from what the archive has where the only organization of the Region logged before.
    pub(super) async fn learn(
        &mut self,
        archived: &ArchivedDays,
        archive: Option<&Archive>,
        now: Time,
    ) -> anyhow::Result<()> {
        let Some((id, alias)) = self.only() else { return Ok(()) };
        let logs = self.history.logs_of_only(id, alias, archived);
        let logs = self.history.observe(logs);
        if let Some(archive) = archive {
            self.history.save(archive, &[], &logs, now).await.context(super::NOT_KEPT)?;
        }
        Ok(())
    }

    /// What metrics say of a log group and a day.
    pub(super) fn of(&self, log_group: &str, day: Day, archived: &ArchivedDays) -> Option<Witness> {
        self.history.witness(log_group, self.only().is_some(), day, archived)
    }

    /// Id and alias of the organization, where the Region has one, and is not known to have had another.
    fn only(&self) -> Option<(&str, &str)> {
        let now = self.organizations.known.as_ref()?.iter().map(|(id, alias)| (id.as_str(), alias.as_str()));
        let known: BTreeMap<&str, &str> = now.chain(self.history.organizations()).collect();
        if known.len() == 1 { known.into_iter().next() } else { None }
    }

    /// What was saved, in words.
    pub(super) fn text(&self) -> Option<String> {
        let saved = u64::try_from(self.saved).unwrap_or(u64::MAX);
        (saved > 0).then(|| format!("{} of WorkMail's metrics", count(saved, "daily sum")))
    }
}

/// What CloudWatch has of all metrics that may be there.
async fn ask(account: &Account, history: &History, now: Time) -> Result<Vec<MetricDay>, Failure> {
    let Some((first, last)) = days_to_ask(now) else { return Ok(Vec::new()) };
    let metrics = CloudWatchMetrics::new(Client::new(&account.config), account.calls.retry_policy());
    let wanted = wanted(metrics.list().await?, history);
    metrics.days(&wanted, first, last).await
}

impl Organizations {
    async fn read(account: &Account) -> Self {
        let client = aws_sdk_workmail::Client::new(&account.config);
        let organizations = match organizations::list(account, &client, Deadline::NEVER).await {
            Ok(organizations) => organizations,
            Err(error) => {
                let problem = format!("failed to read whose the metrics of WorkMail are: {error}");
                return Self { problems: vec![problem], ..Self::default() };
            }
        };
        let known = organizations.iter().map(|it| (it.id.clone(), it.alias.clone())).collect();
        let (mut logs, mut problems) = (BTreeSet::new(), Vec::new());
        for organization in organizations {
            let observed = |log_group, log| Observed {
                log_group,
                log,
                organization: organization.id.clone(),
                alias: organization.alias.clone(),
            };
            let unknown =
                |error: &CallError| format!("failed to read where `{}` logs: {error}", organization.id);
            match organizations::email_events(account, &client, &organization.id, Deadline::NEVER).await {
                Ok(events) => {
                    let name = events.and_then(|events| group_of(&events.log_group_arn));
                    logs.extend(name.map(|name| observed(name, Log::EmailEvents)));
                }
                Err(error) => problems.push(unknown(&error)),
            }
            match audit_logs(account, &organization.id).await {
                Ok(audit) => {
                    let sign_ins =
                        audit.into_iter().filter(|it| it.log_type.as_deref() == Some(AUTHENTICATION));
                    logs.extend(sign_ins.map(|log| observed(log.log_group, Log::Authentication)));
                }
                Err(error) => problems.push(unknown(&error)),
            }
        }
        Self { known: Some(known), logs, problems }
    }
}
