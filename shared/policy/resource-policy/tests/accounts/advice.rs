//! Conditions on the source: which are advised, and where none is missing.

use mailtrail_resource_policy::findings::{Finding, Kind, Severity, findings};
use mailtrail_resource_policy::inventory::Inventory;
use mailtrail_resource_policy::limits::Limits;

use crate::account::{account, statements};

fn found(inventory: &Inventory) -> Vec<Finding> {
    findings(inventory, &Limits::default())
}

/// What is found of a statement for services with these actions and conditions: kind, severity and advice.
fn of_services(services: &str, actions: &str, condition: &str) -> Vec<(Kind, Severity, String)> {
    let text = statements(&[format!(
        r#"{{"Effect":"Allow","Principal":{{"Service":{services}}},"Action":{actions},"Resource":"*"{condition}}}"#
    )]);
    let found = found(&account(&[("p", text)], &["/mail"])).into_iter();
    found.map(|it| (it.id, it.severity, it.fix.into_owned())).collect()
}

const BOTH: &str = r#"["logs:CreateLogStream","logs:PutLogEvents"]"#;
const PUT: &str = r#""logs:PutLogEvents""#;
const CREATE: &str = r#""logs:CreateLogStream""#;

/// The policies of the pages that `services.rs` names.
#[test]
fn what_aws_documents_is_no_fault() {
    let account = r#""StringEquals":{"aws:SourceAccount":"111122223333"}"#;
    let arn = |service: &str| format!(r#""ArnLike":{{"aws:SourceArn":"arn:aws:{service}"}}"#);
    let with = |condition: &str| format!(r#","Condition":{{{condition}}}"#);
    let log_delivery = with(&format!("{account},{}", arn("logs:us-east-1:111122223333:*")));
    let events = r#"["events.amazonaws.com","delivery.logs.amazonaws.com"]"#;
    for (services, actions, condition) in [
        (r#""delivery.logs.amazonaws.com""#, BOTH, log_delivery),
        (
            r#""es.amazonaws.com""#,
            BOTH,
            with(&format!("{account},{}", arn("es:us-east-1:111122223333:domain/d"))),
        ),
        (
            r#""es.amazonaws.com""#,
            r#"["logs:PutLogEvents","logs:PutLogEventsBatch","logs:CreateLogStream"]"#,
            with(account),
        ),
        (r#""route53.amazonaws.com""#, BOTH, with(&format!("{account},{}", arn("route53:::hostedzone/*")))),
        (r#""route53.amazonaws.com""#, PUT, with(&format!("{account},{}", arn("route53:::hostedzone/Z1")))),
        (events, CREATE, String::new()),
        (
            events,
            PUT,
            with(r#""ArnEquals":{"aws:SourceArn":"arn:aws:events:us-east-1:111122223333:rule/x"}"#),
        ),
        (
            r#""xray.amazonaws.com""#,
            PUT,
            with(&format!("{account},{}", arn("xray:us-east-1:111122223333:*"))),
        ),
        (
            r#""mq.amazonaws.com""#,
            BOTH,
            with(&format!("{account},{}", arn("mq:us-east-1:111122223333:broker:*"))),
        ),
        (r#""ds.amazonaws.com""#, BOTH, String::new()),
    ] {
        assert_eq!(of_services(services, actions, &condition), [], "{services} {actions} {condition}");
    }
    // Pages that give the policy without conditions, and say that they may be added.
    for services in [r#""es.amazonaws.com""#, r#""route53.amazonaws.com""#, r#""mq.amazonaws.com""#, events] {
        let found = of_services(services, BOTH, "");
        assert_eq!(
            found.iter().map(|it| (it.0, it.1)).collect::<Vec<_>>(),
            [(Kind::NoSourceCondition, Severity::Note)],
            "{services}"
        );
    }
}

#[test]
fn only_conditions_that_a_service_is_known_to_send_are_advised() {
    let advice = |services: &str, actions: &str, condition: &str| {
        let found = of_services(services, actions, condition);
        let [(kind, severity, advice)] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(*kind, Kind::NoSourceCondition);
        (*severity, advice.clone())
    };
    let (severity, said) = advice(r#""delivery.logs.amazonaws.com""#, BOTH, "");
    assert!(
        severity == Severity::Warning && said.contains("arn:aws:logs:us-east-1:111122223333:*"),
        "{said}"
    );
    let (severity, said) = advice(r#""events.amazonaws.com""#, BOTH, "");
    assert!(
        severity == Severity::Note && !said.contains("SourceAccount") && said.contains("leave it without"),
        "{said}"
    );
    let zone = r#","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:route53:::hostedzone/*"}}"#;
    let (severity, said) = advice(r#""route53.amazonaws.com""#, BOTH, zone);
    assert!(severity == Severity::Note && said.contains("route53:::hostedzone/ID"), "{said}");
    let (severity, said) = advice(r#""example.amazonaws.com""#, BOTH, "");
    assert!(severity == Severity::Note && said.starts_with("No action is needed"), "{said}");
    let (_, said) = advice(r#"["es.amazonaws.com","route53.amazonaws.com"]"#, BOTH, "");
    assert!(said.starts_with("Give each service a statement of its own"), "{said}");
}

#[test]
fn services_that_were_not_asked_need_no_permission() {
    let mut inventory = account(&[], &[]);
    inventory.v1_services.clear();
    let found = found(&inventory);
    let [unseen] = found.as_slice() else { panic!("{found:?}") };
    assert!(unseen.message.contains("they were not asked"), "{}", unseen.message);
    assert!(unseen.fix.contains("snapshot") && !unseen.fix.contains("Allow"), "{}", unseen.fix);
}

#[test]
fn a_condition_counts_if_it_demands_an_account() {
    let found = |condition: &str| {
        let found = of_services(
            r#""delivery.logs.amazonaws.com""#,
            BOTH,
            &format!(r#","Condition":{{{condition}}}"#),
        );
        found.iter().map(|it| (it.0, it.1)).collect::<Vec<_>>()
    };
    let arn = r#""ArnLike":{"aws:sourcearn":"arn:aws:logs:us-east-1:111122223333:*"}"#;
    let account = r#""StringEquals":{"aws:SourceAccount":"111122223333"}"#;
    let paths = r#""ForAnyValue:StringLike":{"aws:SourceOrgPaths":["o-a1b2c3d4e5/*"]}"#;
    for enough in [arn, account, paths, r#""StringEquals":{"aws:SourceOrgID":"o-a1b2c3d4e5"}"#] {
        assert_eq!(found(enough), [], "{enough}");
    }
    let everyone = account.replace("StringEquals", "StringLike").replace("111122223333", "*");
    let everything = arn.replace("arn:aws:logs:us-east-1:111122223333:*", "*");
    for idle in [
        everyone.clone(),
        everything.clone(),
        format!("{everyone},{everything}"),
        account.replace("StringEquals", "StringEqualsIfExists"),
        paths.replace("ForAnyValue", "ForAllValues"),
    ] {
        assert_eq!(found(&idle), [(Kind::NoSourceCondition, Severity::Warning)], "{idle}");
    }
    let any_account = arn.replace("111122223333", "*");
    assert_eq!(found(&any_account), [(Kind::NoSourceCondition, Severity::Note)]);
    let other = arn.replace("1111", "4444");
    assert_eq!(found(&format!("{account},{other}")), [(Kind::SourceAccountsDiffer, Severity::Warning)]);
}

#[test]
fn wildcard_principals_are_found_in_every_form_the_worst_without_a_condition() {
    let severities_of = |effect: &str, principal: &str, condition: &str| {
        let text = format!(
            r#"{{"Effect":"{effect}","Action":"logs:PutLogEvents","Resource":"*",{principal}{condition}}}"#
        );
        let text = statements(&[text]);
        let found = found(&account(&[("p", text)], &["/mail"])).into_iter();
        found.filter(|it| it.id == Kind::WildcardPrincipal).map(|it| it.severity).collect::<Vec<_>>()
    };
    let severities = |principal: &str, condition: &str| severities_of("Allow", principal, condition);
    let account = r#","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}"#;
    let address = r#","Condition":{"StringEquals":{"aws:SourceVpc":"vpc-1"}}"#;
    for principal in [
        r#""Principal":"*""#,
        r#""Principal":{"AWS":"*"}"#,
        r#""Principal":{"AWS":["111122223333","*"]}"#,
        r#""Principal":{"Service":"*"}"#,
        r#""NotPrincipal":{"AWS":"111122223333"}"#,
    ] {
        assert_eq!(severities(principal, ""), [Severity::Critical], "{principal}");
        assert_eq!(severities(principal, address), [Severity::Warning], "{principal}");
        assert_eq!(severities(principal, account), [Severity::Note], "{principal}");
        assert_eq!(severities_of("Deny", principal, ""), []);
    }
}
