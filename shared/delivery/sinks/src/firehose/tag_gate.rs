//! No tag, no stream: a Firehose stream gets records only while it carries the tag that says so.
//!
//! The tag is the one that AWS itself sets on streams that log delivery may write to; an operator closes a stream by
//! removing it. <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-Firehose.html>
//!
//! Look-ups are limited to five a second for the whole account
//! (<https://docs.aws.amazon.com/firehose/latest/dev/limits.html>). So there is one at a time for each stream, all who wait
//! for it share its answer, the answer is remembered, and while look-ups fail the last known answer applies.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_firehose::Client;
use aws_sdk_firehose::types::Tag;
use tokio::time::Instant;

use mailtrail_aws_client::failure::Failure;
use mailtrail_aws_client::{Deadline, RetryPolicy};
use mailtrail_aws_types::DELIVERY_TAG;

use super::answer::RequireTagList;
use super::rate_limit::RateLimit;
use crate::sink::Gate;

/// Tags of one page, and the most that a stream has: one page holds them all, unless AWS raises the limit.
/// <https://docs.aws.amazon.com/firehose/latest/APIReference/API_ListTagsForDeliveryStream.html>
const PAGE: i32 = 50;

/// More pages than any stream has.
const MAX_PAGES: usize = 10;

/// Look-ups of all streams within a second: what AWS allows the account.
const LOOK_UPS_PER_SECOND: usize = 5;

/// How long a failed look-up is remembered: long enough to stay within the account's five a second, short enough to
/// notice a repair.
const FAILURE_CACHE: Duration = Duration::from_secs(30);

/// Looks up the tags of streams, and remembers the answers.
#[derive(Debug)]
pub struct TagGate {
    client: Client,
    cache: Duration,
    retry_policy: RetryPolicy,
    rate_limit: Option<RateLimit>,
    streams: Mutex<HashMap<String, Arc<StreamGate>>>,
}

/// What is known of one stream.
#[derive(Debug, Default)]
struct StreamGate {
    /// Held while the tags are looked up.
    look_up: tokio::sync::Mutex<()>,
    known: Mutex<Known>,
}

#[derive(Debug, Clone, Default)]
struct Known {
    /// How many look-ups have ended, so that one who waited sees whether one did meanwhile.
    look_ups: u64,
    /// The last answer of a look-up that succeeded.
    decided: Option<Gate>,
    /// Why the last look-up failed, if it did.
    failure: Option<Failure>,
    /// Until when no other look-up is needed.
    until: Option<Instant>,
}

impl Known {
    /// What applies now: a failure never replaces an answer.
    fn gate(&self) -> Option<Gate> {
        self.decided.clone().or_else(|| self.failure.clone().map(Gate::Unknown))
    }

    fn is_fresh(&self) -> bool {
        self.until.is_some_and(|until| until > Instant::now())
    }
}

impl StreamGate {
    fn known(&self) -> Known {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn update(&self, change: impl FnOnce(&mut Known)) -> Known {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut known);
        known.clone()
    }
}

impl TagGate {
    /// A gate that remembers each answer for the time `cache`.
    pub fn new(client: Client, cache: Duration, retry_policy: RetryPolicy) -> Self {
        let rate_limit = Some(RateLimit::new(LOOK_UPS_PER_SECOND));
        Self { client, cache, retry_policy, rate_limit, streams: Mutex::default() }
    }

    /// Without a limit of look-ups within a second: a stand-in needs none.
    #[must_use]
    pub fn unlimited(self) -> Self {
        Self { rate_limit: None, ..self }
    }

    /// Whether a stream may get records now.
    pub async fn ask(&self, stream: &str, deadline: Deadline) -> Gate {
        let gate = self.stream(stream);
        let before = gate.known();
        if let Some(answer) = before.gate().filter(|_| before.is_fresh()) {
            return answer;
        }
        let Some(_turn) = deadline.limit(gate.look_up.lock()).await else {
            return before.gate().unwrap_or_else(|| Gate::Unknown(Failure::out_of_time()));
        };
        let known = gate.known();
        if let Some(answer) = known.gate().filter(|_| known.look_ups > before.look_ups) {
            return answer;
        }
        let looked_up = self.look_up(stream, known.decided.is_some(), deadline).await;
        let known = match looked_up {
            // That says nothing about the stream, and a caller that waits has a deadline of its own.
            Err(failure) if failure.is_out_of_time() => {
                return known.decided.unwrap_or(Gate::Unknown(failure));
            }
            looked_up => gate.update(|known| self.learn(known, looked_up)),
        };
        known.gate().unwrap_or_else(|| Gate::Unknown(Failure::out_of_time()))
    }

    fn stream(&self, name: &str) -> Arc<StreamGate> {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(streams.entry(name.to_owned()).or_default())
    }

    fn learn(&self, known: &mut Known, looked_up: Result<Gate, Failure>) {
        known.look_ups += 1;
        let cache = match looked_up {
            Ok(gate) => {
                (known.decided, known.failure) = (Some(gate), None);
                self.cache
            }
            Err(failure) => {
                // That the stream is gone is an answer, too: what was decided about it is over.
                if failure.code == "ResourceNotFoundException" {
                    known.decided = None;
                }
                known.failure = Some(failure);
                FAILURE_CACHE.min(self.cache)
            }
        };
        known.until = Some(Instant::now() + cache);
    }

    /// Looks the tags up. With an earlier answer at hand, throttling is not waited out; a broken connection
    /// is, as the first request after a pause often meets one.
    async fn look_up(&self, stream: &str, has_answer: bool, deadline: Deadline) -> Result<Gate, Failure> {
        let attempt = || async {
            self.tagged(stream).await.map_err(|mut failure| {
                failure.retryable &= !(has_answer && failure.is_throttling());
                failure
            })
        };
        let is_tagged = self.retry_policy.run(deadline, attempt).await?;
        Ok(if is_tagged { Gate::Open } else { Gate::Closed })
    }

    /// Whether the tag is among all tags of the stream, page by page.
    async fn tagged(&self, stream: &str) -> Result<bool, Failure> {
        // The keys that pages began after.
        let mut starts: Vec<String> = Vec::new();
        loop {
            if let Some(limit) = &self.rate_limit {
                limit.wait().await;
            }
            let request =
                self.client.list_tags_for_delivery_stream().delivery_stream_name(stream).limit(PAGE);
            let request = request.set_exclusive_start_tag_key(starts.last().cloned());
            let answer = request.customize().interceptor(RequireTagList).send().await?;
            let values = answer.tags().iter().filter(|tag| tag.key() == DELIVERY_TAG.0).map(Tag::value);
            match (&values.collect::<Vec<_>>()[..], answer.has_more_tags()) {
                ([value], _) => return Ok(*value == Some(DELIVERY_TAG.1)),
                // A page that was announced and is empty contradicts the one before: the list is not whole.
                ([], false) if starts.is_empty() || !answer.tags().is_empty() => return Ok(false),
                ([], false) => return Err(Failure::broken_answer("a page of the list of tags is missing")),
                ([], true) => {}
                _ => return Err(Failure::broken_answer("the list of tags has the same key twice")),
            }
            match answer.tags().last().map(Tag::key) {
                Some(last) if starts.len() < MAX_PAGES && !starts.iter().any(|start| start == last) => {
                    starts.push(last.to_owned());
                }
                _ => return Err(Failure::broken_answer("the pages of the list of tags have no end")),
            }
        }
    }
}
