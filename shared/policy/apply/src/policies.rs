//! Resource policies: read again right before each write, and right after.
//!
//! A policy of the account has no optimistic lock
//! (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html>): what another caller
//! writes between our reading and our writing, some milliseconds, is overwritten, and nothing tells: an entry that AWS
//! adds for a new delivery, too. What they write before or after is noticed. The policy of a log group has a revision,
//! so there nothing gets in between.

use mailtrail_policy_survey::CallError;
use mailtrail_resource_policy::arn::ResourcePattern;
use mailtrail_resource_policy::inventory::ResourcePolicy;
use mailtrail_resource_policy::plan::PolicyScope;
use serde_json::{Value, json};

use crate::aws::{Aws, Seen};
use crate::change::PolicyChange;

/// Looks at a policy.
pub(crate) async fn look(aws: &Aws<'_>, change: &PolicyChange) -> Result<Seen, CallError> {
    let held = read(aws, &change.scope).await?;
    let document = held.as_ref().map(|held| held.document.as_str());
    let revision = held.as_ref().and_then(|held| held.revision_id.clone());
    let is_other_revision = change.expected_revision_id.is_some() && revision != change.expected_revision_id;
    Ok(if document == change.after.as_deref() {
        Seen::After
    } else if document == change.before.as_deref() && !is_other_revision {
        Seen::Before(revision)
    } else {
        document.map_or(Seen::Gone, |document| Seen::Other(document.to_owned()))
    })
}

/// A policy as it is now.
pub(crate) async fn read(aws: &Aws<'_>, place: &PolicyScope) -> Result<Option<ResourcePolicy>, CallError> {
    match place {
        PolicyScope::Account(name) => {
            let policies = aws.account.account_policies(aws.deadline).await?;
            Ok(policies.into_iter().find(|policy| policy.policy_name.as_ref() == Some(name)))
        }
        PolicyScope::LogGroup(arn) => {
            let group = ResourcePattern::new(arn).log_group().map_or(arn.as_str(), |group| group.name);
            match aws.account.log_group_policy(group, aws.deadline).await {
                Err(error) if error.is_missing() => Ok(None),
                read => read,
            }
        }
    }
}

/// Writes a policy, or deletes it. Of a log group's, `revision` is the one that is replaced.
pub(crate) async fn send(
    aws: &Aws<'_>,
    change: &PolicyChange,
    revision: Option<String>,
) -> Result<Value, CallError> {
    // The API takes exactly one of the two.
    let (name, arn) = match &change.scope {
        PolicyScope::Account(name) => (Some(name.clone()), None),
        PolicyScope::LogGroup(arn) => (None, Some(arn.clone())),
    };
    let revision = revision.filter(|_| arn.is_some());
    let (calls, logs) = (&aws.account.calls, &aws.account.logs);
    let Some(document) = &change.after else {
        let deleted = calls.run("DeleteResourcePolicy", aws.deadline, || {
            let call = logs.delete_resource_policy().set_policy_name(name.clone());
            call.set_resource_arn(arn.clone()).set_expected_revision_id(revision.clone()).send()
        });
        deleted.await?;
        return Ok(json!({ "replacedRevisionId": revision }));
    };
    let put = calls.run("PutResourcePolicy", aws.deadline, || {
        let call = logs.put_resource_policy().set_policy_name(name.clone()).set_resource_arn(arn.clone());
        call.policy_document(document).set_expected_revision_id(revision.clone()).send()
    });
    let said = put.await?;
    Ok(json!({ "replacedRevisionId": revision, "revisionId": said.revision_id() }))
}
