//! The metrics of WorkMail: saved in the archive before CloudWatch forgets them.

use aws_sdk_cloudwatch::Client;
use mailtrail_archive::{Archive, ArchiveError};
use mailtrail_aws_client::failure::Failure;
use mailtrail_clock::Time;
use mailtrail_coverage::metrics::{days_to_ask, wanted};
use mailtrail_coverage::{CloudWatchMetrics, History, Observed};
use mailtrail_policy_survey::Account;

/// Why the metrics are not known, or not saved.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MetricsError {
    #[error("failed to read the metrics of WorkMail: {0}")]
    CloudWatch(Failure),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

/// Asks CloudWatch for all that it has, saves what is new in `history`, and adds it there; so with whose log a log group is.
pub(crate) async fn update(
    history: &mut History,
    logs: Vec<Observed>,
    account: &Account,
    archive: &Archive,
    now: Time,
) -> Result<(), MetricsError> {
    let known: Vec<String> = history.log_groups().into_iter().map(str::to_owned).collect();
    let logs = history.observe(logs.into_iter().filter(|log| !known.contains(&log.log_group)).collect());
    // Whose log it is can only be kept of an organization whose id is known.
    let logs: Vec<Observed> = logs.into_iter().filter(|log| !log.organization.is_empty()).collect();
    let Some((first, last)) = days_to_ask(now) else { return Ok(()) };
    let cloudwatch = CloudWatchMetrics::new(Client::new(&account.config), account.calls.retry_policy());
    let metrics = wanted(cloudwatch.list().await.map_err(MetricsError::CloudWatch)?, history);
    let days = cloudwatch.days(&metrics, first, last).await.map_err(MetricsError::CloudWatch)?;
    let new = history.update(days);
    history.save(archive, &new, &logs, now).await?;
    Ok(())
}
