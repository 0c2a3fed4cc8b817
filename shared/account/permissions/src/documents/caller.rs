//! What whoever sets the logs up must be allowed.

use super::DELIVERY;
use super::role::{log_group, name};
use crate::catalogue::{Destination, Role};
use crate::policy::{Policy, Statement};
use crate::setup::Setup;

/// The first time. After that, `logs:CreateLogDelivery` is enough for another of the same logs to the same
/// destination (and `firehose:TagDeliveryStream`). It is no operation of any API: the service that is asked to
/// log checks it. The action that asks the service comes on top.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html>
///
/// The page of `CloudWatch` Logs names no more than that. Pages of services ask for four others besides, those of
/// Step Functions (whose caller is the role of the state machine), API Gateway, Network Firewall and Verified Access
/// among them: without them nobody can look at the delivery, change it or end it. They are for every service, as
/// they are no operations either, and allow nothing without the action of the service.
/// <https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html>
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html>
pub(super) fn v1(setup: &Setup<'_>) -> Policy {
    let keep =
        ["logs:DeleteLogDelivery", "logs:GetLogDelivery", "logs:ListLogDeliveries", "logs:UpdateLogDelivery"];
    let mut statements = vec![
        Statement::allow("CreateLogDelivery", ["logs:CreateLogDelivery"], ["*"]),
        Statement::allow("KeepLogDelivery", keep, ["*"]),
    ];
    statements.extend(destination(setup));
    Policy::new(statements)
}

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-CloudWatchLogs.html>
pub(super) fn v2(setup: &Setup<'_>) -> Policy {
    let deliveries = [
        "logs:CreateDelivery",
        "logs:DeleteDelivery",
        "logs:DeleteDeliveryDestination",
        "logs:DeleteDeliveryDestinationPolicy",
        "logs:DeleteDeliverySource",
        "logs:GetDelivery",
        "logs:GetDeliveryDestination",
        "logs:GetDeliveryDestinationPolicy",
        "logs:GetDeliverySource",
        "logs:PutDeliveryDestination",
        "logs:PutDeliveryDestinationPolicy",
        "logs:PutDeliverySource",
        "logs:UpdateDeliveryConfiguration",
    ];
    let lists = [
        "logs:DescribeConfigurationTemplates",
        "logs:DescribeDeliveries",
        "logs:DescribeDeliveryDestinations",
        "logs:DescribeDeliverySources",
    ];
    let of = ["delivery:*", "delivery-source:*", "delivery-destination:*"].map(|arn| setup.place.logs(arn));
    let mut statements = vec![
        Statement::allow("ReadWriteAccessForLogDeliveryActions", deliveries, of),
        Statement::allow("ListAccessForLogDeliveryActions", lists, ["*"]),
    ];
    statements.extend(destination(setup));
    statements.extend(service(setup));
    Policy::new(statements)
}

/// Some services want to be told that their logs may leave.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-service-specific.html>
fn service(setup: &Setup<'_>) -> Option<Statement> {
    let source = setup.service.source.as_ref()?;
    let action = source.authorize.as_ref()?;
    let resource = if source.authorize_all { "*".to_owned() } else { setup.source_arn(&source.arn) };
    Some(Statement::allow("ServiceLevelAccessForLogDelivery", [action], [resource]))
}

/// What the destination takes: that AWS may look at its policy and add to it in the caller's name.
fn destination(setup: &Setup<'_>) -> Vec<Statement> {
    match setup.destination {
        Destination::CloudWatchLogs => update_resource_policies(),
        Destination::S3 => vec![Statement::allow(
            "AllowUpdatesToResourcePolicyS3",
            ["s3:GetBucketPolicy", "s3:PutBucketPolicy"],
            [setup.place.s3(&setup.name)],
        )],
        Destination::Firehose => {
            let role = "role/aws-service-role/delivery.logs.amazonaws.com/AWSServiceRoleForLogDelivery";
            let create = Statement::allow(
                "CreateServiceLinkedRole",
                ["iam:CreateServiceLinkedRole"],
                [setup.place.iam(role)],
            );
            vec![
                Statement::allow(
                    "AllowUpdatesToResourcePolicyFH",
                    ["firehose:TagDeliveryStream"],
                    [setup.place.stream(&setup.name)],
                ),
                create.when("StringEquals", "iam:AWSServiceName", DELIVERY),
            ]
        }
    }
}

/// The three of them are of the account and not of a log group, so their resource is a wildcard.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html>
fn update_resource_policies() -> Vec<Statement> {
    let actions = ["logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:PutResourcePolicy"];
    vec![Statement::allow("AllowUpdatesToResourcePolicyCWL", actions, ["*"])]
}

/// The resource policy is the caller's to write; nothing is written for them.
pub(super) fn resource_policy() -> Policy {
    Policy::new(update_resource_policies())
}

/// To make the role, to pass it to this service and no other, and to switch the logs on.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>
pub(super) fn role(setup: &Setup<'_>, role: &Role) -> Policy {
    let arn = setup.place.iam(&format!("role/{}", name(setup, role)));
    let groups = ["logs:CreateLogGroup", "logs:PutRetentionPolicy"];
    let mut statements = vec![
        Statement::allow("MakeTheLogGroup", groups, log_group(setup)),
        Statement::allow("FindLogGroups", ["logs:DescribeLogGroups"], ["*"]),
        Statement::allow(
            "MakeTheRole",
            ["iam:CreateRole", "iam:GetRole", "iam:PutRolePolicy"],
            [arn.clone()],
        ),
        Statement::allow("PassTheRole", ["iam:PassRole"], [arn]).when(
            "StringEquals",
            "iam:PassedToService",
            &role.principal,
        ),
    ];
    if let Some(switch) = &setup.service.switch {
        // Where the switch acts on what logs, it acts on the one that was given.
        let resource = if switch.resource == role.source_arn {
            setup.source_arn(&role.source_arn)
        } else {
            setup.place.fill(&switch.resource, "*")
        };
        statements.push(Statement::allow("SwitchTheLogsOn", &switch.actions, [resource]));
    }
    Policy::new(statements)
}

/// What the console lists besides.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-console.html>
pub(super) fn console(setup: &Setup<'_>) -> Policy {
    let statements = match setup.destination {
        Destination::CloudWatchLogs => {
            vec![Statement::allow("AllowLogDeliveryActionsConsoleCWL", ["logs:DescribeLogGroups"], ["*"])]
        }
        Destination::S3 => vec![
            Statement::allow("ListBucketsInConsole", ["s3:ListAllMyBuckets"], ["*"]),
            Statement::allow(
                "AllowLogDeliveryActionsConsoleS3",
                ["s3:GetBucketLocation", "s3:ListBucket"],
                [setup.place.s3(&setup.name)],
            ),
        ],
        Destination::Firehose => vec![
            Statement::allow("ListStreamsInConsole", ["firehose:ListDeliveryStreams"], ["*"]),
            Statement::allow(
                "AllowLogDeliveryActionsConsoleFH",
                ["firehose:DescribeDeliveryStream"],
                [setup.place.stream(&setup.name)],
            ),
        ],
    };
    Policy::new(statements)
}
