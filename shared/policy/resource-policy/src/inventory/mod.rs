//! What is known of an account in one Region, and what is not: the snapshot file.
//!
//! Each part was either seen, at some time, or not, for some reason. Nothing is concluded from a part that was not
//! seen: a log group that is missing from a list that was not read is unknown, not gone.
//!
//! Two kinds of file are read: the snapshot (see [`Inventory`]), and the plain answer of
//! `aws logs describe-resource-policies`, of which everything but the policies is unknown.

mod known_groups;
mod model;
mod part;

pub use known_groups::{Existence, KnownGroups};
pub use model::{
    Delivery, DeliveryDestination, DeliverySource, DestinationConfiguration, INACTIVE, LogGroup,
    ResourcePolicy, V1Destination,
};
pub use part::Part;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::arn::{self, LogGroupName};

/// What is known of an account in one Region.
///
/// Policies are to be read **before** log groups: a group that is created together with its entry while the
/// lists are read is then in the second one. Of groups that were listed before the policies were read, none is
/// called gone; on a policy of a log group that was looked at before, no access is rested.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Inventory {
    /// 12 digits.
    pub account: Option<String>,
    /// `us-east-1`
    pub region: Option<String>,
    /// The policies of the account, as they were returned.
    pub account_policies: Part<Vec<ResourcePolicy>>,
    /// The policy of each log group, by the name of the group: seen and there, seen and not there, or not seen.
    /// A group that is missing here was not looked at.
    pub log_group_policies: BTreeMap<String, Part<Option<ResourcePolicy>>>,
    /// All log groups.
    pub log_groups: Part<Vec<LogGroup>>,
    /// V2 log delivery: what logs.
    pub delivery_sources: Part<Vec<DeliverySource>>,
    /// V2 log delivery: where to.
    pub delivery_destinations: Part<Vec<DeliveryDestination>>,
    /// V2 log delivery: which source to which destination.
    pub deliveries: Part<Vec<Delivery>>,
    /// Destinations of services with V1 log delivery, found through each service's own API.
    pub v1_destinations: Part<Vec<V1Destination>>,
    /// The services with V1 log delivery that were asked, by their ids in [`crate::v1::services`]: how many destinations
    /// each has, or why it did not say. A service that is missing here was not asked.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub v1_services: BTreeMap<String, Part<usize>>,
}

/// Why a file is no inventory.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// Neither of the two kinds of file.
    #[error("neither a snapshot nor an answer of `aws logs describe-resource-policies`: {0}")]
    Json(#[from] serde_json::Error),
    /// A snapshot without any of its parts.
    #[error("no `resourcePolicies` and no `account_policies` in it")]
    NoPolicies,
}

impl Inventory {
    /// Reads a snapshot, or the plain answer of `aws logs describe-resource-policies`; of the latter, policies with a
    /// `resourceArn` are those of log groups.
    pub fn from_json(text: &str) -> Result<Self, InventoryError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Answer {
            resource_policies: Option<Vec<ResourcePolicy>>,
            #[serde(rename = "account_policies")]
            snapshot: Option<serde::de::IgnoredAny>,
        }

        match serde_json::from_str(text)? {
            Answer { resource_policies: Some(policies), .. } => Ok(Self::of_answer(policies)),
            Answer { snapshot: Some(_), .. } => Ok(serde_json::from_str(text)?),
            Answer { .. } => Err(InventoryError::NoPolicies),
        }
    }

    /// An answer does not say when it was given: the epoch.
    fn of_answer(policies: Vec<ResourcePolicy>) -> Self {
        let mut inventory = Self::default();
        let mut account_policies = Vec::new();
        for policy in policies {
            match policy.log_group() {
                Some(group) => {
                    let group = group.to_owned();
                    inventory.log_group_policies.insert(group, Part::Seen { at: 0, value: Some(policy) });
                }
                None => account_policies.push(policy),
            }
        }
        inventory.account_policies = Part::Seen { at: 0, value: account_policies };
        inventory
    }

    /// Every policy that was seen: those of the account first, then those of log groups by name.
    pub fn policies(&self) -> impl Iterator<Item = &ResourcePolicy> {
        let account = self.account_policies.seen().into_iter().flatten();
        account.chain(self.log_group_policies.values().filter_map(|part| part.seen()?.as_ref()))
    }

    /// Whether it is known what policy a log group has, or that it has none, and was looked at no earlier than the
    /// policies of the account. An older look says too little to rest access on.
    pub fn is_policy_current(&self, group: &str) -> bool {
        self.log_group_policies.get(group).is_some_and(|part| self.is_current(part))
    }

    /// The policies that planning goes by: those of the account, and current ones of log groups.
    pub fn current_policies(&self) -> impl Iterator<Item = &ResourcePolicy> {
        let account = self.account_policies.seen().into_iter().flatten();
        let current = self.log_group_policies.values().filter(|part| self.is_current(part));
        account.chain(current.filter_map(|part| part.seen()?.as_ref()))
    }

    fn is_current<T>(&self, part: &Part<T>) -> bool {
        part.at().zip(self.account_policies.at()).is_some_and(|(own, account)| own >= account)
    }

    /// The log groups, to look them up.
    pub fn known_groups(&self) -> KnownGroups<'_> {
        let here = self.account.as_deref().zip(self.region.as_deref());
        let names = self.log_groups.seen();
        let names = names.map(|groups| groups.iter().map(|group| group.name.as_str()).collect());
        KnownGroups::new(here, names, self.is_current(&self.log_groups))
    }

    /// Whether a log group is of this account, Region and partition; not so where these are not known.
    pub fn is_here(&self, group: &LogGroupName) -> bool {
        let here = self.account.as_deref().zip(self.region.as_deref());
        here.is_some_and(|(account, region)| group.is_in(account, region))
    }

    /// The ARN of a log group here, or a pattern of some; `None` if account or Region are not known.
    pub fn log_group_arn(&self, name: &str) -> Option<String> {
        let (account, region) = self.account.as_deref().zip(self.region.as_deref())?;
        Some(arn::log_group(region, account, name))
    }
}
