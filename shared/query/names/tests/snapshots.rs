//! What is learned from snapshots, held against the snapshots themselves.

#![allow(clippy::unwrap_used, reason = "a test")]

use mailtrail_clock::Time;
use mailtrail_directory::{
    Group, ImpersonationRole, ImpersonationRule, Member, PersonalAccessToken, Snapshot, User,
};
use mailtrail_names::{Evidence, Names, add_addresses};
use proptest::prelude::*;
use serde_json::json;

const ORGANIZATION: &str = "m-0123456789abcdef0123456789abcdef";

fn time(millis: i64) -> Time {
    Time::from_millis(millis).unwrap()
}

fn empty(organization: &str, seconds: i64) -> Snapshot {
    let organization = json!({"id": organization, "account": "111122223333", "region": "eu-west-1"});
    Snapshot::new(serde_json::from_value(organization).unwrap(), time(seconds * 1_000))
}

fn user(id: &str, name: &str) -> User {
    User {
        id: id.to_owned(),
        name: Some(name.to_owned()),
        address: Some(format!("{name}@example.com")),
        state: Some("ENABLED".to_owned()),
        aliases: Some(Vec::new()),
        ..User::default()
    }
}

/// A snapshot of these users.
fn of_users(seconds: i64, users: Vec<User>) -> Snapshot {
    Snapshot { users: Some(users), ..empty(ORGANIZATION, seconds) }
}

fn names_of<'s>(snapshots: impl IntoIterator<Item = &'s Snapshot>) -> Names {
    let mut names = Names::default();
    for snapshot in snapshots {
        assert!(names.learn_snapshot(snapshot));
    }
    names
}

/// Users by number, with names by number; none where the users were not read.
fn any_users() -> impl Strategy<Value = Option<Vec<(u8, u8)>>> {
    let users = prop::collection::btree_map(0..4u8, 0..4u8, 0..4);
    prop::option::weighted(0.8, users.prop_map(|users| users.into_iter().collect()))
}

proptest! {
    /// At a time, a name is whose the newest snapshot before says it is; where it says so of no one, of all that ever had it.
    #[test]
    fn a_name_is_whose_the_newest_snapshot_says(
        history in prop::collection::vec(any_users(), 1..8),
        at in 0..90i64,
    ) {
        let id = |number: u8| format!("S-1-1-11-{number}");
        let snapshots: Vec<Snapshot> = (1..).zip(&history).map(|(number, users)| {
            let users = users.as_ref().map(|users| {
                users.iter().map(|&(user_id, name)| user(&id(user_id), &format!("name{name}"))).collect()
            });
            Snapshot { users, ..empty(ORGANIZATION, number * 10) }
        }).collect();
        let names = names_of(&snapshots);
        // What is not read says nothing: the one before holds on.
        let newest = snapshots.iter().rfind(|it| it.users.is_some() && it.taken <= time(at * 1_000));
        for number in 0..4 {
            let name = format!("name{number}");
            let has = |snapshot: &Snapshot| -> Vec<String> {
                let users = snapshot.users.iter().flatten();
                users.filter(|user| user.name.as_ref() == Some(&name)).map(|user| user.id.clone()).collect()
            };
            let mut expected = newest.map(&has).unwrap_or_default();
            if expected.is_empty() {
                expected = snapshots.iter().flat_map(has).collect();
                expected.sort();
                expected.dedup();
            }
            prop_assert_eq!(names.others(ORGANIZATION, &name, time(at * 1_000)), expected, "{}", name);
        }
        for user in newest.iter().flat_map(|it| it.users.iter().flatten()) {
            prop_assert_eq!(names.name(ORGANIZATION, &user.id, time(at * 1_000)), user.name.as_deref());
        }
    }
}

#[test]
fn a_snapshot_that_is_not_newer_is_omitted() {
    let [first, second] = [10, 20].map(|seconds| of_users(seconds, vec![user("S-1-1-11-1", "ana")]));
    let mut names = names_of([&second]);
    assert!(!names.learn_snapshot(&first) && !names.learn_snapshot(&second));
    assert_eq!(names.newest_snapshot(ORGANIZATION), Some(second.taken));
}

#[test]
fn a_name_that_is_given_back_is_known_with_both_times() {
    let ana = || vec![user("S-1-1-11-1", "ana")];
    let names = names_of(&[of_users(10, ana()), of_users(20, Vec::new()), of_users(30, ana())]);
    let aliases = names.aliases(|text| text == "ana");
    assert_eq!(aliases.len(), 1);
    assert_eq!((aliases[0].since, aliases[0].until), (time(10_000), None));
    assert_eq!(aliases[0].evidence, [Evidence::Snapshots]);
}

/// A deleted user keeps its name in the list, and another may have it.
#[test]
fn of_a_deleted_user_a_name_ends_when_it_was_disabled() {
    let deleted =
        User { state: Some("DELETED".to_owned()), disabled: Some(time(14_000)), ..user("S-1-1-11-1", "ana") };
    let snapshots = [
        of_users(10, vec![user("S-1-1-11-1", "ana")]),
        of_users(20, vec![deleted.clone(), user("S-1-1-11-2", "ana")]),
        of_users(30, vec![deleted.clone(), user("S-1-1-11-2", "ana")]),
    ];
    let names = names_of(&snapshots);
    let ids = |seconds: i64| names.others(ORGANIZATION, "ana", time(seconds * 1_000));
    assert_eq!([ids(12), ids(25)], [["S-1-1-11-1"], ["S-1-1-11-2"]]);
    assert_eq!(ids(17), ["S-1-1-11-1", "S-1-1-11-2"]);
    assert_eq!(names.aliases(|text| text == "ana").len(), 2);
    // Also where it was never seen but deleted.
    let names = names_of(&snapshots[1..]);
    assert_eq!(names.name(ORGANIZATION, "S-1-1-11-1", time(12_000)), Some("ana"));
    assert_eq!(names.others(ORGANIZATION, "ana", time(25_000)), ["S-1-1-11-2"]);
}

#[test]
fn what_was_not_read_ends_nothing() {
    let with_alias =
        User { aliases: Some(vec!["a.lima@example.com".to_owned()]), ..user("S-1-1-11-1", "ana") };
    let unread = User { aliases: None, ..with_alias.clone() };
    let without = User { aliases: Some(Vec::new()), ..with_alias.clone() };
    let alias_at = |later: User, seconds: i64| {
        let other = User { aliases: with_alias.aliases.clone(), ..user("S-1-1-11-2", "bob") };
        let names = names_of(&[
            of_users(10, vec![with_alias.clone()]),
            of_users(20, vec![later.clone()]),
            of_users(30, vec![later, other]),
        ]);
        names.others(ORGANIZATION, "a.lima@example.com", time(seconds * 1_000)).len()
    };
    assert_eq!([alias_at(unread, 35), alias_at(without, 35)], [2, 1]);
}

#[test]
fn roles_rules_tokens_groups_and_ids_of_the_identity_provider_have_names() {
    let text = |text: &str| Some(text.to_owned());
    let allows =
        ImpersonationRule { id: "rule-1".to_owned(), name: text("all"), ..ImpersonationRule::default() };
    let role = ImpersonationRole {
        id: "role-1".to_owned(),
        name: text("backup"),
        rules: Some(vec![allows]),
        ..ImpersonationRole::default()
    };
    let token =
        PersonalAccessToken { id: "pat-1".to_owned(), name: text("phone"), ..PersonalAccessToken::default() };
    let linked = User { identity_provider_user_id: text("guid-1"), ..user("S-1-1-11-1", "ana") };
    let group = Group { id: "S-1-1-12-1".to_owned(), name: text("staff"), ..Group::default() };
    let snapshot = Snapshot {
        groups: Some(vec![group]),
        impersonation_roles: Some(vec![role]),
        personal_access_tokens: Some(vec![token]),
        ..of_users(10, vec![linked])
    };
    let names = names_of([&snapshot]);
    let of = |id| names.name(ORGANIZATION, id, time(10_000));
    let ids = ["role-1", "rule-1", "pat-1", "S-1-1-12-1", "guid-1", "S-1-1-11-1", "unknown"];
    assert_eq!(
        ids.map(|id| of(id).unwrap_or("none")),
        ["backup", "all", "phone", "staff", "ana", "ana", "none"]
    );
    assert_eq!(names.others("", "ana@example.com", time(10_000)), ["S-1-1-11-1", "guid-1"]);
}

#[test]
fn fifty_thousand_users_of_two_organizations_are_kept() {
    let of = |organization: &str, seconds: i64, first: u32| {
        let users = (first..first + 25_000)
            .map(|number| user(&format!("S-1-1-11-{number}"), &format!("user{number}")));
        Snapshot { users: Some(users.collect()), ..empty(organization, seconds) }
    };
    let other = "m-ffffffffffffffffffffffffffffffff";
    let names = names_of(&[
        of(ORGANIZATION, 10, 0),
        of(other, 10, 0),
        of(ORGANIZATION, 20, 10_000),
        of(other, 20, 0),
    ]);
    assert_eq!(names.omitted(), 0);
    assert_eq!(names.others(other, "user7", time(25_000)), ["S-1-1-11-7"]);
    assert_eq!(names.name(ORGANIZATION, "S-1-1-11-34999", time(25_000)), Some("user34999"));
}

#[test]
fn a_snapshot_says_which_addresses_are_mailboxes_aliases_and_groups() {
    let alias = User {
        display_name: Some("Ana Lima".to_owned()),
        aliases: Some(vec!["a.lima@example.com".to_owned()]),
        ..user("S-1-1-11-1", "ana")
    };
    let gone = User { state: Some("DELETED".to_owned()), ..user("S-1-1-11-3", "eve") };
    let member = |id: &str| Member { id: id.to_owned(), ..Member::default() };
    let staff = Group {
        id: "S-1-1-12-1".to_owned(),
        address: Some("staff@example.com".to_owned()),
        members: Some(["S-1-1-11-1", "S-1-1-11-2", "S-1-1-11-3", "unknown"].map(member).to_vec()),
        ..Group::default()
    };
    let unread = Group {
        id: "S-1-1-12-2".to_owned(),
        address: Some("unread@example.com".to_owned()),
        members: None,
        ..Group::default()
    };
    let users = vec![alias, user("S-1-1-11-2", "bob"), gone];
    let snapshot = Snapshot { groups: Some(vec![staff, unread]), ..of_users(10, users) };
    let mut expected = mailtrail_trace::Directory::default();
    expected.add_mailbox("ana@example.com");
    expected.add_mailbox("bob@example.com");
    expected.add_alias("a.lima@example.com", "ana@example.com");
    expected.add_group("staff@example.com", ["ana@example.com", "bob@example.com"]);
    for address in ["ana@example.com", "a.lima@example.com"] {
        expected.add_name(address, "Ana Lima");
    }
    let mut directory = mailtrail_trace::Directory::default();
    add_addresses(&snapshot, &mut directory);
    assert_eq!(directory, expected);
}
