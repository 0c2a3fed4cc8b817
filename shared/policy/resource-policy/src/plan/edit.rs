//! Changes of documents: entries out, statements together.

use std::collections::{HashMap, HashSet};

use crate::coverage::Entry;
use crate::limits::WRITTEN_BY_AWS;
use crate::policy_set::ParsedPolicy;
use crate::statement::Statement;

/// A policy without some of its entries; statements that have none left go, too. `None` if nothing is left.
pub(super) fn without(parsed: &ParsedPolicy, entries: &HashSet<(usize, usize)>) -> Option<ParsedPolicy> {
    let document = parsed.document.as_ref()?;
    let mut statements = Vec::new();
    for (place, statement) in document.statements().iter().enumerate() {
        let Some((_, resources)) = statement.editable() else {
            statements.push(statement.clone());
            continue;
        };
        let stays = |(index, _): &(usize, &String)| !entries.contains(&(place, *index));
        let left: Vec<String> =
            resources.iter().enumerate().filter(stays).map(|(_, resource)| resource.clone()).collect();
        if left.len() == resources.len() {
            statements.push(statement.clone());
        } else if !left.is_empty() {
            statements.push(statement.with_resources(left));
        }
    }
    (!statements.is_empty()).then(|| parsed.with(document.with_statements(statements)))
}

/// The places of entries in their policy.
pub(super) fn places<'a>(entries: impl IntoIterator<Item = Entry<'a>>) -> HashSet<(usize, usize)> {
    entries.into_iter().map(|entry| (entry.statement, entry.index)).collect()
}

/// A policy in which statements that differ only in label and resources are one. The label that AWS looks for stays.
pub(super) fn merged(parsed: &ParsedPolicy) -> Option<ParsedPolicy> {
    let document = parsed.document.as_ref()?;
    let mut statements: Vec<Statement> = Vec::new();
    let mut frames = HashMap::new();
    for statement in document.statements() {
        let next = statements.len();
        let place = statement.editable().map_or(next, |_| *frames.entry(statement.frame()).or_insert(next));
        match (statements.get_mut(place), statement.editable()) {
            (Some(first), Some((_, resources))) => {
                *first = label(first, statement).with_resources(union(first, resources));
            }
            _ => statements.push(statement.clone()),
        }
    }
    (statements.len() < document.statements().len())
        .then(|| parsed.with(document.with_statements(statements)))
}

/// Of two statements, the one whose label stays.
fn label<'a>(one: &'a Statement, other: &'a Statement) -> &'a Statement {
    let of_aws = |statement: &Statement| statement.sid().is_some_and(|sid| sid.starts_with(WRITTEN_BY_AWS));
    if !of_aws(one) && (of_aws(other) || one.sid().is_none()) { other } else { one }
}

/// The resources of a statement, and those of others that are not among them.
fn union(statement: &Statement, more: &[String]) -> Vec<String> {
    let mut resources = statement.editable().map_or_else(Vec::new, |(_, own)| own.to_vec());
    let mut seen: HashSet<String> = resources.iter().cloned().collect();
    resources.extend(more.iter().filter(|resource| seen.insert((*resource).clone())).cloned());
    resources
}

/// A policy with another statement; its resources go into one that says the same of others, if there is one.
pub(super) fn with_statement(parsed: &ParsedPolicy, statement: &Statement) -> Option<ParsedPolicy> {
    let document = parsed.document.as_ref()?;
    let mut statements = document.statements().to_vec();
    let resources = statement.editable().map_or(&[][..], |(_, resources)| resources);
    let same = |other: &Statement| other.editable().is_some() && other.says_the_same_of_others(statement);
    if let Some(place) = statements.iter().position(same) {
        statements[place] = statements[place].with_resources(union(&statements[place], resources));
    } else if statements.iter().any(|other| other.sid() == statement.sid()) {
        // Labels have to be unique in a document.
        statements.push(statement.without_sid());
    } else {
        statements.push(statement.clone());
    }
    Some(parsed.with(document.with_statements(statements)))
}
