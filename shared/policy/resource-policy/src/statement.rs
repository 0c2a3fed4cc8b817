//! One statement of a policy: its text, member by member, and what it means if that is understood.

use std::collections::{BTreeSet, HashSet};

use serde_json::value::RawValue;

use crate::condition::{self, Clause};
use crate::json::{self, Object};

/// A statement of a policy document.
///
/// Two statements are equal if their JSON is, white space apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    members: Vec<(String, String)>,
    elements: Result<StatementElements, String>,
    /// Its label, whether or not the rest is understood.
    sid: Option<String>,
    /// All of it but label and resources, as text: made once, since it is compared often.
    frame: String,
}

/// What a statement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementElements {
    /// Its label, which says nothing about access.
    pub sid: Option<String>,
    /// Whether it allows or denies.
    pub effect: Effect,
    /// Who may, or may not.
    pub principal: PrincipalMatch,
    /// Action patterns; case does not matter.
    pub action: ElementMatch,
    /// Resource patterns; case matters.
    pub resource: ElementMatch,
    /// All of them must hold; none: always.
    pub condition: Vec<Clause>,
    /// Whether every member is one that is known here.
    pub complete: bool,
}

/// `Effect` of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// `Allow`.
    Allow,
    /// `Deny`: wins over every `Allow`.
    Deny,
}

/// `Principal` or `NotPrincipal` of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrincipalMatch {
    /// Neither: an identity policy, which speaks of the identity that holds it.
    Holder,
    /// `Principal`.
    Only(Vec<Principal>),
    /// `NotPrincipal`.
    AllBut(Vec<Principal>),
}

/// One principal that a statement names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Principal {
    /// `"*"` or `{"AWS": "*"}`.
    Anyone,
    /// `{"Service": …}`: `delivery.logs.amazonaws.com`.
    Service(String),
    /// `{"AWS": …}`: an ARN, an account.
    Aws(String),
    /// `{"Federated": …}`, `{"CanonicalUser": …}` and whatever else there is.
    Other(String, String),
}

/// A list that is meant, or a list of exceptions (`NotAction`, `NotResource`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ElementMatch {
    /// Only these.
    Only(Vec<String>),
    /// All but these.
    AllBut(Vec<String>),
}

const KNOWN: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

impl Statement {
    /// Reads a statement; `None` if the text is not a JSON object.
    pub fn parse(json: &str) -> Option<Self> {
        let object: Object = serde_json::from_str(json).ok()?;
        let elements = elements(&object);
        let members = object.0.into_iter().map(|(key, value)| (key, json::compact(value.get()))).collect();
        Some(Self::new(members, elements))
    }

    /// A statement that lets a service in on one resource.
    pub(crate) fn allow(
        sid: &str,
        service: &str,
        actions: &[String],
        resource: &str,
        condition: &[Clause],
    ) -> Self {
        let operators: BTreeSet<&str> = condition.iter().map(|clause| clause.operator.as_str()).collect();
        let of_operator = |operator: &str| {
            let clauses = condition.iter().filter(|clause| clause.operator == operator);
            let keys: Vec<(&str, String)> =
                clauses.map(|clause| (clause.key.as_str(), json::list(&clause.values))).collect();
            json::object(keys.iter().map(|(key, values)| (*key, values.as_str())))
        };
        let clauses: Vec<(&str, String)> =
            operators.into_iter().map(|operator| (operator, of_operator(operator))).collect();
        let members = [
            ("Sid", json::quote(sid)),
            ("Effect", json::quote("Allow")),
            ("Principal", json::object([("Service", json::quote(service).as_str())])),
            ("Action", json::list(actions)),
            ("Resource", json::quote(resource)),
            ("Condition", json::object(clauses.iter().map(|(operator, keys)| (*operator, keys.as_str())))),
        ];
        let elements = StatementElements {
            sid: Some(sid.to_owned()),
            effect: Effect::Allow,
            principal: PrincipalMatch::Only(vec![Principal::Service(service.to_owned())]),
            action: ElementMatch::Only(actions.to_vec()),
            resource: ElementMatch::Only(vec![resource.to_owned()]),
            condition: condition.to_vec(),
            complete: true,
        };
        Self::new(members.map(|(key, value)| (key.to_owned(), value)).to_vec(), Ok(elements))
    }

    fn new(members: Vec<(String, String)>, elements: Result<StatementElements, String>) -> Self {
        let mut frame: Vec<(&str, &str)> = (members.iter())
            .filter(|(key, _)| key != "Sid" && key != "Resource")
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        frame.sort_unstable();
        let frame = json::object(frame);
        let sid = members.iter().find(|(key, _)| key == "Sid");
        let sid = sid.and_then(|(_, value)| serde_json::from_str(value).ok());
        Self { members, elements, sid, frame }
    }

    /// What it says, or why that is not understood.
    pub fn elements(&self) -> Result<&StatementElements, &str> {
        self.elements.as_ref().map_err(String::as_str)
    }

    /// Its JSON, in one line without white space.
    pub fn to_json(&self) -> String {
        json::object(self.members.iter().map(|(key, value)| (key.as_str(), value.as_str())))
    }

    /// Its label, if it has one.
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }

    /// What it says, if this crate may edit its list of resources: it allows, names principals and resources
    /// (no exceptions), and has no member that is unknown here. Nor has it policy variables: in a document of another
    /// version, where it may be moved to, those of a condition mean something else
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>).
    pub fn editable(&self) -> Option<(&StatementElements, &[String])> {
        match self.elements.as_ref() {
            Ok(
                elements @ StatementElements {
                    effect: Effect::Allow,
                    principal: PrincipalMatch::Only(principals),
                    action: ElementMatch::Only(_),
                    resource: ElementMatch::Only(resources),
                    complete: true,
                    ..
                },
            ) if principals.iter().all(|principal| matches!(principal, Principal::Service(_)))
                && !self.frame.contains("${") =>
            {
                Some((elements, resources))
            }
            _ => None,
        }
    }

    /// The same with other resources; all else stays as it is written, and a list stays a list.
    #[must_use]
    pub fn with_resources(&self, resources: Vec<String>) -> Self {
        let mut changed = self.clone();
        for (key, value) in &mut changed.members {
            if key == "Resource" {
                *value = match resources.as_slice() {
                    [one] if !value.starts_with('[') => json::quote(one),
                    many => json::list(many),
                };
            }
        }
        if let Ok(elements) = &mut changed.elements {
            elements.resource = ElementMatch::Only(resources);
        }
        changed
    }

    /// The same without its label.
    pub(crate) fn without_sid(&self) -> Self {
        let mut changed = self.clone();
        changed.members.retain(|(key, _)| key != "Sid");
        changed.sid = None;
        if let Ok(elements) = &mut changed.elements {
            elements.sid = None;
        }
        changed
    }

    /// Whether another one lets in the same, on other resources.
    pub(crate) fn says_the_same_of_others(&self, other: &Self) -> bool {
        let (Ok(one), Ok(two)) = (&self.elements, &other.elements) else { return false };
        let actions = |choice: &ElementMatch| match choice {
            ElementMatch::Only(actions) => actions.iter().map(|action| action.to_ascii_lowercase()).collect(),
            ElementMatch::AllBut(_) => BTreeSet::new(),
        };
        one.principal == two.principal
            && actions(&one.action) == actions(&two.action)
            && condition::implies(&one.condition, &two.condition)
            && condition::implies(&two.condition, &one.condition)
    }

    /// All of it but label and resources, as text: statements with the same can be merged.
    pub(crate) fn frame(&self) -> &str {
        &self.frame
    }
}

fn elements(object: &Object) -> Result<StatementElements, String> {
    if let Some(key) = object.repeated() {
        return Err(format!("it has {key} twice"));
    }
    let member = |name: &str| object.0.iter().find(|(key, _)| key == name).map(|(_, value)| *value);
    let sid = member("Sid").map(|value| text(value).ok_or("its Sid is not a string")).transpose()?;
    let effect = match member("Effect").and_then(text).as_deref() {
        Some("Allow") => Effect::Allow,
        Some("Deny") => Effect::Deny,
        _ => return Err("its Effect is neither Allow nor Deny".to_owned()),
    };
    let principal = match (member("Principal"), member("NotPrincipal")) {
        (None, None) => PrincipalMatch::Holder,
        (Some(value), None) => PrincipalMatch::Only(principals(value)?),
        (None, Some(value)) => PrincipalMatch::AllBut(principals(value)?),
        (Some(_), Some(_)) => return Err("it has both Principal and NotPrincipal".to_owned()),
    };
    let action = choice("Action", member("Action"), "NotAction", member("NotAction"))?;
    let resource = choice("Resource", member("Resource"), "NotResource", member("NotResource"))?;
    let condition = member("Condition").map(conditions).transpose()?.unwrap_or_default();
    let complete = object.0.iter().all(|(key, _)| KNOWN.contains(&key.as_str()));
    Ok(StatementElements { sid, effect, principal, action, resource, condition, complete })
}

fn text(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

/// A string, or a list of at least one string.
fn texts(value: &RawValue) -> Option<Vec<String>> {
    if let Some(one) = text(value) {
        return Some(vec![one]);
    }
    serde_json::from_str(value.get()).ok().filter(|many: &Vec<String>| !many.is_empty())
}

fn choice(
    name: &str,
    only: Option<&RawValue>,
    not_name: &str,
    all_but: Option<&RawValue>,
) -> Result<ElementMatch, String> {
    let patterns = |name: &str, value: &RawValue| {
        let patterns =
            texts(value).ok_or_else(|| format!("its {name} is not a string or a list of strings"))?;
        match patterns.iter().find(|pattern| pattern.contains("${")) {
            Some(pattern) => Err(format!("its {name} has a policy variable, {pattern}")),
            None => Ok(patterns),
        }
    };
    match (only, all_but) {
        (Some(value), None) => patterns(name, value).map(ElementMatch::Only),
        (None, Some(value)) => patterns(not_name, value).map(ElementMatch::AllBut),
        (None, None) => Err(format!("it has neither {name} nor {not_name}")),
        (Some(_), Some(_)) => Err(format!("it has both {name} and {not_name}")),
    }
}

fn principals(value: &RawValue) -> Result<Vec<Principal>, String> {
    const WRONG: &str = "invalid Principal";
    if let Some(one) = text(value) {
        return if one == "*" { Ok(vec![Principal::Anyone]) } else { Err(WRONG.to_owned()) };
    }
    let kinds: Object = serde_json::from_str(value.get()).map_err(|_| WRONG)?;
    if kinds.0.is_empty() || kinds.repeated().is_some() {
        return Err(WRONG.to_owned());
    }
    let mut principals = Vec::new();
    for (kind, names) in &kinds.0 {
        for name in texts(names).ok_or(WRONG)? {
            principals.push(match kind.as_str() {
                "AWS" if name == "*" => Principal::Anyone,
                "AWS" => Principal::Aws(name),
                "Service" => Principal::Service(name),
                _ => Principal::Other(kind.clone(), name),
            });
        }
    }
    Ok(principals)
}

fn conditions(value: &RawValue) -> Result<Vec<Clause>, String> {
    const WRONG: &str = "invalid Condition";
    let operators: Object = serde_json::from_str(value.get()).map_err(|_| WRONG)?;
    let mut clauses = Vec::new();
    let mut seen = HashSet::new();
    for (operator, keys) in &operators.0 {
        let keys: Object = serde_json::from_str(keys.get()).map_err(|_| WRONG)?;
        for (key, values) in &keys.0 {
            if !seen.insert((operator.to_ascii_lowercase(), key.to_ascii_lowercase())) {
                return Err(format!("its Condition has {operator} of {key} twice"));
            }
            let values = condition_values(values).ok_or(WRONG)?;
            clauses.push(Clause { operator: operator.clone(), key: key.clone(), values });
        }
    }
    Ok(clauses)
}

/// Strings, numbers and booleans, alone or in a list; numbers and booleans by their spelling.
fn condition_values(value: &RawValue) -> Option<Vec<String>> {
    fn scalar(value: &RawValue) -> Option<String> {
        match value.get().as_bytes().first()? {
            b'{' | b'[' | b'n' => None,
            b'"' => text(value),
            _ => Some(value.get().to_owned()),
        }
    }
    if value.get().starts_with('[') {
        let many: Vec<&RawValue> = serde_json::from_str(value.get()).ok()?;
        return many.into_iter().map(scalar).collect();
    }
    scalar(value).map(|one| vec![one])
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOW: &str =
        r#"{"Effect":"Allow","Principal":{"Service":"es.amazonaws.com"},"Action":"logs:*","Resource":"*"}"#;

    fn statement(text: &str) -> Statement {
        Statement::parse(text).unwrap()
    }

    #[test]
    fn only_what_lets_services_in_by_name_and_is_understood_is_editable() {
        assert!(statement(ALLOW).editable().is_some());
        for (old, new) in [
            (r#""Allow""#, r#""Deny""#),
            (r#"{"Effect""#, r#"{"Unless":"sunday","Effect""#),
            (r#"{"Service":"es.amazonaws.com"}"#, r#""*""#),
            (r#""Principal""#, r#""NotPrincipal""#),
            (r#""Action""#, r#""NotAction""#),
            (r#""Resource""#, r#""NotResource""#),
        ] {
            let other = ALLOW.replace(old, new);
            assert_ne!(other, ALLOW);
            assert!(statement(&other).editable().is_none(), "{other}");
        }
    }

    #[test]
    fn statements_say_the_same_of_others_only_if_neither_is_stricter() {
        let stricter = statement(&ALLOW.replace(
            r#""Resource""#,
            r#""Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}},"Resource""#,
        ));
        let plain = statement(ALLOW);
        assert!(plain.says_the_same_of_others(&statement(&ALLOW.replace("logs:*", "LOGS:*"))));
        assert!(!plain.says_the_same_of_others(&stricter) && !stricter.says_the_same_of_others(&plain));
    }
}
