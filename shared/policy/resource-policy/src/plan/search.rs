//! Which of the possible plans is taken: whole plans are compared, by what they leave undone, their risk and their cost.

use std::collections::BTreeSet;

use super::draft::{AllowedSteps, Draft, StepTarget};
use super::model::{Options, Risk, Step, StepKind, Write};
use crate::inventory::Inventory;
use crate::measure;
use crate::policy_set::PolicySet;
use crate::prove;
use crate::scope::PolicyScope;

/// The best draft without the steps that are excluded. First nothing is risked; only for a policy that stays above the
/// target a higher risk is considered, and only if that helps. At last, what the other steps made needless goes.
pub(super) fn best<'a>(
    inventory: &'a Inventory,
    options: &'a Options,
    before: &PolicySet,
    excluded: &BTreeSet<StepTarget>,
) -> Draft<'a> {
    let shrunk = |allowed: AllowedSteps| {
        let mut draft = Draft::new(inventory, options, before, allowed);
        draft.shrink();
        draft
    };
    let mut best = shrunk(AllowedSteps { excluded: excluded.clone(), ..AllowedSteps::default() });
    let mut allowed = best.allowed.clone();
    for risk in [Risk::Low, Risk::Medium] {
        let above: Vec<_> = best.all_above_target().map(|(_, parsed)| parsed.scope.clone()).collect();
        if above.is_empty() {
            break;
        }
        allowed.risks.extend(above.into_iter().map(|scope| (scope, risk)));
        let wider = shrunk(allowed.clone());
        if wider.cost() < best.cost() {
            best = wider;
        }
    }
    let mut targets: Vec<StepTarget> =
        best.steps.iter().filter(|step| may_be_needless(&best, step)).filter_map(target).collect();
    targets.sort_unstable_by_key(|(kind, _)| std::cmp::Reverse(kind.risk()));
    for target in targets {
        let mut allowed = best.allowed.clone();
        allowed.excluded.insert(target);
        let narrower = shrunk(allowed);
        if narrower.cost() < best.cost() {
            best = narrower;
        }
    }
    best
}

/// What a step is for: a policy of the account that becomes smaller.
fn target(step: &Step) -> Option<StepTarget> {
    Some((step.kind, step.writes.last()?.scope.clone()))
}

/// Whether its policy could be below the target without a step.
fn may_be_needless(draft: &Draft, step: &Step) -> bool {
    let Some((_, scope)) = target(step) else { return false };
    let left = draft.state.at(&scope).map_or(0, |parsed| measure::size(&parsed.text));
    let saves = usize::try_from(step.saves).unwrap_or_default();
    left + saves <= draft.options.characters_of(&scope)
}

/// A step, or the part of one, with which a plan cannot be proved any more, whereas it can without it and what follows.
pub(super) fn unproved_step(draft: &Draft, before: &PolicySet) -> Option<StepTarget> {
    // What is put into the policies of log groups, one after the other, stands on its own before it is taken from the
    // account's.
    let parts: Vec<(&Step, &[Write])> = (draft.steps.iter())
        .flat_map(|step| {
            let each = if step.kind == StepKind::LogGroupPolicies { 1 } else { step.writes.len().max(1) };
            step.writes.chunks(each).map(move |writes| (step, writes))
        })
        .collect();
    let is_proved = |count: usize| {
        let mut state = before.clone();
        for write in parts[..count].iter().flat_map(|(_, writes)| *writes) {
            state.put(&write.scope, write.after.as_deref());
        }
        prove::prove_safe(before, &state, draft.inventory, &draft.grants).is_ok()
    };
    let (mut proved, mut unproved) = (0, parts.len());
    if is_proved(unproved) {
        return None;
    }
    while proved + 1 < unproved {
        let middle = usize::midpoint(proved, unproved);
        if is_proved(middle) { proved = middle } else { unproved = middle }
    }
    let (step, writes) = parts.get(proved)?;
    Some(match &step.moving {
        Some(moving) => (step.kind, PolicyScope::LogGroup(moving.from.clone())),
        None => (step.kind, writes.last()?.scope.clone()),
    })
}
