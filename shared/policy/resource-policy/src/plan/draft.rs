//! A plan while it is drawn up.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Options, Risk, Step, StepKind, Write};
use crate::grant::Grant;
use crate::inventory::{Inventory, KnownGroups};
use crate::measure;
use crate::policy_set::{ParsedPolicy, PolicySet};
use crate::scope::PolicyScope;

/// A kind of step for one policy.
pub(super) type StepTarget = (StepKind, PolicyScope);

/// Which steps may be taken.
#[derive(Debug, Clone, Default)]
pub(super) struct AllowedSteps {
    /// Those that are not taken.
    pub(super) excluded: BTreeSet<StepTarget>,
    /// The highest risk for each policy; for others none at all.
    pub(super) risks: BTreeMap<PolicyScope, Risk>,
}

/// What planning goes by, and what it has come to so far.
#[derive(Clone)]
pub(super) struct Draft<'a> {
    pub(super) inventory: &'a Inventory,
    pub(super) known: KnownGroups<'a>,
    pub(super) options: &'a Options,
    pub(super) allowed: AllowedSteps,
    pub(super) state: PolicySet,
    pub(super) steps: Vec<Step>,
    pub(super) grants: Vec<Grant>,
}

/// What a plan leaves undone, risks and costs: the smaller, the better, what comes first first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cost {
    policies_above: usize,
    characters_above: usize,
    /// Writes of medium risk, and of low risk.
    risky_writes: [usize; 2],
    writes: usize,
}

impl AllowedSteps {
    pub(super) fn allow(&self, kind: StepKind, scope: &PolicyScope) -> bool {
        let most = self.risks.get(scope).copied().unwrap_or(Risk::None);
        kind.risk() <= most && !self.excluded.contains(&(kind, scope.clone()))
    }
}

impl<'a> Draft<'a> {
    /// A draft without a step.
    pub(super) fn new(
        inventory: &'a Inventory,
        options: &'a Options,
        before: &PolicySet,
        allowed: AllowedSteps,
    ) -> Self {
        let known = inventory.known_groups();
        let (steps, grants) = (Vec::new(), Vec::new());
        Self { inventory, known, options, allowed, state: before.clone(), steps, grants }
    }

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

    /// What it comes to.
    pub(super) fn cost(&self) -> Cost {
        let above: Vec<usize> = (self.all_above_target())
            .map(|(_, parsed)| measure::size(&parsed.text) - self.options.characters_of(&parsed.scope))
            .collect();
        let writes = |risk: Option<Risk>| -> usize {
            let steps = self.steps.iter().filter(|step| risk.is_none_or(|risk| step.risk == risk));
            steps.map(|step| step.writes.len()).sum()
        };
        Cost {
            policies_above: above.len(),
            characters_above: above.iter().sum(),
            risky_writes: [Risk::Medium, Risk::Low].map(|risk| writes(Some(risk))),
            writes: writes(None),
        }
    }
}
