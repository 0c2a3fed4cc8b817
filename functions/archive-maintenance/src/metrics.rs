//! The metrics of WorkMail: saved in the archive before CloudWatch forgets them.

use aws_sdk_cloudwatch::Client;
use mailtrail_archive::{Archive, ArchiveError};
use mailtrail_aws_client::failure::Failure;
use mailtrail_clock::Time;
use mailtrail_coverage::CloudWatchMetrics;
use mailtrail_coverage::metrics::{History, days_to_ask, save, wanted};
use mailtrail_policy_survey::Account;

/// Why the metrics are not known, or not saved.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MetricsError {
    #[error("failed to read the metrics of WorkMail: {0}")]
    CloudWatch(Failure),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

/// Asks CloudWatch for all that it has, saves what is new in `history`, and adds it there.
pub(crate) async fn update(
    history: &mut History,
    account: &Account,
    archive: &Archive,
    now: Time,
) -> Result<(), MetricsError> {
    let Some((first, last)) = days_to_ask(now) else { return Ok(()) };
    let cloudwatch = CloudWatchMetrics::new(Client::new(&account.config), account.calls.retry_policy());
    let metrics = wanted(cloudwatch.list().await.map_err(MetricsError::CloudWatch)?, history);
    let days = cloudwatch.days(&metrics, first, last).await.map_err(MetricsError::CloudWatch)?;
    let new = history.update(days);
    save(archive, &account.id, &account.region, &new, now).await?;
    Ok(())
}
