//! Pages of lists, and the words of the SDK in those of an inventory.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_cloudwatchlogs::types;
use mailtrail_resource_policy::inventory::{
    Delivery, DeliveryDestination, DeliverySource, DestinationConfiguration, LogGroup, ResourcePolicy,
};

/// Entries of a page, the most that the operations allow.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeDeliveries.html>
pub const PAGE: i32 = 50;

/// One page, and the token of the next.
pub type Page<T> = (Vec<T>, Option<String>);

pub(crate) fn policy(policy: &types::ResourcePolicy) -> ResourcePolicy {
    ResourcePolicy {
        policy_name: policy.policy_name().map(str::to_owned),
        document: policy.policy_document().unwrap_or_default().to_owned(),
        last_updated_time: policy.last_updated_time(),
        policy_scope: policy.policy_scope().map(|scope| scope.as_str().to_owned()),
        resource_arn: policy.resource_arn().map(str::to_owned),
        revision_id: policy.revision_id().map(str::to_owned),
    }
}

pub(crate) fn log_group(group: &types::LogGroup) -> LogGroup {
    let class = group.log_group_class().filter(|class| **class != types::LogGroupClass::Standard);
    LogGroup {
        name: group.log_group_name().unwrap_or_default().to_owned(),
        tags: None,
        retention_in_days: group.retention_in_days(),
        kms_key_id: group.kms_key_id().map(str::to_owned),
        log_group_class: class.map(|class| class.as_str().to_owned()),
    }
}

pub(crate) fn source(source: &types::DeliverySource) -> DeliverySource {
    DeliverySource {
        name: source.name().unwrap_or_default().to_owned(),
        resource_arns: source.resource_arns().to_vec(),
        service: source.service().map(str::to_owned),
        log_type: source.log_type().map(str::to_owned),
        status: source.status().map(|status| status.as_str().to_owned()),
        status_reason: source.status_reason().map(|reason| reason.as_str().to_owned()),
        tags: source.tags().map(sorted),
    }
}

pub(crate) fn destination(destination: &types::DeliveryDestination) -> DeliveryDestination {
    let place = destination.delivery_destination_configuration();
    DeliveryDestination {
        name: destination.name().unwrap_or_default().to_owned(),
        arn: destination.arn().unwrap_or_default().to_owned(),
        delivery_destination_type: destination
            .delivery_destination_type()
            .map(|kind| kind.as_str().to_owned()),
        output_format: destination.output_format().map(|format| format.as_str().to_owned()),
        delivery_destination_configuration: DestinationConfiguration {
            destination_resource_arn: place
                .map(|place| place.destination_resource_arn().to_owned())
                .unwrap_or_default(),
        },
        tags: destination.tags().map(sorted),
    }
}

pub(crate) fn delivery(delivery: &types::Delivery) -> Delivery {
    Delivery {
        id: delivery.id().unwrap_or_default().to_owned(),
        delivery_source_name: delivery.delivery_source_name().unwrap_or_default().to_owned(),
        delivery_destination_arn: delivery.delivery_destination_arn().unwrap_or_default().to_owned(),
        record_fields: delivery.record_fields().to_vec(),
        tags: delivery.tags().map(sorted),
    }
}

pub(crate) fn sorted(tags: &HashMap<String, String>) -> BTreeMap<String, String> {
    tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
}
