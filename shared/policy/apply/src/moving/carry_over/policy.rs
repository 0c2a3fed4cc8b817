//! The policy of the old log group, for the new one.

use mailtrail_policy_survey::CallError;
use mailtrail_resource_policy::document::Document;
use mailtrail_resource_policy::plan::{Move, PolicyScope, Write};
use mailtrail_resource_policy::statement::Statement;

use crate::aws::Aws;
use crate::change::PolicyChange;

/// What becomes of it.
#[derive(Debug, Default)]
pub(in crate::moving) struct Adapted {
    /// The policy of the new log group.
    pub(in crate::moving) change: Option<PolicyChange>,
    /// Why there is none.
    pub(in crate::moving) not_copied: Option<String>,
}

/// The statements of the old log group's policy, with the new name for the old one, beside those that the plan grants:
/// a log group has one policy only.
pub(in crate::moving) async fn adapted(
    aws: &Aws<'_>,
    moving: &Move,
    writes: &[Write],
) -> Result<Adapted, CallError> {
    let Some(old) = aws.account.log_group_policy(&moving.from, aws.deadline).await? else {
        return Ok(Adapted::default());
    };
    let (from, to) = (aws.group_arn(&moving.from), aws.group_arn(&moving.to));
    let scope = PolicyScope::LogGroup(to.clone());
    let granted = writes.iter().rfind(|write| write.scope == scope).and_then(|write| write.after.clone());
    Ok(match merge(&old.document, granted.as_deref(), &from, &to) {
        Some(after) if granted.as_ref() == Some(&after) => Adapted::default(),
        Some(after) => {
            let change =
                PolicyChange { scope, before: granted, after: Some(after), expected_revision_id: None };
            Adapted { change: Some(change), not_copied: None }
        }
        None => {
            let why = format!("the resource policy of {}: it is not one that can be read", moving.from);
            Adapted { change: None, not_copied: Some(why) }
        }
    })
}

/// Both policies in one. `None` if one of them cannot be read.
fn merge(old: &str, granted: Option<&str>, from: &str, to: &str) -> Option<String> {
    let old = Document::parse(&renamed(&Document::parse(old).ok()?.to_json(), from, to)).ok()?;
    let Some(granted) = granted else { return Some(old.to_json()) };
    let granted = Document::parse(granted).ok()?;
    let mut statements: Vec<Statement> = granted.statements().to_vec();
    let known: Vec<String> = statements.iter().map(Statement::to_json).collect();
    let more = old.statements().iter().filter(|statement| !known.contains(&statement.to_json()));
    statements.extend(more.cloned());
    Some(granted.with_statements(statements).to_json())
}

/// A text with another log group where one was named, as a whole: `…:log-group:mail` is no part of
/// `…:log-group:mail-old`.
fn renamed(text: &str, from: &str, to: &str) -> String {
    [":", "\""]
        .iter()
        .fold(text.to_owned(), |text, end| text.replace(&format!("{from}{end}"), &format!("{to}{end}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "arn:aws:logs:eu-west-1:111122223333:log-group:mail";
    const TO: &str = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/vendedlogs/mail";

    fn policy(resource: &str) -> String {
        format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Resource":"{resource}"}}]}}"#)
    }

    #[test]
    fn the_new_group_stands_where_the_old_one_stood() {
        let merged = merge(&policy(&format!("{FROM}:log-stream:*")), None, FROM, TO).unwrap();
        assert_eq!(merged, policy(&format!("{TO}:log-stream:*")));
        assert_eq!(merge(&policy(FROM), None, FROM, TO).unwrap(), policy(TO));
    }

    #[test]
    fn a_group_whose_name_only_begins_the_same_is_another_one() {
        let other = policy(&format!("{FROM}-old:*"));
        assert_eq!(merge(&other, None, FROM, TO).unwrap(), other);
    }

    #[test]
    fn what_the_plan_grants_stays_and_is_not_doubled() {
        let granted = policy(&format!("{TO}:log-stream:*"));
        assert_eq!(
            merge(&policy(&format!("{FROM}:log-stream:*")), Some(&granted), FROM, TO).unwrap(),
            granted
        );
        let both = merge(&policy("other"), Some(&granted), FROM, TO).unwrap();
        assert_eq!(Document::parse(&both).unwrap().statements().len(), 2);
    }

    #[test]
    fn what_cannot_be_read_is_not_merged() {
        assert_eq!(merge("{", None, FROM, TO), None);
    }
}
