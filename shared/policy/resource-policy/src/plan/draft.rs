//! A plan while it is drawn up.

use super::model::{Options, Step, Write};
use crate::grant::Grant;
use crate::inventory::{Inventory, KnownGroups};
use crate::measure;
use crate::scope::Place;
use crate::state::{Held, State};

/// What planning goes by, and what it has come to so far.
pub(super) struct Draft<'a> {
    pub(super) inventory: &'a Inventory,
    pub(super) known: KnownGroups<'a>,
    pub(super) options: &'a Options,
    pub(super) state: State,
    pub(super) steps: Vec<Step>,
    pub(super) grants: Vec<Grant>,
}

impl Draft<'_> {
    /// The policies above the target, with their numbers.
    pub(super) fn all_above_target(&self) -> impl Iterator<Item = (usize, &Held)> {
        let is_above = |held: &Held| measure::size(&held.text) > self.options.characters_of(&held.place);
        self.state.policies.iter().enumerate().filter(move |(_, held)| is_above(held))
    }

    /// The number of a policy, if it is above the target.
    pub(super) fn above_target(&self, place: &Place) -> Option<usize> {
        self.all_above_target().find(|(_, held)| held.place == *place).map(|(number, _)| number)
    }

    /// Puts a policy in the place of another one, or takes it away, and says so.
    pub(super) fn write(&mut self, number: usize, after: Option<Held>) -> Write {
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
}
