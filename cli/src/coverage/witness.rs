//! What WorkMail itself counted: its metrics, saved, and whose they are.

use std::collections::BTreeMap;

use anyhow::Context;
use aws_sdk_cloudwatch::Client;
use mailtrail_archive::{Archive, ArchiveReader};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::Time;
use mailtrail_coverage::metrics::{History, Log, Observed, days_to_ask, save, wanted};
use mailtrail_coverage::{CloudWatchMetrics, Day, Witness};
use mailtrail_policy_survey::Account;
use mailtrail_pull::Archived;

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
    /// By the name of the log group.
    observed: BTreeMap<String, Observed>,
    /// Whether there is one organization in the Region.
    is_only: bool,
    /// How many figures were saved now.
    pub(super) saved: usize,
}

impl Witnesses {
    /// Saves the metrics of the account and Region, where it has a `WorkMail` organization or had one, and finds out which log
    /// groups they are about. What cannot be read is told; the days then have no witness.
    pub(super) async fn read(
        account: &Account,
        reader: &ArchiveReader,
        archive: Option<&Archive>,
        now: Time,
    ) -> anyhow::Result<Self> {
        let (id, region) = (&account.id, &account.region);
        let mut history = History::read(reader, id, region).await?;
        for (key, reason) in history.refused.drain(..) {
            warn(&format!("`{key}` is left out of account: {reason}"));
        }
        let mut witnesses = Self { history, ..Self::default() };
        witnesses.observe(account).await;
        if witnesses.observed.is_empty() && witnesses.history.metrics().next().is_none() {
            return Ok(witnesses);
        }
        let metrics = CloudWatchMetrics::new(Client::new(&account.config), account.calls.retry_policy());
        let asked = match metrics.list().await {
            Ok(listed) => {
                let wanted = wanted(listed, &witnesses.history);
                match days_to_ask(now) {
                    Some((first, last)) => metrics.days(&wanted, first, last).await,
                    None => Ok(Vec::new()),
                }
            }
            Err(failure) => Err(failure),
        };
        match asked {
            Ok(days) => {
                let new = witnesses.history.update(days);
                witnesses.saved = new.len();
                if let Some(archive) = archive {
                    save(archive, id, region, &new, now).await.context(super::NOT_KEPT)?;
                }
            }
            Err(failure) => warn(&format!("failed to read the metrics of WorkMail: {failure}")),
        }
        Ok(witnesses)
    }

    async fn observe(&mut self, account: &Account) {
        let client = aws_sdk_workmail::Client::new(&account.config);
        let organizations = match organizations::list(account, &client, Deadline::NEVER).await {
            Ok(organizations) => organizations,
            Err(error) => return warn(&format!("failed to read whose the metrics of WorkMail are: {error}")),
        };
        self.is_only = organizations.len() == 1;
        for organization in organizations {
            let observed = |log| Observed {
                organization: organization.id.clone(),
                alias: organization.alias.clone(),
                log,
            };
            match organizations::email_events(account, &client, &organization.id, Deadline::NEVER).await {
                Ok(events) => {
                    let name = events.and_then(|events| group_of(&events.log_group_arn));
                    self.observed.extend(name.map(|name| (name, observed(Log::EmailEvents))));
                }
                Err(error) => warn(&format!("failed to read where `{}` logs: {error}", organization.id)),
            }
            match audit_logs(account, &organization.id).await {
                Ok(logs) => {
                    let sign_ins =
                        logs.into_iter().filter(|it| it.log_type.as_deref() == Some(AUTHENTICATION));
                    for log in sign_ins {
                        self.observed.entry(log.log_group).or_insert_with(|| observed(Log::Authentication));
                    }
                }
                Err(error) => warn(&format!("failed to read where `{}` logs: {error}", organization.id)),
            }
        }
    }

    /// What metrics say of a log group and a day.
    pub(super) fn of(&self, log_group: &str, day: Day, archived: Archived) -> Option<Witness> {
        let observed = self.observed.get(log_group)?;
        Some(self.history.witness(observed, self.is_only, day, archived))
    }

    /// What was saved, in words.
    pub(super) fn text(&self) -> Option<String> {
        let saved = u64::try_from(self.saved).unwrap_or(u64::MAX);
        (saved > 0).then(|| format!("{} of WorkMail's metrics", count(saved, "daily sum")))
    }
}

fn warn(text: &str) {
    output::note(&format!("{} {}", paint(WARNING, "!"), plain(text)));
}
