//! The rules of the mapping, one at a time: what decides, and what is next to it and does not.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

use std::borrow::Cow;

use mailtrail_clock::Time;
use mailtrail_normalize::{Columns, Context, Event, InternalDomains, normalize};
use serde_json::{Value, json};

/// The record of a message; with the values of its columns, where these are known.
fn record_of(message: &str, values: Option<&str>) -> Value {
    let context = Context {
        log_group: "group",
        log_stream: "stream",
        region: Some("eu-west-1"),
        account: Some("111122223333"),
        organization: None,
        source: None,
        internal_domains: &InternalDomains::new(["Example.com"]),
    };
    let event = Event {
        uid: Cow::Borrowed("1"),
        time: Time::from_millis(1_795_169_702_000),
        timestamp_text: None,
        message,
        values,
    };
    serde_json::to_value(normalize(&event, &context)).unwrap()
}

fn record(message: &Value) -> Value {
    record_of(&message.to_string(), None)
}

/// A value with members added, or replaced.
fn with(mut base: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("{more} has no members") };
    base.as_object_mut().unwrap().extend(more);
    base
}

mod email {
    use super::{InternalDomains, Value, json, record, with};

    /// An email event of this name.
    fn email(name: &str, members: Value) -> Value {
        record(
            &json!({"traceId": "t", "event": with(json!({"eventName": name, "from": "a@example.com"}), members)}),
        )
    }

    fn rule(members: Value) -> Value {
        email("RULE_APPLIED", with(json!({"recipients": ["b@example.com"]}), members))
    }

    fn direction(from: &str, to: &Value) -> Value {
        email("MAILBOX_EMAIL_DELIVERED", json!({"from": from, "recipients": to}))["direction"].clone()
    }

    #[test]
    fn mail_is_internal_only_where_every_end_lies_in_the_domains() {
        for (from, to, expected) in [
            ("a@example.com", json!(["b@EXAMPLE.COM"]), "Internal"),
            ("a@example.com", json!(["b@example.com", "c@other.test"]), "Inbound"),
            ("a@other.test", json!(["b@example.com"]), "Inbound"),
            ("a@sub.example.com", json!(["b@example.com"]), "Inbound"),
            ("a@notexample.com", json!(["b@example.com"]), "Inbound"),
            // One recipient is no address, so that nobody knows where it lies.
            ("a@example.com", json!(["b@example.com", "Team"]), "Inbound"),
            ("a@example.com", json!([]), "Inbound"),
        ] {
            assert_eq!(direction(from, &to), expected, "{from} {to}");
        }
    }

    #[test]
    fn the_domain_of_an_address_stands_after_its_last_at() {
        let domains = InternalDomains::new(["example.com"]);
        assert!(domains.contains("\"a@other.test\"@example.com"));
        assert!(!domains.contains("\"a@example.com\"@other.test") && !domains.contains("example.com"));
    }

    #[test]
    fn empty_recipients_are_none() {
        for (field, recipients) in [("recipients", json!(["", "b@example.com"])), ("recipient", json!(""))] {
            let record = email("ORGANIZATION_EMAIL_RECEIVED", json!({field: recipients}));
            assert_eq!(record["email"].get("to_mailboxes"), None, "{record}");
        }
    }

    #[test]
    fn a_list_that_is_not_only_texts_is_kept_as_it_is() {
        let record = email("ORGANIZATION_EMAIL_RECEIVED", json!({"recipients": ["b@example.com", {"c": 1}]}));
        assert_eq!(record.get("to"), None);
        assert_eq!(record["unmapped"]["recipients"], r#"["b@example.com",{"c":1}]"#);
    }

    #[test]
    fn a_rule_needs_a_name_or_a_type_to_be_a_policy() {
        let actions = json!({"ruleActions": [{"action": "DROP", "recipients": ["c@example.com"]}]});
        let of_type = rule(with(actions.clone(), json!({"ruleType": "INBOUND_RULE"})));
        assert_eq!(of_type["policy"]["type"], "INBOUND_RULE");
        let nameless = rule(actions);
        assert_eq!(nameless.get("policy"), None);
        assert!(nameless["unmapped"]["ruleActions"].as_str().unwrap().contains("DROP"));
    }

    #[test]
    fn the_actions_of_a_rule_count_as_one_where_they_agree() {
        let disposition =
            |actions: Value| rule(json!({"ruleName": "r", "ruleActions": actions}))["disposition"].clone();
        let action = |word: &str, to: &str| json!({"action": word, "recipients": [to]});
        assert_eq!(disposition(json!([action("drop", "x@y.test"), action("DROP", "z@y.test")])), "Dropped");
        assert_eq!(
            disposition(json!([action("DROP", "x@y.test"), action("BOUNCE", "z@y.test")])),
            Value::Null
        );
        assert_eq!(
            disposition(json!([action("DROP", "x@y.test"), {"recipients": ["z@y.test"]}])),
            Value::Null
        );
        for word in ["JUNK", "MOVE_TO_JUNK", "deliver_to_junk"] {
            assert_eq!(disposition(json!([action(word, "x@y.test")])), "Quarantined", "{word}");
        }
    }

    #[test]
    fn a_recipient_that_a_rule_names_twice_stands_once() {
        let actions = json!([{"action": "DROP", "recipients": ["c@y.test", "c@y.test"]},
            {"action": "DROP", "recipients": ["c@y.test", "d@y.test"]}]);
        let record = rule(json!({"ruleName": "r", "ruleActions": actions}));
        assert_eq!(record["to"], json!(["b@example.com", "c@y.test", "d@y.test"]));
    }

    #[test]
    fn spam_is_detected_in_any_case_of_its_verdict() {
        let of = |verdict: &str| {
            let members = json!({"recipients": ["b@example.com"], "spamVerdict": verdict});
            email("ORGANIZATION_EMAIL_RECEIVED", members)["disposition"].clone()
        };
        assert_eq!((of("fail"), of("FAIL"), of("PASS")), (json!("Detected"), json!("Detected"), Value::Null));
    }

    #[test]
    fn the_dmarc_policy_that_was_applied_counts_before_the_published_one() {
        let members = json!({"recipients": ["b@example.com"], "policy": "REJECT", "dmarcPolicy": "none"});
        let record = email("DMARC_POLICY_APPLIED", members);
        assert_eq!(record["email_auth"]["dmarc_policy"], "REJECT");
        assert_eq!(record["unmapped"]["dmarcPolicy"], "none");
    }
}

#[test]
fn an_event_that_two_sources_recognise_is_of_the_first() {
    let members =
        json!({"eventVersion": "1.11", "eventID": "e", "event_timestamp": 1, "auth_successful": true});
    let audit = record(&members);
    assert_eq!(audit["metadata"]["product"]["feature"]["name"], "Audit logging");
    let email = record(&with(members, json!({"event": {"eventName": "X", "from": "a@example.com"}})));
    assert_eq!(email["metadata"]["product"]["feature"]["name"], "Email event logging");
}

mod audit {
    use super::{Value, json, record, with};

    const ARN: &str = "arn:aws:workmail:eu-west-1:111122223333:organization/m-1";

    fn audit(members: Value) -> Value {
        record(&with(json!({"organization_arn": ARN, "event_timestamp": 1_795_169_701_000_i64}), members))
    }

    fn kind(members: Value) -> Value {
        audit(members)["metadata"]["event_code"].clone()
    }

    #[test]
    fn each_field_that_only_one_kind_has_tells_the_kind_alone() {
        for (code, names) in [
            (
                "AUTHENTICATION",
                &["auth_successful", "auth_failed_reason", "personal_access_token_id", "method"][..],
            ),
            ("ACCESS_CONTROL", &["access_granted", "rule_id", "scope"]),
            (
                "MAILBOX_ACCESS",
                &[
                    "action_allowed",
                    "owner_id",
                    "object_type",
                    "item_id",
                    "folder_id",
                    "folder_path",
                    "attachment_path",
                ],
            ),
            (
                "AVAILABILITY_PROVIDER",
                &["availability_event_successful", "function_arn", "ews_endpoint", "domain"],
            ),
            ("PERSONAL_ACCESS_TOKEN", &["scopes", "expires_time", "name"]),
        ] {
            for name in names {
                assert_eq!(kind(json!({*name: "x"})), code, "{name}");
                assert_eq!(kind(json!({*name: null})), Value::Null, "{name} is null");
            }
        }
    }

    #[test]
    fn an_event_is_of_workmail_only_by_the_service_of_its_arn() {
        let of = |arn: &str| record(&json!({"organization_arn": arn, "user_id": "S-1", "method": "BASIC"}));
        assert_eq!(of(ARN)["metadata"]["tenant_uid"], "m-1");
        let other = of("arn:aws:organizations::111122223333:organization/workmail");
        assert_eq!(other["metadata"]["product"]["name"], "Amazon CloudWatch Logs");
        // The text is in it, and the service is another one.
        let strange = of("arn:aws:other:eu-west-1:111122223333:organization/x:workmail:y");
        assert_eq!(strange["metadata"].get("tenant_uid"), None);
    }

    #[test]
    fn an_impersonator_alone_is_an_actor() {
        let record = audit(json!({"access_granted": true, "impersonator_id": "i", "source_ip": "192.0.2.1"}));
        assert_eq!(
            (&record["class_name"], &record["actor"]),
            (&json!("API Activity"), &json!({"app_uid": "i"}))
        );
    }

    #[test]
    fn basic_is_a_method_in_any_case() {
        let protocol =
            |method| audit(json!({"user_id": "S-1", "method": method}))["auth_protocol_id"].clone();
        assert_eq!(protocol("basic"), protocol("BASIC"));
        assert_ne!(protocol("basic"), protocol("oauth"));
    }

    #[test]
    fn every_documented_action_on_a_mailbox_has_its_activity() {
        for (activity, actions) in [
            ("Create", &["create", "copy", "copy_to"][..]),
            ("Read", &["read", "read_hierarchy", "read_summary", "read_attachment", "read_permissions"]),
            ("Update", &["update", "update_permissions", "update_read_state", "move", "move_to"]),
            ("Delete", &["delete"]),
        ] {
            for action in actions {
                let members =
                    json!({"action": action, "item_id": "i", "user_id": "S-1", "source_ip": "192.0.2.1"});
                assert_eq!(audit(members)["activity_name"], activity, "{action}");
            }
        }
    }
}

mod cloudtrail {
    use super::{Value, json, record, with};

    const ROLE: &str = "arn:aws:iam::111122223333:role/admin";

    /// A call of a service by an IAM user.
    fn call(service: &str, name: &str, members: Value) -> Value {
        let user = json!({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ana", "userName": "ana"});
        let call = json!({"eventVersion": "1.11", "eventID": "e", "eventSource": service, "eventName": name,
            "sourceIPAddress": "192.0.2.1", "userIdentity": user});
        record(&with(call, members))
    }

    fn by(identity: &Value) -> Value {
        call("s3.amazonaws.com", "GetObject", json!({"userIdentity": identity}))
    }

    fn assume(members: Value) -> Value {
        call("sts.amazonaws.com", "AssumeRole", members)
    }

    #[test]
    fn a_call_is_an_authentication_by_its_service_and_its_name() {
        for (service, name, activity) in [
            ("signin.amazonaws.com", "ConsoleLogin", "Logon"),
            ("SSO.amazonaws.com", "UserAuthentication", "Logon"),
            ("sso.amazonaws.com", "CredentialVerification", "Preauth"),
        ] {
            let record = call(service, name, json!({}));
            let said = (&record["class_name"], &record["activity_name"]);
            assert_eq!(said, (&json!("Authentication"), &json!(activity)), "{service} {name}");
            let other = call("workmail.amazonaws.com", name, json!({}));
            assert_eq!(other["class_name"], "API Activity", "{name}");
        }
        assert_eq!(call("STS.amazonaws.com", "AssumeRole", json!({}))["class_name"], "Authentication");
    }

    #[test]
    fn the_verb_or_else_read_only_tells_the_activity() {
        let activity = |name: &str, read_only: Value| {
            call("ec2.amazonaws.com", name, json!({"readOnly": read_only}))["activity_name"].clone()
        };
        assert_eq!(activity("TerminateInstances", json!(false)), "Delete");
        assert_eq!(activity("Invoke", json!(true)), "Read");
        for read_only in [json!(false), json!("no"), Value::Null] {
            assert_eq!(activity("Invoke", read_only), "Invoke");
        }
    }

    #[test]
    fn a_sign_in_that_failed_says_so_in_any_case() {
        for word in ["Failure", "failure"] {
            let answer = json!({"responseElements": {"ConsoleLogin": word}});
            assert_eq!(call("signin.amazonaws.com", "ConsoleLogin", answer)["status"], "Failure", "{word}");
        }
    }

    #[test]
    fn whether_mfa_was_used_is_kept_where_it_is_neither_yes_nor_no() {
        let sign_in = |word: &str| {
            call("signin.amazonaws.com", "ConsoleLogin", json!({"additionalEventData": {"MFAUsed": word}}))
        };
        assert_eq!(sign_in("Yes")["is_mfa"], true);
        assert_eq!(sign_in("No")["is_mfa"], false);
        let unknown = sign_in("Maybe");
        assert_eq!(unknown.get("is_mfa"), None);
        assert_eq!(unknown["unmapped"]["additionalEventData.MFAUsed"], "Maybe");
    }

    #[test]
    fn the_error_of_a_refused_role_names_what_it_was_for() {
        let refused = |resource: &str| {
            let text =
                format!("User: x is not authorized to perform: sts:AssumeRole on resource: {resource}");
            assume(json!({"errorCode": "AccessDenied", "errorMessage": text}))
        };
        assert_eq!(refused(ROLE)["user"]["uid"], ROLE);
        assert_eq!(refused(ROLE)["session"]["issuer"], ROLE);
        let root = "arn:aws:iam::444455556666:root";
        assert_eq!(refused(root)["user"]["account"]["uid"], "444455556666");
        // Neither a role nor a root user: nothing is concluded, and the user is the one who asked.
        for resource in ["arn:aws:iam::111122223333:user/bob", "x:role/admin", "y:root"] {
            let record = refused(resource);
            assert_eq!(record["user"]["name"], "ana", "{resource}");
            assert_eq!(record.get("session"), None, "{resource}");
        }
    }

    #[test]
    fn a_root_user_is_named_by_an_account_of_12_digits_or_by_an_arn() {
        let root = |target: &str| {
            call("sts.amazonaws.com", "AssumeRoot", json!({"requestParameters": {"targetPrincipal": target}}))
                ["user"]
                .clone()
        };
        assert_eq!(root("444455556666")["account"]["uid"], "444455556666");
        assert_eq!(root("444455556666").get("uid"), None);
        assert_eq!(root("4444555566667")["uid"], "4444555566667");
        assert_eq!(root("arn:aws:iam::444455556666:root")["account"]["uid"], "444455556666");
    }

    #[test]
    fn a_session_is_named_after_the_colon_of_its_principal() {
        let session = |principal: &str| {
            by(&json!({"type": "AssumedRole", "principalId": principal, "arn": "arn:aws:sts::1:assumed-role/r/s"}))
                ["actor"]["session"]
                .clone()
        };
        assert_eq!(session("AROAEXAMPLE:ana")["uid_alt"], "ana");
        assert_eq!(session("AROAEXAMPLE:"), Value::Null);
        assert_eq!(session("AROAEXAMPLE"), Value::Null);
    }

    #[test]
    fn a_session_alone_is_an_actor() {
        let record =
            by(&json!({"type": "Unknown", "sessionContext": {"attributes": {"mfaAuthenticated": "true"}}}));
        assert_eq!(record["actor"]["session"]["is_mfa"], true);
    }

    #[test]
    fn the_identity_provider_of_the_caller_counts_before_that_of_its_session() {
        let web = json!({"webIdFederationData": {"federatedProvider": "arn:web"}});
        let identity = json!({"type": "WebIdentityUser", "principalId": "p", "sessionContext": web});
        assert_eq!(by(&identity)["actor"]["idp"]["name"], "arn:web");
        let both = by(&with(identity.clone(), json!({"identityProvider": "idp"})));
        assert_eq!(both["actor"]["idp"]["name"], "idp");
        let kept = "userIdentity.sessionContext.webIdFederationData.federatedProvider";
        assert_eq!(both["unmapped"][kept], "arn:web");
    }

    #[test]
    fn an_aggregate_names_its_account_by_another_key() {
        let record = record(&json!({"eventVersion": "1.0", "eventId": "e", "accountId": "444455556666"}));
        assert_eq!(record["cloud"]["account"]["uid"], "444455556666");
    }
}

mod text {
    use super::{Columns, Value, json, record_of};

    #[test]
    fn the_names_of_columns_are_neither_empty_nor_repeated() {
        for text in ["a|a", "a|b|b", "a|b|a", "a|b|", "|a|b", "a|b|c|"] {
            assert!(text.parse::<Columns>().is_err(), "{text}");
        }
        assert!("a|b|c".parse::<Columns>().is_ok());
    }

    #[test]
    fn a_line_that_is_no_event_of_a_source_is_kept_as_it_was_written() {
        let line = "a|b";
        let record = record_of(line, Some(r#"{"x":"a","y":"b"}"#));
        assert_eq!((&record["class_uid"], &record["raw_data"]), (&json!(0), &Value::from(line)));
    }
}
