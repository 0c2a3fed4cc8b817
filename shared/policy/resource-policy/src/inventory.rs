//! What is known of an account in one Region, and what is not: the snapshot file.
//!
//! Each part was either seen, at some time, or not, for some reason. Nothing is concluded from a part that was not
//! seen: a log group that is missing from a list that nobody read is unknown, not gone.
//!
//! Two kinds of file are read: the snapshot (see [`Inventory`]), and the plain answer of
//! `aws logs describe-resource-policies`, of which everything but the policies is unknown.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::arn::{self, LogGroupName, ResourcePattern};

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

/// A part of an inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Part<T> {
    /// It was read.
    Seen {
        /// When reading began, in milliseconds since 1970.
        at: i64,
        /// What was there.
        value: T,
    },
    /// It was not read.
    NotSeen {
        /// Why: `access denied`, `not in this file` …
        reason: String,
    },
}

/// One resource policy, with the names that the API gives its fields.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ResourcePolicy {
    /// Its name. The policy of a log group may have none.
    pub policy_name: Option<String>,
    /// The document, character by character as it was returned.
    #[serde(rename = "policyDocument")]
    pub document: String,
    /// In milliseconds since 1970.
    pub last_updated_time: Option<i64>,
    /// `ACCOUNT` or `RESOURCE`.
    pub policy_scope: Option<String>,
    /// The log group, of a policy that belongs to one.
    pub resource_arn: Option<String>,
    /// Returned for policies of log groups only: account policies have no optimistic lock.
    pub revision_id: Option<String>,
}

/// One log group, with the names that the API gives its fields.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LogGroup {
    /// Its name.
    #[serde(rename = "logGroupName")]
    pub name: String,
    /// Its tags; `None` if they were not read.
    pub tags: Option<BTreeMap<String, String>>,
    /// How long it keeps events, in days; `None`: for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_in_days: Option<i32>,
    /// The ARN of the key that it is encrypted with, if it is the customer's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// Its class, where it is another than `STANDARD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_group_class: Option<String>,
}

/// The status of a delivery source of which what it was for is deleted.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeliverySource.html>
pub const INACTIVE: &str = "INACTIVE";

/// One delivery source, with the names that the API gives its fields.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeliverySource {
    /// Its name.
    pub name: String,
    /// What logs; today always one.
    pub resource_arns: Vec<String>,
    /// `workmail` …
    pub service: Option<String>,
    /// `ACCESS_CONTROL_LOGS` …
    pub log_type: Option<String>,
    /// `ACTIVE` or [`INACTIVE`].
    pub status: Option<String>,
    /// `RESOURCE_DELETED`, of one that is inactive.
    pub status_reason: Option<String>,
    /// Its tags.
    pub tags: Option<BTreeMap<String, String>>,
}

/// One delivery destination, with the names that the API gives its fields.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeliveryDestination {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// `CWL`, `S3`, `FH` or `XRAY`.
    pub delivery_destination_type: Option<String>,
    /// `json`, `plain` …; it cannot be changed.
    pub output_format: Option<String>,
    /// Where it writes to.
    pub delivery_destination_configuration: DestinationConfiguration,
    /// Its tags.
    pub tags: Option<BTreeMap<String, String>>,
}

/// Where a delivery destination writes to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DestinationConfiguration {
    /// The ARN of a log group (with or without `:*`), a bucket, a stream.
    pub destination_resource_arn: String,
}

/// One delivery, with the names that the API gives its fields.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Delivery {
    /// Its id.
    pub id: String,
    /// Its source.
    pub delivery_source_name: String,
    /// Its destination.
    pub delivery_destination_arn: String,
    /// Which fields it has, in order; none: those that are the default.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub record_fields: Vec<String>,
    /// Its tags.
    pub tags: Option<BTreeMap<String, String>>,
}

/// What a service with V1 log delivery writes to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct V1Destination {
    /// The service, by its id in [`crate::v1::services`].
    pub service: String,
    /// The log group that it writes to, by name.
    pub log_group: String,
    /// What the commands need besides (`api_id`, `stage` …), by the names of the placeholders in the table.
    pub values: BTreeMap<String, String>,
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

/// Whether a log group is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existence {
    /// It is.
    Exists,
    /// It is not.
    Gone,
    /// Not known: the groups were not listed (or before the policies), or it is of another account or Region.
    Unknown,
}

/// The log groups of an inventory, to look them up by name.
#[derive(Debug, Clone)]
pub struct KnownGroups<'a> {
    here: Option<(&'a str, &'a str)>,
    names: Option<HashSet<&'a str>>,
    current: bool,
}

impl<T> Part<T> {
    /// What was read, if it was.
    pub fn seen(&self) -> Option<&T> {
        match self {
            Self::Seen { value, .. } => Some(value),
            Self::NotSeen { .. } => None,
        }
    }

    /// When it was read, if it was; in milliseconds since 1970.
    pub fn at(&self) -> Option<i64> {
        match self {
            Self::Seen { at, .. } => Some(*at),
            Self::NotSeen { .. } => None,
        }
    }

    /// Why it was not read, if it was not.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Seen { .. } => None,
            Self::NotSeen { reason } => Some(reason),
        }
    }
}

impl<T> Default for Part<T> {
    fn default() -> Self {
        Self::NotSeen { reason: "not in this file".to_owned() }
    }
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
        KnownGroups { here, names, current: self.is_current(&self.log_groups) }
    }

    /// The ARN of a log group here, or a pattern of some; `None` if account or Region are not known.
    pub fn log_group_arn(&self, name: &str) -> Option<String> {
        let (account, region) = self.account.as_deref().zip(self.region.as_deref())?;
        Some(arn::arn(arn::partition(region), region, account, name))
    }
}

impl ResourcePolicy {
    /// The log group that it belongs to, by name, if it belongs to one.
    pub fn log_group(&self) -> Option<&str> {
        let arn = self.resource_arn.as_deref()?;
        Some(ResourcePattern::new(arn).log_group().map_or(arn, |group| group.name))
    }

    /// What names it: its name, or the ARN of its log group, as in [`crate::plan::Place::label`]. The policy of a log
    /// group may have a name as well, which one of the account can have, too.
    pub fn label(&self) -> &str {
        match self.resource_arn.as_deref() {
            Some(arn) => arn.strip_suffix(":*").unwrap_or(arn),
            None => self.policy_name.as_deref().unwrap_or("(without a name)"),
        }
    }
}

impl KnownGroups<'_> {
    /// Whether a resource of a policy is about exactly one log group, of which it is certain that it does not exist.
    pub fn is_gone(&self, resource: &str) -> bool {
        let group = ResourcePattern::new(resource).log_group();
        group.is_some_and(|group| self.existence(&group) == Existence::Gone)
    }

    /// Whether the one group that this is about is there. Of a pattern of several it is not known.
    pub fn existence(&self, group: &LogGroupName) -> Existence {
        let (Some((account, region)), Some(names)) = (self.here, &self.names) else {
            return Existence::Unknown;
        };
        if !group.is_one() || (group.account, group.region) != (account, region) {
            return Existence::Unknown;
        }
        match (names.contains(group.name), self.current) {
            (true, _) => Existence::Exists,
            (false, true) => Existence::Gone,
            (false, false) => Existence::Unknown,
        }
    }
}
