//! Policies of a bucket, and of the key that it encrypts with.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-S3.html> and
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html>

use super::{DELIVERY, delivered_for};
use crate::policy::{Policy, Statement};
use crate::setup::Setup;

/// The newest page has no statement `AWSLogDeliveryAclCheck` under V2, but counts on it in a note; without
/// `s3:ListBucket` in it CloudTrail shows errors of access denied.
pub(super) fn policy(setup: &Setup<'_>) -> Policy {
    let (account, source) = (setup.place.account(), delivered_for(setup));
    let bucket = setup.place.s3(&setup.name);
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

/// A whole policy: without its first statement, which every new key has, nobody could manage the key.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html>
pub(super) fn key_policy(setup: &Setup<'_>) -> Policy {
    let actions = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"];
    let deliver = Statement::allow("AllowLogsDeliveryToUseTheKey", actions, ["*"]);
    Policy::new(vec![
        Statement::allow("EnableIamUserPermissions", ["kms:*"], ["*"])
            .for_principal("AWS", setup.place.iam("root")),
        deliver.for_service(DELIVERY, setup.place.account(), &delivered_for(setup)),
    ])
}
