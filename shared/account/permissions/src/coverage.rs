//! What a caller needs to compare days: to count a log group and read its witnesses, to read an archive and keep the result.
//!
//! It is not the log delivery of a service, and has two of its destinations: a log group, and the bucket of the archive.

use crate::account_region::{AccountRegion, EXAMPLE_ACCOUNT, EXAMPLE_REGION};
use crate::catalogue::Destination;
use crate::policy::{Policy, Statement};
use crate::setup::{Inputs, SetupError, validate_form};

/// What stands in the place of a service.
pub const COVERAGE: &str = "coverage";

/// The identity-based policy of a caller of `mailtrail coverage`, for one log group (or all of them), or for one bucket. What is
/// not given is an example.
///
/// # Errors
/// When an input is invalid, or does not apply.
pub fn coverage(destination: Destination, inputs: Inputs<'_>) -> Result<Policy, SetupError> {
    if inputs.resource.is_some() {
        return Err(SetupError::NoResource { service: COVERAGE.to_owned() });
    }
    let account_region = AccountRegion::new(
        inputs.account.unwrap_or(EXAMPLE_ACCOUNT),
        inputs.region.unwrap_or(EXAMPLE_REGION),
    )?;
    if let Some(name) = inputs.name {
        validate_form(destination, name)?;
    }
    match destination {
        Destination::CloudWatchLogs => Ok(logs(&account_region, inputs.name.unwrap_or("*"))),
        Destination::S3 => Ok(archive(&account_region.s3(inputs.name.unwrap_or("amzn-s3-demo-bucket")))),
        Destination::Firehose => Err(SetupError::Destination {
            service: COVERAGE.to_owned(),
            destination,
            supported: "cloudwatch-logs, s3".to_owned(),
        }),
    }
}

/// Which resources an action supports:
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html>,
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html>,
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonworkmail.html>
fn logs(account_region: &AccountRegion, name: &str) -> Policy {
    let (partition, region, account) =
        (account_region.partition(), account_region.region(), account_region.account());
    let group = account_region.logs(&format!("log-group:{name}"));
    let groups = if name == "*" { vec![group] } else { vec![format!("{group}:*"), group] };
    let lists = [
        "logs:DescribeDeliveries",
        "logs:DescribeDeliveryDestinations",
        "logs:DescribeDeliverySources",
        "logs:DescribeLogGroups",
        // Of a check that is stopped; the request names a query, for which there is no resource.
        "logs:StopQuery",
        "workmail:ListOrganizations",
    ];
    let count = ["logs:DescribeSubscriptionFilters", "logs:FilterLogEvents", "logs:StartQuery"];
    let organizations = format!("arn:{partition}:workmail:{region}:{account}:organization/*");
    let functions = format!("arn:{partition}:lambda:{region}:{account}:function:*");
    Policy::new(vec![
        Statement::allow("FindLogGroups", lists, ["*"]),
        Statement::allow("CountEvents", count, groups),
        // The request names a query, and no log group.
        Statement::allow("ReadCounts", ["logs:GetQueryResults"], [account_region.logs("log-group:*")]),
        Statement::allow("ReadMetrics", ["cloudwatch:GetMetricData", "cloudwatch:ListMetrics"], ["*"]),
        Statement::allow("FindWitnesses", ["workmail:DescribeEmailMonitoringConfiguration"], [organizations]),
        Statement::allow("FindSubscriptions", ["lambda:GetFunctionConfiguration"], [functions]),
    ])
}

/// Nothing but the result is written: new objects below `coverage/`, whatever the prefix of the archive.
fn archive(bucket: &str) -> Policy {
    Policy::new(vec![
        Statement::allow("FindObjects", ["s3:ListBucket"], [bucket]),
        Statement::allow("ReadObjects", ["s3:GetObject"], [format!("{bucket}/*")]),
        Statement::allow("KeepResult", ["s3:PutObject"], [format!("{bucket}/*coverage/*")]),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_group_and_a_bucket_are_what_it_needs() {
        let named = |name| Inputs { name: Some(name), ..Inputs::default() };
        let text =
            |destination, inputs| serde_json::to_string(&coverage(destination, inputs).unwrap()).unwrap();
        let group = text(Destination::CloudWatchLogs, named("/example/mail"));
        assert!(group.contains(r#"log-group:/example/mail:*","arn:aws:logs:"#), "{group}");
        assert!(text(Destination::CloudWatchLogs, Inputs::default()).contains(":log-group:*\""));
        let bucket = text(Destination::S3, named("example-trail"));
        assert!(bucket.contains(r#""s3:PutObject"],"Resource":["arn:aws:s3:::example-trail/*coverage/*"]"#));
        for (destination, name) in [(Destination::S3, "A"), (Destination::CloudWatchLogs, "a b")] {
            assert!(matches!(coverage(destination, named(name)), Err(SetupError::Name { .. })));
        }
        let unsupported = coverage(Destination::Firehose, Inputs::default()).unwrap_err();
        assert!(unsupported.to_string().ends_with("supported: cloudwatch-logs, s3"), "{unsupported}");
    }
}
