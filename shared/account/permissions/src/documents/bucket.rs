//! The bucket policy and the key policy.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-S3.html> and
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html>

use super::log_delivery::{DELIVERY, delivery_source_arn};
use crate::policy::{Policy, Statement};
use crate::setup::Setup;

/// The page for V2 omits the statement `AWSLogDeliveryAclCheck`, but requires it in a note. Without `s3:ListBucket`,
/// CloudTrail logs `AccessDenied`.
pub(super) fn policy(setup: &Setup<'_>) -> Policy {
    let (account, source) = (setup.account_region.account(), delivery_source_arn(setup));
    let bucket = setup.account_region.s3(&setup.name);
    let objects = format!("{bucket}/AWSLogs/{account}/*");
    let check = Statement::allow("AWSLogDeliveryAclCheck", ["s3:GetBucketAcl", "s3:ListBucket"], [bucket]);
    let write = Statement::allow("AWSLogDeliveryWrite", ["s3:PutObject"], [objects]);
    Policy::new(vec![
        check.for_service(DELIVERY, account, &source),
        write.for_service(DELIVERY, account, &source).when(
            "StringEquals",
            "s3:x-amz-acl",
            "bucket-owner-full-control",
        ),
    ])
    .with_id("AWSLogDeliveryWrite20150319")
}

/// A complete key policy: without the first statement, which every new key has, no principal could manage the key.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html>
pub(super) fn key_policy(setup: &Setup<'_>) -> Policy {
    let actions = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"];
    let deliver = Statement::allow("AllowLogsDeliveryToUseTheKey", actions, ["*"]);
    Policy::new(vec![
        Statement::allow("EnableIamUserPermissions", ["kms:*"], ["*"])
            .for_principal("AWS", setup.account_region.iam("root")),
        deliver.for_service(DELIVERY, setup.account_region.account(), &delivery_source_arn(setup)),
    ])
}
