//! The log groups of an account, to look up whether one exists.

use std::collections::HashSet;

use crate::arn::{LogGroupName, ResourcePattern};

/// Whether a log group is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existence {
    /// It is.
    Exists,
    /// It is not.
    Gone,
    /// Not known: the groups were not listed (or before the policies), or it is of another account, Region or
    /// partition.
    Unknown,
}

/// The log groups of an inventory, to look them up by name.
#[derive(Debug, Clone)]
pub struct KnownGroups<'a> {
    here: Option<(&'a str, &'a str)>,
    names: Option<HashSet<&'a str>>,
    current: bool,
}

impl<'a> KnownGroups<'a> {
    pub(super) fn new(
        here: Option<(&'a str, &'a str)>,
        names: Option<HashSet<&'a str>>,
        current: bool,
    ) -> Self {
        Self { here, names, current }
    }

    /// Whether a resource of a policy is about exactly one log group, of which it is certain that it does not exist.
    pub fn is_gone(&self, resource: &str) -> bool {
        let group = ResourcePattern::new(resource).log_group();
        group.is_some_and(|group| self.existence(&group) == Existence::Gone)
    }

    /// Whether the one group that this is about is there. Of a pattern of several it is not known.
    pub fn existence(&self, group: &LogGroupName) -> Existence {
        let (Some((account, region)), Some(names)) = (self.here, &self.names) else {
            return Existence::Unknown;
        };
        if !group.is_one() || !group.is_in(account, region) {
            return Existence::Unknown;
        }
        match (names.contains(group.name), self.current) {
            (true, _) => Existence::Exists,
            (false, true) => Existence::Gone,
            (false, false) => Existence::Unknown,
        }
    }
}
