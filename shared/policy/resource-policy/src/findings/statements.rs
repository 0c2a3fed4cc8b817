//! Documents and statements as such. What several statements of a policy have in common is one finding.

use super::finding::{Finding, Kind, Severity};
use super::{effect, name, principals, source};
use crate::document::Document;
use crate::inventory::{Inventory, ResourcePolicy};
use crate::statement::{Effect, Statement, StatementElements};

pub(super) fn statements(inventory: &Inventory) -> Vec<Finding> {
    inventory.policies().flat_map(|policy| of_policy(policy, inventory)).collect()
}

fn of_policy(policy: &ResourcePolicy, inventory: &Inventory) -> Vec<Finding> {
    match Document::parse(&policy.document) {
        Ok(document) => {
            let found = together(&document, |statement| one_statement(statement, inventory));
            found.into_iter().map(|finding| finding.of_policy(policy.label())).collect()
        }
        Err(error) => {
            let fix = "Review it by hand: it is measured, and never changed.";
            let finding = Finding::new(Kind::NotAPolicy, Severity::Warning, error.to_string(), fix);
            vec![finding.of_policy(policy.label())]
        }
    }
}

/// What is found of the statements of a document; what is said of several of them is said once.
pub(super) fn together(document: &Document, check: impl Fn(&Statement) -> Vec<Finding>) -> Vec<Finding> {
    let mut families: Vec<(Finding, Vec<String>)> = Vec::new();
    for (place, statement) in document.statements().iter().enumerate() {
        for found in check(statement) {
            let is_same = |(other, _): &&mut (Finding, Vec<String>)| {
                (other.id, other.severity, &other.message, &other.fix)
                    == (found.id, found.severity, &found.message, &found.fix)
            };
            match families.iter_mut().find(is_same) {
                Some((family, names)) => {
                    family.resources.extend(found.resources);
                    names.push(name(statement, place));
                }
                None => families.push((found, vec![name(statement, place)])),
            }
        }
    }
    families.into_iter().map(|(finding, names)| finding.of_statements(names)).collect()
}

fn one_statement(statement: &Statement, inventory: &Inventory) -> Vec<Finding> {
    let elements = match understood(statement) {
        Ok(elements) => elements,
        Err(reason) => {
            let fix = "No action is needed: the statement is never edited.";
            let message = format!("not understood: {reason}");
            return vec![Finding::new(Kind::StatementNotUnderstood, Severity::Note, message, fix)];
        }
    };
    if elements.effect == Effect::Deny {
        return Vec::new();
    }
    let account = inventory.account.as_deref();
    let mut found: Vec<Finding> = [
        principals::anyone(elements),
        principals::foreign(elements, account),
        principals::ineffective(elements, account),
        source::conditions(elements),
        source::accounts_differ(elements),
    ]
    .into_iter()
    .flatten()
    .collect();
    found.extend(effect::ineffective(elements, inventory));
    found
}

/// What a statement says, or why that is not understood.
fn understood(statement: &Statement) -> Result<&StatementElements, &str> {
    let elements = statement.elements()?;
    if elements.complete { Ok(elements) } else { Err("it has members that IAM does not know") }
}
