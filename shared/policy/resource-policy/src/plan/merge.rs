//! Account policies that become one, where the quota of them is nearly used up.

use super::draft::Draft;
use super::edit;
use super::model::StepKind;
use super::step_text;
use crate::limits::SOFT_CHARACTERS;
use crate::measure;
use crate::origin;
use crate::policy_set::ParsedPolicy;
use crate::scope::PolicyScope;

impl Draft<'_> {
    /// Merges policies, the smallest pair first, until the quota is not nearly used up any more, or no two fit together.
    pub(super) fn merge_policies(&mut self) {
        while self.account_policies().count() >= self.options.limits.near_account_policies() {
            let Some((into, from, merged)) = self.smallest_pair() else { return };
            let size = |number: usize| measure::size(&self.state.policies[number].text);
            let saves = (size(into) + size(from)).saturating_sub(measure::size(&merged.text));
            let label = |number: usize| self.state.policies[number].label().to_owned();
            let text = step_text::merged_policies(&label(from), &label(into), &self.found_by_name());
            // The one that is deleted comes after the other in the state: the number of neither changes before it goes.
            let writes = vec![self.write(into, Some(merged)), self.write(from, None)];
            self.steps.push(text.step(StepKind::MergePolicies, saves, writes));
        }
    }

    fn account_policies(&self) -> impl Iterator<Item = (usize, &ParsedPolicy)> {
        let numbered = self.state.policies.iter().enumerate();
        numbered.filter(|(_, parsed)| matches!(parsed.scope, PolicyScope::Account(_)))
    }

    /// The two policies that are smallest together, and what they become.
    fn smallest_pair(&self) -> Option<(usize, usize, ParsedPolicy)> {
        let is_free = |(_, parsed): &(usize, &ParsedPolicy)| {
            let target = (StepKind::MergePolicies, parsed.scope.clone());
            !origin::is_written_by_aws(parsed) && !self.allowed.excluded.contains(&target)
        };
        let free: Vec<(usize, &ParsedPolicy)> = self.account_policies().filter(is_free).collect();
        let pairs = free
            .iter()
            .enumerate()
            .flat_map(|(at, one)| free[at + 1..].iter().map(move |other| (one, other)));
        let fits = |merged: &ParsedPolicy| {
            measure::size(&merged.text) <= self.options.characters_of(&merged.scope).min(SOFT_CHARACTERS)
        };
        pairs
            .filter_map(|(one, other)| {
                Some((one.0, other.0, edit::with_policy(one.1, other.1).filter(fits)?))
            })
            .filter(|(one, other, merged)| {
                let sum = [*one, *other].map(|number| measure::size(&self.state.policies[number].text));
                measure::size(&merged.text) <= sum.iter().sum()
            })
            .min_by_key(|(.., merged)| measure::size(&merged.text))
    }

    /// The policies that are not merged since AWS finds them by name.
    fn found_by_name(&self) -> Vec<String> {
        let found = self.account_policies().filter(|(_, parsed)| origin::is_written_by_aws(parsed));
        found.map(|(_, parsed)| parsed.label().to_owned()).collect()
    }
}
