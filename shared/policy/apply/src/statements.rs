//! What a policy says after a change that it did not say before, and the other way round: statement by statement.

use std::collections::BTreeSet;

use mailtrail_resource_policy::condition::Clause;
use mailtrail_resource_policy::document::Document;
use mailtrail_resource_policy::statement::{Effect, ElementMatch, Statement, StatementElements};
use serde::{Deserialize, Serialize};

/// What statements of a policy say, of the resources that are added or removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementSummary {
    /// `Allow` or `Deny`; of a statement that is not understood, `not understood`.
    pub effect: String,
    /// Who: `delivery.logs.amazonaws.com`, `anyone`, `all but …`
    pub principal: String,
    /// The actions; with `all but` in front where they are exceptions.
    pub actions: Vec<String>,
    /// The resources that are added or removed; of a statement that is not understood, its JSON.
    pub resources: Vec<String>,
    /// The conditions, all of which must hold: `StringEquals aws:SourceAccount 111122223333`. None: always.
    pub conditions: Vec<String>,
}

/// The statements that a change adds, and those that it removes.
pub(crate) fn difference(
    before: Option<&str>,
    after: Option<&str>,
) -> (Vec<StatementSummary>, Vec<StatementSummary>) {
    let (before, after) = (summaries(before), summaries(after));
    (missing_in(&before, &after), missing_in(&after, &before))
}

/// What one of two lists has and the other does not.
fn missing_in(known: &[StatementSummary], all: &[StatementSummary]) -> Vec<StatementSummary> {
    let rest = |one: &StatementSummary| {
        let same = known.iter().find(|other| one.says_the_same_of_others(other));
        let has: BTreeSet<&String> = same.iter().flat_map(|same| &same.resources).collect();
        let resources: Vec<String> =
            one.resources.iter().filter(|resource| !has.contains(resource)).cloned().collect();
        (!resources.is_empty()).then(|| StatementSummary { resources, ..one.clone() })
    };
    all.iter().filter_map(rest).collect()
}

/// What a document says: statements that differ in resources only are one. Nothing, where there is no policy.
fn summaries(document: Option<&str>) -> Vec<StatementSummary> {
    let Some(text) = document else { return Vec::new() };
    let Ok(parsed) = Document::parse(text) else { return vec![StatementSummary::of_text(text)] };
    let mut all: Vec<StatementSummary> = Vec::new();
    for statement in parsed.statements() {
        let one = StatementSummary::of(statement);
        match all.iter_mut().find(|other| other.says_the_same_of_others(&one)) {
            Some(other) => other.resources.extend(one.resources),
            None => all.push(one),
        }
    }
    all
}

impl StatementSummary {
    fn of(statement: &Statement) -> Self {
        match statement.elements() {
            Ok(elements) if elements.complete => Self::of_elements(elements),
            _ => Self::of_text(&statement.to_json()),
        }
    }

    fn of_elements(elements: &StatementElements) -> Self {
        let effect = match elements.effect {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        };
        Self {
            effect: effect.to_owned(),
            principal: elements.principal.to_string(),
            actions: listed(&elements.action),
            resources: listed(&elements.resource),
            conditions: elements.condition.iter().map(Clause::to_string).collect(),
        }
    }

    fn of_text(text: &str) -> Self {
        Self {
            effect: "not understood".to_owned(),
            principal: String::new(),
            actions: Vec::new(),
            resources: vec![text.to_owned()],
            conditions: Vec::new(),
        }
    }

    fn says_the_same_of_others(&self, other: &Self) -> bool {
        (&self.effect, &self.principal, &self.actions, &self.conditions)
            == (&other.effect, &other.principal, &other.actions, &other.conditions)
    }
}

fn listed(elements: &ElementMatch) -> Vec<String> {
    match elements {
        ElementMatch::Only(all) => all.clone(),
        ElementMatch::AllBut(_) => vec![elements.to_string()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(principal: &str, resources: &[&str]) -> String {
        let resources = serde_json::to_string(resources).unwrap();
        format!(
            r#"{{"Statement":[{{"Sid":"x","Effect":"Allow","Principal":{principal},"Action":"logs:PutLogEvents","Resource":{resources},"Condition":{{"StringEquals":{{"aws:SourceAccount":"111122223333"}}}}}}]}}"#
        )
    }

    const SERVICE: &str = r#"{"Service":"delivery.logs.amazonaws.com"}"#;

    #[test]
    fn only_the_resources_that_differ_are_told_with_all_that_is_said_of_them() {
        let (before, after) = (document(SERVICE, &["a", "b"]), document(SERVICE, &["b", "c"]));
        let (added, removed) = difference(Some(&before), Some(&after));
        assert_eq!((added.len(), removed.len()), (1, 1));
        assert_eq!(
            (&added[0].resources, &removed[0].resources),
            (&vec!["c".to_owned()], &vec!["a".to_owned()])
        );
        assert_eq!(added[0].principal, "delivery.logs.amazonaws.com");
        assert_eq!(added[0].conditions, ["StringEquals aws:SourceAccount 111122223333"]);
    }

    #[test]
    fn another_principal_or_condition_is_another_statement() {
        let (added, removed) =
            difference(Some(&document(SERVICE, &["a"])), Some(&document(r#""*""#, &["a"])));
        assert_eq!((added[0].principal.as_str(), removed.len()), ("anyone", 1));
        let open = document(SERVICE, &["a"]).replace("StringEquals", "StringNotEquals");
        assert_eq!(difference(Some(&document(SERVICE, &["a"])), Some(&open)).0.len(), 1);
    }

    #[test]
    fn what_is_not_understood_is_told_as_it_is_written() {
        for text in ["{", r#"{"Statement":{"Effect":"Perhaps"}}"#] {
            let (added, _) = difference(None, Some(text));
            assert_eq!(added[0].effect, "not understood");
        }
        let text = document(SERVICE, &["a"]);
        assert_eq!(difference(Some(&text), Some(&format!("{text}\n"))), (Vec::new(), Vec::new()));
    }
}
