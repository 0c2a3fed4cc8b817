//! Snapshots as objects of an archive, and what is asked of them.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise, in its helpers too")]

mod common;

use common::{ORGANIZATION, empty, snapshot, user};
use mailtrail_directory::{EntityKind, LARGEST, MOST_ITEMS, Snapshot, SnapshotError, User};
use proptest::prelude::*;

const NOON: i64 = 1_795_176_000_000;

fn compressed(json: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(json, 1).unwrap()
}

fn json(snapshot: &Snapshot) -> String {
    serde_json::to_string(snapshot).unwrap()
}

fn key() -> String {
    snapshot(NOON).key().to_string()
}

#[test]
fn an_object_is_read_back_and_equal_content_has_equal_bytes() {
    let one = snapshot(NOON);
    assert_eq!(key(), format!("directory/organization={ORGANIZATION}/20261120T120000Z.json.zst"));
    let object = one.to_bytes().unwrap();
    assert_eq!(Snapshot::from_object(&key(), &object).unwrap(), one);
    let mut other = one.clone();
    if let Some(users) = &mut other.users {
        users.reverse();
        for aliases in users.iter_mut().filter_map(|user| user.aliases.as_mut()) {
            aliases.reverse();
            aliases.push(aliases[0].clone());
        }
    }
    assert_ne!(other, one);
    assert_eq!(other.sorted().to_bytes().unwrap(), object);
}

#[test]
fn what_is_cut_off_anywhere_is_told() {
    let object = snapshot(NOON).to_bytes().unwrap();
    for end in 0..object.len() {
        assert!(Snapshot::from_object(&key(), &object[..end]).is_err(), "{end}");
    }
    for at in 0..object.len() {
        let mut changed = object.clone();
        changed[at] ^= 0x10;
        let read = Snapshot::from_object(&key(), &changed);
        assert!(read.is_err() || read.is_ok_and(|it| it == snapshot(NOON)), "{at}");
    }
}

#[test]
fn a_later_format_is_told_even_where_nothing_else_can_be_read() {
    for json in [r#"{"format":2}"#, r#"{"organization":[1],"format":18446744073709551615,"users":"many"}"#] {
        let error = Snapshot::from_object(&key(), &compressed(json.as_bytes())).unwrap_err();
        assert!(matches!(error, SnapshotError::LaterFormat(2 | u64::MAX)), "{error}");
    }
    for json in
        ["", "{}", "[]", r#"{"format":"1"}"#, r#"{"format":-1}"#, r#"{"format":1}"#, r#"{"format":1}{"#]
    {
        let error = Snapshot::from_object(&key(), &compressed(json.as_bytes())).unwrap_err();
        assert!(matches!(error, SnapshotError::Content(_)), "{json}: {error}");
    }
}

#[test]
fn fields_that_a_later_program_added_are_passed_over() {
    let json = json(&snapshot(NOON)).replacen("{\"format\":1", "{\"format\":1,\"later\":{\"a\":[1]}", 1);
    assert_eq!(Snapshot::from_object(&key(), &compressed(json.as_bytes())).unwrap(), snapshot(NOON));
}

#[test]
fn a_snapshot_under_the_key_of_another_is_told() {
    let object = snapshot(NOON).to_bytes().unwrap();
    let key = key();
    for other in [
        key.replace("120000", "120001"),
        key.replace("m-0", "m-1"),
        key.replace("directory/", ""),
        String::new(),
    ] {
        let error = Snapshot::from_object(&other, &object).unwrap_err();
        assert!(matches!(error, SnapshotError::OtherKey), "{other}: {error}");
    }
}

#[test]
fn what_would_fill_the_memory_is_refused() {
    let mut bomb = zstd::Encoder::new(Vec::new(), 1).unwrap();
    std::io::copy(&mut std::io::Read::take(std::io::repeat(b' '), LARGEST + 1), &mut bomb).unwrap();
    let bomb = bomb.finish().unwrap();
    assert!(bomb.len() < 100_000);
    assert!(matches!(Snapshot::from_object(&key(), &bomb).unwrap_err(), SnapshotError::TooLarge));
    let users = vec!["{\"id\":\"\"}"; MOST_ITEMS + 1].join(",");
    let json = json(&snapshot(NOON)).replacen("\"users\":[", &format!("\"users\":[{users},"), 1);
    let error = Snapshot::from_object(&key(), &compressed(json.as_bytes())).unwrap_err();
    assert!(error.to_string().contains("a list of at most 500000 entries"), "{error}");
}

#[test]
fn only_what_changed_is_a_reason_for_another_snapshot() {
    let (earlier, mut now) = (snapshot(NOON), snapshot(NOON + 86_400_000));
    assert!(now.same_content(&earlier), "a token was used, and time went by");
    now.users.as_mut().unwrap()[0].details = Some([("city".to_owned(), "Bonn".to_owned())].into());
    now.details = true;
    assert!(!now.same_content(&earlier));
    assert!(earlier.same_content(&now), "details that were not asked for again");
    let mut without = snapshot(NOON);
    without.users.as_mut().unwrap()[0].aliases = None;
    assert!(!without.same_content(&earlier), "not read is not the same as unchanged");
    let mut refused = snapshot(NOON);
    refused.refused.push("ListAliases: AccessDeniedException".to_owned());
    assert!(!refused.same_content(&earlier));
}

#[test]
fn ids_addresses_and_names_are_looked_up() {
    let snapshot = snapshot(NOON);
    let ana = snapshot.entity("S-1-1-11-1").unwrap();
    assert_eq!((ana.kind, ana.name, ana.display_name), (EntityKind::User, Some("ana"), Some("ANA")));
    assert_eq!(snapshot.entity("S-1-1-12-1").unwrap().kind, EntityKind::Group);
    assert_eq!(snapshot.entity("r-0123456789abcdef0123456789abcdef").unwrap().name, Some("Room 1"));
    assert_eq!(snapshot.entity("S-1-1-11-3"), None);
    let addresses: Vec<&str> = snapshot.addresses("S-1-1-11-1").collect();
    assert_eq!(addresses, ["ana@example.com", "ana.lima@example.com"]);
    assert_eq!(snapshot.by_address("Ana.LIMA@Example.com"), [ana]);
    assert_eq!(snapshot.by_address("nemo@example.com"), []);
    assert_eq!(snapshot.by_name("ana"), [ana]);
    assert_eq!(snapshot.members("S-1-1-12-1").len(), 2);
    assert!(snapshot.members("S-1-1-11-1").is_empty());
    let kinds = |asked: &str| snapshot.others_called(asked).iter().map(|it| it.kind).collect::<Vec<_>>();
    assert_eq!(kinds("role-1"), ["impersonation role"]);
    assert_eq!(kinds("ALL"), ["impersonation rule"]);
    assert_eq!(kinds("office"), ["access control rule"]);
    assert_eq!(kinds("token-1"), ["personal access token"]);
}

#[test]
fn two_users_of_one_name_are_both_found() {
    let mut snapshot = snapshot(NOON);
    let former = User { state: Some("DELETED".to_owned()), ..user("S-1-1-11-0", "ana") };
    snapshot.users.as_mut().unwrap().push(former);
    let snapshot = snapshot.sorted();
    let found: Vec<_> = snapshot.by_name("Ana").iter().map(|it| (it.id, it.state.unwrap())).collect();
    assert_eq!(found, [("S-1-1-11-0", "DELETED"), ("S-1-1-11-1", "ENABLED")]);
    assert_eq!(snapshot.by_address("ana@example.com").len(), 2);
}

fn any_users() -> impl Strategy<Value = Vec<User>> {
    let aliases = prop::option::of(prop::collection::vec("[a-d]@example\\.com", 0..4));
    let any_user = ("[a-f]", prop::option::of(".{0,3}"), aliases);
    let users = prop::collection::vec(any_user, 0..8);
    users.prop_map(|users| {
        let user = |(id, name, aliases)| User { id, name, aliases, ..User::default() };
        let mut users: Vec<User> = users.into_iter().map(user).collect();
        users.sort_by(|one, other| one.id.cmp(&other.id));
        users.dedup_by(|one, other| one.id == other.id);
        users
    })
}

proptest! {
    #[test]
    fn any_snapshot_is_read_back_whatever_the_order_of_its_lists(
        users in any_users(),
        seed in any::<u64>(),
        is_read in any::<bool>(),
    ) {
        let of = |users: Vec<User>| Snapshot { users: is_read.then_some(users), ..empty(NOON) }.sorted();
        let mut shuffled = users.clone();
        let rotation = usize::try_from(seed % 7).unwrap() % users.len().max(1);
        shuffled.rotate_left(rotation);
        let (one, other) = (of(users), of(shuffled));
        let object = one.to_bytes().unwrap();
        prop_assert_eq!(&object, &other.to_bytes().unwrap());
        prop_assert_eq!(Snapshot::from_object(&key(), &object).unwrap(), one);
    }

    #[test]
    fn look_ups_agree_with_a_search_of_all_users(users in any_users(), asked in "[a-f]", local in "[a-d]") {
        let snapshot = Snapshot { users: Some(users.clone()), ..empty(NOON) }.sorted();
        let found = snapshot.entity(&asked).map(|it| it.id.to_owned());
        prop_assert_eq!(found, users.iter().map(|it| it.id.clone()).find(|id| *id == asked));
        let address = format!("{local}@example.com");
        let has = |user: &&User| user.aliases.iter().flatten().any(|alias| *alias == address);
        let found: Vec<String> = snapshot.by_address(&address).iter().map(|it| it.id.to_owned()).collect();
        prop_assert_eq!(found, users.iter().filter(has).map(|it| it.id.clone()).collect::<Vec<_>>());
    }
}
