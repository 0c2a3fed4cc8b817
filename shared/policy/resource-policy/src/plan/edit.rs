//! Changes of documents: entries out, statements together.

use std::collections::{HashMap, HashSet};

use crate::coverage::Entry;
use crate::origin;
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
    (!statements.is_empty()).then(|| parsed.with(&document.with_statements(statements)))
}

/// The places of entries in their policy.
pub(super) fn places<'a>(entries: impl IntoIterator<Item = Entry<'a>>) -> HashSet<(usize, usize)> {
    entries.into_iter().map(|entry| (entry.statement, entry.index)).collect()
}

/// A policy in which statements that differ only in label and resources are one. Those of log delivery are not merged
/// with others: what it wrote may go with its log group, and what others wrote may not.
pub(super) fn merged(parsed: &ParsedPolicy) -> Option<ParsedPolicy> {
    let document = parsed.document.as_ref()?;
    let mut statements: Vec<Statement> = Vec::new();
    let mut frames = HashMap::new();
    for statement in document.statements() {
        let next = statements.len();
        let key = (statement.frame(), origin::is_of_log_delivery(statement));
        let place = statement.editable().map_or(next, |_| *frames.entry(key).or_insert(next));
        match (statements.get_mut(place), statement.editable()) {
            (Some(first), Some((_, resources))) => {
                *first = label(first, statement).with_resources(union(first, resources));
            }
            _ => statements.push(statement.clone()),
        }
    }
    (statements.len() < document.statements().len())
        .then(|| parsed.with(&document.with_statements(statements)))
}

/// Of two statements, the one whose label stays.
fn label<'a>(one: &'a Statement, other: &'a Statement) -> &'a Statement {
    if one.sid().is_none() { other } else { one }
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
    } else {
        statements.push(statement.clone());
    }
    Some(parsed.with(&document.with_statements(statements)))
}

/// A policy with the statements of another one; `None` if the two are read in different ways, or have statements that
/// are never edited under one label.
pub(super) fn with_policy(into: &ParsedPolicy, from: &ParsedPolicy) -> Option<ParsedPolicy> {
    let (one, other) = (into.document.as_ref()?, from.document.as_ref()?);
    if one.head() != other.head() {
        return None;
    }
    let statements = [one.statements(), other.statements()].concat();
    let joined = into.with(&one.with_statements(statements));
    let document = joined.document.as_ref()?;
    (!document.repeats_a_sid()).then(|| merged(&joined).unwrap_or(joined.clone()))
}
