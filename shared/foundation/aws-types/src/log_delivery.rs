//! The tag that lets log delivery write to a Firehose stream.

/// The key and the value of the tag, both case-sensitive.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-Firehose.html>
pub const DELIVERY_TAG: (&str, &str) = ("LogDeliveryEnabled", "true");
/// The key of the condition that asks for the tag in a policy.
pub const DELIVERY_TAG_CONDITION: &str = "aws:ResourceTag/LogDeliveryEnabled";
