//! An organization of a few people.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]
#![allow(clippy::unnecessary_wraps, reason = "the fields are optional")]

use mailtrail_clock::Time;
use mailtrail_directory::{
    AccessControlRule, Delegate, Group, ImpersonationRole, ImpersonationRule, Mailbox, Member, Organization,
    Permission, PersonalAccessToken, Resource, Snapshot, User,
};
use serde_json::json;

pub(crate) const ORGANIZATION: &str = "m-0123456789abcdef0123456789abcdef";

pub(crate) fn at(millis: i64) -> Time {
    Time::from_millis(millis).unwrap()
}

pub(crate) fn empty(millis: i64) -> Snapshot {
    let organization: Organization = serde_json::from_value(
        json!({"id": ORGANIZATION, "account": "111122223333", "region": "eu-west-1", "alias": "example"}),
    )
    .unwrap();
    Snapshot::new(organization, at(millis))
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub(crate) fn user(id: &str, name: &str) -> User {
    User {
        id: id.to_owned(),
        name: text(name),
        display_name: text(&name.to_uppercase()),
        address: text(&format!("{name}@example.com")),
        state: text("ENABLED"),
        mailbox: Some(Mailbox { provisioned: Some(at(1_000)), ..Mailbox::default() }),
        aliases: Some(vec![format!("{name}.lima@example.com"), format!("{name}@example.com")]),
        permissions: Some(Vec::new()),
        ..User::default()
    }
}

/// Two users, a group of both, a room, a role with a rule, a rule and a token.
pub(crate) fn snapshot(millis: i64) -> Snapshot {
    let member = |id: &str| Member { id: id.to_owned(), kind: text("USER"), ..Member::default() };
    let mut bob = user("S-1-1-11-2", "bob");
    let permission = Permission {
        grantee: "S-1-1-11-1".to_owned(),
        grantee_kind: text("USER"),
        values: vec!["FULL_ACCESS".to_owned()],
    };
    bob.permissions = Some(vec![permission]);
    let rule =
        ImpersonationRule { id: "rule-1".to_owned(), name: text("all"), ..ImpersonationRule::default() };
    Snapshot {
        users: Some(vec![bob, user("S-1-1-11-1", "ana")]),
        groups: Some(vec![Group {
            id: "S-1-1-12-1".to_owned(),
            name: text("staff"),
            address: text("staff@example.com"),
            members: Some(vec![member("S-1-1-11-2"), member("S-1-1-11-1")]),
            ..Group::default()
        }]),
        resources: Some(vec![Resource {
            id: "r-0123456789abcdef0123456789abcdef".to_owned(),
            name: text("Room 1"),
            delegates: Some(vec![Delegate { id: "S-1-1-11-1".to_owned(), kind: text("USER") }]),
            ..Resource::default()
        }]),
        impersonation_roles: Some(vec![ImpersonationRole {
            id: "role-1".to_owned(),
            name: text("backup"),
            rules: Some(vec![rule]),
            ..ImpersonationRole::default()
        }]),
        access_control_rules: Some(vec![AccessControlRule {
            name: "office".to_owned(),
            effect: text("ALLOW"),
            ..AccessControlRule::default()
        }]),
        personal_access_tokens: Some(vec![PersonalAccessToken {
            id: "token-1".to_owned(),
            user: text("S-1-1-11-1"),
            last_used: Some(at(millis)),
            ..PersonalAccessToken::default()
        }]),
        ..empty(millis)
    }
    .sorted()
}
