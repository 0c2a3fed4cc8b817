//! One piece of evidence: that an id went by a name.

use std::sync::Arc;

use mailtrail_clock::Time;
use mailtrail_directory::EntityKind;

/// That an id went by a name, or is linked to another id, for some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamePeriod {
    /// Empty where it is not known.
    pub(crate) organization: Arc<str>,
    pub(crate) id: Arc<str>,
    /// What the id is, as people call it.
    pub(crate) of: &'static str,
    pub(crate) kind: NameKind,
    /// The name, address or other id.
    pub(crate) value: Arc<str>,
    /// The first time that is known.
    pub(crate) since: Time,
    /// The last time that is known; none where nothing says that it ended.
    pub(crate) until: Option<Time>,
    pub(crate) evidence: Evidence,
}

/// What a value is to the id, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum NameKind {
    /// The name of a user, group, resource, role, rule or token.
    Name,
    /// The primary address, or an address that someone signed in by.
    Address,
    /// Another address.
    Alias,
    /// The id of the same user at the identity provider.
    LinkedId,
}

/// Where a name is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// From snapshots of the directory.
    Snapshots,
    /// From so many sign-ins.
    SignIns(u64),
}

impl NamePeriod {
    /// Whether the id is of a user, a group or a resource. What else has a name, such as a token, anybody may name as they like.
    pub(crate) fn is_of_entity(&self) -> bool {
        EntityKind::ALL.iter().any(|kind| kind.name() == self.of)
    }

    /// Whether it was so at that time, as far as is known.
    pub(crate) fn covers(&self, at: Time) -> bool {
        self.since <= at && self.until.is_none_or(|until| at <= until)
    }

    /// How far that time is from when it was so, in milliseconds.
    pub(crate) fn distance(&self, at: Time) -> i64 {
        let before = self.since.millis().saturating_sub(at.millis());
        let after = self.until.map_or(0, |until| at.millis().saturating_sub(until.millis()));
        before.max(after).max(0)
    }

    pub(crate) fn is_of(&self, organization: &str) -> bool {
        self.organization.is_empty() || organization.is_empty() || *self.organization == *organization
    }
}
