//! Resource policies of CloudWatch Logs.
//!
//! A statement for one log group has 341 characters plus the name. The former limit of a policy was 5,120 characters, and
//! some services still check it. The quota is 10 policies in an account and Region.
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html>

use super::log_delivery::DELIVERY;
use crate::catalogue::Grant;
use crate::policy::{Policy, Statement};
use crate::setup::Setup;

const WRITE: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];

/// The policy that AWS itself adds, for V1 and V2.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html>
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-CloudWatchLogs.html>
pub(super) fn delivered(setup: &Setup<'_>) -> Policy {
    let statement = Statement::allow("AWSLogDeliveryWrite20150319", WRITE, [streams(setup)]);
    Policy::new(vec![statement.for_service(
        DELIVERY,
        setup.account_region.account(),
        &setup.account_region.logs("*"),
    )])
}

/// The policy for a service that writes with its own principal.
pub(super) fn granted(setup: &Setup<'_>, grant: &Grant) -> Policy {
    let statement = Statement::allow("WriteLogs", WRITE, [streams(setup)]);
    let source = setup.source_arn(&grant.source_arn);
    Policy::new(vec![statement.for_service(&grant.principal, setup.account_region.account(), &source)])
}

/// The log streams of the log group: the resource of both actions.
fn streams(setup: &Setup<'_>) -> String {
    setup.account_region.logs(&format!("log-group:{}:log-stream:*", setup.name))
}
