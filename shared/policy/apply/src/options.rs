//! How a plan is carried out: until when, and how long it waits.

use std::time::Duration;

use mailtrail_aws_client::{Deadline, RetryPolicy};
use mailtrail_policy_survey::Account;

/// How a plan is carried out.
#[derive(Debug, Clone)]
pub struct Options {
    /// When to stop. A run that was stopped is resumed.
    pub deadline: Deadline,
    /// How long to wait for events in a new log group; then it counts as not verified.
    pub wait: Duration,
    /// How long to wait between two looks for them.
    pub between_looks: Duration,
    /// How to wait while something else is being changed, and for what was written to be read.
    pub conflicts: RetryPolicy,
}

impl Default for Options {
    /// Five minutes for the first event; four minutes at the most for others to be done.
    fn default() -> Self {
        let conflicts =
            RetryPolicy { first: Duration::from_secs(2), longest: Duration::from_secs(30), tries: 12 };
        let (wait, between_looks) = (Duration::from_mins(5), Duration::from_secs(10));
        Self { deadline: Deadline::NEVER, wait, between_looks, conflicts }
    }
}

impl Options {
    /// As long as AWS needs; a stand-in on this machine (see [`mailtrail_policy_survey::Calls::to`]) is not waited for.
    pub fn at(account: &Account) -> Self {
        if !account.calls.are_to_a_stand_in() {
            return Self::default();
        }
        let (wait, between_looks) = (Duration::from_millis(200), Duration::from_millis(20));
        Self { conflicts: account.calls.retry_policy(), wait, between_looks, ..Self::default() }
    }
}
