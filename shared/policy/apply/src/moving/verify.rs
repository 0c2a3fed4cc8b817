//! Whether events come in at the new log group.

use std::time::Duration;

use mailtrail_aws_client::Deadline;
use mailtrail_policy_survey::CallError;

use crate::aws::Aws;

/// Waits until something was written to a log group, or the time is over. Returns the log stream. Nothing that comes
/// is no failure: perhaps nothing happened that is logged.
pub(crate) async fn wait_for_events(
    aws: &Aws<'_>,
    group: &str,
    wait: Duration,
    between: Duration,
) -> Result<Option<String>, CallError> {
    let end = Deadline::after(wait);
    loop {
        let stream = aws.last_stream(group).await?;
        let written = stream.filter(|stream| stream.last_event_timestamp().is_some());
        if let Some(stream) = written {
            return Ok(stream.log_stream_name);
        }
        let left = end.remaining().min(aws.deadline.remaining());
        if left.is_zero() {
            return Ok(None);
        }
        tokio::time::sleep(between.min(left)).await;
    }
}
