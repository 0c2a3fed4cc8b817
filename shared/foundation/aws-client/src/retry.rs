//! How long to try, and how to wait in between.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use crate::failure::Failure;

/// The moment when work must be finished, or never.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// No deadline: the command line, where a person can stop us.
    pub const NEVER: Self = Self(None);

    /// So long from now.
    pub fn after(time: Duration) -> Self {
        Self(Some(Instant::now() + time))
    }

    /// The time that is left.
    pub fn remaining(self) -> Duration {
        self.0.map_or(Duration::MAX, |end| end.saturating_duration_since(Instant::now()))
    }

    /// An earlier deadline, which leaves so much time for what comes after; less where there is little.
    #[must_use]
    pub fn reserve(self, time: Duration) -> Self {
        Self(self.0.map(|end| end - time.min(self.remaining() / 2)))
    }

    /// Whether nothing more can be begun.
    pub fn is_over(self) -> bool {
        self.remaining().is_zero()
    }

    /// Runs to the end, or to the deadline.
    pub async fn limit<F: Future>(self, work: F) -> Option<F::Output> {
        match self.0 {
            None => Some(work.await),
            Some(end) => tokio::time::timeout_at(end, work).await.ok(),
        }
    }
}

/// Exponential back-off with full jitter: each wait is drawn between nothing and a bound that doubles.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Bound of the first wait.
    pub first: Duration,
    /// Bound that the doubling stops at.
    pub longest: Duration,
    /// How often to try, the first time included.
    pub tries: u32,
}

impl Default for RetryPolicy {
    /// Ten tries within about a minute.
    fn default() -> Self {
        Self { first: Duration::from_millis(100), longest: Duration::from_secs(20), tries: 10 }
    }
}

impl RetryPolicy {
    /// How long to wait after so many tries that failed.
    pub fn wait(&self, failed: u32) -> Duration {
        let doubled =
            self.first.saturating_mul(1_u32.checked_shl(failed.saturating_sub(1)).unwrap_or(u32::MAX));
        doubled.min(self.longest).mul_f64(fastrand::f64())
    }

    /// Waits before the next try; `false` when there is none: too many tries, or no time.
    pub async fn another_try(&self, failed: u32, deadline: Deadline) -> bool {
        let wait = self.wait(failed);
        if failed >= self.tries || wait >= deadline.remaining() {
            return false;
        }
        tokio::time::sleep(wait).await;
        true
    }

    /// Tries until it works, the failure is final, the tries are used up or the time is.
    pub async fn run<T, F>(&self, deadline: Deadline, mut attempt: impl FnMut() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let mut failed = 0;
        loop {
            let failure = match deadline.limit(attempt()).await {
                Some(Ok(done)) => return Ok(done),
                Some(Err(failure)) => failure,
                None => return Err(Failure::out_of_time()),
            };
            failed += 1;
            if !failure.retryable || !self.another_try(failed, deadline).await {
                return Err(failure);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: RetryPolicy =
        RetryPolicy { first: Duration::from_micros(10), longest: Duration::from_millis(1), tries: 4 };

    #[test]
    fn waits_stay_below_a_bound_that_doubles() {
        let retry_policy = RetryPolicy::default();
        for failed in 1..40 {
            let bound = Duration::from_millis(100 << (failed - 1).min(20)).min(retry_policy.longest);
            assert!(retry_policy.wait(failed) <= bound);
        }
    }

    #[tokio::test]
    async fn a_final_failure_is_not_tried_again() {
        let mut tries = 0;
        let result: Result<(), _> = QUICK
            .run(Deadline::NEVER, || {
                tries += 1;
                async { Err(Failure::permanent("AccessDenied", "no")) }
            })
            .await;
        assert_eq!((tries, result.unwrap_err().code.as_str()), (1, "AccessDenied"));
    }

    #[tokio::test]
    async fn tries_end_with_their_number_and_with_the_time() {
        let mut tries = 0;
        let busy = || {
            tries += 1;
            async { Err::<(), _>(Failure::transient("SlowDown", "busy")) }
        };
        assert!(QUICK.run(Deadline::NEVER, busy).await.is_err());
        assert_eq!(tries, 4);
        let stuck = || std::future::pending::<Result<(), Failure>>();
        let over = QUICK.run(Deadline::after(Duration::from_millis(5)), stuck).await;
        assert_eq!(over.unwrap_err().code, "OutOfTime");
    }
}
