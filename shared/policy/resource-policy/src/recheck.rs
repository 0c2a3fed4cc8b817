//! A plan that was made a while ago, proved again right before it is written: of what is there now.
//!
//! A plan rests on more than the policies that it writes: on log groups that do not exist, and on entries of other
//! policies that cover what is removed. All of that may be over by the time it is carried out, and a plan is a file,
//! which may have been edited. So a writer reads the policies again, then looks for the log groups that
//! [`RemainingPlan::depends_on`] names, adds the policies of those that exist, and asks [`RemainingPlan::prove`]. Policies before log
//! groups, as in an [`Inventory`].

use std::collections::BTreeSet;

use crate::arn::{LogGroupName, ResourcePattern};
use crate::coverage::{self, Coverage};
use crate::grant::Grant;
use crate::inventory::{Inventory, LogGroup, Part, ResourcePolicy};
use crate::plan::Write;
use crate::policy_set::{ParsedPolicy, PolicySet};
use crate::prove::{self, Proof, Violation};
use crate::scope::PolicyScope;

/// A write that is not known to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToWrite<'a> {
    /// The write.
    pub write: &'a Write,
    /// Whether it was tried: then it may be made after all.
    pub tried: bool,
}

/// What is left of a plan: the policies as they are now, and as they will be when all of it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemainingPlan {
    now: PolicySet,
    after: PolicySet,
}

impl RemainingPlan {
    /// Of the policies of the account, and of those of log groups that are to be written.
    ///
    /// # Errors
    /// With the policies that are not what the writes begin with.
    pub fn new(policies: &[ResourcePolicy], writes: &[ToWrite<'_>]) -> Result<Self, BTreeSet<PolicyScope>> {
        let now = PolicySet { policies: policies.iter().map(ParsedPolicy::new).collect() };
        let mut after = now.clone();
        let mut changed = BTreeSet::new();
        for ToWrite { write, tried } in writes {
            let found = after.at(&write.scope);
            let text = found.map(|parsed| parsed.text.as_str());
            if *tried && text == write.after.as_deref() {
                continue;
            }
            let revision = found.and_then(|parsed| parsed.revision_id.as_ref());
            let is_other_revision =
                write.expected_revision_id.is_some() && write.expected_revision_id.as_ref() != revision;
            if text == write.before.as_deref() && !is_other_revision {
                after.put(&write.scope, write.after.as_deref());
            } else {
                changed.insert(write.scope.clone());
            }
        }
        if changed.is_empty() { Ok(Self { now, after }) } else { Err(changed) }
    }

    /// The log groups, by name, that must not exist: entries of them go, and no other entry takes these in.
    pub fn depends_on(&self) -> BTreeSet<String> {
        let after = Coverage::new(&self.after);
        let now = Coverage::new(&self.now);
        let lost = now.entries.iter().filter(|entry| !after.covers(entry));
        let groups = lost.filter_map(|entry| ResourcePattern::new(entry.resource).log_group());
        groups.filter(LogGroupName::is_one).map(|group| group.name.to_owned()).collect()
    }

    /// Adds the policy of a log group that is not to be written: it may cover what is removed elsewhere.
    pub fn add(&mut self, policy: &ResourcePolicy) {
        let parsed = ParsedPolicy::new(policy);
        if self.now.at(&parsed.scope).is_none() && self.after.at(&parsed.scope).is_none() {
            self.now.policies.push(parsed.clone());
            self.after.policies.push(parsed);
        }
    }

    /// Proves that what is left may be written in this account and Region. `missing` are the log groups that were
    /// looked for and are not there; every other one counts as there. Of the grants of the plan some may be given
    /// already, and others may belong to steps that are left to people.
    ///
    /// # Errors
    /// With what would be lost, added or touched.
    pub fn prove(
        &self,
        account: &str,
        region: &str,
        missing: &BTreeSet<String>,
        grants: &[Grant],
    ) -> Result<Proof, Violation> {
        prove::prove_safe(&self.now, &self.after, &self.inventory(account, region, missing), grants)
    }

    /// The same of a state after which more is written: the sizes are those of the end.
    ///
    /// # Errors
    /// With what would be lost, added or touched meanwhile.
    pub fn prove_between(
        &self,
        account: &str,
        region: &str,
        missing: &BTreeSet<String>,
        grants: &[Grant],
    ) -> Result<Proof, Violation> {
        prove::prove_between(&self.now, &self.after, &self.inventory(account, region, missing), grants)
    }

    /// An account in which every log group that entries name is there but for those that are missing.
    fn inventory(&self, account: &str, region: &str, missing: &BTreeSet<String>) -> Inventory {
        let there = self.log_groups().into_iter().filter(|name| !missing.contains(name));
        Inventory {
            account: Some(account.to_owned()),
            region: Some(region.to_owned()),
            account_policies: Part::Seen { at: 0, value: Vec::new() },
            log_groups: Part::Seen {
                at: 0,
                value: there.map(|name| LogGroup { name, ..LogGroup::default() }).collect(),
            },
            ..Inventory::default()
        }
    }

    /// The log groups that entries name one by one.
    fn log_groups(&self) -> BTreeSet<String> {
        let policies = self.now.policies.iter().chain(&self.after.policies).enumerate();
        policies
            .flat_map(|(number, parsed)| coverage::entries_of(number, parsed))
            .filter_map(|entry| ResourcePattern::new(entry.resource).log_group())
            .filter(LogGroupName::is_one)
            .map(|group| group.name.to_owned())
            .collect()
    }
}
