//! What changed between two snapshots.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{Item, Snapshot};

/// Fields of an organization that calls other than the list of organizations tell.
const OF_ORGANIZATION: &[&str] = &[
    "arn",
    "completed",
    "default_domain",
    "directory_id",
    "directory_type",
    "dmarc_enforced",
    "interoperability",
    "migration_admin",
    "state",
];

/// The differences between two snapshots.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Diff {
    /// What changed, by kind and id.
    pub changes: Vec<Change>,
    /// Kinds, and fields of kinds, that were not read for one of the two: of them nothing is said.
    pub not_compared: BTreeSet<String>,
}

/// What changed of one thing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// What became of it.
    pub change: ChangeKind,
    /// What it is: `user`, `group`, `access control rule`, …
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// Its name, the later one if it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Which fields changed; of what was added or removed, none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
}

/// What became of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// Only the later snapshot has it.
    Added,
    /// Only the earlier snapshot has it.
    Removed,
    /// Both have it, with other fields.
    Changed,
}

/// A field with other values than before; `null` where there is none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldChange {
    /// The field, as in JSON.
    pub field: String,
    /// Its value in the earlier snapshot.
    pub before: Value,
    /// Its value in the later one.
    pub after: Value,
}

/// Compares two snapshots of an organization; both are [`Snapshot::sorted`].
pub fn diff(before: &Snapshot, after: &Snapshot) -> Diff {
    let mut diff = Diff::default();
    let (one, other) = (&before.organization, &after.organization);
    let named = ("organization", other.id.as_str(), other.alias.as_deref());
    diff.compare(named, OF_ORGANIZATION, fields(one), fields(other));
    diff.list(before.domains.as_deref(), after.domains.as_deref());
    diff.list(before.users.as_deref(), after.users.as_deref());
    diff.list(before.groups.as_deref(), after.groups.as_deref());
    diff.list(before.resources.as_deref(), after.resources.as_deref());
    diff.list(before.impersonation_roles.as_deref(), after.impersonation_roles.as_deref());
    diff.list(before.access_control_rules.as_deref(), after.access_control_rules.as_deref());
    diff.list(before.mobile_device_rules.as_deref(), after.mobile_device_rules.as_deref());
    diff.list(before.mobile_device_overrides.as_deref(), after.mobile_device_overrides.as_deref());
    diff.list(before.personal_access_tokens.as_deref(), after.personal_access_tokens.as_deref());
    diff.list(before.identity_providers.as_deref(), after.identity_providers.as_deref());
    diff.list(before.availability_configurations.as_deref(), after.availability_configurations.as_deref());
    diff.list(before.retention_policies.as_deref(), after.retention_policies.as_deref());
    diff.list(before.email_monitoring.as_deref(), after.email_monitoring.as_deref());
    diff.list(before.export_jobs.as_deref(), after.export_jobs.as_deref());
    diff
}

impl Diff {
    /// Whether nothing changed of what was compared.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    fn list<T: Item>(&mut self, before: Option<&[T]>, after: Option<&[T]>) {
        let (before, after) = match (before, after) {
            (None, None) => return,
            (Some(before), Some(after)) => (before, after),
            _ => {
                self.not_compared.insert(T::KIND.to_owned());
                return;
            }
        };
        let (mut before, mut after) = (before.iter().peekable(), after.iter().peekable());
        loop {
            let order = match (before.peek(), after.peek()) {
                (None, None) => return,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(one), Some(other)) => one.id().cmp(&other.id()),
            };
            let removed = if order.is_le() { before.next() } else { None };
            let added = if order.is_ge() { after.next() } else { None };
            match (removed, added) {
                (Some(one), Some(other)) if one == other => {}
                (Some(one), Some(other)) => {
                    let named = (T::KIND, &*other.id(), other.title());
                    self.compare(named, T::READ_APART, fields(one), fields(other));
                }
                (Some(one), None) => self.push(ChangeKind::Removed, one),
                (None, Some(other)) => self.push(ChangeKind::Added, other),
                (None, None) => {}
            }
        }
    }

    fn push<T: Item>(&mut self, change: ChangeKind, item: &T) {
        let (id, name) = (item.id().into_owned(), item.title().map(str::to_owned));
        self.changes.push(Change { change, kind: T::KIND, id, name, fields: Vec::new() });
    }

    fn compare(
        &mut self,
        (kind, id, name): (&'static str, &str, Option<&str>),
        read_apart: &[&str],
        mut before: Map<String, Value>,
        after: Map<String, Value>,
    ) {
        let mut fields = Vec::new();
        let mut compare = |field: String, before: Value, after: Value| {
            let is_unknown = read_apart.contains(&field.as_str()) && (before.is_null() || after.is_null());
            if is_unknown && before != after {
                self.not_compared.insert(format!("{kind}: {field}"));
            } else if before != after {
                fields.push(FieldChange { field, before, after });
            }
        };
        for (field, after) in after {
            let before = before.remove(&field).unwrap_or_default();
            compare(field, before, after);
        }
        for (field, before) in before {
            compare(field, before, Value::Null);
        }
        fields.sort_by(|one, other| one.field.cmp(&other.field));
        if !fields.is_empty() {
            let (id, name) = (id.to_owned(), name.map(str::to_owned));
            self.changes.push(Change { change: ChangeKind::Changed, kind, id, name, fields });
        }
    }
}

fn fields<T: Serialize>(item: &T) -> Map<String, Value> {
    // Text, numbers and lists always become JSON.
    match serde_json::to_value(item) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}
