//! The plan that brings every policy under a target with the least risk, and then at the least cost.
//!
//! A policy at or under the target is left alone. For one above it, whole plans are compared: a step of a higher risk is
//! taken only where those of lower risk are not enough, and no step that is not needed. White space, covered and dead
//! entries each go whole. What is never touched: `Deny`, exceptions
//! (`NotAction` …), conditions, statements with a member or a value that is not understood, statements for principals
//! that are not services, texts that are no policies. What never loses access: a log group that exists, one of which
//! that is not known, one that a wildcard may stand for, and one that does not exist unless log delivery wrote its
//! entry: other services create log groups after their policy.
//!
//! Where the quota of account policies is nearly used up, policies are merged, as many as it takes; not those that AWS
//! writes and finds by name.
//!
//! Moving destinations makes no room by itself: the entry of the old log group stays as long as that exists, since
//! it is unknown who else writes there. It is proposed where all other steps leave a policy above the target, so that it
//! stops growing, or for log groups that are asked for.
//!
//! A plan is proved ([`crate::prove`]) before it is returned; a step that cannot be is left out, and the rest is proved
//! again. After it was carried out, planning again finds nothing, but for moves that are left to people (V1 services, and
//! what a deployment tool keeps as it is).

mod draft;
mod edit;
mod merge;
mod model;
mod moves;
mod search;
mod shrink;
mod step_text;

pub use model::{
    Move, Options, Plan, PlanError, Risk, Step, StepKind, TargetLimit, Unmet, V2Destination, Write,
};

pub use crate::grant::{Grant, SID};
pub use crate::scope::PolicyScope;

use std::collections::BTreeMap;

use crate::inventory::Inventory;
use crate::policy_set::PolicySet;
use crate::prove::{self, Violation};
use draft::StepTarget;

/// Makes a plan.
pub fn plan(inventory: &Inventory, options: &Options) -> Result<Plan, PlanError> {
    if let Some(reason) = inventory.account_policies.reason() {
        return Err(PlanError::PoliciesNotSeen(reason.to_owned()));
    }
    let before = PolicySet::of(inventory);
    let mut unproved: BTreeMap<StepTarget, Violation> = BTreeMap::new();
    loop {
        let excluded = unproved.keys().cloned().collect();
        let mut draft = search::best(inventory, options, &before, &excluded);
        let mut unmet = draft.unmet();
        draft.merge_policies();
        let refused = draft.move_destinations(&unmet);
        match prove::prove(&before, &draft.state, inventory, &draft.grants) {
            Ok(proof) => {
                name_unproved_steps(&mut unmet, &unproved);
                return Ok(Plan {
                    format: Plan::FORMAT,
                    account: inventory.account.clone(),
                    region: inventory.region.clone(),
                    target: options.target,
                    target_characters: options.target_characters(),
                    steps: draft.steps,
                    grants: draft.grants,
                    unmet,
                    refused,
                    proof,
                });
            }
            Err(violation) => {
                let Some(step) = search::unproved_step(&draft, &before) else {
                    return Err(violation.into());
                };
                if unproved.insert(step, violation.clone()).is_some() {
                    return Err(violation.into());
                }
            }
        }
    }
}

/// Why a policy stays above the target may be a step that could not be proved.
fn name_unproved_steps(unmet: &mut [Unmet], unproved: &BTreeMap<StepTarget, Violation>) {
    for unmet in unmet {
        let of_policy = unproved.iter().filter(|((_, scope), _)| *scope == unmet.scope);
        let reason = |violation| {
            format!("A step was left out because it could not be proved to be safe: {violation}.")
        };
        unmet.reasons.extend(of_policy.map(|(_, violation)| reason(violation)));
    }
}
