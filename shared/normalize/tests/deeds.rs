//! Who did what, from the records of each source.

use std::borrow::Cow;

use mailtrail_normalize::{Columns, Context, Event, InternalDomains, Record, Source, normalize};
use mailtrail_ocsf::{Class, Time};

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
        assert_eq!(deed.role, Some("arn:aws:iam::111122223333:role/team/R"));
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
        assert_eq!(told, whole.replace(r#"source: Some("203.0.113.7")"#, "source: None"));
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
        assert_eq!((deed.user, deed.uid, deed.account), (Some("alice"), Some("S-1"), Some("000000000000")));
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
