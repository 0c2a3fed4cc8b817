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
    assert_eq!((&record["class_name"], &record["actor"]), (&json!("API Activity"), &json!({"app_uid": "i"})));
}

#[test]
fn basic_is_a_method_in_any_case() {
    let protocol = |method| audit(json!({"user_id": "S-1", "method": method}))["auth_protocol_id"].clone();
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
