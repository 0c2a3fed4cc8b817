//! The steps that make one policy smaller.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::draft::Draft;
use super::edit;
use super::model::{Risk, StepKind, Unmet, Write};
use super::step_text::{self, StepText};
use crate::arn::{self, ResourcePattern};
use crate::coverage::{self, Coverage, Entry};
use crate::grant::Grant;
use crate::inventory::Existence;
use crate::limits::VENDED_LOGS_PREFIX;
use crate::policy_set::{ParsedPolicy, PolicySet};
use crate::scope::PolicyScope;
use crate::{json, measure};

/// In this order: the safest first; a wildcard, where it is allowed, before many policies of log groups.
const KINDS: [StepKind; 6] = [
    StepKind::WhiteSpace,
    StepKind::CoveredEntries,
    StepKind::MergeStatements,
    StepKind::DeadEntries,
    StepKind::VendedLogsWildcard,
    StepKind::LogGroupPolicies,
];

impl Draft<'_> {
    /// Takes steps until every policy is under the target, or none helps any more: first those that risk nothing, for all
    /// policies, since an entry that goes at some risk may cover one that goes at none.
    pub(super) fn shrink(&mut self) {
        self.shrink_at(Risk::None);
        self.shrink_at(Risk::High);
    }

    /// Takes steps of at most this risk. A step for one policy may make another one possible elsewhere (a wildcard covers
    /// entries of all policies), hence the rounds.
    fn shrink_at(&mut self, risk: Risk) {
        loop {
            let taken = self.steps.len();
            let scopes: Vec<PolicyScope> =
                self.all_above_target().map(|(_, parsed)| parsed.scope.clone()).collect();
            for scope in scopes {
                for kind in KINDS.into_iter().filter(|kind| kind.risk() <= risk) {
                    if let Some(number) = self.above_target(&scope)
                        && self.allowed.allow(kind, &scope)
                    {
                        self.take(kind, number);
                    }
                }
            }
            if self.steps.len() == taken {
                return;
            }
        }
    }

    /// The policies that are still above the target, and why.
    pub(super) fn unmet(&self) -> Vec<Unmet> {
        let unmet = |(number, parsed): (usize, &ParsedPolicy)| Unmet {
            scope: parsed.scope.clone(),
            characters: measure::size(&parsed.text),
            reasons: reasons_unmet(self, number),
        };
        self.all_above_target().map(unmet).collect()
    }

    /// Takes one step for one policy, if it makes that smaller.
    fn take(&mut self, kind: StepKind, number: usize) {
        let parsed = &self.state.policies[number];
        match kind {
            StepKind::WhiteSpace => {
                if let Some(document) = &parsed.document {
                    let after = parsed.with(document);
                    self.replace(kind, number, Some(after), step_text::white_space());
                }
            }
            StepKind::CoveredEntries => {
                let coverage = Coverage::around(&self.state, number);
                // What others wrote must not go because of an entry that goes with its log group.
                let stays =
                    |by: &Entry, entry: &Entry| !by.is_dead(&self.known) || entry.is_dead(&self.known);
                let covered = coverage.redundant(Some(number), stays);
                let covered = edit::places(covered.into_iter().map(|number| coverage.entries[number]));
                self.take_out(kind, number, &covered, step_text::covered_entries(covered.len()));
            }
            StepKind::DeadEntries => {
                let dead = edit::places(self.editable(number).filter(|entry| entry.is_dead(&self.known)));
                self.take_out(kind, number, &dead, step_text::dead_entries(dead.len()));
            }
            StepKind::MergeStatements => {
                if let Some(after) = edit::merged(parsed) {
                    self.replace(kind, number, Some(after), step_text::merged_statements());
                }
            }
            StepKind::VendedLogsWildcard => self.wildcard(number),
            StepKind::LogGroupPolicies => self.log_group_policies(number),
            StepKind::MergePolicies | StepKind::MoveDestination => {}
        }
    }

    /// The entries of a policy that may be removed.
    fn editable(&self, number: usize) -> impl Iterator<Item = Entry<'_>> {
        coverage::entries_of(number, &self.state.policies[number]).filter(|entry| entry.editable)
    }

    fn take_out(&mut self, kind: StepKind, number: usize, entries: &HashSet<(usize, usize)>, text: StepText) {
        if !entries.is_empty() {
            let after = edit::without(&self.state.policies[number], entries);
            self.replace(kind, number, after, text);
        }
    }

    /// Replaces a policy by a smaller one; does nothing if it is not smaller.
    fn replace(&mut self, kind: StepKind, number: usize, after: Option<ParsedPolicy>, text: StepText) {
        let before = measure::size(&self.state.policies[number].text);
        let left = after.as_ref().map_or(0, |after| measure::size(&after.text));
        if left < before {
            let write = self.write(number, after);
            self.steps.push(text.step(kind, before - left, vec![write]));
        }
    }

    /// One entry for everything under `/aws/vendedlogs/` instead of those that it covers.
    fn wildcard(&mut self, number: usize) {
        let parsed = &self.state.policies[number];
        let (Some((account, region)), PolicyScope::Account(_)) = (self.here(), &parsed.scope) else { return };
        let partition = arn::partition(region);
        let resource = arn::arn(partition, region, account, &format!("{VENDED_LOGS_PREFIX}*"));
        let grant = Grant::to_log_delivery(partition, region, account, resource);
        // Where it is granted already, the entries that it covers are removed by now.
        if self.is_granted(&grant) {
            return;
        }
        let granting = PolicySet::granting(std::slice::from_ref(&grant));
        let taken_in = Coverage::new(&granting);
        let replaced = edit::places(self.editable(number).filter(|entry| taken_in.covers(entry)));
        if replaced.is_empty() {
            return;
        }
        // The statement first, so that it can take the place of one that loses all its entries to it.
        let after = edit::with_statement(parsed, &grant.statement())
            .and_then(|parsed| edit::without(&parsed, &replaced));
        let steps = self.steps.len();
        self.replace(StepKind::VendedLogsWildcard, number, after, step_text::vended_logs(replaced.len()));
        if self.steps.len() > steps {
            self.grants.push(grant);
        }
    }

    /// Account and Region, if both are known.
    pub(super) fn here(&self) -> Option<(&str, &str)> {
        self.inventory.account.as_deref().zip(self.inventory.region.as_deref())
    }

    /// Entries into policies of their log groups, as many as it takes, the longest first.
    fn log_group_policies(&mut self, number: usize) {
        let parsed = &self.state.policies[number];
        let PolicyScope::Account(_) = &parsed.scope else { return };
        let mut groups: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
        for entry in self.editable(number) {
            if let Some(group) = self.movable_to_its_group(&entry) {
                groups.entry(group).or_default().push(entry);
            }
        }
        let length = |entries: &[Entry]| -> usize {
            entries.iter().map(|entry| json::quote(entry.resource).len() + 1).sum()
        };
        let mut groups: Vec<(String, Vec<Entry>)> = groups.into_iter().collect();
        groups.sort_by_key(|(group, entries)| (std::cmp::Reverse(length(entries)), group.clone()));
        let excess = measure::size(&parsed.text) - self.options.characters_of(&parsed.scope);
        let (mut taken, mut saved) = (HashSet::new(), 0);
        let mut policies = Vec::new();
        let own = self.policies_of_groups();
        for (group, entries) in groups {
            let target = (StepKind::LogGroupPolicies, PolicyScope::LogGroup(group.clone()));
            if self.allowed.excluded.contains(&target) {
                continue;
            }
            let number = own.get(group.as_str()).copied();
            let own = number.map(|number| &self.state.policies[number]);
            let Some(policy) = self.with_entries(own, &group, parsed, &entries) else { continue };
            policies.push((number, policy));
            saved += length(&entries);
            taken.extend(edit::places(entries));
            if saved >= excess {
                break;
            }
        }
        if policies.is_empty() {
            return;
        }
        let (before, after) = (measure::size(&parsed.text), edit::without(parsed, &taken));
        let left = after.as_ref().map_or(0, |after| measure::size(&after.text));
        let text = step_text::to_log_groups(policies.len());
        let mut writes: Vec<Write> =
            policies.into_iter().map(|(number, policy)| self.grant_to_group(number, policy)).collect();
        // Policies of log groups come last in the state, so the number of this one is what it was.
        writes.push(self.write(number, after));
        self.steps.push(text.step(StepKind::LogGroupPolicies, before - left, writes));
    }

    /// The ARN of the log group that an entry is about, if that exists and what its policy is was seen.
    fn movable_to_its_group(&self, entry: &Entry) -> Option<String> {
        let group = ResourcePattern::new(entry.resource).log_group()?;
        let seen = self.inventory.is_policy_current(group.name);
        let there = self.known.existence(&group) == Existence::Exists;
        (seen && there).then(|| group.arn())
    }

    /// The numbers of the policies of log groups, by the ARN of the group.
    fn policies_of_groups(&self) -> HashMap<&str, usize> {
        let numbered = self.state.policies.iter().enumerate();
        numbered.filter_map(|(number, parsed)| Some((parsed.log_group_arn()?, number))).collect()
    }

    /// The policy of a log group with entries of another policy in it; `None` if it would get too large.
    fn with_entries(
        &self,
        own: Option<&ParsedPolicy>,
        group: &str,
        from: &ParsedPolicy,
        entries: &[Entry],
    ) -> Option<ParsedPolicy> {
        let mut policy =
            own.cloned().unwrap_or_else(|| ParsedPolicy::empty(PolicyScope::LogGroup(group.to_owned())));
        for entry in entries {
            let statement = from.statements().get(entry.statement)?;
            policy =
                edit::with_statement(&policy, &statement.with_resources(vec![entry.resource.to_owned()]))?;
        }
        (measure::size(&policy.text) <= self.options.characters_of(&policy.scope)).then_some(policy)
    }

    /// Writes the policy of a log group, new or changed.
    pub(super) fn grant_to_group(&mut self, number: Option<usize>, policy: ParsedPolicy) -> Write {
        if let Some(number) = number {
            return self.write(number, Some(policy));
        }
        let (scope, after) = (policy.scope.clone(), Some(policy.text.clone()));
        self.state.policies.push(policy);
        Write { scope, before: None, after, expected_revision_id: None }
    }
}

/// What keeps a policy above the target, a sentence each.
fn reasons_unmet(draft: &Draft, number: usize) -> Vec<String> {
    let parsed = &draft.state.policies[number];
    if parsed.document.is_none() {
        return vec!["It is not a policy document; review it by hand.".to_owned()];
    }
    let known = draft.inventory.known_groups();
    let coverage = Coverage::new(&draft.state);
    let entries = || coverage.entries.iter().filter(|entry| entry.policy == number && entry.editable);
    let group =
        |entry: &Entry| ResourcePattern::new(entry.resource).log_group().map(|group| known.existence(&group));
    let fixed = parsed.statements().iter().filter(|statement| statement.editable().is_none()).count();
    let unknown = entries().filter(|entry| group(entry) == Some(Existence::Unknown)).count();
    let absent = entries().filter(|entry| group(entry) == Some(Existence::Gone)).count();
    let existing = entries().filter(|entry| group(entry) == Some(Existence::Exists)).count();
    let unseen = entries().filter(|entry| {
        let group = ResourcePattern::new(entry.resource).log_group();
        group.is_some_and(|group| !draft.inventory.is_policy_current(group.name))
    });
    let vended = entries().filter(|entry| {
        let group = ResourcePattern::new(entry.resource).log_group();
        group.is_some_and(|group| group.is_one() && group.name.starts_with(VENDED_LOGS_PREFIX))
    });
    let vended = if draft.here().is_some() { vended.count() } else { 0 };
    let unseen = unseen.filter(|entry| group(entry) == Some(Existence::Exists)).count();
    [
        (fixed, "statements are never edited: they deny, have exceptions, allow principals other than services, or are not understood"),
        (unknown, "entries stand for several log groups, or for ones of which it is not known whether they exist"),
        (
            absent,
            "entries are of log groups that do not exist and were not written by log delivery: the log groups may be \
             created later; remove the entries by hand if not",
        ),
        (existing, "entries are of log groups that exist"),
        (unseen, "entries are of log groups whose own policies were not seen (lately), so nothing can be put there"),
        (
            vended,
            "entries under /aws/vendedlogs/ have other principals, actions or conditions than log delivery has, so one \
             wildcard cannot stand for them",
        ),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count} {what}."))
    .collect()
}
