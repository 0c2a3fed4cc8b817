//! Settings of a log group that we made, each with the call that sets it. Members are named as the API names them.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::call::Call;

/// A setting. Setting it again changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "operation", content = "parameters")]
pub enum Setting {
    /// How long events are kept.
    PutRetentionPolicy(Retention),
    /// What is masked.
    PutDataProtectionPolicy(SettingDocument),
    /// Which fields are indexed.
    PutIndexPolicy(SettingDocument),
    /// What is made of events.
    PutTransformer(Transformer),
    /// Where events go as they come in.
    PutSubscriptionFilter(SubscriptionFilter),
    /// What is counted.
    PutMetricFilter(MetricFilter),
    /// Whether events can be written with a bearer token.
    PutBearerTokenAuthentication(BearerToken),
    /// Whether the log group can be deleted.
    PutLogGroupDeletionProtection(DeletionProtection),
}

/// How long events are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Retention {
    /// The log group.
    pub log_group_name: String,
    /// Days.
    pub retention_in_days: i32,
}

/// A document of a log group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SettingDocument {
    /// The log group.
    pub log_group_identifier: String,
    /// The document, character by character.
    pub policy_document: String,
}

/// The transformer of another log group. It is read when it is set: the two dozen kinds of processors pass from one
/// call to the other as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transformer {
    /// The log group.
    pub log_group_identifier: String,
    /// The log group that has it.
    pub transformer_config_of: String,
}

/// A subscription filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionFilter {
    /// The log group.
    pub log_group_name: String,
    /// Its name.
    pub filter_name: String,
    /// Which events.
    pub filter_pattern: String,
    /// Where to.
    pub destination_arn: String,
    /// The role that may write there; a function needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    /// `Random` or `ByLogStream`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distribution: Option<String>,
    /// Whether it sees what the transformer made.
    #[serde(default)]
    pub apply_on_transformed_logs: bool,
    /// Which events, by system fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field_selection_criteria: Option<String>,
    /// System fields that are sent along.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emit_system_fields: Vec<String>,
}

/// A metric filter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricFilter {
    /// The log group.
    pub log_group_name: String,
    /// Its name.
    pub filter_name: String,
    /// Which events.
    pub filter_pattern: String,
    /// What they count for.
    pub metric_transformations: Vec<MetricTransformation>,
    /// Whether it sees what the transformer made.
    #[serde(default)]
    pub apply_on_transformed_logs: bool,
    /// Which events, by system fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field_selection_criteria: Option<String>,
    /// System fields that become dimensions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emit_system_field_dimensions: Vec<String>,
}

/// What an event counts for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricTransformation {
    /// The metric.
    pub metric_name: String,
    /// Its namespace.
    pub metric_namespace: String,
    /// What is added.
    pub metric_value: String,
    /// What is added where nothing matched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_value: Option<f64>,
    /// Its dimensions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<BTreeMap<String, String>>,
    /// Its unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// Whether events can be written with a bearer token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BearerToken {
    /// The log group.
    pub log_group_identifier: String,
    /// Whether.
    pub bearer_token_authentication_enabled: bool,
}

/// Whether the log group can be deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeletionProtection {
    /// The log group.
    pub log_group_identifier: String,
    /// Whether it cannot.
    pub deletion_protection_enabled: bool,
}

impl Setting {
    /// The setting that undoes this one. Deletion protection only: all others go with the log group.
    pub(crate) fn reverse(&self) -> Option<Self> {
        let Self::PutLogGroupDeletionProtection(protection) = self else { return None };
        let enabled = !protection.deletion_protection_enabled;
        let protection = DeletionProtection { deletion_protection_enabled: enabled, ..protection.clone() };
        Some(Self::PutLogGroupDeletionProtection(protection))
    }

    /// The log group that has it.
    pub fn log_group(&self) -> &str {
        match self {
            Self::PutRetentionPolicy(it) => &it.log_group_name,
            Self::PutDataProtectionPolicy(it) | Self::PutIndexPolicy(it) => &it.log_group_identifier,
            Self::PutTransformer(it) => &it.log_group_identifier,
            Self::PutSubscriptionFilter(it) => &it.log_group_name,
            Self::PutMetricFilter(it) => &it.log_group_name,
            Self::PutBearerTokenAuthentication(it) => &it.log_group_identifier,
            Self::PutLogGroupDeletionProtection(it) => &it.log_group_identifier,
        }
    }

    pub(crate) fn call(&self) -> Call {
        let mut written = serde_json::to_value(self).unwrap_or_default();
        let operation = written["operation"].as_str().unwrap_or_default().to_owned();
        Call { service: "logs".to_owned(), operation, parameters: written["parameters"].take() }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            Self::PutRetentionPolicy(it) => format!("a retention of {} days", it.retention_in_days),
            Self::PutDataProtectionPolicy(_) => "its data protection".to_owned(),
            Self::PutIndexPolicy(_) => "its field indexes".to_owned(),
            Self::PutTransformer(_) => "its transformer".to_owned(),
            Self::PutSubscriptionFilter(it) => format!("the subscription filter {}", it.filter_name),
            Self::PutMetricFilter(it) => format!("the metric filter {}", it.filter_name),
            Self::PutBearerTokenAuthentication(_) => "its bearer tokens".to_owned(),
            Self::PutLogGroupDeletionProtection(it) if it.deletion_protection_enabled => {
                "deletion protection".to_owned()
            }
            Self::PutLogGroupDeletionProtection(_) => "no deletion protection".to_owned(),
        };
        write!(f, "set on {}: {what}", self.log_group())
    }
}
