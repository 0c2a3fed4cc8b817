//! Documents of a log group: data protection, field indexes, and its transformer.

use aws_sdk_cloudwatchlogs::types::{IndexSource, LogGroup, LogGroupClass};
use mailtrail_policy_survey::CallError;
use mailtrail_resource_policy::plan::Move;

use super::carried::{Carried, is_of_class};
use crate::aws::Aws;
use crate::setting::{Setting, SettingDocument, Transformer};

/// Reads what a log group of this class can have.
pub(super) async fn read(
    aws: &Aws<'_>,
    group: &LogGroup,
    moving: &Move,
    carried: &mut Carried,
) -> Result<(), CallError> {
    let (from, to) = (&moving.from, &moving.to);
    let document = |text: String| SettingDocument { log_group_identifier: to.clone(), policy_document: text };
    if let Some(text) = data_protection(aws, from).await? {
        carried.set(Setting::PutDataProtectionPolicy(document(text)));
    }
    if !is_of_class(group, &LogGroupClass::Standard) {
        return Ok(());
    }
    if let Some(text) = index_policy(aws, from).await? {
        carried.set(Setting::PutIndexPolicy(document(text)));
    }
    // Before the filters: some see only what it made.
    if has_transformer(aws, from).await? {
        let (log_group_identifier, transformer_config_of) = (to.clone(), from.clone());
        carried.set(Setting::PutTransformer(Transformer { log_group_identifier, transformer_config_of }));
    }
    Ok(())
}

async fn data_protection(aws: &Aws<'_>, group: &str) -> Result<Option<String>, CallError> {
    let (calls, logs) = (&aws.account.calls, &aws.account.logs);
    let read = calls.run("GetDataProtectionPolicy", aws.deadline, || {
        logs.get_data_protection_policy().log_group_identifier(group).send()
    });
    match read.await {
        Ok(answer) => {
            if answer.policy_document.is_some() {
                let said = answer.log_group_identifier();
                aws.account.expect_log_group("GetDataProtectionPolicy", group, said)?;
            }
            Ok(answer.policy_document)
        }
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(error),
    }
}

/// The policy of the log group itself: one of the account holds for the new one as it is.
async fn index_policy(aws: &Aws<'_>, group: &str) -> Result<Option<String>, CallError> {
    let (calls, logs) = (&aws.account.calls, &aws.account.logs);
    let read = calls.run("DescribeIndexPolicies", aws.deadline, || {
        logs.describe_index_policies().log_group_identifiers(group).send()
    });
    let policies = read.await?.index_policies.unwrap_or_default();
    for policy in policies.iter().filter(|policy| policy.source() != Some(&IndexSource::Account)) {
        aws.account.expect_log_group("DescribeIndexPolicies", group, policy.log_group_identifier())?;
    }
    let own = policies.into_iter().find(|policy| policy.source() == Some(&IndexSource::LogGroup));
    Ok(own.and_then(|policy| policy.policy_document))
}

async fn has_transformer(aws: &Aws<'_>, group: &str) -> Result<bool, CallError> {
    let (calls, logs) = (&aws.account.calls, &aws.account.logs);
    let read = calls
        .run("GetTransformer", aws.deadline, || logs.get_transformer().log_group_identifier(group).send());
    match read.await {
        Ok(answer) if answer.transformer_config().is_empty() => Ok(false),
        Ok(answer) => {
            aws.account.expect_log_group("GetTransformer", group, answer.log_group_identifier())?;
            Ok(true)
        }
        Err(error) if error.is_missing() => Ok(false),
        Err(error) => Err(error),
    }
}
