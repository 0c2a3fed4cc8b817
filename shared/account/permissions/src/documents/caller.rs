//! The identity-based policies of the caller that configures the logs.

use super::log_delivery::DELIVERY;
use super::role::{log_group, name};
use crate::catalogue::{Destination, Role};
use crate::policy::{Policy, Statement};
use crate::setup::Setup;

/// The policy for the first delivery to a destination. For later ones `logs:CreateLogDelivery` is enough (and
/// `firehose:TagDeliveryStream`). `CreateLogDelivery` is not an API operation: the service that logs checks the
/// permission. The action of that service is needed in addition.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html>
///
/// The page of CloudWatch Logs names no others. The pages of Step Functions (whose caller is the role of the state
/// machine), API Gateway, Network Firewall, Verified Access and others require four more, to read, change and delete the
/// delivery. They are included for every service: they are not API operations either, and allow nothing without the
/// action of the service.
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
    let of = ["delivery:*", "delivery-source:*", "delivery-destination:*"]
        .map(|arn| setup.account_region.logs(arn));
    let mut statements = vec![
        Statement::allow("ReadWriteAccessForLogDeliveryActions", deliveries, of),
        Statement::allow("ListAccessForLogDeliveryActions", lists, ["*"]),
    ];
    statements.extend(destination(setup));
    statements.extend(service(setup));
    Policy::new(statements)
}

/// The action with which a service authorizes the delivery of its logs.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-service-specific.html>
fn service(setup: &Setup<'_>) -> Option<Statement> {
    let source = setup.service.source.as_ref()?;
    let action = source.authorize.as_ref()?;
    let resource = if source.authorize_all { "*".to_owned() } else { setup.source_arn(&source.arn) };
    Some(Statement::allow("ServiceLevelAccessForLogDelivery", [action], [resource]))
}

/// The actions on the destination: AWS reads its policy and adds a statement with the permissions of the caller.
fn destination(setup: &Setup<'_>) -> Vec<Statement> {
    match setup.destination {
        Destination::CloudWatchLogs => update_resource_policies(),
        Destination::S3 => vec![Statement::allow(
            "AllowUpdatesToResourcePolicyS3",
            ["s3:GetBucketPolicy", "s3:PutBucketPolicy"],
            [setup.account_region.s3(&setup.name)],
        )],
        Destination::Firehose => {
            let role = "role/aws-service-role/delivery.logs.amazonaws.com/AWSServiceRoleForLogDelivery";
            let create = Statement::allow(
                "CreateServiceLinkedRole",
                ["iam:CreateServiceLinkedRole"],
                [setup.account_region.iam(role)],
            );
            vec![
                Statement::allow(
                    "AllowUpdatesToResourcePolicyFH",
                    ["firehose:TagDeliveryStream"],
                    [setup.account_region.stream(&setup.name)],
                ),
                create.when("StringEquals", "iam:AWSServiceName", DELIVERY),
            ]
        }
    }
}

/// These actions support no resource-level permissions, so their resource is `*`.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html>
fn update_resource_policies() -> Vec<Statement> {
    let actions = ["logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:PutResourcePolicy"];
    vec![Statement::allow("AllowUpdatesToResourcePolicyCWL", actions, ["*"])]
}

/// For a resource policy that the caller writes: AWS adds no statement.
pub(super) fn resource_policy() -> Policy {
    Policy::new(update_resource_policies())
}

/// To create the role, to pass it to this service only, and to enable the logs.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>
pub(super) fn role(setup: &Setup<'_>, role: &Role) -> Policy {
    let arn = setup.account_region.iam(&format!("role/{}", name(setup, role)));
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
        // If the resource of the action is the one that logs, it is the given one.
        let resource = if switch.resource == role.source_arn {
            setup.source_arn(&role.source_arn)
        } else {
            setup.account_region.fill(&switch.resource, "*")
        };
        statements.push(Statement::allow("SwitchTheLogsOn", &switch.actions, [resource]));
    }
    Policy::new(statements)
}

/// The additional actions of the console.
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
                [setup.account_region.s3(&setup.name)],
            ),
        ],
        Destination::Firehose => vec![
            Statement::allow("ListStreamsInConsole", ["firehose:ListDeliveryStreams"], ["*"]),
            Statement::allow(
                "AllowLogDeliveryActionsConsoleFH",
                ["firehose:DescribeDeliveryStream"],
                [setup.account_region.stream(&setup.name)],
            ),
        ],
    };
    Policy::new(statements)
}
