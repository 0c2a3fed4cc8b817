//! An evaluator that is slow, short, and shares nothing with the one that it checks.

use mailtrail_resource_policy::evaluate::{Request, Requester};
use serde_json::Value;

/// Whether policies allow a request, in the context of a source ARN and account. Knows what `generate` writes.
pub(crate) fn allows<T: AsRef<str>>(policies: &[T], request: &Request, context: (&str, &str)) -> bool {
    let statements: Vec<Value> = policies
        .iter()
        .flat_map(|policy| {
            let policy: Value = serde_json::from_str(policy.as_ref()).unwrap();
            list(&policy["Statement"])
        })
        .collect();
    let any = |effect: &str| {
        statements
            .iter()
            .any(|statement| statement["Effect"] == effect && applies(statement, request, context))
    };
    any("Allow") && !any("Deny")
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

fn applies(statement: &Value, request: &Request, context: (&str, &str)) -> bool {
    let Requester::Service(service) = request.requester else { panic!("only services ask here") };
    let who = |value: &Value| {
        *value == "*"
            || list(&value["AWS"]).iter().any(|name| *name == "*")
            || list(&value["Service"]).iter().any(|name| *name == service)
    };
    let action = |value: &Value| {
        list(value).iter().any(|pattern| {
            glob(
                pattern.as_str().unwrap().to_lowercase().as_bytes(),
                request.action.to_lowercase().as_bytes(),
            )
        })
    };
    let resource = |value: &Value| {
        list(value).iter().any(|pattern| {
            let pattern = pattern.as_str().unwrap();
            pattern == "*" || arn(pattern, request.resource)
        })
    };
    either(statement, "Principal", who)
        && either(statement, "Action", action)
        && either(statement, "Resource", resource)
        && condition(&statement["Condition"], context)
}

/// The member, or the opposite of the member with `Not` before it.
fn either(statement: &Value, name: &str, holds: impl Fn(&Value) -> bool) -> bool {
    match (statement.get(name), statement.get(format!("Not{name}"))) {
        (Some(value), _) => holds(value),
        (None, Some(value)) => !holds(value),
        (None, None) => false,
    }
}

fn condition(condition: &Value, context: (&str, &str)) -> bool {
    let Some(operators) = condition.as_object() else { return true };
    operators.iter().all(|(operator, keys)| {
        keys.as_object().unwrap().iter().all(|(key, values)| {
            let actual = match key.to_lowercase().as_str() {
                "aws:sourcearn" => context.0,
                "aws:sourceaccount" => context.1,
                _ => return operator == "StringNotEquals",
            };
            let fits = |wanted: &Value| {
                let wanted = wanted.as_str().unwrap();
                match operator.trim_start_matches("String").trim_start_matches("Not") {
                    "Equals" => wanted == actual,
                    "Like" => glob(wanted.as_bytes(), actual.as_bytes()),
                    "ArnLike" => arn(wanted, actual),
                    other => panic!("{other}"),
                }
            };
            let fits = list(values).iter().any(fits);
            if operator.contains("Not") { !fits } else { fits }
        })
    })
}

fn arn(pattern: &str, arn: &str) -> bool {
    let (patterns, parts) = (pattern.splitn(6, ':'), arn.splitn(6, ':'));
    patterns.zip(parts).all(|(pattern, part)| glob(pattern.as_bytes(), part.as_bytes()))
}

fn glob(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len()).any(|at| glob(rest, &text[at..])),
        Some((wanted, rest)) => text
            .split_first()
            .is_some_and(|(first, text)| (*wanted == b'?' || wanted == first) && glob(rest, text)),
    }
}
