//! No tag, no stream: a Firehose stream gets records only while it carries the tag that says so.
//!
//! The tag is the one that AWS itself sets on streams that log delivery may write to; an operator closes a stream by
//! removing it. <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-Firehose.html>
//!
//! Look-ups are limited to five a second for the whole account
//! (<https://docs.aws.amazon.com/firehose/latest/dev/limits.html>), so an answer is remembered, and while
//! look-ups are throttled the last known answer applies.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_firehose::Client;
use tokio::time::Instant;

use mailtrail_aws_client::failure::Failure;
use mailtrail_aws_client::{Deadline, RetryPolicy};
use mailtrail_aws_types::DELIVERY_TAG;

use crate::sink::Gate;

/// A stream has at most 50 tags, so one page of 50 holds them all.
/// <https://docs.aws.amazon.com/firehose/latest/APIReference/API_ListTagsForDeliveryStream.html>
const PAGE: i32 = 50;

/// How long a failed look-up is remembered: long enough to stay within the account's five a second, short enough to
/// notice a repair.
const FAILURE_CACHE: Duration = Duration::from_secs(30);

/// Looks up the tags of streams, and remembers the answers.
#[derive(Debug)]
pub struct TagGate {
    client: Client,
    cache: Duration,
    retry_policy: RetryPolicy,
    known: Mutex<HashMap<String, CachedGate>>,
}

#[derive(Debug, Clone)]
struct CachedGate {
    gate: Gate,
    until: Instant,
    /// The last answer of a look-up that succeeded: it applies while look-ups are throttled.
    decided: Option<Gate>,
}

impl TagGate {
    /// A gate that remembers each answer for the time `cache`.
    pub fn new(client: Client, cache: Duration, retry_policy: RetryPolicy) -> Self {
        Self { client, cache, retry_policy, known: Mutex::default() }
    }

    /// Whether a stream may get records now.
    pub async fn ask(&self, stream: &str, deadline: Deadline) -> Gate {
        let known = self.recall(stream);
        if let Some(answer) = known.as_ref().filter(|answer| answer.until > Instant::now()) {
            return answer.gate.clone();
        }
        let decided = known.and_then(|answer| answer.decided);
        let short = FAILURE_CACHE.min(self.cache);
        let (gate, cache) = match self.look_up(stream, decided.is_some(), deadline).await {
            Ok(true) => (Gate::Open, self.cache),
            Ok(false) => (Gate::Closed, self.cache),
            // That says nothing about the stream, and the next invocation has its own time.
            Err(failure) if failure.is_out_of_time() => return Gate::Unknown(failure),
            Err(failure) => match decided.clone().filter(|_| failure.is_throttling()) {
                Some(gate) => (gate, short),
                None => (Gate::Unknown(failure), short),
            },
        };
        let decided = if matches!(gate, Gate::Unknown(_)) { decided } else { Some(gate.clone()) };
        let answer = CachedGate { gate: gate.clone(), until: Instant::now() + cache, decided };
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(stream.to_owned(), answer);
        gate
    }

    fn recall(&self, stream: &str) -> Option<CachedGate> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(stream).cloned()
    }

    /// Looks the tags up. With an earlier answer at hand, throttling is not waited out; a broken connection
    /// is, as the first request after a pause often meets one.
    async fn look_up(&self, stream: &str, has_answer: bool, deadline: Deadline) -> Result<bool, Failure> {
        let attempt = || async {
            let wait_out = |failure: &Failure| !(has_answer && failure.is_throttling());
            self.tagged(stream)
                .await
                .map_err(|failure| Failure { retryable: failure.retryable && wait_out(&failure), ..failure })
        };
        self.retry_policy.run(deadline, attempt).await
    }

    async fn tagged(&self, stream: &str) -> Result<bool, Failure> {
        let request = self.client.list_tags_for_delivery_stream().delivery_stream_name(stream).limit(PAGE);
        let answer = request.send().await.map_err(Failure::from)?;
        let (key, value) = DELIVERY_TAG;
        Ok(answer.tags().iter().any(|tag| tag.key() == key && tag.value() == Some(value)))
    }
}
