//! A plan while it is drawn up.

use super::model::{Options, Step, Write};
use crate::grant::Grant;
use crate::inventory::{Inventory, KnownGroups};
use crate::measure;
use crate::policy_set::{ParsedPolicy, PolicySet};
use crate::scope::PolicyScope;

/// What planning goes by, and what it has come to so far.
pub(super) struct Draft<'a> {
    pub(super) inventory: &'a Inventory,
    pub(super) known: KnownGroups<'a>,
    pub(super) options: &'a Options,
    pub(super) state: PolicySet,
    pub(super) steps: Vec<Step>,
    pub(super) grants: Vec<Grant>,
}

impl Draft<'_> {
    /// The policies above the target, with their numbers.
    pub(super) fn all_above_target(&self) -> impl Iterator<Item = (usize, &ParsedPolicy)> {
        let is_above =
            |parsed: &ParsedPolicy| measure::size(&parsed.text) > self.options.characters_of(&parsed.scope);
        self.state.policies.iter().enumerate().filter(move |(_, parsed)| is_above(parsed))
    }

    /// The number of a policy, if it is above the target.
    pub(super) fn above_target(&self, scope: &PolicyScope) -> Option<usize> {
        self.all_above_target().find(|(_, parsed)| parsed.scope == *scope).map(|(number, _)| number)
    }

    /// Puts a policy in the scope of another one, or takes it away, and says so.
    pub(super) fn write(&mut self, number: usize, after: Option<ParsedPolicy>) -> Write {
        let before = &mut self.state.policies[number];
        let write = Write {
            scope: before.scope.clone(),
            before: Some(before.text.clone()),
            after: after.as_ref().map(|after| after.text.clone()),
            expected_revision_id: before.revision_id.clone(),
        };
        match after {
            Some(after) => *before = ParsedPolicy { revision_id: None, ..after },
            None => {
                self.state.policies.remove(number);
            }
        }
        write
    }
}
