//! The calls that `enable` and `disable` make.

use anyhow::Context;
use aws_sdk_workmail::Client;
use mailtrail_aws_client::Deadline;
use mailtrail_policy_survey::{Account, CallError};
use serde_json::json;

/// A call that changes the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Call {
    CreateLogGroup { name: String },
    SetRetention { name: String, days: i32 },
    RemoveRetention { name: String },
    Enable { organization: String, log_group_arn: String, role_arn: Option<String> },
    Disable { organization: String },
}

impl Call {
    pub(super) fn operation(&self) -> &'static str {
        match self {
            Self::CreateLogGroup { .. } => "CreateLogGroup",
            Self::SetRetention { .. } => "PutRetentionPolicy",
            Self::RemoveRetention { .. } => "DeleteRetentionPolicy",
            Self::Enable { .. } => "PutEmailMonitoringConfiguration",
            Self::Disable { .. } => "DeleteEmailMonitoringConfiguration",
        }
    }

    /// The parameters, as the API names them.
    pub(super) fn parameters(&self) -> serde_json::Value {
        match self {
            Self::CreateLogGroup { name } | Self::RemoveRetention { name } => json!({"logGroupName": name}),
            Self::SetRetention { name, days } => json!({"logGroupName": name, "retentionInDays": days}),
            Self::Enable { organization, log_group_arn, role_arn: None } => {
                json!({"OrganizationId": organization, "LogGroupArn": log_group_arn})
            }
            Self::Enable { organization, log_group_arn, role_arn: Some(role) } => {
                json!({"OrganizationId": organization, "LogGroupArn": log_group_arn, "RoleArn": role})
            }
            Self::Disable { organization } => json!({"OrganizationId": organization}),
        }
    }

    pub(super) async fn send(&self, account: &Account, client: &Client) -> anyhow::Result<()> {
        let (calls, logs, never) = (&account.calls, &account.logs, Deadline::NEVER);
        let operation = self.operation();
        let sent: Result<(), CallError> = match self {
            Self::CreateLogGroup { name } => {
                let created = calls
                    .run(operation, never, || logs.create_log_group().log_group_name(name).send())
                    .await
                    .map(|_| ());
                match created {
                    // Another caller created it meanwhile.
                    Err(error) if error.failure.code == "ResourceAlreadyExistsException" => Ok(()),
                    created => created,
                }
            }
            Self::SetRetention { name, days } => calls
                .run(operation, never, || {
                    logs.put_retention_policy().log_group_name(name).retention_in_days(*days).send()
                })
                .await
                .map(|_| ()),
            Self::RemoveRetention { name } => calls
                .run(operation, never, || logs.delete_retention_policy().log_group_name(name).send())
                .await
                .map(|_| ()),
            Self::Enable { organization, log_group_arn, role_arn } => calls
                .run(operation, never, || {
                    let call = client.put_email_monitoring_configuration().organization_id(organization);
                    call.log_group_arn(log_group_arn).set_role_arn(role_arn.clone()).send()
                })
                .await
                .map(|_| ()),
            Self::Disable { organization } => calls
                .run(operation, never, || {
                    client.delete_email_monitoring_configuration().organization_id(organization).send()
                })
                .await
                .map(|_| ()),
        };
        sent.with_context(|| format!("failed to call {operation} with {}", self.parameters()))
    }
}
