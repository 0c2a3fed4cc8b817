//! Policy documents of other services than CloudWatch Logs, looked at with the same eyes.

use mailtrail_resource_policy::condition::Context;
use mailtrail_resource_policy::document::Document;
use mailtrail_resource_policy::evaluate::{Decision, Policies, Request, Requester};
use mailtrail_resource_policy::findings::{self, Kind};
use mailtrail_resource_policy::inventory::{Inventory, Part, ResourcePolicy};
use mailtrail_resource_policy::limits::Limits;
use mailtrail_resource_policy::statement::{Effect, ElementMatch, Meaning, Principal, PrincipalMatch};

/// The service that delivers logs.
pub(crate) const DELIVERY: &str = "delivery.logs.amazonaws.com";
const ALLOW_ALL: &str = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}"#;

/// Whether a policy lets a service do something. No policy lets nobody in.
pub(crate) fn lets_in(
    policy: Option<&str>,
    service: &str,
    action: &str,
    resource: &str,
    context: &Context,
) -> Decision {
    decide(policy, None, &Request { requester: Requester::Service(service), action, resource }, context)
}

/// Whether a policy leaves alone somebody who is let in elsewhere: denied, if it denies.
pub(crate) fn leaves_in(policy: Option<&str>, request: &Request, context: &Context) -> Decision {
    let anyone = Document::parse(ALLOW_ALL).ok();
    decide(policy, anyone.as_ref(), request, context)
}

fn decide(
    policy: Option<&str>,
    besides: Option<&Document>,
    request: &Request,
    context: &Context,
) -> Decision {
    let Some(text) = policy else {
        return besides
            .map_or(Decision::Denied, |besides| Policies::of_account([besides]).decide(request, context));
    };
    match Document::parse(text) {
        Ok(document) => Policies::of_account(besides.into_iter().chain([&document])).decide(request, context),
        Err(_) => Decision::Depends,
    }
}

/// How services could be made to act for strangers through this policy: in words, one for each statement.
pub(crate) fn confused_deputies(policy: &str) -> Vec<String> {
    let policy = ResourcePolicy { document: policy.to_owned(), ..ResourcePolicy::default() };
    let account_policies = Part::Seen { at: 0, value: vec![policy] };
    let inventory = Inventory { account_policies, ..Inventory::default() };
    let kinds = [Kind::NoSourceCondition, Kind::SourceAccountsDiffer, Kind::WildcardPrincipal];
    let found = findings::findings(&inventory, &Limits::default()).into_iter();
    let found = found.filter(|it| kinds.contains(&it.id) && it.severity > findings::Severity::Note);
    found.map(|it| format!("statement {}: {}", it.statement.unwrap_or_default(), it.message)).collect()
}

/// The statements of a policy that are understood.
pub(crate) fn meanings(policy: &str) -> Vec<Meaning> {
    let document = Document::parse(policy);
    let statements = document.iter().flat_map(Document::statements);
    statements.filter_map(|statement| statement.meaning().ok().cloned()).collect()
}

/// Whether a statement lets a service in by its name.
pub(crate) fn is_for(meaning: &Meaning, service: &str) -> bool {
    let is_it = |principal: &Principal| matches!(principal, Principal::Service(name) if name == service);
    meaning.effect == Effect::Allow
        && matches!(&meaning.principal, PrincipalMatch::Only(principals) if principals.iter().any(is_it))
}

/// Whether a statement speaks of all but some principals or actions.
pub(crate) fn is_inverted(meaning: &Meaning) -> bool {
    matches!(meaning.principal, PrincipalMatch::AllBut(_))
        || matches!(meaning.action, ElementMatch::AllBut(_))
}

/// Whether a statement names an action, `s3:PutObject` also by `s3:*` or `*`.
pub(crate) fn names(meaning: &Meaning, action: &str) -> bool {
    let ElementMatch::Only(actions) = &meaning.action else { return false };
    actions.iter().any(|named| {
        let named = named.to_ascii_lowercase();
        let action = action.to_ascii_lowercase();
        named.strip_suffix('*').map_or(named == action, |start| action.starts_with(start))
    })
}

/// A trust policy, which names no resource, with one: the role itself is meant. What is no JSON stays as it is.
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
