//! The resources of a statement, sorted so that many look-ups are fast: a policy may name hundreds of log groups,
//! and an account have ten thousand.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::Ternary;
use crate::arn::ResourcePattern;

/// Resource patterns, each with a number of the caller's. Those about exactly one log group are found by its name;
/// the others are tried one by one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Resources<'a> {
    by_group: HashMap<Cow<'a, str>, Vec<(usize, ResourcePattern<'a>)>>,
    others: Vec<(usize, ResourcePattern<'a>)>,
}

impl<'a> Resources<'a> {
    /// Patterns with their places as numbers.
    pub(crate) fn new(patterns: &'a [String]) -> Self {
        let mut resources = Self::default();
        for (place, pattern) in patterns.iter().enumerate() {
            resources.add(place, pattern);
        }
        resources
    }

    pub(crate) fn add(&mut self, number: usize, pattern: &'a str) {
        let pattern = ResourcePattern::new(pattern);
        match pattern.key() {
            Some(key) => self.by_group.entry(key).or_default().push((number, pattern)),
            None => self.others.push((number, pattern)),
        }
    }

    /// Whether one of them matches an ARN.
    pub(crate) fn matches(&self, arn: &str) -> Ternary {
        // A star in an ARN is a star: the form that ends in `:*` is found under its group all the same.
        Ternary::any(self.candidates(&ResourcePattern::new(arn)).map(|(_, pattern)| pattern.matches(arn)))
    }

    /// The numbers of those that cover a pattern.
    pub(crate) fn covering(&self, other: &ResourcePattern) -> impl Iterator<Item = usize> {
        self.candidates(other).filter(|(_, pattern)| pattern.covers(other)).map(|(number, _)| *number)
    }

    /// Those that may have to do with a pattern: one about a single log group covers nothing else.
    fn candidates(&self, other: &ResourcePattern) -> impl Iterator<Item = &(usize, ResourcePattern<'a>)> {
        let group = other.key().and_then(|key| self.by_group.get(key.as_ref()));
        group.into_iter().flatten().chain(&self.others)
    }
}
