//! The call that sets each setting of a log group.

use aws_sdk_cloudwatchlogs::types;
use mailtrail_aws_client::Deadline;
use mailtrail_aws_client::failure::Failure;
use mailtrail_policy_survey::{Account, CallError};

use crate::setting::{MetricFilter, MetricTransformation, Setting, SubscriptionFilter, Transformer};

impl Setting {
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
        let read = read.await?;
        account.expect_log_group(
            "GetTransformer",
            &self.transformer_config_of,
            read.log_group_identifier(),
        )?;
        let processors = read.transformer_config.unwrap_or_default();
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
