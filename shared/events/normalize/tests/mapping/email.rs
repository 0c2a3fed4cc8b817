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
        // One recipient is not an address, so that its domain is unknown.
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
    assert_eq!(disposition(json!([action("DROP", "x@y.test"), action("BOUNCE", "z@y.test")])), Value::Null);
    assert_eq!(disposition(json!([action("DROP", "x@y.test"), {"recipients": ["z@y.test"]}])), Value::Null);
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
