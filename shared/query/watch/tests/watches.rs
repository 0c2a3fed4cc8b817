//! Lists as people write them, on events as they come.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise, in its helpers too")]

use std::borrow::Cow;
use std::sync::LazyLock;

use mailtrail_activity::{Activity, ActivityFields};
use mailtrail_clock::Time;
use mailtrail_names::{Names, SignIns};
use mailtrail_normalize::{Context, Event, InternalDomains, Record, normalize};
use mailtrail_watch::{MAX_WATCHES, Notifications, WatchList, WrongWatch};
use serde_json::{Value, json};

const SESSION: &str = r#"{"eventVersion":"1.11","eventID":"e","eventName":"GetObject","eventSource":
    "s3.amazonaws.com","sourceIPAddress":"203.0.113.7","errorCode":"AccessDenied","userIdentity":{"type":
    "AssumedRole","principalId":"AROAEXAMPLE:deploy","arn":"arn:aws:sts::111122223333:assumed-role/R/deploy",
    "accountId":"111122223333","accessKeyId":"ASIAEXAMPLE","sessionContext":{"sessionIssuer":{"type":"Role",
    "arn":"arn:aws:iam::111122223333:role/team/R"}}}}"#;
const ALICE: &str = r#"{"eventVersion":"1.11","eventID":"e","eventName":"PutObject","eventSource":
    "s3.amazonaws.com","sourceIPAddress":"203.0.113.7","userIdentity":{"type":"IAMUser","userName":"alice",
    "arn":"arn:aws:iam::444455556666:user/alice","accountId":"444455556666","accessKeyId":"AKIAEXAMPLE"}}"#;
const LOG_IN: &str = r#"{"event_timestamp":1795169702000,"user_id":"S-1","user":"alice",
    "source_ip":"203.0.113.9","auth_successful":"False","method":"basic"}"#;
const ACCESS: &str = r#"{"event_timestamp":1795169702000,"user_id":"S-1","impersonator_id":"imp","action":"read",
    "source_ip":"203.0.113.9","owner_id":"S-2","item_id":"i","action_allowed":1}"#;
const TEXT: &str = "level=warn user=alice denied";

static NO_DOMAINS: LazyLock<InternalDomains> = LazyLock::new(InternalDomains::default);

fn with_record<'a, T>(message: &'a str, ask: impl FnOnce(Record<'a>) -> T) -> T {
    let context = Context {
        log_group: "group",
        log_stream: "stream",
        region: None,
        account: None,
        organization: None,
        source: None,
        internal_domains: &NO_DOMAINS,
    };
    let time = Time::from_millis(1_795_169_702_000);
    let event = Event { uid: Cow::Borrowed("uid-1"), time, timestamp_text: None, message, values: None };
    ask(normalize(&event, &context))
}

fn list(entry: &Value) -> WatchList {
    let (list, wrong) = WatchList::parse(&json!([entry]).to_string());
    assert_eq!(wrong, []);
    list
}

/// The marks that a list leaves in the record of a message: attribute, value, entry.
fn marks<'a>(list: &'a WatchList, message: &'a str) -> Vec<(String, String, String)> {
    with_record(message, |mut record| {
        for found in list.matches(&record, message, &Names::default()) {
            found.mark(&mut record);
        }
        let record = serde_json::to_value(&record).unwrap();
        let text = |mark: &Value, name: &str| mark[name].as_str().unwrap().to_owned();
        let marks = record["enrichments"].as_array().cloned().unwrap_or_default();
        marks.iter().map(|mark| (text(mark, "name"), text(mark, "value"), text(mark, "data"))).collect()
    })
}

#[test]
fn every_criterion_holds_for_what_it_says_and_for_nothing_else() {
    let cases = [
        ("user", "alice", vec![ALICE, LOG_IN], "actor.user.name", "alice"),
        ("user", "S-1", vec![LOG_IN, ACCESS], "actor.user.uid", "S-1"),
        ("role", "R", vec![SESSION], "actor.session.issuer", "arn:aws:iam::111122223333:role/team/R"),
        (
            "role",
            "arn:aws:iam::111122223333:role/team/R",
            vec![SESSION],
            "actor.session.issuer",
            "arn:aws:iam::111122223333:role/team/R",
        ),
        ("session", "deploy", vec![SESSION], "actor.session.uid_alt", "deploy"),
        (
            "access_key",
            "AKIAEXAMPLE",
            vec![ALICE],
            "actor.user.programmatic_credentials[].uid",
            "AKIAEXAMPLE",
        ),
        (
            "arn",
            "arn:aws:iam::*:user/*",
            vec![ALICE],
            "actor.user.uid",
            "arn:aws:iam::444455556666:user/alice",
        ),
        (
            "arn",
            "arn:aws:iam::*/R",
            vec![SESSION],
            "actor.session.issuer",
            "arn:aws:iam::111122223333:role/team/R",
        ),
        ("account", "111122223333", vec![SESSION], "actor.user.account.uid", "111122223333"),
        ("event", "failed_login", vec![LOG_IN], "status", "Failure"),
        ("event", "impersonation", vec![ACCESS], "actor.app_uid", "imp"),
        ("event", "non_owner_access", vec![ACCESS], "resources[0].owner.uid", "S-2"),
        ("pattern", "{ $.errorCode = * }", vec![SESSION], "metadata.uid", "uid-1"),
        ("pattern", "denied", vec![TEXT], "metadata.uid", "uid-1"),
    ];
    for (field, text, matching, attribute, value) in cases {
        let list = list(&json!({"name": "w", (field): text}));
        for message in [SESSION, ALICE, LOG_IN, ACCESS, TEXT] {
            let expected = matching.contains(&message);
            let marks = marks(&list, message);
            assert_eq!(!marks.is_empty(), expected, "{field}={text} on {message}");
            if expected {
                // Of a sign-in, the user is the subject and no actor yet.
                let is_log_in = field == "user" && message == LOG_IN;
                let attribute =
                    if is_log_in { attribute.replace("actor.", "") } else { attribute.to_owned() };
                assert_eq!(marks, [(attribute, value.to_owned(), "w".to_owned())]);
            }
        }
    }
}

#[test]
fn all_criteria_of_an_entry_must_hold() {
    let both = list(&json!({"name": "w", "role": "R", "pattern": "{ $.eventName = \"Get*\" }"}));
    let put = SESSION.replace("GetObject", "PutObject");
    assert_eq!(marks(&both, SESSION).len(), 1);
    assert!(marks(&both, &put).is_empty());
    assert!(marks(&both, ALICE).is_empty());
}

#[test]
fn an_event_is_marked_once_for_each_entry() {
    let (list, wrong) = WatchList::parse(
        r#"{"watches": [{"name": "a", "user": "alice"}, {"name": "b", "event": "failed_login"},
                        {"name": "c", "user": "bob"}]}"#,
    );
    assert_eq!(wrong, []);
    let names: Vec<_> = marks(&list, LOG_IN).into_iter().map(|(_, _, name)| name).collect();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn a_wrong_entry_is_named_with_field_and_reason_and_the_others_watch_on() {
    let (list, wrong) = WatchList::parse(
        r#"[{"name": "good", "user": "alice"}, {"user": "bob"}, {"name": "good", "user": "carol"},
            {"name": "empty"}, {"name": "typo", "usr": "dave"}, {"name": "number", "account": 111122223333},
            {"name": "short", "account": "1111"}, {"name": "verb", "event": "login"}, {"name": "arn", "arn": "*"},
            {"name": "pattern", "pattern": "{ $.a = }"}, {"name": "a\u001b[2J", "user": "x"}, "alice",
            {"name": "", "user": "x"}, {"name": "twice", "user": "alice", "user": "bob"},
            {"name": "fine", "role": "R"}]"#,
    );
    let names: Vec<_> = list.watches().iter().map(mailtrail_watch::Watch::name).collect();
    assert_eq!(names, ["good", "fine"]);
    let told: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    let expected = [
        "entry 2, field `name`: it is missing",
        "entry 3 (`good`), field `name`: an entry of that name",
        "entry 4 (`empty`), field `name`: the entry says nothing",
        "entry 5 (`typo`), field `usr`: there is no such field",
        "entry 6 (`number`), field `account`: it must be text",
        "entry 7 (`short`), field `account`: an account has 12 digits",
        "entry 8 (`verb`), field `event`: it must be one of failed_login, impersonation, non_owner_access",
        "entry 9 (`arn`), field `arn`: an ARN begins with",
        "entry 10 (`pattern`), field `pattern`: character 9: expected ",
        "entry 11, field `name`: a name has at most",
        "entry 12, field `name`: an entry is a JSON object",
        "entry 13, field `name`: it must be text",
        "entry 14 (`twice`), field `user`: it stands there twice",
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told} does not start with {expected}");
    }
}

#[test]
fn what_is_wrong_with_a_list_repeats_nothing_that_may_name_people() {
    let who = "ana@example.com";
    let entries = [
        json!({"name": format!("Ana <{who}>"), "user": "x"}),
        json!({"name": "a", "event": who}),
        json!({"name": "b", "pattern": format!("{{ $.user IS {who} }}")}),
        json!({"name": "c", who: "x"}),
        json!({"name": "d", "arn": who}),
        json!({"name": "e", "account": who}),
        json!(who),
    ];
    let (_, wrong) = WatchList::parse(&json!(entries).to_string());
    assert_eq!(wrong.len(), entries.len());
    let list = format!(r#"{{"{who}": 1, "{who}": 2}}"#);
    for list in [list, format!(r#"{{"watches": "{who}"}}"#), format!("\"{who}\""), who.to_owned()] {
        let (_, of_list) = WatchList::parse(&list);
        assert!(!of_list.is_empty());
        assert!(of_list.iter().all(|wrong| !wrong.to_string().contains("ana")), "{of_list:?}");
    }
    assert!(wrong.iter().all(|wrong| !wrong.to_string().contains("ana@")), "{wrong:?}");
}

/// What a user did in a mailbox is logged under the id, and told with the name beside it.
#[test]
fn a_user_is_watched_by_name_where_the_id_alone_is_logged() {
    let event = |more: &str| {
        format!(
            r#"{{"event_timestamp":1795169702000,"user_id":"S-1-1-11-7","source_ip":"203.0.113.7",
            "organization_arn":"arn:aws:workmail:eu-west-1:111122223333:organization/m-1",{more}}}"#
        )
    };
    let (sign_in, read) = (
        event(r#""user":"ana","auth_successful":true,"method":"basic","protocol":"IMAP""#),
        event(
            r#""action":"read","owner_id":"S-1-1-11-8","item_id":"i","object_type":"Message","action_allowed":true"#,
        ),
    );
    let (mut names, mut sign_ins) = (Names::default(), SignIns::default());
    with_record(&sign_in, |record| sign_ins.learn(&Activity::of(&ActivityFields::from(&record))));
    names.learn_sign_ins(&sign_ins);
    let list = list(&json!({"name": "watched", "user": "ana"}));
    let mut notifications = Notifications::new(&list, &names);
    with_record(&read, |mut record| {
        assert!(list.matches(&record, &read, &Names::default()).is_empty());
        let found = list.matches(&record, &read, &names);
        let fields = ActivityFields::from(&record);
        let activity = Activity::of(&fields);
        for found in &found {
            notifications.add(found, &activity, activity.time, "api_activity/1".to_owned());
        }
        for found in &found {
            found.mark(&mut record);
        }
        let json = serde_json::to_value(&record).unwrap();
        assert_eq!(json["enrichments"][0]["value"], "S-1-1-11-7");
        assert_eq!(json["enrichments"][0]["name"], "actor.user.uid");
    });
    let [notification] = &notifications.finish()[..] else { panic!() };
    let json = serde_json::to_value(notification).unwrap();
    assert_eq!((&json["who"], &json["names"]), (&json!({"S-1-1-11-7": 1}), &json!({"S-1-1-11-7": "ana"})));
}

#[test]
fn an_invalid_list_watches_nothing() {
    let twice = r#"{"watches": [{"name": "a", "user": "a"}], "watches": []}"#;
    for text in ["", "{", "7", "{}", r#"{"watches": {}}"#, r#"{"watches": [], "more": 1}"#, twice] {
        let (list, wrong) = WatchList::parse(text);
        assert!(list.is_empty() && matches!(wrong[..], [WrongWatch::List(_)]), "{text}");
    }
    assert_eq!(WatchList::parse("[]"), (WatchList::default(), Vec::new()));
}

#[test]
fn a_list_has_an_end() {
    let entries: Vec<_> = (0..=MAX_WATCHES).map(|at| json!({"name": at.to_string(), "user": "x"})).collect();
    let (list, wrong) = WatchList::parse(&Value::from(entries).to_string());
    assert_eq!((list.watches().len(), wrong.len()), (MAX_WATCHES, 1));
}

#[test]
fn a_notification_tells_who_what_how_often_when_and_from_where_within_bounds() {
    let list = list(&json!({"name": "root", "arn": "arn:*"}));
    let names = Names::default();
    let mut notifications = Notifications::new(&list, &names);
    for at in 0..30_i64 {
        let message = SESSION.replace("203.0.113.7", &format!("203.0.113.{at}"));
        with_record(&message, |record| {
            for found in list.matches(&record, &message, &Names::default()) {
                let time = Time::from_millis(1_795_169_702_000 + 1_000 * ((at + 15) % 30)).unwrap();
                notifications.add(
                    &found,
                    &Activity::of(&ActivityFields::from(&record)),
                    time,
                    format!("api_activity/{at:02}"),
                );
            }
        });
    }
    let notifications = notifications.finish();
    let [notification] = &notifications[..] else { panic!("{notifications:?}") };
    assert_eq!((notification.events, notification.failed), (30, 30));
    assert_eq!(notification.who.of("arn:aws:sts::111122223333:assumed-role/R/deploy"), 30);
    assert_eq!((notification.what.of("GetObject"), notification.from.others()), (30, 20));
    let json = serde_json::to_value(notification).unwrap();
    assert_eq!(
        (&json["first"], &json["last"]),
        (&"2026-11-20T10:15:02Z".into(), &"2026-11-20T10:15:31Z".into())
    );
    assert_eq!((json["from"]["…"].as_u64(), json["objects"].as_array().unwrap().len()), (Some(20), 10));
}

#[test]
fn the_page_has_every_member_and_its_example_is_valid() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/watches.md");
    let page = std::fs::read_to_string(page).unwrap();
    let listed = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let (_, wrong) = WatchList::parse(r#"[{"name": "a", "other": "b"}]"#);
    let told = wrong[0].to_string();
    let members = told.split("there are name, ").nth(1).unwrap();
    assert!(listed.eq(members.split(", ")), "{members}");
    let example = page.split("```json").nth(1).unwrap().split("```").next().unwrap();
    let (list, wrong) = WatchList::parse(example);
    assert_eq!((list.watches().len(), wrong), (3, vec![]));
}
