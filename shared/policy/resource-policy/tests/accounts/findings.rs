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
fn an_entry_of_another_account_region_or_partition_matches_nothing() {
    for (old, new) in [(ACCOUNT, "444455556666"), ("us-east-1", "eu-west-1"), ("arn:aws:", "arn:aws-cn:")] {
        let foreign = entry("/mail").replace(old, new);
        let text = document(&["/mail"]).replace(&entry("/mail"), &foreign);
        let found = found(&account(&[(AWS_POLICY, text)], &["/mail"]));
        let [finding] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((finding.id, finding.severity), (Kind::IneffectiveGrant, Severity::Warning));
        assert_eq!(finding.resources, [foreign]);
    }
}

#[test]
fn a_grant_that_no_request_matches_is_found() {
    let of = |resource: &str, action: &str, condition: &str| {
        of_statement(&format!(
            r#""Effect":"Allow","Principal":{{"Service":"delivery.logs.amazonaws.com"}},"Action":"{action}","Resource":"{resource}","Condition":{{"StringEquals":{{"aws:SourceAccount":"{ACCOUNT}"}}{condition}}}"#
        ))
    };
    let (mail, put) = (entry("/mail"), "logs:PutLogEvents");
    for resource in ["*", "arn:aws:logs:*", "arn:aws:logs:*:*:*", &arn("/m*"), &arn("/mail:*"), &mail] {
        assert_eq!(of(resource, put, ""), [], "{resource}");
    }
    for resource in [
        &arn("/mail"),
        &arn("/mail:"),
        &entry("/mail").replace("log-stream", "LOG-STREAM"),
        "arn:aws:s3:::example",
    ] {
        assert_eq!(of(resource, put, ""), [Kind::IneffectiveGrant], "{resource}");
    }
    assert_eq!(of(&mail, "logs:Describe*", ""), [Kind::IneffectiveGrant]);
    let source = |arn: &str| of(&mail, put, &format!(r#","ArnLike":{{"aws:SourceArn":{arn}}}"#));
    assert_eq!(source(&format!(r#"["arn:aws:logs:us-east-1:{ACCOUNT}:*"]"#)), []);
    assert_eq!(
        source(&format!(r#"["arn:aws:wafv2:us-east-1:{ACCOUNT}:*","arn:aws:logs:us-east-1:{ACCOUNT}:*"]"#)),
        []
    );
    assert_eq!(
        source(&format!(r#""arn:aws:wafv2:us-east-1:{ACCOUNT}:regional/webacl/x/1""#)),
        [Kind::IneffectiveGrant]
    );
    assert_eq!(source(&format!(r#""arn:aws-cn:logs:us-east-1:{ACCOUNT}:*""#)), [Kind::IneffectiveGrant]);
}

#[test]
fn other_accounts_and_principals_that_deliver_nothing_are_found() {
    let of = |principal: &str, actions: &str| {
        let text = statements(&[format!(
            r#"{{"Effect":"Allow","Principal":{principal},"Action":{actions},"Resource":"*"}}"#
        )]);
        found(&account(&[("p", text)], &["/mail"]))
    };
    let write = r#"["logs:CreateLogStream","logs:PutLogEvents"]"#;
    for foreign in [
        "444455556666",
        "arn:aws:iam::444455556666:root",
        "arn:aws:iam::444455556666:role/x",
        "arn:aws:iam::*:role/x",
    ] {
        for (actions, said) in [
            (write, "is allowed logs:CreateLogStream"),
            (r#""logs:Put*""#, "may change the resource policies"),
            (r#""*""#, "may change"),
        ] {
            let found = of(&format!(r#"{{"AWS":"{foreign}"}}"#), actions);
            assert_eq!(
                (found[0].id, found[0].severity),
                (Kind::ForeignPrincipal, Severity::Warning),
                "{foreign}"
            );
            assert!(
                found[0].message.contains(foreign) && found[0].message.contains(said),
                "{}",
                found[0].message
            );
            assert_eq!(found.len(), 1, "{found:?}");
        }
    }
    for idle in [
        r#"{"AWS":"111122223333"}"#,
        r#"{"AWS":"arn:aws:iam::111122223333:role/x"}"#,
        r#"{"Service":"cloudtrail.amazonaws.com"}"#,
        r#"{"Federated":"example.com"}"#,
        r#"{"AWS":"AROAEXAMPLEID"}"#,
    ] {
        let found = of(idle, write);
        assert_eq!(
            found.iter().map(|it| (it.id, it.severity)).collect::<Vec<_>>(),
            [(Kind::IneffectivePrincipal, Severity::Note)],
            "{idle}"
        );
    }
}

#[test]
fn what_is_said_of_several_statements_is_said_once() {
    let open = |sid: &str, group: &str| {
        let text = statement(sid, &[entry(group)]);
        format!("{}}}", &text[..text.find(",\"Condition\"").unwrap()])
    };
    let parts = [open("a", "/mail"), open("b", "/audit"), open("c", "/c"), open("d", "/d"), open("e", "/e")];
    let found = found(&account(&[("p", statements(&parts))], &["/mail", "/audit", "/c", "/d", "/e"]));
    let [finding] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((finding.id, finding.statement.as_deref()), (Kind::NoSourceCondition, None));
    assert_eq!(finding.statements, ["a", "b", "c", "d", "e"]);
    assert_eq!(finding.location().unwrap(), "p, statements a, b, c and 2 more");
    let parts = ["AWSLogDeliveryWrite1", "AWSLogDeliveryWrite2"]
        .map(|sid| statement(sid, &[entry(&format!("/{sid}"))]));
    let dead = self::found(&account(&[("p", statements(&parts))], &["/mail"]));
    let [finding] = dead.as_slice() else { panic!("{dead:?}") };
    assert_eq!((finding.id, finding.statements.len(), finding.resources.len()), (Kind::DeadEntries, 2, 2));
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
    let of = |number: usize| {
        let found = found(&account(&policies[..number], &groups));
        found.iter().map(|it| (it.id, it.severity)).collect::<Vec<_>>()
    };
    assert_eq!(of(10), [(Kind::PoliciesUsedUp, Severity::Critical)]);
    for number in [8, 9] {
        assert_eq!(of(number), [(Kind::PoliciesNearLimit, Severity::Warning)]);
    }
    assert_eq!(of(7), []);
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
