//! Calls of AWS at a pace: so often a second at the most, and again when they fail for a moment.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::SdkConfig;
use mailtrail_aws_client::failure::Failure;
use mailtrail_aws_client::{Deadline, RetryPolicy};
use tokio::time::Instant;
use url::{Host, Url};

use crate::answers::unexpected;
use crate::pages::Page;

/// Calls of an operation per second, where the quota of the account is known: half of it, for we are not alone.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>
const PER_SECOND: [(&str, u32); 2] = [("DescribeLogGroups", 5), ("ListTagsForResource", 15)];
/// The same for every other operation: the smallest quota that the page names is five.
const OTHERS_PER_SECOND: u32 = 5;

/// A stand-in has no rates, and is busy only as long as a test says.
const QUICK: RetryPolicy =
    RetryPolicy { first: Duration::from_millis(1), longest: Duration::from_millis(20), tries: 6 };
/// So many times faster than AWS allows.
const LOCAL_SPEEDUP: u32 = 10_000;

/// Paces the calls of one account and Region.
#[derive(Debug)]
pub struct Calls {
    retry_policy: RetryPolicy,
    /// How many times faster than the rates: 1, but for a stand-in.
    speedup: u32,
    next: Mutex<HashMap<&'static str, Instant>>,
}

/// A call that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct CallError {
    /// The operation.
    pub operation: &'static str,
    /// Why.
    pub failure: Failure,
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operation, self.failure)
    }
}

impl CallError {
    /// Whether the caller may not.
    pub fn is_denied(&self) -> bool {
        self.failure.code.starts_with("AccessDenied")
    }

    /// Whether what was asked for is not there.
    pub fn is_missing(&self) -> bool {
        self.failure.code == "ResourceNotFoundException"
    }

    /// Whether the quota of such things is used up.
    pub fn is_quota(&self) -> bool {
        matches!(self.failure.code.as_str(), "LimitExceededException" | "ServiceQuotaExceededException")
    }

    /// Whether another caller is changing the same thing at this moment, or has changed it meanwhile.
    pub fn is_conflict(&self) -> bool {
        matches!(self.failure.code.as_str(), "ConflictException" | "OperationAbortedException")
    }
}

impl Calls {
    /// Calls at AWS's rates, tried again as `retry_policy` says.
    pub fn new(retry_policy: RetryPolicy) -> Self {
        Self { retry_policy, speedup: 1, next: Mutex::default() }
    }

    /// Calls of what a configuration leads to: at AWS's rates, or, where AWS's endpoint is replaced by one of this
    /// machine (`AWS_ENDPOINT_URL=http://127.0.0.1:…`), as fast as it answers, with short waits. Any other endpoint
    /// may lead to AWS, through a proxy or a private link, and is spared like AWS itself.
    pub fn to(config: &SdkConfig) -> Self {
        if is_stand_in(config.endpoint_url()) {
            return Self { speedup: LOCAL_SPEEDUP, ..Self::new(QUICK) };
        }
        Self::new(RetryPolicy::default())
    }

    /// Whether the calls go to a stand-in on this machine.
    pub fn are_to_a_stand_in(&self) -> bool {
        self.speedup > 1
    }

    /// When a call that failed is made again.
    pub fn retry_policy(&self) -> RetryPolicy {
        self.retry_policy
    }

    /// Makes a call, and again until it succeeds, the failure is final, or the time is over. A limit that is
    /// exceeded is final: it is one of the quotas that no wait helps against.
    ///
    /// # Errors
    /// With the last failure.
    pub async fn run<T, E, F>(
        &self,
        operation: &'static str,
        deadline: Deadline,
        attempt: impl Fn() -> F,
    ) -> Result<T, CallError>
    where
        E: Into<Failure>,
        F: Future<Output = Result<T, E>>,
    {
        let paced = || async {
            tokio::time::sleep_until(self.turn(operation)).await;
            attempt().await.map_err(|error| error.into().of_quota())
        };
        let done = self.retry_policy.run(deadline, || Box::pin(paced())).await;
        done.map_err(|failure| CallError { operation, failure })
    }

    /// Makes a call for each page of a list, and joins what `read` takes out of the answers. Each call is given the
    /// token of the page before.
    ///
    /// # Errors
    /// With that of the call that failed, or where a page leads back to one that was read: half a list is none.
    pub async fn all<T, A, E, F>(
        &self,
        operation: &'static str,
        deadline: Deadline,
        ask: impl Fn(Option<String>) -> F,
        read: impl Fn(A) -> Page<T>,
    ) -> Result<Vec<T>, CallError>
    where
        E: Into<Failure>,
        F: Future<Output = Result<A, E>>,
    {
        let (mut found, mut tokens) = (Vec::new(), Tokens::default());
        loop {
            let (items, next) = read(self.run(operation, deadline, || ask(tokens.latest())).await?);
            found.extend(items);
            if !tokens.add(operation, next)? {
                return Ok(found);
            }
        }
    }

    /// When the next call of an operation may begin. The caller has that turn.
    fn turn(&self, operation: &'static str) -> Instant {
        let known = PER_SECOND.iter().find(|(name, _)| *name == operation);
        let rate = known.map_or(OTHERS_PER_SECOND, |(_, rate)| *rate) * self.speedup;
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = next.get(operation).map_or_else(Instant::now, |next| (*next).max(Instant::now()));
        next.insert(operation, turn + Duration::from_secs(1) / rate);
        turn
    }
}

/// The tokens of the pages of a list that were read so far.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    read: HashSet<String>,
    latest: Option<String>,
}

impl Tokens {
    /// The token of the page that is to be read.
    pub(crate) fn latest(&self) -> Option<String> {
        self.latest.clone()
    }

    /// Takes the token of the next page. Whether there is one.
    ///
    /// # Errors
    /// When that page was read already: an endpoint that ignores tokens gives the first page without end.
    pub(crate) fn add(&mut self, operation: &'static str, next: Option<String>) -> Result<bool, CallError> {
        // An empty token has been seen at the end of lists.
        self.latest = next.filter(|token| !token.is_empty());
        match &self.latest {
            Some(next) if !self.read.insert(next.clone()) => {
                Err(unexpected(operation, "a page names one as the next that was read already"))
            }
            latest => Ok(latest.is_some()),
        }
    }
}

/// Whether an endpoint is on this machine: AWS is not.
fn is_stand_in(endpoint: Option<&str>) -> bool {
    let url = endpoint.and_then(|endpoint| Url::parse(endpoint).ok());
    match url.as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_endpoint_of_this_machine_is_a_stand_in() {
        for endpoint in ["http://127.0.0.1:4566", "http://localhost:1", "https://[::1]/"] {
            assert!(is_stand_in(Some(endpoint)), "{endpoint}");
        }
        for endpoint in
            ["https://logs.eu-west-1.amazonaws.com", "https://vpce-1.example.com", "http://192.0.2.1", ""]
        {
            assert!(!is_stand_in(Some(endpoint)), "{endpoint}");
        }
        assert!(!is_stand_in(None));
    }

    #[tokio::test(start_paused = true)]
    async fn an_operation_is_called_only_so_often_a_second() {
        let (calls, start) = (Calls::new(RetryPolicy::default()), Instant::now());
        for _ in 0..16 {
            let call = async || Ok::<(), Failure>(());
            calls.run("PutResourcePolicy", Deadline::NEVER, call).await.unwrap();
        }
        assert_eq!(start.elapsed(), Duration::from_secs(3));
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_that_leads_back_to_a_page_that_was_read_is_refused() {
        let calls = Calls::new(RetryPolicy::default());
        let ask = async |token: Option<String>| {
            let next = if token.as_deref() == Some("2") { "3" } else { "2" };
            Ok::<_, Failure>((vec![1], Some(next.to_owned())))
        };
        let listed = calls.all("DescribeDeliveries", Deadline::NEVER, ask, |page| page).await;
        assert_eq!(listed.unwrap_err().failure.code, crate::answers::UNEXPECTED_ANSWER);
    }

    #[tokio::test(start_paused = true)]
    async fn a_quota_is_final_and_a_busy_service_is_not() {
        let calls = Calls::new(RetryPolicy { tries: 3, ..RetryPolicy::default() });
        for (code, tries) in [("LimitExceededException", 1), ("ThrottlingException", 3)] {
            let count = std::cell::Cell::new(0);
            let call = || {
                count.set(count.get() + 1);
                async { Err::<(), _>(Failure::transient(code, "")) }
            };
            let error = calls.run("PutResourcePolicy", Deadline::NEVER, call).await.unwrap_err();
            assert_eq!((count.get(), error.operation), (tries, "PutResourcePolicy"));
            assert_eq!(error.is_quota(), tries == 1);
        }
    }
}
