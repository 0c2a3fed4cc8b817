//! What occurs in the part of the archive that was read: so that an empty answer can say what was close.

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_activity::{Activity, ActivityFields};
use mailtrail_aws_types::StarPattern;

use super::filter::Filter;
use crate::likeness::nearest;

/// Different values that are kept of an option. Beyond them, what is nearest may be missed, and the memory is bounded.
const MAX_VALUES: usize = 10_000;
/// Values that are suggested.
const SUGGESTED: usize = 3;

/// Values of the attributes that were asked for, of events that were not found; and the log groups.
#[derive(Debug, Default)]
pub(super) struct Census {
    /// By option: `--user`.
    values: BTreeMap<&'static str, BTreeSet<String>>,
    log_groups: BTreeSet<String>,
}

impl Census {
    pub(super) fn add(&mut self, filter: &Filter, fields: &ActivityFields<'_>, activity: &Activity<'_>) {
        for (option, asked, _) in filter.patterns() {
            let values = self.values.entry(option).or_default();
            for value in asked.values(activity) {
                add(values, value);
            }
        }
        add(&mut self.log_groups, fields.log_group());
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (option, values) in other.values {
            let known = self.values.entry(option).or_default();
            for value in &values {
                add(known, value);
            }
        }
        for group in &other.log_groups {
            add(&mut self.log_groups, group);
        }
    }

    /// The log groups of the events that were read.
    pub(super) fn log_groups(&self) -> impl Iterator<Item = &str> {
        self.log_groups.iter().map(String::as_str)
    }

    /// What is to be said of each option that no event matches. `is_known` says whether the user who is asked for is known by
    /// another name or id, which was told.
    pub(super) fn explain(&self, filter: &Filter, is_known: bool) -> Vec<String> {
        let patterns =
            filter.patterns().into_iter().filter(|(option, ..)| !(is_known && *option == "--user"));
        let unmatched = patterns.filter_map(|(option, _, pattern)| {
            let values = self.values.get(option)?;
            let is_known = values.iter().any(|value| pattern.matches(value));
            (!is_known).then(|| explain(option, pattern, values))
        });
        unmatched.collect()
    }
}

fn add(values: &mut BTreeSet<String>, value: &str) {
    if !value.is_empty() && !values.contains(value) && values.len() < MAX_VALUES {
        values.insert(value.to_owned());
    }
}

fn explain(option: &str, pattern: &StarPattern, values: &BTreeSet<String>) -> String {
    let text = pattern.as_str();
    let lower = StarPattern::new(text.to_lowercase());
    let of_other_case: Vec<&str> = values
        .iter()
        .map(String::as_str)
        .filter(|value| lower.matches(&value.to_lowercase()))
        .take(SUGGESTED)
        .collect();
    if !of_other_case.is_empty() {
        return format!(
            "nothing has {option} `{text}`; did you mean {}? Upper and lower case differ",
            quoted(&of_other_case)
        );
    }
    let nearest = nearest(&text.replace('*', ""), values.iter().map(String::as_str));
    if nearest.is_empty() {
        format!("nothing has {option} `{text}`, and nothing is like it")
    } else {
        format!("nothing has {option} `{text}`; did you mean {}?", quoted(&nearest))
    }
}

fn quoted(values: &[&str]) -> String {
    values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(pattern: &str, values: &[&str]) -> String {
        let values = values.iter().map(|&value| value.to_owned()).collect();
        explain("--user", &pattern.parse().unwrap(), &values)
    }

    #[test]
    fn another_case_is_meant_first_and_then_what_is_alike() {
        assert_eq!(
            said("Alice", &["alice", "alicia", "bob"]),
            "nothing has --user `Alice`; did you mean `alice`? Upper and lower case differ"
        );
        assert!(said("*DELETE*", &["DeleteUser", "GetUser"]).contains("did you mean `DeleteUser`?"));
        assert_eq!(said("alise", &["alice", "bob"]), "nothing has --user `alise`; did you mean `alice`?");
        assert_eq!(said("zoe", &["alice", "bob"]), "nothing has --user `zoe`, and nothing is like it");
    }
}
