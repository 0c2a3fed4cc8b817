//! Entries: dead, not there yet, not known to be alive, covered by others.

use std::collections::BTreeMap;

use super::finding::{Finding, Kind, Severity};
use super::{effect, name};
use crate::arn::{LogGroupName, ResourcePattern};
use crate::coverage::{Coverage, Entry};
use crate::inventory::{Existence, Inventory};
use crate::policy_set::PolicySet;

pub(super) fn entries(inventory: &Inventory) -> Vec<Finding> {
    let state = PolicySet::of(inventory);
    let coverage = Coverage::new(&state);
    let known = inventory.known_groups();
    let existence = |entry: &Entry| {
        let group = ResourcePattern::new(entry.resource).log_group().filter(LogGroupName::is_one);
        let group = group.filter(|_| effect::no_match(entry.resource, inventory).is_none());
        group.map(|group| known.existence(&group))
    };
    let mut found: [Vec<&Entry>; 3] = Default::default();
    for entry in &coverage.entries {
        match existence(entry) {
            Some(Existence::Gone) if entry.is_dead(&known) => found[0].push(entry),
            Some(Existence::Gone) => found[1].push(entry),
            Some(Existence::Unknown) => found[2].push(entry),
            Some(Existence::Exists) | None => {}
        }
    }
    let [dead, not_yet, unknown] = found;
    let covered = coverage.redundant(None, |_, _| true);
    let covered: Vec<&Entry> = covered.iter().map(|number| &coverage.entries[*number]).collect();
    [
        (
            dead,
            Kind::DeadEntries,
            Severity::Warning,
            "of log groups that do not exist",
            "Remove them; AWS never does.",
        ),
        (
            not_yet,
            Kind::NotYetThere,
            Severity::Note,
            "of log groups that do not exist yet, or not any more; log delivery did not write them",
            "No action is needed if the log groups will be created; remove the entries by hand if not.",
        ),
        (
            unknown,
            Kind::UnknownEntries,
            Severity::Note,
            "of log groups of which it is not known whether they exist",
            "Take a snapshot of the account with `mailtrail policy snapshot`, log groups after policies.",
        ),
        (
            covered,
            Kind::CoveredEntries,
            Severity::Note,
            "that other entries cover",
            "Remove them; access stays the same.",
        ),
    ]
    .into_iter()
    .flat_map(|(entries, kind, severity, what, fix)| grouped(&state, &entries, kind, severity, what, fix))
    .collect()
}

/// One finding for each policy.
fn grouped(
    state: &PolicySet,
    entries: &[&Entry],
    kind: Kind,
    severity: Severity,
    what: &str,
    fix: &'static str,
) -> Vec<Finding> {
    let mut policies: BTreeMap<usize, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        policies.entry(entry.policy).or_default().push(entry);
    }
    let finding = |(policy, entries): (usize, Vec<&Entry>)| {
        let parsed = &state.policies[policy];
        let noun = if entries.len() == 1 { "entry" } else { "entries" };
        let mut statements: Vec<usize> = entries.iter().map(|entry| entry.statement).collect();
        statements.dedup();
        let names = statements.into_iter().map(|place| name(&parsed.statements()[place], place)).collect();
        Finding::new(kind, severity, format!("{} {noun} {what}", entries.len()), fix)
            .of_policy(parsed.label())
            .of_statements(names)
            .about(entries.iter().map(|entry| entry.resource))
    };
    policies.into_iter().map(finding).collect()
}
