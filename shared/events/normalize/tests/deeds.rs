//! Who did what, from the records of each source.

use std::borrow::Cow;

use mailtrail_clock::Time;
use mailtrail_normalize::{Columns, Context, Event, InternalDomains, Record, Source, normalize};
use mailtrail_ocsf::Class;

const TIME: i64 = 1_795_169_702_000;

fn with_record<T>(
    message: &str,
    source: Option<Source>,
    columns: Option<&str>,
    ask: impl FnOnce(&Record<'_>) -> T,
) -> T {
    let domains = InternalDomains::default();
    let context = Context {
        log_group: "group",
        log_stream: "stream",
        region: Some("eu-west-1"),
        account: Some("000000000000"),
        organization: None,
        source,
        internal_domains: &domains,
    };
    let values = columns.and_then(|columns| columns.parse::<Columns>().ok()?.read(message));
    let event = Event {
        uid: Cow::Borrowed("1"),
        time: Time::from_millis(TIME),
        timestamp_text: None,
        message,
        values: values.as_deref(),
    };
    ask(&normalize(&event, &context))
}

const SESSION: &str = r#"{"eventVersion":"1.11","eventID":"e","eventName":"GetObject","eventSource":
    "s3.amazonaws.com","sourceIPAddress":"203.0.113.7","errorCode":"AccessDenied","userIdentity":{"type":
    "AssumedRole","principalId":"AROAEXAMPLE:deploy","arn":"arn:aws:sts::111122223333:assumed-role/R/deploy",
    "accountId":"111122223333","accessKeyId":"ASIAEXAMPLE","sessionContext":{"sessionIssuer":{"type":"Role",
    "arn":"arn:aws:iam::111122223333:role/team/R"}}}}"#;

#[test]
fn a_session_of_a_role_is_told_by_role_session_and_key() {
    with_record(SESSION, None, None, |record| {
        let deed = record.deed();
        assert_eq!(deed.user, None);
        assert_eq!(deed.uid, Some("arn:aws:sts::111122223333:assumed-role/R/deploy"));
        assert_eq!(deed.role.as_deref(), Some("arn:aws:iam::111122223333:role/team/R"));
        assert_eq!((deed.session, deed.keys.as_slice()), (Some("deploy"), ["ASIAEXAMPLE"].as_slice()));
        assert_eq!((deed.operation, deed.source), (Some("GetObject"), Some("203.0.113.7")));
        assert!(deed.failed && !deed.is_sign_in);
    });
}

#[test]
fn an_identity_is_told_even_where_the_record_is_a_base_event() {
    let without_address = SESSION.replace(r#""sourceIPAddress":"203.0.113.7","#, "");
    let whole = with_record(SESSION, None, None, |record| format!("{:?}", record.deed()));
    with_record(&without_address, None, None, |record| {
        assert_eq!(record.class(), Class::BaseEvent);
        let told = format!("{:?}", record.deed());
        let source = whole.replace(r#"source: Some("203.0.113.7")"#, "source: None");
        assert_eq!(told, source.replace(r#"teller: "actor.user""#, r#"teller: "unmapped""#));
    });
}

#[test]
fn who_takes_on_a_role_is_the_one_who_acts() {
    let assume = r#"{"eventVersion":"1.11","eventID":"e","eventName":"AssumeRole","eventSource":
        "sts.amazonaws.com","sourceIPAddress":"203.0.113.7","userIdentity":{"type":"IAMUser","userName":"alice",
        "arn":"arn:aws:iam::111122223333:user/alice","accessKeyId":"AKIAEXAMPLE"},"requestParameters":{"roleArn":
        "arn:aws:iam::111122223333:role/R","roleSessionName":"s"},"responseElements":{"credentials":{
        "accessKeyId":"ASIAEXAMPLE"}}}"#;
    with_record(assume, None, None, |record| {
        let deed = record.deed();
        assert_eq!((deed.user, deed.role, deed.session), (Some("alice"), None, None));
        assert_eq!(deed.keys, ["AKIAEXAMPLE"]);
        assert!(!deed.is_sign_in);
    });
}

#[test]
fn a_log_in_that_failed_is_one_and_a_mailbox_has_an_owner() {
    let log_in = r#"{"event_timestamp":1795169702000,"user_id":"S-1","user":"alice","source_ip":"203.0.113.9",
        "auth_successful":"False","method":"basic"}"#;
    with_record(log_in, None, None, |record| {
        let deed = record.deed();
        assert!(deed.is_sign_in && deed.failed);
        assert_eq!((deed.user, deed.uid, deed.teller), (Some("alice"), Some("S-1"), "user"));
        assert_eq!((deed.account, deed.place), (None, Some("000000000000")));
    });
    let access = r#"{"event_timestamp":1795169702000,"user_id":"S-1","impersonator_id":"imp","action":"read",
        "source_ip":"203.0.113.9","owner_id":"S-2","item_id":"i","action_allowed":1}"#;
    with_record(access, None, None, |record| {
        let deed = record.deed();
        assert!(deed.is_by_non_owner() && !deed.failed);
        assert_eq!((deed.impersonator, deed.owner), (Some("imp"), Some("S-2")));
    });
    let impersonated = access.replace("S-2", "S-1");
    with_record(&impersonated, None, None, |record| assert!(record.deed().is_by_non_owner()));
    let own = impersonated.replace(r#""impersonator_id":"imp","#, "");
    with_record(&own, None, None, |record| {
        assert!(!record.deed().is_by_non_owner());
    });
}

#[test]
fn an_owner_is_known_where_neither_item_nor_folder_is_logged_and_null_is_nobody() {
    let access = r#"{"event_timestamp":1795169702000,"user_id":"S-1","action":"read","source_ip":"203.0.113.9",
        "owner_id":"S-2","action_allowed":true}"#;
    let is_by_non_owner =
        |message: &str| with_record(message, None, None, |record| record.deed().is_by_non_owner());
    assert!(is_by_non_owner(access));
    assert!(!is_by_non_owner(&access.replace("\"S-2\"", "null")));
    assert!(!is_by_non_owner(&access.replace(r#""user_id":"S-1","#, "")), "nobody says who it was");
    let nulls = access.replace("S-2", "S-1").replace("\"203.0.113.9\"", "null,\"impersonator_id\":null");
    with_record(&nulls, None, None, |record| {
        assert_eq!(record.class(), Class::BaseEvent);
        let deed = record.deed();
        assert_eq!((deed.is_by_non_owner(), deed.impersonator, deed.source), (false, None, None));
    });
}

#[test]
fn a_failure_is_known_by_its_reason_where_the_verdict_is_not_logged() {
    let log_in = r#"{"event_timestamp":1795169702000,"user":"alice","source_ip":"203.0.113.9",
        "auth_failed_reason":"bad password","method":"basic"}"#;
    let failed = |message: &str, source| {
        with_record(message, Some(source), None, |record| (record.deed().failed, record.deed().is_sign_in))
    };
    assert_eq!(failed(log_in, Source::WorkmailAudit), (true, true));
    assert_eq!(failed(&log_in.replace("bad password", ""), Source::WorkmailAudit), (false, true));
    let nobody = log_in.replace(r#""user":"alice","#, "");
    with_record(&nobody, Some(Source::WorkmailAudit), None, |record| {
        assert_eq!(record.class(), Class::BaseEvent);
    });
    assert_eq!(failed(&nobody, Source::WorkmailAudit), (true, true));
    assert!(!failed(&SESSION.replace(r#""AccessDenied""#, "null"), Source::Cloudtrail).0);
}

/// Refused, as AWS logs it: without parameters.
fn refused(operation: &str, message: &str) -> String {
    let template = r#"{"eventVersion":"1.11","eventID":"e","eventName":"OPERATION","eventSource":"sts.amazonaws.com",
        "sourceIPAddress":"203.0.113.7","userIdentity":{"type":"IAMUser","userName":"alice","arn":
        "arn:aws:iam::111122223333:user/alice"},"errorCode":"AccessDenied","errorMessage":"MESSAGE",
        "requestParameters":null,"responseElements":null}"#;
    template.replace("OPERATION", operation).replace("MESSAGE", message)
}

#[test]
fn a_refused_change_of_role_is_no_log_in_and_tells_the_role_if_anything_does() {
    let user = |message: &str| {
        with_record(message, None, None, |record| {
            let deed = record.deed();
            assert_eq!((deed.is_sign_in, deed.failed, deed.user), (false, true, Some("alice")));
            let json = serde_json::to_value(record).unwrap();
            assert_eq!(json["account_switch_type"], "Impersonate");
            json["user"]["uid"].as_str().map(str::to_owned)
        })
    };
    let on =
        |arn: &str| format!("User: alice is not authorized to perform: sts:AssumeRole on resource: {arn}");
    let role = "arn:aws:iam::444455556666:role/Admin";
    assert_eq!(user(&refused("AssumeRole", &on(role))).as_deref(), Some(role));
    let root = "arn:aws:iam::444455556666:root";
    assert_eq!(user(&refused("AssumeRoot", &on(root))).as_deref(), Some(root));
    let caller = "arn:aws:iam::111122223333:user/alice";
    assert_eq!(user(&refused("AssumeRole", "no")).as_deref(), Some(caller));
}

#[test]
fn who_takes_on_the_root_of_another_account_becomes_that() {
    let parameters = r#""requestParameters":{"targetPrincipal":"444455556666"},"responseElements":{"credentials":
        {"accessKeyId":"ASIAROOT"}}}"#;
    let message = refused("AssumeRoot", "");
    let message = message.replace(r#""errorCode":"AccessDenied","errorMessage":"","#, "");
    let message = message.replace(r#""requestParameters":null,"responseElements":null}"#, parameters);
    with_record(&message, None, None, |record| {
        let json = serde_json::to_value(record).unwrap();
        assert_eq!(json["user"]["account"]["uid"], "444455556666");
        assert_eq!((&json["user"]["type"], &json["status"]), (&"Root".into(), &"Success".into()));
        assert_eq!(json["session"]["credential_uid"], "ASIAROOT");
        assert_eq!(record.deed().user, Some("alice"));
    });
}

#[test]
fn a_person_of_identity_center_is_known_by_id_and_by_name() {
    let message = r#"{"eventVersion":"1.11","eventID":"e","eventName":"UserAuthentication","eventSource":
        "signin.amazonaws.com","sourceIPAddress":"203.0.113.7","userIdentity":{"type":"IdentityCenterUser",
        "accountId":"111122223333","onBehalfOf":{"userId":"544894e8"}},"additionalEventData":{"UserName":"ana"},
        "serviceEventDetails":{"UserAuthentication":"Failure"}}"#;
    with_record(message, None, None, |record| {
        let deed = record.deed();
        assert_eq!((deed.user, deed.uid_alt, deed.failed), (Some("ana"), Some("544894e8"), true));
    });
}

#[test]
fn a_role_is_told_by_its_session_where_no_issuer_is_logged() {
    let (start, _) = SESSION.split_once(r#","sessionContext""#).unwrap();
    with_record(&format!("{start}}}}}"), None, None, |record| {
        assert_eq!(record.deed().role.as_deref(), Some("arn:aws:iam::111122223333:role/R"));
    });
}

#[test]
fn a_source_that_is_said_is_not_guessed() {
    // Nothing in it tells a mail event from another event with an object `event`.
    let message =
        r#"{"event":{"eventName":"X","from":"a@example.com","to":["b@example.com"]},"traceId":"t"}"#;
    let classes = [
        (None, Class::EmailActivity),
        (Some(Source::WorkmailEmail), Class::EmailActivity),
        (Some(Source::Cloudtrail), Class::BaseEvent),
        (Some(Source::Other), Class::BaseEvent),
    ];
    for (source, class) in classes {
        with_record(message, source, None, |record| assert_eq!(record.class(), class, "{source:?}"));
    }
    with_record(message, Some(Source::Other), None, |record| {
        assert_eq!(serde_json::to_value(record).unwrap()["raw_data"], message);
    });
}

#[test]
fn a_line_of_text_is_a_base_event_unless_its_columns_are_known() {
    let line = "1795169702000|r-1|arn:aws:workmail:eu-west-1:111122223333:organization/m-1|S-1|alice|IMAP|\
                203.0.113.9|Mail/1.0 (x; y)|basic|false|bad password";
    let columns = "event_timestamp|request_id|organization_arn|user_id|user|protocol|source_ip|user_agent|\
                   method|auth_successful|auth_failed_reason";
    with_record(line, None, None, |record| {
        assert_eq!(serde_json::to_value(record).unwrap()["raw_data"], line);
    });
    with_record(line, None, Some(columns), |record| {
        let json = serde_json::to_value(record).unwrap();
        assert_eq!((&json["class_uid"], &json["status"]), (&3002.into(), &"Failure".into()));
        assert_eq!(json["status_detail"], "bad password");
        assert_eq!(json["http_request"]["user_agent"], "Mail/1.0 (x; y)");
        assert_eq!(json["time"], TIME);
    });
    // A value with the delimiter in it would move the others.
    let broken = line.replace("; y", "| y");
    with_record(&broken, Some(Source::WorkmailAudit), Some(columns), |record| {
        assert_eq!(serde_json::to_value(record).unwrap()["raw_data"], broken);
    });
}
