//! The limits around resource policies, each with the page that states it.

pub use mailtrail_aws_types::VENDED_LOGS_PREFIX;
use serde::{Deserialize, Serialize};

/// Characters that a policy document may have for services that check it themselves before they deliver: the API's
/// bound until March 2026, still stated for `WorkMail`, Step Functions, Cognito and Route 53 Resolver
/// (<https://docs.aws.amazon.com/workmail/latest/adminguide/monitoring-audit-logging.html>,
/// <https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html>).
pub const SOFT_CHARACTERS: usize = 5_120;
/// Characters that the API accepts in a policy document
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html>).
pub const HARD_CHARACTERS: usize = 51_200;
/// Account-level resource policies in one Region; this quota cannot be raised
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>).
pub const ACCOUNT_POLICIES: usize = 10;
/// Share of a limit, in percent, from which a policy is near it.
pub const NEAR_PERCENT: usize = 80;
/// Days to a limit from which a policy counts as too full, unless a setting says otherwise.
pub const WARNING_DAYS: i64 = 14;
/// The service principal of log delivery.
pub const LOG_DELIVERY: &str = "delivery.logs.amazonaws.com";
/// What resource policies can allow at all
/// (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html>).
pub const DELIVERY_ACTIONS: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];
/// The policy, or the label of the statement, that AWS writes by itself.
pub const WRITTEN_BY_AWS: &str = "AWSLogDeliveryWrite";

/// The limits that are measured against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Where some services stop; default [`SOFT_CHARACTERS`].
    pub soft_characters: usize,
    /// Where the API stops; default [`HARD_CHARACTERS`].
    pub hard_characters: usize,
    /// How many account-level policies there may be; default [`ACCOUNT_POLICIES`].
    pub account_policies: usize,
}

impl Limits {
    /// How many account-level policies are so many that there is little room for another.
    pub fn near_account_policies(&self) -> usize {
        (self.account_policies * NEAR_PERCENT).div_ceil(100)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            soft_characters: SOFT_CHARACTERS,
            hard_characters: HARD_CHARACTERS,
            account_policies: ACCOUNT_POLICIES,
        }
    }
}
