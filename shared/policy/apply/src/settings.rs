//! Settings of a log group that we made, each with the call that sets it. Members are named as the API names them.

use std::collections::BTreeMap;
use std::fmt;

use aws_sdk_cloudwatchlogs::types;
use mailtrail_aws_client::Deadline;
use mailtrail_aws_client::failure::Failure;
use mailtrail_policy_survey::{Account, CallError};
use serde::{Deserialize, Serialize};

use crate::change::Call;

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

    /// Sets it.
    pub(crate) async fn send(&self, account: &Account, deadline: Deadline) -> Result<(), CallError> {
        let (logs, calls) = (&account.logs, &account.calls);
        match self {
            Self::PutRetentionPolicy(it) => {
                let call = || {
                    let call = logs.put_retention_policy().log_group_name(&it.log_group_name);
                    call.retention_in_days(it.retention_in_days).send()
                };
                calls.run("PutRetentionPolicy", deadline, call).await.map(drop)
            }
            Self::PutDataProtectionPolicy(it) => {
                let call = || {
                    let call = logs.put_data_protection_policy();
                    let call = call.log_group_identifier(&it.log_group_identifier);
                    call.policy_document(&it.policy_document).send()
                };
                calls.run("PutDataProtectionPolicy", deadline, call).await.map(drop)
            }
            Self::PutIndexPolicy(it) => {
                let call = || {
                    let call = logs.put_index_policy().log_group_identifier(&it.log_group_identifier);
                    call.policy_document(&it.policy_document).send()
                };
                calls.run("PutIndexPolicy", deadline, call).await.map(drop)
            }
            Self::PutTransformer(it) => it.send(account, deadline).await,
            Self::PutSubscriptionFilter(it) => it.send(account, deadline).await,
            Self::PutMetricFilter(it) => it.send(account, deadline).await,
            Self::PutBearerTokenAuthentication(it) => {
                let call = || {
                    let call = logs.put_bearer_token_authentication();
                    let call = call.log_group_identifier(&it.log_group_identifier);
                    call.bearer_token_authentication_enabled(it.bearer_token_authentication_enabled).send()
                };
                calls.run("PutBearerTokenAuthentication", deadline, call).await.map(drop)
            }
            Self::PutLogGroupDeletionProtection(it) => {
                let call = || {
                    let call = logs.put_log_group_deletion_protection();
                    let call = call.log_group_identifier(&it.log_group_identifier);
                    call.deletion_protection_enabled(it.deletion_protection_enabled).send()
                };
                calls.run("PutLogGroupDeletionProtection", deadline, call).await.map(drop)
            }
        }
    }
}

impl Transformer {
    async fn send(&self, account: &Account, deadline: Deadline) -> Result<(), CallError> {
        let read = account.calls.run("GetTransformer", deadline, || {
            account.logs.get_transformer().log_group_identifier(&self.transformer_config_of).send()
        });
        let processors = read.await?.transformer_config.unwrap_or_default();
        let unknown = types::Processor::builder().build();
        if processors.is_empty() || processors.contains(&unknown) {
            let message = format!(
                "the transformer of {} is gone, or newer than this program",
                self.transformer_config_of
            );
            return Err(not_made("PutTransformer", message));
        }
        let call = || {
            let call = account.logs.put_transformer().log_group_identifier(&self.log_group_identifier);
            call.set_transformer_config(Some(processors.clone())).send()
        };
        account.calls.run("PutTransformer", deadline, call).await.map(drop)
    }
}

impl SubscriptionFilter {
    async fn send(&self, account: &Account, deadline: Deadline) -> Result<(), CallError> {
        let fields = Some(self.emit_system_fields.clone()).filter(|fields| !fields.is_empty());
        let call = || {
            let call = account.logs.put_subscription_filter().log_group_name(&self.log_group_name);
            call.filter_name(&self.filter_name)
                .filter_pattern(&self.filter_pattern)
                .destination_arn(&self.destination_arn)
                .set_role_arn(self.role_arn.clone())
                .set_distribution(self.distribution.as_deref().map(types::Distribution::from))
                .apply_on_transformed_logs(self.apply_on_transformed_logs)
                .set_field_selection_criteria(self.field_selection_criteria.clone())
                .set_emit_system_fields(fields.clone())
                .send()
        };
        account.calls.run("PutSubscriptionFilter", deadline, call).await.map(drop)
    }
}

impl MetricFilter {
    async fn send(&self, account: &Account, deadline: Deadline) -> Result<(), CallError> {
        let dimensions = Some(self.emit_system_field_dimensions.clone()).filter(|fields| !fields.is_empty());
        let made: Result<Vec<_>, _> =
            self.metric_transformations.iter().map(MetricTransformation::build).collect();
        let transformations = made.map_err(|error| not_made("PutMetricFilter", error.to_string()))?;
        let call = || {
            let call = account.logs.put_metric_filter().log_group_name(&self.log_group_name);
            call.filter_name(&self.filter_name)
                .filter_pattern(&self.filter_pattern)
                .set_metric_transformations(Some(transformations.clone()))
                .apply_on_transformed_logs(self.apply_on_transformed_logs)
                .set_field_selection_criteria(self.field_selection_criteria.clone())
                .set_emit_system_field_dimensions(dimensions.clone())
                .send()
        };
        account.calls.run("PutMetricFilter", deadline, call).await.map(drop)
    }
}

impl MetricTransformation {
    fn build(&self) -> Result<types::MetricTransformation, aws_sdk_cloudwatchlogs::error::BuildError> {
        let dimensions = self.dimensions.clone().map(|dimensions| dimensions.into_iter().collect());
        types::MetricTransformation::builder()
            .metric_name(&self.metric_name)
            .metric_namespace(&self.metric_namespace)
            .metric_value(&self.metric_value)
            .set_default_value(self.default_value)
            .set_dimensions(dimensions)
            .set_unit(self.unit.as_deref().map(types::StandardUnit::from))
            .build()
    }
}

/// A call that was not made, for what it would have said makes no sense.
fn not_made(operation: &'static str, message: String) -> CallError {
    CallError { operation, failure: Failure::permanent("NotMade", message) }
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
        write!(f, "give {} {what}", self.log_group())
    }
}
