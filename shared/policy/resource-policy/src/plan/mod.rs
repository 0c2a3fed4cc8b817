//! The smallest set of steps that brings every policy under a target, the cheapest and safest first.
//!
//! A policy at or under the target is left alone. Of one above it, steps are taken in the order of [`StepKind`] until
//! it is under; white space, covered and dead entries each go whole. What is never touched: `Deny`, exceptions
//! (`NotAction` …), conditions, statements with a member or a value that is not understood, statements for principals
//! that are not services, texts that are no policies. What never loses access: a log group that exists, one of which
//! that is not known, one that a wildcard may stand for.
//!
//! Moving destinations makes no room by itself: the entry of the old log group stays as long as that exists, since
//! it is unknown who else writes there. It is proposed where all other steps leave a policy above the target, so that it
//! stops growing, or for log groups that are asked for.
//!
//! A plan is proved ([`crate::prove`]) before it is returned. After it was carried out, planning again finds nothing,
//! but for moves that are left to people (V1 services, and what a deployment tool keeps as it is).

mod draft;
mod edit;
mod model;
mod moves;
mod shrink;
mod step_text;

pub use model::{
    Move, Options, Plan, PlanError, Risk, Step, StepKind, TargetLimit, Unmet, V2Destination, Write,
};

pub use crate::grant::{Grant, SID};
pub use crate::scope::PolicyScope;

use crate::inventory::Inventory;
use crate::policy_set::PolicySet;
use crate::prove;
use draft::Draft;

/// Makes a plan.
pub fn plan(inventory: &Inventory, options: &Options) -> Result<Plan, PlanError> {
    if let Some(reason) = inventory.account_policies.reason() {
        return Err(PlanError::PoliciesNotSeen(reason.to_owned()));
    }
    let before = PolicySet::of(inventory);
    let known = inventory.known_groups();
    let (steps, grants) = (Vec::new(), Vec::new());
    let mut draft = Draft { inventory, known, options, state: before.clone(), steps, grants };
    draft.shrink();
    let unmet = draft.unmet();
    let refused = draft.move_destinations(options, &unmet);
    let proof = prove::prove(&before, &draft.state, inventory, &draft.grants)?;
    Ok(Plan {
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
    })
}
