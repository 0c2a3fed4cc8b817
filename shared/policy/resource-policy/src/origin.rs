//! Who wrote a statement or a policy, by the names that AWS gives to what it writes itself.

use crate::limits::{LOG_DELIVERY, WRITTEN_BY_AWS};
use crate::policy_set::ParsedPolicy;
use crate::statement::{Principal, PrincipalMatch, Statement};

/// How the entries end that log delivery writes
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html>).
pub(crate) const ENTRY_END: &str = ":log-stream:*";

/// How the names of account policies begin that AWS writes, and finds again by name: log delivery
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html>), the console of
/// EventBridge (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html>) and that of
/// Directory Service
/// (<https://docs.aws.amazon.com/directoryservice/latest/admin-guide/ms_ad_enable_log_forwarding.html>).
const NAMES: [&str; 4] =
    ["AWS", "TrustEventsToStoreLogEvent", "EventBridgeToCWLogsPolicy", "DSLogSubscription"];

/// Whether log delivery wrote a statement: by its label, and because it lets in nothing else.
pub(crate) fn is_of_log_delivery(statement: &Statement) -> bool {
    let is_labelled = statement.sid().is_some_and(|sid| sid.starts_with(WRITTEN_BY_AWS));
    let principal = statement.editable().map(|(elements, _)| &elements.principal);
    let only = |principal: &PrincipalMatch| {
        matches!(principal, PrincipalMatch::Only(principals)
            if matches!(principals.as_slice(), [Principal::Service(name)] if name == LOG_DELIVERY))
    };
    is_labelled && principal.is_some_and(only)
}

/// Whether AWS looks for a policy by its name, or for one of its statements by its label, and writes to it.
pub(crate) fn is_written_by_aws(parsed: &ParsedPolicy) -> bool {
    let has_name = NAMES
        .iter()
        .any(|start| parsed.label().get(..start.len()).is_some_and(|name| name.eq_ignore_ascii_case(start)));
    let is_labelled =
        |statement: &Statement| statement.sid().is_some_and(|sid| sid.starts_with(WRITTEN_BY_AWS));
    has_name || parsed.statements().iter().any(is_labelled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy_set::PolicySet;
    use crate::scope::PolicyScope;

    fn policy(name: &str, sid: &str, service: &str) -> ParsedPolicy {
        let text = format!(
            r#"{{"Statement":{{"Sid":"{sid}","Effect":"Allow","Principal":{{"Service":{service}}},"Action":"logs:*",
                "Resource":"*"}}}}"#
        );
        let mut set = PolicySet::default();
        set.put(&PolicyScope::Account(name.to_owned()), Some(&text));
        set.policies.remove(0)
    }

    #[test]
    fn log_delivery_wrote_what_has_its_label_and_lets_in_nothing_else() {
        let wrote = |sid: &str, service: &str| is_of_log_delivery(&policy("p", sid, service).statements()[0]);
        assert!(wrote("AWSLogDeliveryWrite", r#""delivery.logs.amazonaws.com""#));
        assert!(wrote("AWSLogDeliveryWrite20150319", r#"["delivery.logs.amazonaws.com"]"#));
        assert!(!wrote("mine", r#""delivery.logs.amazonaws.com""#));
        assert!(!wrote("AWSLogDeliveryWrite", r#""xray.amazonaws.com""#));
        assert!(!wrote("AWSLogDeliveryWrite", r#"["delivery.logs.amazonaws.com","es.amazonaws.com"]"#));
    }

    #[test]
    fn a_policy_is_known_as_one_of_aws_by_its_name_or_a_label() {
        let known = |name: &str, sid: &str| is_written_by_aws(&policy(name, sid, r#""es.amazonaws.com""#));
        assert!(known("AWSLogDeliveryWrite20150319", "x") && known("TrustEventsToStoreLogEvents", "x"));
        assert!(known("mine", "AWSLogDeliveryWrite20150319"));
        assert!(!known("mine", "x") && !known("é", "x"));
    }
}
