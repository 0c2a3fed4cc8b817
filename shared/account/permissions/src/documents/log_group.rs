//! Resource policies of CloudWatch Logs.
//!
//! A statement for one log group takes 341 characters and its name; 5,120 were the limit of a policy, and
//! some services still keep to it. A Region has room for ten policies of an account.
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html>

use super::DELIVERY;
use crate::catalogue::Grant;
use crate::policy::{Policy, Statement};
use crate::setup::Setup;

const WRITE: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];

/// As AWS writes it by itself, V1 and V2 alike.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html>
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-CloudWatchLogs.html>
pub(super) fn delivered(setup: &Setup<'_>) -> Policy {
    let statement = Statement::allow("AWSLogDeliveryWrite20150319", WRITE, [streams(setup)]);
    Policy::new(vec![statement.for_service(DELIVERY, setup.place.account(), &setup.place.logs("*"))])
}

/// For a service that writes under its own principal.
pub(super) fn granted(setup: &Setup<'_>, grant: &Grant) -> Policy {
    let statement = Statement::allow("WriteLogs", WRITE, [streams(setup)]);
    let source = setup.source_arn(&grant.source_arn);
    Policy::new(vec![statement.for_service(&grant.principal, setup.place.account(), &source)])
}

/// The log streams of the log group, which is what both actions act on.
fn streams(setup: &Setup<'_>) -> String {
    setup.place.logs(&format!("log-group:{}:log-stream:*", setup.name))
}
