//! The smallest set of steps that brings every policy under a target, the cheapest and safest first.
//!
//! A policy at or under the target is left alone. Of one above it, steps are taken in the order of [`StepKind`] until
//! it is under; white space, covered and dead entries each go whole. What is never touched: `Deny`, exceptions
//! (`NotAction` …), conditions, statements with a member or a value that is not understood, statements for principals
//! that are not services, texts that are no policies. What never loses access: a log group that exists, one of which
//! that is not known, one that a wildcard may stand for.
//!
//! Moving destinations makes no room by itself: the entry of the old log group stays as long as that exists, since
//! nobody knows who else writes there. It is proposed where all other steps leave a policy above the target, so that it
//! stops growing, or for log groups that are asked for.
//!
//! A plan is proved ([`crate::prove`]) before it is returned. After it was carried out, planning again finds nothing,
//! but for moves that are left to people (V1 services, and what a deployment tool keeps as it is).

mod edit;
mod moves;
mod shrink;
mod types;

pub use types::{
    Grant, Move, Options, Place, Plan, PlanError, Risk, SID, Step, StepKind, TargetLimit, Unmet,
    V2Destination, Write,
};

use crate::inventory::{Inventory, KnownGroups};
use crate::measure;
use crate::prove;
use crate::state::{Held, State};

/// What planning goes by, and what it has come to so far.
struct Draft<'a> {
    inventory: &'a Inventory,
    known: KnownGroups<'a>,
    options: &'a Options,
    state: State,
    steps: Vec<Step>,
    grants: Vec<Grant>,
}

/// Makes a plan.
pub fn plan(inventory: &Inventory, options: &Options) -> Result<Plan, PlanError> {
    if let Some(reason) = inventory.account_policies.reason() {
        return Err(PlanError::PoliciesNotSeen(reason.to_owned()));
    }
    let before = State::of(inventory);
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

impl Draft<'_> {
    /// Takes steps until every policy is under the target, or none helps any more. A step for one policy may make
    /// another one possible elsewhere (a wildcard covers entries of all policies), hence the rounds.
    fn shrink(&mut self) {
        loop {
            let taken = self.steps.len();
            let places: Vec<Place> = self.all_above_target().map(|(_, held)| held.place.clone()).collect();
            for place in places {
                for kind in shrink::KINDS {
                    if let Some(number) = self.above_target(&place) {
                        self.take(kind, number);
                    }
                }
            }
            if self.steps.len() == taken {
                return;
            }
        }
    }

    /// The policies above the target, with their numbers.
    fn all_above_target(&self) -> impl Iterator<Item = (usize, &Held)> {
        let is_above = |held: &Held| measure::size(&held.text) > self.options.characters_of(&held.place);
        self.state.policies.iter().enumerate().filter(move |(_, held)| is_above(held))
    }

    /// The number of a policy, if it is above the target.
    fn above_target(&self, place: &Place) -> Option<usize> {
        self.all_above_target().find(|(_, held)| held.place == *place).map(|(number, _)| number)
    }

    /// Puts a policy in the place of another one, or takes it away, and says so.
    fn write(&mut self, number: usize, after: Option<Held>) -> Write {
        let before = &mut self.state.policies[number];
        let write = Write {
            place: before.place.clone(),
            before: Some(before.text.clone()),
            after: after.as_ref().map(|after| after.text.clone()),
            expected_revision_id: before.revision_id.clone(),
        };
        match after {
            Some(after) => *before = Held { revision_id: None, ..after },
            None => {
                self.state.policies.remove(number);
            }
        }
        write
    }

    fn unmet(&self) -> Vec<Unmet> {
        let unmet = |(number, held): (usize, &Held)| Unmet {
            place: held.place.clone(),
            characters: measure::size(&held.text),
            reasons: shrink::obstacles(self, number),
        };
        self.all_above_target().map(unmet).collect()
    }
}
