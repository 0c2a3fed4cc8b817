//! The resources of a statement, sorted so that many look-ups are fast: a policy may name hundreds of log groups,
//! and an account have ten thousand.

use std::collections::HashMap;

use crate::Truth;
use crate::arn::ResourcePattern;

/// Resource patterns. Those about exactly one log group are found by its name; the others are tried one by one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Resources<'a> {
    by_group: HashMap<String, Vec<ResourcePattern<'a>>>,
    others: Vec<ResourcePattern<'a>>,
}

impl<'a> Resources<'a> {
    pub(crate) fn new<T: AsRef<str>>(patterns: &'a [T]) -> Self {
        let mut resources = Self::default();
        for pattern in patterns {
            resources.add(ResourcePattern::new(pattern.as_ref()));
        }
        resources
    }

    pub(crate) fn add(&mut self, pattern: ResourcePattern<'a>) {
        match pattern.key() {
            Some(key) => self.by_group.entry(key.into_owned()).or_default().push(pattern),
            None => self.others.push(pattern),
        }
    }

    /// Whether one of them takes in an ARN.
    pub(crate) fn matches(&self, arn: &str) -> Truth {
        // A star in an ARN is a star: the form that ends in `:*` is found under its group all the same.
        Truth::any(self.candidates(&ResourcePattern::new(arn)).map(|pattern| pattern.matches(arn)))
    }

    /// One of them that takes in all of a pattern, itself not counted if `but_itself`.
    pub(crate) fn covering(&self, other: &ResourcePattern, but_itself: bool) -> Option<&ResourcePattern<'a>> {
        self.candidates(other)
            .find(|pattern| pattern.covers(other) && !(but_itself && pattern.as_str() == other.as_str()))
    }

    /// Those that may have to do with a pattern: one about a single log group takes in nothing else.
    fn candidates(&self, other: &ResourcePattern) -> impl Iterator<Item = &ResourcePattern<'a>> {
        let group = other.key().and_then(|key| self.by_group.get(key.as_ref()));
        group.into_iter().flatten().chain(&self.others)
    }
}
