//! What an inventory consists of, member by member as the API of CloudWatch Logs names them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::arn::ResourcePattern;

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
    /// How long it keeps events, in days; `None`: they never expire.
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

impl ResourcePolicy {
    /// The log group that it belongs to, by name, if it belongs to one.
    pub fn log_group(&self) -> Option<&str> {
        let arn = self.resource_arn.as_deref()?;
        Some(ResourcePattern::new(arn).log_group().map_or(arn, |group| group.name))
    }

    /// What names it: its name, or the ARN of its log group, as in [`crate::plan::PolicyScope::label`]. The policy of a log
    /// group may have a name as well, which one of the account can have, too.
    pub fn label(&self) -> &str {
        match self.resource_arn.as_deref() {
            Some(arn) => arn.strip_suffix(":*").unwrap_or(arn),
            None => self.policy_name.as_deref().unwrap_or("(without a name)"),
        }
    }
}
