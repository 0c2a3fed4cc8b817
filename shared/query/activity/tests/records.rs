//! Who did what, where the cases of `tests/cases/activity` do not say enough.

mod common;

use common::with_record;
use mailtrail_activity::{Activity, ActivityFields, IdentityKind, Outcome, Subject, issued};

fn with_activity<T>(message: &str, look: impl FnOnce(&ActivityFields<'_>, &Activity<'_>) -> T) -> T {
    with_record(message, |record| {
        let fields = ActivityFields::from(record);
        look(&fields, &Activity::of(&fields))
    })
}

const SESSION: &str = r#"{"eventVersion":"1.11","eventID":"e","eventName":"GetObject","eventSource":
    "s3.amazonaws.com","sourceIPAddress":"203.0.113.7","errorCode":"AccessDenied","userIdentity":{"type":
    "AssumedRole","principalId":"AROAEXAMPLE:deploy","arn":"arn:aws:sts::111122223333:assumed-role/R/deploy",
    "accountId":"111122223333","accessKeyId":"ASIAEXAMPLE","sessionContext":{"sessionIssuer":{"type":"Role",
    "arn":"arn:aws:iam::111122223333:role/team/R"}}}}"#;

/// Kind, attribute and value of each identity.
fn identities(message: &str) -> Vec<String> {
    with_activity(message, |_, activity| {
        let identities = activity.identities.iter();
        identities.map(|it| format!("{:?} {} {}", it.kind, it.attribute.path, it.attribute.value)).collect()
    })
}

#[test]
fn a_session_of_a_role_has_all_its_identities() {
    assert_eq!(
        identities(SESSION),
        [
            "Principal actor.user.uid arn:aws:sts::111122223333:assumed-role/R/deploy",
            "Principal actor.user.uid_alt AROAEXAMPLE:deploy",
            "Account actor.user.account.uid 111122223333",
            "AccessKey actor.user.programmatic_credentials[].uid ASIAEXAMPLE",
            "RoleSession actor.session.uid_alt deploy",
            "Role actor.session.issuer arn:aws:iam::111122223333:role/team/R",
        ]
    );
    with_activity(SESSION, |_, activity| {
        assert_eq!(
            (activity.operation, activity.sources.as_slice()),
            ("GetObject", ["203.0.113.7"].as_slice())
        );
        assert_eq!((activity.outcome, activity.is_sign_in), (Outcome::Failure, false));
        assert_eq!(activity.label(), "R/deploy");
    });
}

#[test]
fn a_base_event_has_the_same_identities_under_names_of_its_own() {
    let without_address = SESSION.replace(r#""sourceIPAddress":"203.0.113.7","#, "");
    let values = |message: &str| {
        let mut values: Vec<_> = with_activity(message, |_, activity| {
            activity.identities.iter().map(|it| (it.kind, it.attribute.value.clone().into_owned())).collect()
        });
        values.sort();
        values
    };
    assert_eq!(values(&without_address), values(SESSION));
    for identity in identities(&without_address) {
        assert!(identity.contains(" unmapped.userIdentity."), "{identity}");
    }
}

#[test]
fn the_role_is_that_of_the_issuer_or_else_of_the_session_itself() {
    let role = |message: &str| {
        with_activity(message, |_, activity| activity.first(IdentityKind::Role).map(str::to_owned))
    };
    assert_eq!(role(SESSION).as_deref(), Some("arn:aws:iam::111122223333:role/team/R"));
    let (start, _) = SESSION.split_once(r#","sessionContext""#).unwrap();
    assert_eq!(role(&format!("{start}}}}}")).as_deref(), Some("arn:aws:iam::111122223333:role/R"));
}

#[test]
fn an_owner_is_known_where_neither_item_nor_folder_is_logged_and_null_is_no_one() {
    let access = r#"{"event_timestamp":1795169702000,"user_id":"S-1","action":"read","source_ip":"203.0.113.9",
        "owner_id":"S-2","action_allowed":true}"#;
    let is_by_non_owner = |message: &str| with_activity(message, |_, activity| activity.is_by_non_owner());
    assert!(is_by_non_owner(access));
    assert!(!is_by_non_owner(&access.replace("\"S-2\"", "null")));
    assert!(!is_by_non_owner(&access.replace(r#""user_id":"S-1","#, "")), "no user is named");
    let nulls = access.replace("S-2", "S-1").replace("\"203.0.113.9\"", "null,\"impersonator_id\":null");
    assert!(!is_by_non_owner(&nulls));
}

#[test]
fn a_name_that_is_an_address_is_one() {
    let log_in = r#"{"event_timestamp":1795169702000,"user_id":"S-1","user":"ana@example.com","source_ip":"203.0.113.9",
        "auth_successful":true}"#;
    assert_eq!(identities(log_in), ["Address user.name ana@example.com", "UserId user.uid S-1"]);
}

#[test]
fn every_access_key_in_an_answer_was_handed_out() {
    let call = |service: &str, operation: &str, answer: &str| {
        let message = format!(
            r#"{{"eventVersion":"1.11","eventID":"e","eventName":"{operation}","eventSource":"{service}.amazonaws.com",
            "sourceIPAddress":"203.0.113.7","userIdentity":{{"type":"IAMUser","userName":"alice"}},
            "responseElements":{answer}}}"#
        );
        let of = |message: &str| {
            with_activity(message, |fields, activity| {
                let all = issued(fields, activity).into_iter();
                all.map(|it| format!("{} {}", it.key.unwrap_or_default(), it.label)).collect::<Vec<_>>()
            })
        };
        let base = message.replace(r#""sourceIPAddress":"203.0.113.7","#, "");
        (of(&message), of(&base))
    };
    let key = r#"{"accessKey":{"userName":"bob","accessKeyId":"AKIA1"}}"#;
    let both = |texts: &[&str]| {
        (
            texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>(),
            texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>(),
        )
    };
    assert_eq!(call("iam", "CreateAccessKey", key), both(&["AKIA1 CreateAccessKey for bob"]));
    let token = r#"{"credentials":{"accessKeyId":"ASIA1"}}"#;
    assert_eq!(call("sts", "GetSessionToken", token), both(&["ASIA1 GetSessionToken"]));
    assert_eq!(call("example", "Hand", token), both(&["ASIA1 Hand"]));
    let federated = r#"{"credentials":{"accessKeyId":"ASIA1"},"federatedUser":{"arn":"arn:aws:sts::111122223333:federated-user/bob"}}"#;
    assert_eq!(call("sts", "GetFederationToken", federated).0, ["ASIA1 federated-user/bob"]);
    // Credentials whose id is not logged cannot be followed, and that is said.
    assert_eq!(call("sso", "GetRoleCredentials", "null"), both(&[" GetRoleCredentials"]));
    for other in ["null", "{}", "[1]", r#"{"credentials":{"accessKeyId":null}}"#] {
        assert_eq!(call("s3", "GetObject", other), both(&[]), "{other}");
    }
}

#[test]
fn a_subject_is_found_by_the_kinds_that_it_stands_for() {
    with_activity(SESSION, |_, activity| {
        let path = |subject, wanted: &str| {
            activity.find(subject, |text| text == wanted).map(|identity| identity.attribute.path.to_string())
        };
        assert_eq!(path(Subject::Role, "R").as_deref(), Some("actor.session.issuer"));
        assert_eq!(path(Subject::User, "deploy").as_deref(), Some("actor.session.uid_alt"));
        assert_eq!(path(Subject::User, "R"), None);
        let account = activity.find_account(|text| text == "000000000000").map(|it| it.path.to_string());
        assert_eq!(account.as_deref(), Some("cloud.account.uid"));
    });
}
