//! What the policies of buckets, keys, functions and roles allow, by the evaluation of `mailtrail-resource-policy`.

use mailtrail_resource_policy::condition::Context;
use mailtrail_resource_policy::document::Document;
use mailtrail_resource_policy::evaluate::{Decision, Policies, Request, Requester};
use mailtrail_resource_policy::findings::{self, Finding};
use mailtrail_resource_policy::statement::{
    Effect, ElementMatch, Principal, PrincipalMatch, StatementElements,
};

/// The service principal of log delivery.
pub(crate) const DELIVERY: &str = "delivery.logs.amazonaws.com";
const ALLOW_ALL: &str = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}"#;

/// Whether a resource-based policy allows a service an action. Without a policy it is denied.
pub(crate) fn service_access(
    policy: Option<&str>,
    service: &str,
    action: &str,
    resource: &str,
    context: &Context,
) -> Decision {
    decide(policy, None, &Request { requester: Requester::Service(service), action, resource }, context)
}

/// The decision for a principal whose identity-based policy allows the action: denied only by an explicit deny.
pub(crate) fn explicit_deny(policy: Option<&str>, request: &Request, context: &Context) -> Decision {
    let identity_policy = Document::parse(ALLOW_ALL).ok();
    decide(policy, identity_policy.as_ref(), request, context)
}

/// What a resource-based policy says of a role: a decision about the role itself, or `None` where it allows the account of
/// the role, and so leaves it to the policies of that account.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#key-policy-default-allow-root-enabled>
pub(crate) fn resource_access(
    policy: Option<&str>,
    account: &str,
    role: &str,
    (action, resource): (&str, &str),
    context: &Context,
) -> Option<Decision> {
    let decide_for = |requester| decide(policy, None, &Request { requester, action, resource }, context);
    let request = Request { requester: Requester::Aws(role), action, resource };
    let of_role = decide_for(Requester::Aws(role));
    if of_role == Decision::Allowed {
        return Some(of_role);
    }
    if explicit_deny(policy, &request, context) == Decision::Denied {
        return Some(Decision::Denied);
    }
    let partition = role.split(':').nth(1).unwrap_or("aws");
    let root = format!("arn:{partition}:iam::{account}:root");
    let is_left_to_the_account =
        [root.as_str(), account].iter().any(|it| decide_for(Requester::Aws(it)) == Decision::Allowed);
    (!is_left_to_the_account).then_some(of_role)
}

fn decide(
    policy: Option<&str>,
    identity_policy: Option<&Document>,
    request: &Request,
    context: &Context,
) -> Decision {
    let Some(text) = policy else {
        return identity_policy
            .map_or(Decision::Denied, |document| Policies::of_account([document]).decide(request, context));
    };
    match Document::parse(text) {
        Ok(document) => {
            Policies::of_account(identity_policy.into_iter().chain([&document])).decide(request, context)
        }
        Err(_) => Decision::Depends,
    }
}

/// A statement through which a service could act for another account (the confused deputy problem).
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>
#[derive(Debug)]
pub(crate) struct ConfusedDeputy {
    /// The statement, by its `Sid`, or by its number: `#2`.
    pub(crate) statement: String,
    /// The reason.
    pub(crate) message: String,
}

/// What all of them are, in one line.
pub(crate) fn joined(deputies: &[ConfusedDeputy]) -> String {
    let text = |it: &ConfusedDeputy| format!("statement {}: {}", it.statement, it.message);
    deputies.iter().map(text).collect::<Vec<_>>().join("; ")
}

/// The statements through which a service could act for another account.
pub(crate) fn confused_deputies(policy: &str) -> Vec<ConfusedDeputy> {
    let Ok(document) = Document::parse(policy) else { return Vec::new() };
    let deputies = |found: Finding| {
        let message = found.message;
        let deputy = move |statement| ConfusedDeputy { statement, message: message.clone() };
        found.statements.into_iter().map(deputy)
    };
    findings::confused_deputies(&document).into_iter().flat_map(deputies).collect()
}

/// The statements of a policy that can be parsed.
pub(crate) fn statements(policy: &str) -> Vec<StatementElements> {
    let document = Document::parse(policy);
    let statements = document.iter().flat_map(Document::statements);
    statements.filter_map(|statement| statement.elements().ok().cloned()).collect()
}

/// Whether a statement allows something to a service by name.
pub(crate) fn allows_service(elements: &StatementElements, service: &str) -> bool {
    let is_it = |principal: &Principal| matches!(principal, Principal::Service(name) if name == service);
    elements.effect == Effect::Allow
        && matches!(&elements.principal, PrincipalMatch::Only(principals) if principals.iter().any(is_it))
}

/// Whether a statement has `NotPrincipal` or `NotAction`.
pub(crate) fn has_negated_element(elements: &StatementElements) -> bool {
    matches!(elements.principal, PrincipalMatch::AllBut(_))
        || matches!(elements.action, ElementMatch::AllBut(_))
}

/// Whether the `Action` of a statement covers an action, also by a wildcard at the end such as `s3:*`.
pub(crate) fn covers_action(elements: &StatementElements, action: &str) -> bool {
    let ElementMatch::Only(actions) = &elements.action else { return false };
    actions.iter().any(|named| {
        let named = named.to_ascii_lowercase();
        let action = action.to_ascii_lowercase();
        named.strip_suffix('*').map_or(named == action, |start| action.starts_with(start))
    })
}

/// A trust policy with `"Resource": "*"` in each statement, so that it can be evaluated like other policies. Text that
/// is not JSON is returned as it is.
pub(crate) fn with_resource(trust: &str) -> String {
    let Ok(mut document) = serde_json::from_str::<serde_json::Value>(trust) else { return trust.to_owned() };
    let add = |statement: &mut serde_json::Value| {
        if let Some(statement) = statement.as_object_mut() {
            statement.entry("Resource").or_insert_with(|| "*".into());
        }
    };
    match document.get_mut("Statement") {
        Some(serde_json::Value::Array(statements)) => statements.iter_mut().for_each(add),
        Some(statement) => add(statement),
        None => {}
    }
    document.to_string()
}
