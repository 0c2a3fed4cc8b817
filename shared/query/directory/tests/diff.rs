//! What changed between two snapshots, and of what nothing can be said.

#[allow(dead_code, reason = "each test uses a part of it")]
mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{empty, snapshot, user};
use mailtrail_directory::{ChangeKind, Diff, Snapshot, User, diff};
use proptest::prelude::*;
use serde_json::json;

fn summary(diff: &Diff) -> Vec<(ChangeKind, &str, &str, Vec<&str>)> {
    diff.changes
        .iter()
        .map(|it| {
            (it.change, it.kind, it.id.as_str(), it.fields.iter().map(|it| it.field.as_str()).collect())
        })
        .collect()
}

#[test]
fn who_came_who_left_and_what_changed_is_told_with_both_values() {
    let (before, mut after) = (snapshot(1_000), snapshot(2_000));
    let users = after.users.as_mut().unwrap();
    users.remove(1);
    users.push(user("S-1-1-11-3", "eve"));
    users[0].name = Some("anna".to_owned());
    users[0].aliases.as_mut().unwrap().push("new@example.com".to_owned());
    after.groups.as_mut().unwrap()[0].members.as_mut().unwrap().pop();
    let (after, before) = (after.sorted(), before);
    let diff = diff(&before, &after);
    assert_eq!(
        summary(&diff),
        [
            (ChangeKind::Changed, "user", "S-1-1-11-1", vec!["aliases", "name"]),
            (ChangeKind::Removed, "user", "S-1-1-11-2", vec![]),
            (ChangeKind::Added, "user", "S-1-1-11-3", vec![]),
            (ChangeKind::Changed, "group", "S-1-1-12-1", vec!["members"]),
            (ChangeKind::Changed, "personal access token", "token-1", vec!["last_used"]),
        ]
    );
    assert_eq!(diff.changes[0].fields[1].before, json!("ana"));
    assert_eq!(diff.changes[0].fields[1].after, json!("anna"));
    assert!(diff.not_compared.is_empty());
}

#[test]
fn of_what_was_refused_nothing_is_said() {
    let before = snapshot(1_000);
    let mut after = snapshot(1_000);
    after.resources = None;
    for user in after.users.iter_mut().flatten() {
        (user.mailbox, user.aliases) = (None, None);
    }
    let diff = diff(&before, &after);
    assert!(diff.is_empty(), "{diff:?}");
    let not_compared: Vec<&str> = diff.not_compared.iter().map(String::as_str).collect();
    assert_eq!(not_compared, ["resource", "user: aliases", "user: mailbox"]);
}

#[test]
fn nothing_changed_between_equal_snapshots() {
    assert_eq!(diff(&snapshot(1_000), &snapshot(1_000)), Diff::default());
    assert_eq!(diff(&empty(1_000), &empty(2_000)), Diff::default());
}

fn any_users() -> impl Strategy<Value = BTreeMap<String, Option<String>>> {
    prop::collection::btree_map("[a-h]", prop::option::of("[xy]"), 0..8)
}

proptest! {
    /// A naive reading of both maps says the same.
    #[test]
    fn differences_are_those_of_two_maps(one in any_users(), other in any_users()) {
        let of = |users: &BTreeMap<String, Option<String>>| {
            let user = |(id, name): (&String, &Option<String>)| {
                User { id: id.clone(), name: name.clone(), ..User::default() }
            };
            Snapshot { users: Some(users.iter().map(user).collect()), ..empty(0) }.sorted()
        };
        let diff = diff(&of(&one), &of(&other));
        let ids = |kind| diff.changes.iter().filter(|it| it.change == kind).map(|it| it.id.clone()).collect::<BTreeSet<_>>();
        let keys = |users: &BTreeMap<String, Option<String>>| users.keys().cloned().collect::<BTreeSet<_>>();
        prop_assert_eq!(ids(ChangeKind::Added), &keys(&other) - &keys(&one));
        prop_assert_eq!(ids(ChangeKind::Removed), &keys(&one) - &keys(&other));
        let both = &keys(&one) & &keys(&other);
        let changed = both.into_iter().filter(|id| one[id] != other[id]).collect::<BTreeSet<_>>();
        prop_assert_eq!(ids(ChangeKind::Changed), changed);
    }
}
