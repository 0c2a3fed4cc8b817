//! What is found, and what is not.

use mailtrail_resource_policy::findings::{Finding, Kind, Severity, findings};
use mailtrail_resource_policy::inventory::{Delivery, DeliverySource, Inventory, Part};
use mailtrail_resource_policy::limits::Limits;

use crate::account::{ACCOUNT, AWS_POLICY, account, arn, document, entry, seen, statement, statements};

fn found(inventory: &Inventory) -> Vec<Finding> {
    findings(inventory, &Limits::default())
}

fn ids(inventory: &Inventory) -> Vec<Kind> {
    found(inventory).iter().map(|finding| finding.id).collect()
}

/// What is found of one statement, given without its braces.
fn of_statement(text: &str) -> Vec<Kind> {
    let text = statements(&[format!("{{{text}}}")]);
    ids(&account(&[("p", text)], &["/mail"]))
}

const ALLOW: &str = r#""Effect":"Allow","Action":"logs:PutLogEvents","Resource":"*""#;

#[test]
fn an_intact_account_has_no_findings() {
    assert_eq!(ids(&account(&[(AWS_POLICY, document(&["/mail"]))], &["/mail"])), []);
}

#[test]
fn dead_entries_are_listed_and_wildcards_are_never_dead() {
    let names = ["/gone", "/mail", "/gone-too", "/aws/vendedlogs/*", "/go?e", "/other-*"];
    let inventory = account(&[(AWS_POLICY, document(&names))], &["/mail"]);
    let found = found(&inventory);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!((found[0].id, found[0].severity), (Kind::DeadEntries, Severity::Warning));
    assert_eq!(found[0].resources, [entry("/gone"), entry("/gone-too")]);
    assert_eq!(found[0].policy.as_deref(), Some(AWS_POLICY));
    assert_eq!(found[0].statement.as_deref(), Some(AWS_POLICY));
    assert_eq!(found[1].id, Kind::CoveredEntries);
    assert_eq!(found[1].resources, [entry("/gone")], "`/go?e` takes it in");
}

#[test]
fn an_entry_of_another_account_or_region_is_unknown() {
    let foreign = entry("/mail").replace(ACCOUNT, "444455556666");
    let text = document(&["/mail"]).replace(&entry("/mail"), &foreign);
    assert_eq!(ids(&account(&[(AWS_POLICY, text)], &["/mail"])), [Kind::UnknownEntries]);
}

#[test]
fn an_entry_is_covered_by_a_wider_one_under_no_stricter_condition() {
    let covered = |wide: &str| {
        let parts = [statement("one", &[entry("/mail")]), wide.to_owned()];
        ids(&account(&[("p", statements(&parts))], &["/mail"])).contains(&Kind::CoveredEntries)
    };
    let wide = statement("two", &[arn("/mail:*")]);
    assert!(covered(&wide));
    assert!(covered(&wide.replace(r#"["logs:CreateLogStream","logs:PutLogEvents"]"#, r#""logs:*""#)));
    assert!(covered(&wide.replace("us-east-1:111122223333:*\"]", "*:*:*\"]")));
    assert!(!covered(&wide.replace("logs:PutLogEvents", "logs:Get*")));
    assert!(!covered(&wide.replace("delivery.logs", "es")));
    assert!(!covered(&wide.replace("\"Allow\"", "\"Deny\"")));
    assert!(!covered(&wide.replace("111122223333:*\"]", "111122223333:delivery-source:a\"]")));
    assert!(!covered(
        &wide.replace("\"Condition\":{", "\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"true\"},")
    ));
}

#[test]
fn services_without_source_conditions_are_found() {
    let service = |condition: &str| {
        of_statement(&format!(
            r#"{ALLOW},"Principal":{{"Service":"delivery.logs.amazonaws.com"}}{condition}"#
        ))
    };
    let arn = r#""ArnLike":{"aws:sourcearn":"arn:aws:logs:us-east-1:111122223333:*"}"#;
    let account = r#""StringEquals":{"aws:SourceAccount":"111122223333"}"#;
    assert_eq!(service(""), [Kind::NoSourceCondition]);
    assert_eq!(service(&format!(r#","Condition":{{{arn}}}"#)), [Kind::NoSourceCondition]);
    assert_eq!(service(&format!(r#","Condition":{{{account}}}"#)), [Kind::NoSourceCondition]);
    assert_eq!(service(&format!(r#","Condition":{{{account},{arn}}}"#)), []);
    let optional = account.replace("StringEquals", "StringEqualsIfExists");
    assert_eq!(service(&format!(r#","Condition":{{{optional},{arn}}}"#)), [Kind::NoSourceCondition]);
    let everyone = account.replace("StringEquals", "StringLike").replace("111122223333", "*");
    let everything = arn.replace("arn:aws:logs:us-east-1:111122223333:*", "*");
    for idle in
        [format!("{everyone},{everything}"), format!("{everyone},{arn}"), format!("{account},{everything}")]
    {
        assert_eq!(service(&format!(r#","Condition":{{{idle}}}"#)), [Kind::NoSourceCondition], "{idle}");
    }
    let paths = r#""ForAnyValue:StringLike":{"aws:SourceOrgPaths":["o-a1b2c3d4e5/*"]}"#;
    assert_eq!(service(&format!(r#","Condition":{{{paths},{arn}}}"#)), []);
    let all = paths.replace("ForAnyValue", "ForAllValues");
    assert_eq!(service(&format!(r#","Condition":{{{all},{arn}}}"#)), [Kind::NoSourceCondition]);
    let other = arn.replace("1111", "4444");
    assert_eq!(service(&format!(r#","Condition":{{{account},{other}}}"#)), [Kind::SourceAccountsDiffer]);
    let bucket = r#""ArnLike":{"aws:SourceArn":"arn:aws:s3:::example"}"#;
    assert_eq!(service(&format!(r#","Condition":{{{account},{bucket}}}"#)), []);
}

#[test]
fn wildcard_principals_are_found_in_every_form() {
    for principal in [r#""*""#, r#"{"AWS":"*"}"#, r#"{"AWS":["111122223333","*"]}"#] {
        assert_eq!(of_statement(&format!(r#"{ALLOW},"Principal":{principal}"#)), [Kind::WildcardPrincipal]);
        assert_eq!(of_statement(&format!(r#"{ALLOW},"Principal":{principal}"#).replace("Allow", "Deny")), []);
    }
    assert_eq!(
        of_statement(&format!(r#"{ALLOW},"NotPrincipal":{{"AWS":"111122223333"}}"#)),
        [Kind::WildcardPrincipal]
    );
}

#[test]
fn what_is_not_understood_is_said_and_left_alone() {
    for text in [
        r#""Effect":"allow","Action":"*","Resource":"*""#,
        r#""Effect":"Allow","Action":"*""#,
        r#""Effect":"Allow","Action":[],"Resource":"*""#,
        r#""Effect":"Allow","Action":"*","Resource":"*","Resource":"*""#,
        r#""Effect":"Allow","Action":"*","Resource":"*","Hint":1"#,
        r#""Effect":"Allow","Action":"*","Resource":"*","Principal":7"#,
        r#""Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":[]}"#,
    ] {
        assert_eq!(of_statement(text), [Kind::StatementNotUnderstood], "{text}");
    }
}

#[test]
fn ten_policies_leave_no_room_for_another() {
    let names: Vec<String> = (0..10).map(|number| format!("p{number}")).collect();
    let policies: Vec<(&str, String)> =
        names.iter().map(|name| (name.as_str(), document(&[&format!("/{name}")]))).collect();
    let groups: Vec<String> = names.iter().map(|name| format!("/{name}")).collect();
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    assert_eq!(ids(&account(&policies, &groups)), [Kind::PoliciesUsedUp]);
    assert_eq!(ids(&account(&policies[1..], &groups)), []);
}

#[test]
fn deliveries_without_a_source_and_shared_destinations_are_found() {
    let mut inventory = account(&[], &[]);
    let delivery = |id: &str, source: &str| Delivery {
        id: id.to_owned(),
        delivery_source_name: source.to_owned(),
        delivery_destination_arn: "arn:aws:logs:us-east-1:111122223333:delivery-destination:d".to_owned(),
        ..Delivery::default()
    };
    inventory.deliveries = seen(vec![delivery("a", "alive"), delivery("b", "dead")]);
    let source = |name: &str, status: &str| DeliverySource {
        name: name.to_owned(),
        status: Some(status.to_owned()),
        ..DeliverySource::default()
    };
    inventory.delivery_sources = seen(vec![source("alive", "ACTIVE"), source("dead", "INACTIVE")]);
    let found = found(&inventory);
    assert_eq!(
        (found[0].id, found[0].resources.as_slice()),
        (Kind::DeliverySourceGone, &["b".to_owned()][..])
    );
    assert_eq!((found[1].id, found[1].resources.len()), (Kind::DestinationShared, 2));
}

#[test]
fn what_was_not_seen_is_said_with_the_reason() {
    let mut inventory = account(&[], &[]);
    inventory.deliveries = Part::NotSeen { reason: "access denied".to_owned() };
    inventory.log_group_policies.insert("/mail".to_owned(), Part::NotSeen { reason: "throttled".to_owned() });
    let messages: Vec<String> = found(&inventory).into_iter().map(|finding| finding.message).collect();
    assert_eq!(
        messages,
        [
            "the deliveries were not seen: access denied",
            "the policies of some log groups were not seen: throttled"
        ]
    );
}

#[test]
fn services_with_v1_log_delivery_that_were_not_asked_are_named_in_a_note() {
    let mut inventory = account(&[], &[]);
    inventory.v1_services.remove("pipes");
    inventory.v1_services.remove("waf");
    let denied = Part::NotSeen { reason: "access denied".to_owned() };
    inventory.v1_services.insert("step-functions".to_owned(), denied);
    let found = found(&inventory);
    assert!(found.iter().all(|finding| finding.severity == Severity::Note));
    let named: Vec<&[String]> = found.iter().map(|finding| finding.resources.as_slice()).collect();
    assert_eq!(
        named,
        [&["Step Functions".to_owned()][..], &["EventBridge Pipes".to_owned(), "WAF".to_owned()]]
    );
    assert!(found[0].message.ends_with("V1 log delivery were not seen: access denied"), "{found:?}");
}

#[test]
fn ids_are_in_kebab_case() {
    let inventory = account(&[(AWS_POLICY, document(&["/gone"]))], &[]);
    let json = serde_json::to_value(found(&inventory)).unwrap();
    assert_eq!(
        (json[0]["id"].as_str(), json[0]["severity"].as_str()),
        (Some("dead-entries"), Some("warning"))
    );
}
