//! A destination of a service with V1 log delivery.

use mailtrail_resource_policy::arn::{LogGroupName, ResourcePattern};
use mailtrail_resource_policy::inventory::V1Destination;

use crate::clients::Account;

/// The name of the log group that an ARN names, if it is one of this account and Region: no other takes part in the
/// policies that are looked at. Firehose streams are none.
pub(super) fn group_here(account: &Account, arn: &str) -> Option<String> {
    let pattern = ResourcePattern::new(arn);
    let group = pattern.log_group().filter(LogGroupName::is_one)?;
    group.is_in(&account.id, &account.region).then(|| group.name.to_owned())
}

/// A destination, with what its commands need.
pub(super) fn destination<const N: usize>(
    service: &str,
    log_group: String,
    values: [(&str, Option<String>); N],
) -> V1Destination {
    let known = values.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    V1Destination { service: service.to_owned(), log_group, values: known.collect() }
}
