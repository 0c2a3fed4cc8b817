//! Which entry covers which: one entry is one resource of one statement.
//!
//! An entry is covered if another one lets in at least the same principals, with at least the same actions, on at
//! least the same resources, under conditions that hold at least where its own do. That is a chain of inclusions, so
//! an entry may go because of one that goes because of a third.

use std::collections::{HashMap, HashSet};
use std::fmt;

use mailtrail_aws_types::glob;

use crate::arn::ResourcePattern;
use crate::condition::{self, Clause};
use crate::inventory::KnownGroups;
use crate::origin;
use crate::policy_set::{ParsedPolicy, PolicySet};
use crate::resources::Resources;
use crate::statement::{Effect, ElementMatch, PrincipalMatch, StatementElements};

/// One resource of one statement that allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    /// The place of the policy in the state.
    pub(crate) policy: usize,
    /// The place of the statement in the policy.
    pub(crate) statement: usize,
    /// The place of the resource in the statement.
    pub(crate) index: usize,
    pub(crate) resource: &'a str,
    /// What its statement says besides.
    pub(crate) elements: &'a StatementElements,
    /// The log group that the policy belongs to, by ARN: it says nothing of others.
    pub(crate) only: Option<&'a str>,
    /// Whether the planner may take it out.
    pub(crate) editable: bool,
    /// Whether log delivery wrote it itself.
    pub(crate) of_log_delivery: bool,
}

impl Entry<'_> {
    /// Whether it can go with its log group: log delivery wrote it when logging was set up, and the group does not exist
    /// any more. What others wrote may have been written before the log group is created.
    pub(crate) fn is_dead(&self, known: &KnownGroups) -> bool {
        self.editable && self.of_log_delivery && known.is_gone(self.resource)
    }
}

impl fmt::Display for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let StatementElements { principal, action, condition, .. } = self.elements;
        let conditions: Vec<String> = condition.iter().map(Clause::to_string).collect();
        let conditions = if conditions.is_empty() { "(always)".to_owned() } else { conditions.join(" and ") };
        write!(f, "{action} for {principal} on {}, if {conditions}", self.resource)
    }
}

/// The entries of one policy.
pub(crate) fn entries_of(policy: usize, parsed: &ParsedPolicy) -> impl Iterator<Item = Entry<'_>> {
    let only = parsed.log_group_arn();
    parsed.statements().iter().enumerate().flat_map(move |(place, statement)| {
        let listed = statement.elements().ok().and_then(listing);
        let editable = statement.editable().is_some();
        let of_log_delivery = origin::is_of_log_delivery(statement);
        listed.into_iter().flat_map(move |(elements, resources)| {
            resources.iter().enumerate().map(move |(index, resource)| Entry {
                policy,
                statement: place,
                index,
                resource,
                elements,
                only,
                editable,
                of_log_delivery: of_log_delivery && resource.ends_with(origin::ENTRY_END),
            })
        })
    })
}

/// All entries of all policies.
#[derive(Debug)]
pub(crate) struct Coverage<'a> {
    pub(crate) entries: Vec<Entry<'a>>,
    /// For each entry, the number of its frame.
    frame_of: Vec<usize>,
    frames: Vec<Frame<'a>>,
    /// For each frame, those that allow at least as much on the same resources; itself among them.
    wider: Vec<Vec<usize>>,
}

/// What statements that differ only in their resources have in common, and the numbers of their entries.
#[derive(Debug)]
struct Frame<'a> {
    elements: &'a StatementElements,
    resources: Resources<'a>,
}

impl<'a> Coverage<'a> {
    pub(crate) fn new(state: &'a PolicySet) -> Self {
        Self::of(state, |_| true)
    }

    /// The entries of one policy, and those of others that could take them in: of policies of log groups only those
    /// whose log group it names.
    pub(crate) fn around(state: &'a PolicySet, policy: usize) -> Self {
        let parsed = &state.policies[policy];
        let named: HashSet<String> = (entries_of(policy, parsed))
            .filter_map(|entry| ResourcePattern::new(entry.resource).log_group())
            .map(|group| group.arn())
            .collect();
        Self::of(state, |other| match other.log_group_arn() {
            Some(group) => other.scope == parsed.scope || named.contains(group),
            None => true,
        })
    }

    fn of(state: &'a PolicySet, counts: impl Fn(&ParsedPolicy) -> bool) -> Self {
        let mut coverage =
            Self { entries: Vec::new(), frame_of: Vec::new(), frames: Vec::new(), wider: Vec::new() };
        let mut frames = HashMap::new();
        for (policy, parsed) in state.policies.iter().enumerate().filter(|(_, parsed)| counts(parsed)) {
            let mut of_statement = None;
            for entry in entries_of(policy, parsed) {
                let frame = match of_statement {
                    Some((statement, frame)) if statement == entry.statement => frame,
                    _ => {
                        let next = coverage.frames.len();
                        let frame =
                            *frames.entry(parsed.statements()[entry.statement].frame()).or_insert(next);
                        if frame == next {
                            let resources = Resources::default();
                            coverage.frames.push(Frame { elements: entry.elements, resources });
                        }
                        frame
                    }
                };
                of_statement = Some((entry.statement, frame));
                coverage.frames[frame].resources.add(coverage.entries.len(), entry.resource);
                coverage.frame_of.push(frame);
                coverage.entries.push(entry);
            }
        }
        coverage.wider = (coverage.frames.iter())
            .map(|frame| {
                let at_least = |(_, other): &(usize, &Frame)| allows_at_least(other.elements, frame.elements);
                coverage.frames.iter().enumerate().filter(at_least).map(|(place, _)| place).collect()
            })
            .collect();
        coverage
    }

    /// The entries that others cover. Each may go, and all of them together; of entries that cover each other the
    /// first one stays. With a policy given, only entries of that one.
    /// `may_cover` says which entry may stand in for which: one that goes itself should not.
    pub(crate) fn redundant(
        &self,
        policy: Option<usize>,
        may_cover: impl Fn(&Entry, &Entry) -> bool,
    ) -> Vec<usize> {
        let mut gone = vec![false; self.entries.len()];
        let mut redundant = Vec::new();
        for (number, entry) in self.entries.iter().enumerate().rev() {
            let wanted = entry.editable && policy.is_none_or(|policy| policy == entry.policy);
            let wider = self.wider[self.frame_of[number]].iter().map(|frame| &self.frames[*frame]);
            if wanted
                && self.covers_entry(wider, entry, |other| {
                    other != number && !gone[other] && may_cover(&self.entries[other], entry)
                })
            {
                gone[number] = true;
                redundant.push(number);
            }
        }
        redundant.reverse();
        redundant
    }

    /// Whether one of these entries covers an entry, which may be of other policies.
    pub(crate) fn covers(&self, entry: &Entry) -> bool {
        let wider = self.frames.iter().filter(|frame| allows_at_least(frame.elements, entry.elements));
        self.covers_entry(wider, entry, |_| true)
    }

    fn covers_entry<'f>(
        &'f self,
        mut frames: impl Iterator<Item = &'f Frame<'a>>,
        entry: &Entry,
        counts: impl Fn(usize) -> bool,
    ) -> bool
    where
        'a: 'f,
    {
        let pattern = ResourcePattern::new(entry.resource);
        frames.any(|frame| {
            let mut others = frame.resources.covering(&pattern);
            others.any(|other| counts(other) && reaches(self.entries[other].only, entry.only, &pattern))
        })
    }
}

/// Whether a policy has an entry that covers another one.
pub(crate) fn covers_entry(state: &PolicySet, other: &Entry) -> bool {
    let pattern = ResourcePattern::new(other.resource);
    let mut entries =
        state.policies.iter().enumerate().flat_map(|(policy, parsed)| entries_of(policy, parsed));
    entries.any(|entry| {
        ResourcePattern::new(entry.resource).covers(&pattern)
            && reaches(entry.only, other.only, &pattern)
            && allows_at_least(entry.elements, other.elements)
    })
}

/// A statement whose resources can be looked at one by one.
fn listing(elements: &StatementElements) -> Option<(&StatementElements, &[String])> {
    match elements {
        StatementElements {
            effect: Effect::Allow,
            principal: PrincipalMatch::Only(_),
            action: ElementMatch::Only(_),
            resource: ElementMatch::Only(resources),
            complete: true,
            ..
        } => Some((elements, resources)),
        _ => None,
    }
}

/// Whether what a policy of a log group (if it is one) says counts for an entry of another policy.
fn reaches(only: Option<&str>, entry_only: Option<&str>, pattern: &ResourcePattern) -> bool {
    only.is_none()
        || only == entry_only
        || pattern.log_group().is_some_and(|group| group.is_one() && only == Some(group.arn().as_str()))
}

/// Whether one statement allows everything that another does, resources apart.
fn allows_at_least(wide: &StatementElements, narrow: &StatementElements) -> bool {
    let (PrincipalMatch::Only(wide_who), PrincipalMatch::Only(narrow_who)) =
        (&wide.principal, &narrow.principal)
    else {
        return false;
    };
    let (ElementMatch::Only(wide_actions), ElementMatch::Only(narrow_actions)) =
        (&wide.action, &narrow.action)
    else {
        return false;
    };
    // `*` lets services in as well, it seems, but no page of AWS says so of these policies: it covers itself only.
    narrow_who.iter().all(|principal| wide_who.contains(principal))
        && narrow_actions.iter().all(|action| wide_actions.iter().any(|wider| covers_action(wider, action)))
        && condition::implies(&narrow.condition, &wide.condition)
}

/// Whether one action pattern covers another.
pub(crate) fn covers_action(wide: &str, narrow: &str) -> bool {
    glob::covers(&wide.to_ascii_lowercase(), &narrow.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::PolicyScope;

    const NARROW: &str = r#"{"Effect":"Allow","Principal":{"Service":"es.amazonaws.com"},"Action":"logs:PutLogEvents",
        "Resource":"arn:aws:logs:us-east-1:111122223333:log-group:/mail:*"}"#;

    fn redundant(statements: &[&str]) -> usize {
        let mut set = PolicySet::default();
        let text = format!(r#"{{"Statement":[{}]}}"#, statements.join(","));
        set.put(&PolicyScope::Account("p".to_owned()), Some(&text));
        Coverage::new(&set).redundant(None, |_, _| true).len()
    }

    #[test]
    fn a_statement_that_is_not_understood_covers_nothing() {
        let wide = NARROW.replace("/mail", "*");
        assert_eq!(redundant(&[NARROW, &wide]), 1);
        assert_eq!(redundant(&[NARROW, &wide.replace(r#"{"Effect""#, r#"{"Unless":"sunday","Effect""#)]), 0);
    }

    #[test]
    fn an_entry_that_is_never_edited_is_not_redundant() {
        let anyone = NARROW.replace(r#"{"Service":"es.amazonaws.com"}"#, r#""*""#);
        assert_eq!(redundant(&[&anyone, &anyone.replace("/mail", "*")]), 0);
    }

    #[test]
    fn the_policy_of_a_log_group_reaches_no_entry_of_several_groups() {
        let arn = "arn:aws:logs:us-east-1:111122223333:log-group:/m*";
        let pattern = ResourcePattern::new(arn);
        assert!(!reaches(Some(arn), None, &pattern));
        assert!(reaches(Some(arn), Some(arn), &pattern) && reaches(None, Some(arn), &pattern));
    }
}
