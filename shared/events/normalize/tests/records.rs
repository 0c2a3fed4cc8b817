//! Records of each source, beside the golden files.

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
            let json = serde_json::to_value(record).unwrap();
            assert_eq!(
                (&json["actor"]["user"]["name"], &json["status"]),
                (&"alice".into(), &"Failure".into())
            );
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
fn the_root_of_another_account_is_assumed() {
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
        assert_eq!(json["actor"]["user"]["name"], "alice");
    });
}

#[test]
fn a_person_of_identity_center_is_known_by_id_and_by_name() {
    let message = r#"{"eventVersion":"1.11","eventID":"e","eventName":"UserAuthentication","eventSource":
        "signin.amazonaws.com","sourceIPAddress":"203.0.113.7","userIdentity":{"type":"IdentityCenterUser",
        "accountId":"111122223333","onBehalfOf":{"userId":"544894e8"}},"additionalEventData":{"UserName":"ana"},
        "serviceEventDetails":{"UserAuthentication":"Failure"}}"#;
    with_record(message, None, None, |record| {
        let json = serde_json::to_value(record).unwrap();
        assert_eq!((&json["user"]["name"], &json["status"]), (&"ana".into(), &"Failure".into()));
        assert_eq!(json["unmapped"]["userIdentity.onBehalfOf.userId"], "544894e8");
        assert_eq!(json["user"].get("uid_alt"), None);
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

const CALL: &str = r#"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","userName":"alice"},"eventName":"PutObject",
    "eventSource":"s3.amazonaws.com","sourceIPAddress":"203.0.113.7","eventID":"e","responseElements":{"PutObject":"Failure"}}"#;

#[test]
fn a_call_whose_answer_says_failure_failed_whatever_its_class() {
    let status = |message: &str| {
        with_record(message, None, None, |record| serde_json::to_value(record).unwrap()["status"].clone())
    };
    assert_eq!(status(CALL), "Failure");
    assert_eq!(status(&CALL.replace("Failure", "Success")), "Success");
    let without_address = CALL.replace(r#""sourceIPAddress":"203.0.113.7","#, "");
    assert_eq!(status(&without_address), "Failure");
    assert_eq!(status(&without_address.replace("Failure", "Success")), "Success");
    assert_eq!(
        status(
            &without_address
                .replace("responseElements", "errorMessage")
                .replace(r#"{"PutObject":"Failure"}"#, r#""no""#)
        ),
        "Failure"
    );
}

#[test]
fn what_is_left_of_an_event_that_was_cut_off_is_read_and_marked() {
    let cut = &format!("{}[Truncated...]", &CALL[..CALL.len() - 20]);
    with_record(cut, None, None, |record| {
        let json = serde_json::to_value(record).unwrap();
        assert_eq!((&json["class_uid"], &json["metadata"]["is_truncated"]), (&0.into(), &true.into()));
        assert_eq!(json["unmapped"]["userIdentity.userName"], "alice");
        assert_eq!((&json["raw_data"], json.get("status")), (&cut.as_str().into(), None));
    });
    for source in [Some(Source::Other), Some(Source::WorkmailAudit)] {
        with_record(cut, source, None, |record| {
            assert_eq!(serde_json::to_value(record).unwrap().get("unmapped"), None);
        });
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_message() {
    with_record(&format!("\u{feff}{CALL}"), None, None, |record| {
        assert_eq!(record.class(), Class::ApiActivity);
    });
}
