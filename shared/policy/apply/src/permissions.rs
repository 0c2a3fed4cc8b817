//! Whether CloudWatch Logs may invoke a function for a log group: a statement in the policy of the function.

use mailtrail_aws_client::failure::Failure;
use mailtrail_policy_survey::CallError;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::aws::{Aws, Seen};
use crate::change::{INVOKE_FUNCTION, LOGS_PRINCIPAL, PermissionChange};

/// The permission that the filter of a log group needs for a function. The id of its statement follows from both.
pub(crate) fn to_invoke(function: &str, group_arn: &str, account: &str) -> PermissionChange {
    // arn:aws:lambda:<Region>:<account>:function:<name>[:<version or alias>]
    let parts: Vec<&str> = function.splitn(8, ':').collect();
    let unqualified = parts.iter().take(7).copied().collect::<Vec<_>>().join(":");
    let hash = hex::encode(&Sha256::digest(format!("{function} {group_arn}"))[..8]);
    PermissionChange {
        present: true,
        function: unqualified,
        qualifier: parts.get(7).map(|&qualifier| qualifier.to_owned()),
        statement_id: format!("mailtrail-{hash}"),
        source_arn: format!("{group_arn}:*"),
        source_account: account.to_owned(),
    }
}

/// Looks for the statement.
pub(crate) async fn look(aws: &Aws<'_>, change: &PermissionChange) -> Result<Seen, CallError> {
    let read = aws.account.calls.run("GetPolicy", aws.deadline, || {
        let call = aws.lambda.get_policy().function_name(&change.function);
        call.set_qualifier(change.qualifier.clone()).send()
    });
    let document = match read.await {
        Ok(answer) => answer.policy.unwrap_or_default(),
        Err(error) if error.is_missing() => String::new(),
        Err(error) => return Err(error),
    };
    let policy: Value = serde_json::from_str(&document).unwrap_or_default();
    let statements = policy["Statement"].as_array();
    let is_there = statements.into_iter().flatten().any(|statement| statement["Sid"] == *change.statement_id);
    Ok(if is_there == change.present { Seen::After } else { Seen::Before(None) })
}

/// Adds the statement, or removes it.
pub(crate) async fn send(aws: &Aws<'_>, change: &PermissionChange) -> Result<Value, CallError> {
    let calls = &aws.account.calls;
    if change.present {
        let added = calls.run("AddPermission", aws.deadline, || {
            let call = aws.lambda.add_permission().function_name(&change.function);
            call.set_qualifier(change.qualifier.clone())
                .statement_id(&change.statement_id)
                .action(INVOKE_FUNCTION)
                .principal(LOGS_PRINCIPAL)
                .source_arn(&change.source_arn)
                .source_account(&change.source_account)
                .send()
        });
        return added.await.map(|added| json!({ "statement": added.statement() }));
    }
    let removed = calls.run("RemovePermission", aws.deadline, || {
        let call = aws.lambda.remove_permission().function_name(&change.function);
        let sent = call.set_qualifier(change.qualifier.clone()).statement_id(&change.statement_id).send();
        async { sent.await.map_err(Failure::from) }
    });
    removed.await.map(|_| Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: &str = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/vendedlogs/mail";

    #[test]
    fn an_alias_is_named_beside_its_function() {
        let function = "arn:aws:lambda:eu-west-1:111122223333:function:watch";
        let plain = to_invoke(function, GROUP, "111122223333");
        let alias = to_invoke(&format!("{function}:live"), GROUP, "111122223333");
        assert_eq!((plain.function.as_str(), plain.qualifier.as_deref()), (function, None));
        assert_eq!((alias.function.as_str(), alias.qualifier.as_deref()), (function, Some("live")));
        assert_ne!(plain.statement_id, alias.statement_id);
        assert_eq!(plain.source_arn, format!("{GROUP}:*"));
    }

    #[test]
    fn the_id_of_a_statement_is_the_same_each_time() {
        let function = "arn:aws:lambda:eu-west-1:111122223333:function:watch";
        assert_eq!(
            to_invoke(function, GROUP, "1").statement_id,
            to_invoke(function, GROUP, "1").statement_id
        );
        assert_ne!(to_invoke(function, GROUP, "1").statement_id, to_invoke(function, "x", "1").statement_id);
    }
}
