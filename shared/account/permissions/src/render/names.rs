//! What the things that are made are called. The names are the same each time, and others for another
//! destination or another source: see [`Setup::mark`].

use crate::catalogue::{Model, Source};
use crate::setup::{Setup, mark};

/// Of the managed policy for the caller.
pub(super) fn caller_policy(setup: &Setup<'_>) -> String {
    format!("set-up-{}-to-{}-{}", setup.service.id, setup.destination, setup.mark())
}

/// Of the resource policy, after who writes there: V1 and V2 alike are delivery's.
pub(super) fn log_group_policy(setup: &Setup<'_>) -> String {
    let writer = match setup.model {
        Model::ResourcePolicy => &setup.service.id,
        _ => "delivery",
    };
    format!("{writer}-to-{}-{}", setup.destination, setup.mark())
}

/// Of the delivery destination: up to 60 letters, digits, `_` and `-`.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliveryDestination.html>
pub(super) fn delivery_destination(setup: &Setup<'_>) -> String {
    format!("{}-to-{}-{}", setup.service.id, setup.destination, setup.mark())
}

/// Of the delivery source of a log type, `AUTHENTICATION_LOGS`; the same characters, and as many.
pub(super) fn delivery_source(setup: &Setup<'_>, source: &Source, log_type: &str) -> String {
    let log_type = log_type.to_lowercase().replace('_', "-");
    format!("{log_type}-{}", mark(&[&setup.one_source_arn(&source.arn)]))
}

/// A log type as a part of a logical id of CloudFormation: `AuthenticationLogs`.
pub(super) fn in_camel_case(log_type: &str) -> String {
    log_type
        .split('_')
        .filter_map(|word| {
            let (first, rest) = word.split_at_checked(1)?;
            Some(first.to_owned() + &rest.to_lowercase())
        })
        .collect()
}
