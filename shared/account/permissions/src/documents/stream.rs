//! Firehose has no resource-based policies: a service-linked role delivers, to tagged streams only.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-Firehose.html> and
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/using-service-linked-roles-cwl.html>

use std::collections::BTreeMap;

use mailtrail_aws_types::{DELIVERY_TAG, DELIVERY_TAG_CONDITION};

use super::log_delivery::DELIVERY;
use crate::policy::{Policy, Statement};

/// The tag and the value that allow delivery to a stream.
pub(super) fn tags() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([DELIVERY_TAG])
}

/// The policy that AWS attaches. (Until 15 July 2021 the key of the condition was `firehose:ResourceTag/LogDeliveryEnabled`.)
pub(super) fn role_policy() -> Policy {
    let (_, value) = DELIVERY_TAG;
    let actions = ["firehose:PutRecord", "firehose:PutRecordBatch", "firehose:ListTagsForDeliveryStream"];
    let deliver = Statement::allow("DeliverToTaggedStreams", actions, ["*"]);
    Policy::new(vec![deliver.when("StringEquals", DELIVERY_TAG_CONDITION, value)])
}

/// The trust policy that AWS attaches. That of a service-linked role has no conditions, and cannot be changed.
pub(super) fn trust_policy() -> Policy {
    Policy::new(vec![
        Statement::trust("TrustLogDelivery", "sts:AssumeRole").for_principal("Service", DELIVERY),
    ])
}
