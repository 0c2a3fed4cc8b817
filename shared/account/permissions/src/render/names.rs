//! The names of the created resources. They are deterministic, and unique for each destination and source: see
//! [`Setup::suffix`].

use crate::catalogue::{Model, Source};
use crate::setup::{Setup, suffix};

/// The name of the managed policy for the caller.
pub(super) fn caller_policy(setup: &Setup<'_>) -> String {
    format!("set-up-{}-to-{}-{}", setup.service.id, setup.destination, setup.suffix())
}

/// The name of the resource policy, after the principal that writes: log delivery for both V1 and V2.
pub(super) fn log_group_policy(setup: &Setup<'_>) -> String {
    let writer = match setup.model {
        Model::ResourcePolicy => &setup.service.id,
        _ => "delivery",
    };
    format!("{writer}-to-{}-{}", setup.destination, setup.suffix())
}

/// The name of the delivery destination: up to 60 letters, digits, `_` and `-`.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliveryDestination.html>
pub(super) fn delivery_destination(setup: &Setup<'_>) -> String {
    format!("{}-to-{}-{}", setup.service.id, setup.destination, setup.suffix())
}

/// The name of the delivery source of a log type such as `AUTHENTICATION_LOGS`: up to 60 of the same characters.
pub(super) fn delivery_source(setup: &Setup<'_>, source: &Source, log_type: &str) -> String {
    let log_type = log_type.to_lowercase().replace('_', "-");
    format!("{log_type}-{}", suffix(&[&setup.one_source_arn(&source.arn)]))
}

/// A log type as part of a logical id: `AuthenticationLogs`.
pub(super) fn in_camel_case(log_type: &str) -> String {
    log_type
        .split('_')
        .filter_map(|word| {
            let (first, rest) = word.split_at_checked(1)?;
            Some(first.to_owned() + &rest.to_lowercase())
        })
        .collect()
}
