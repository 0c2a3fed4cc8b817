//! Plans that move destinations.

use std::collections::BTreeMap;

use mailtrail_resource_policy::inventory::{
    Delivery, DeliveryDestination, DeliverySource, DestinationConfiguration, Inventory, LogGroup, Part,
    ResourcePolicy, V1Destination,
};
use mailtrail_resource_policy::moving::RefusalReason;
use mailtrail_resource_policy::plan::{Move, Options, Plan, PolicyScope, StepKind};

use crate::account::{
    ACCOUNT, AWS_POLICY, account, arn, document, entry, full_of, planned, seen, statement, statements,
};

const DESTINATION: &str = "arn:aws:logs:us-east-1:111122223333:delivery-destination:audit";

/// An account in which a delivery writes to this log group.
fn delivering_to(group: &str, policies: &[(&str, String)], groups: &[&str]) -> Inventory {
    let mut inventory = account(policies, groups);
    inventory.delivery_sources =
        seen(vec![DeliverySource { name: "mail".to_owned(), ..DeliverySource::default() }]);
    inventory.delivery_destinations = seen(vec![DeliveryDestination {
        name: "audit".to_owned(),
        arn: DESTINATION.to_owned(),
        delivery_destination_type: Some("CWL".to_owned()),
        output_format: Some("json".to_owned()),
        delivery_destination_configuration: DestinationConfiguration {
            destination_resource_arn: format!("{}:*", arn(group)),
        },
        tags: None,
    }]);
    inventory.deliveries = seen(vec![Delivery {
        id: "d1".to_owned(),
        delivery_source_name: "mail".to_owned(),
        delivery_destination_arn: DESTINATION.to_owned(),
        ..Delivery::default()
    }]);
    inventory
}

fn moving(group: &str) -> Options {
    Options { moves: vec![group.to_owned()], ..Options::default() }
}

fn only_move(plan: &Plan) -> &Move {
    let [step] = plan.steps.as_slice() else { panic!("{:?}", plan.steps) };
    assert_eq!(step.kind, StepKind::MoveDestination);
    step.moving.as_ref().unwrap()
}

#[test]
fn a_move_that_is_asked_for_grants_first_and_keeps_the_old_entry() {
    let inventory =
        delivering_to("/mail/audit", &[(AWS_POLICY, document(&["/mail/audit"]))], &["/mail/audit"]);
    let plan = planned(&inventory, &moving("/mail/audit"));
    let moved = only_move(&plan);
    assert_eq!((moved.from.as_str(), moved.to.as_str()), ("/mail/audit", "/aws/vendedlogs/mail/audit"));
    let destination = &moved.v2[0];
    assert_eq!(
        (destination.name.as_str(), destination.deliveries.as_slice()),
        ("audit", &["d1".to_owned()][..])
    );
    assert_eq!(destination.from_arn, format!("{}:*", arn("/mail/audit")));
    assert_eq!(destination.to_arn, format!("{}:*", arn("/aws/vendedlogs/mail/audit")));
    let step = &plan.steps[0];
    assert_eq!(step.writes.len(), 1);
    assert_eq!(step.writes[0].scope, PolicyScope::LogGroup(arn("/aws/vendedlogs/mail/audit")));
    assert_eq!(step.saves_later, i64::try_from(entry("/mail/audit").len() + 3).unwrap());
    assert_eq!(plan.grants.len(), 1);
    assert_eq!(plan.grants[0].resource, entry("/aws/vendedlogs/mail/audit"));
}

#[test]
fn a_move_under_a_wildcard_needs_no_grant() {
    let wildcard = statements(&[statement("own", &[arn("/aws/vendedlogs/*"), entry("/mail/audit")])]);
    let inventory = delivering_to("/mail/audit", &[("p", wildcard)], &["/mail/audit"]);
    let plan = planned(&inventory, &moving("/mail/audit"));
    assert!(plan.grants.is_empty() && plan.steps[0].writes.is_empty());
    assert_eq!(only_move(&plan).v2.len(), 1);
}

#[test]
fn a_move_is_not_proposed_while_shrinking_is_enough() {
    let groups = full_of("/gone/", 4_900);
    let mut names: Vec<&str> = groups.iter().map(String::as_str).collect();
    names.push("/mail/audit");
    let inventory = delivering_to("/mail/audit", &[(AWS_POLICY, document(&names))], &["/mail/audit"]);
    let plan = planned(&inventory, &Options::default());
    assert!(plan.steps.iter().all(|step| step.moving.is_none()));
}

#[test]
fn a_move_is_proposed_where_a_policy_stays_too_large() {
    let groups = full_of("/mail/", 5_100);
    let names: Vec<&str> = groups.iter().map(String::as_str).collect();
    let inventory = delivering_to("/mail/0003", &[(AWS_POLICY, document(&names))], &names);
    let plan = mailtrail_resource_policy::plan::plan(&inventory, &Options::default()).unwrap();
    assert_eq!(plan.unmet.len(), 1);
    assert_eq!(only_move(&plan).from, "/mail/0003", "of the others nothing is known");
}

#[test]
fn what_a_deployment_tool_keeps_is_a_proposal_without_writes() {
    let mut inventory = delivering_to("/mail/audit", &[], &[]);
    let tags = BTreeMap::from([("aws:cloudformation:stack-name".to_owned(), "mail".to_owned())]);
    inventory.log_groups =
        seen(vec![LogGroup { name: "/mail/audit".to_owned(), tags: Some(tags), ..LogGroup::default() }]);
    let plan = planned(&inventory, &moving("/mail/audit"));
    assert_eq!(only_move(&plan).managed_by.as_deref(), Some("CloudFormation"));
    assert!(plan.steps[0].writes.is_empty() && plan.grants.is_empty());
}

#[test]
fn what_only_a_deleted_resource_delivered_to_is_not_moved_and_one_of_several_is_told() {
    let mut inventory = delivering_to("/mail/audit", &[], &["/mail/audit"]);
    let source = |name: &str, status: &str| DeliverySource {
        name: name.to_owned(),
        status: Some(status.to_owned()),
        ..DeliverySource::default()
    };
    inventory.delivery_sources = seen(vec![source("mail", "INACTIVE"), source("other", "INACTIVE")]);
    let plan = planned(&inventory, &moving("/mail/audit"));
    assert!(plan.steps.is_empty());
    assert_eq!(plan.refused[0].why, RefusalReason::SourceGone { sources: vec!["mail".to_owned()] });
    inventory.delivery_sources = seen(vec![source("mail", "INACTIVE"), source("second", "ACTIVE")]);
    let Part::Seen { value: deliveries, .. } = &mut inventory.deliveries else { unreachable!() };
    deliveries.push(Delivery {
        id: "d2".to_owned(),
        delivery_source_name: "second".to_owned(),
        ..deliveries[0].clone()
    });
    let plan = planned(&inventory, &moving("/mail/audit"));
    assert_eq!(only_move(&plan).v2[0].deliveries.len(), 2);
    let text = &plan.steps[0].risk_reason;
    assert!(text.contains("The resource of the delivery source mail is deleted"), "{text}");
    assert!(!text.contains("second"), "{text}");
}

#[test]
fn a_move_of_which_a_deployment_tool_may_know_more_than_was_seen_says_so() {
    let mut inventory = delivering_to("/mail/audit", &[], &["/mail/audit"]);
    let text = |inventory: &Inventory| planned(inventory, &moving("/mail/audit")).steps.remove(0).risk_reason;
    assert!(text(&inventory).contains("The tags of /mail/audit were not read"));
    let tags = Some(BTreeMap::new());
    inventory.log_groups =
        seen(vec![LogGroup { name: "/mail/audit".to_owned(), tags, ..LogGroup::default() }]);
    assert!(!text(&inventory).contains("not known"));
    inventory.delivery_sources = Part::default();
    assert!(text(&inventory).contains("The delivery sources were not seen"));
}

#[test]
fn v1_destinations_are_commands_for_people() {
    let mut inventory = account(&[], &["/mail/http"]);
    let values = [("api_id", "a1"), ("stage", "live"), ("format", "$context.requestId")];
    inventory.v1_destinations = seen(vec![V1Destination {
        service: "api-gateway-http".to_owned(),
        log_group: "/mail/http".to_owned(),
        values: values.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
    }]);
    let plan = planned(&inventory, &moving("/mail/http"));
    let moved = only_move(&plan);
    assert_eq!((moved.v2.len(), moved.v1.len()), (0, 1));
    assert!(moved.v1[0].forward.last().unwrap().contains("/aws/vendedlogs/mail/http"));
    assert!(!moved.v1[0].forward.iter().any(|line| line.contains("put-retention-policy")), "never expires");
    let Part::Seen { value: groups, .. } = &mut inventory.log_groups else { panic!("they were seen") };
    groups[0].retention_in_days = Some(30);
    let moved = only_move(&planned(&inventory, &moving("/mail/http"))).v1[0].forward.join("\n");
    assert!(moved.contains("put-retention-policy"), "{moved}");
    assert!(plan.steps[0].what.contains("(by hand)") && plan.steps[0].writes.is_empty());
}

#[test]
fn who_was_not_asked_may_deliver_where_a_policy_lets_log_delivery_write() {
    let mut inventory = account(&[(AWS_POLICY, document(&["/mail/http"]))], &["/mail/http", "/lonely"]);
    let why = |inventory: &Inventory, group| planned(inventory, &moving(group)).refused.remove(0).why;
    assert_eq!(why(&inventory, "/mail/http"), RefusalReason::NoDestination, "all were asked");
    inventory.v1_services.remove("pipes");
    let not_seen = vec!["EventBridge Pipes".to_owned()];
    assert_eq!(why(&inventory, "/mail/http"), RefusalReason::UnknownSource { not_seen });
    let said = why(&inventory, "/mail/http").to_string();
    assert!(said.contains("EventBridge Pipes") && said.contains("snapshot file"), "{said}");
    assert_eq!(why(&inventory, "/lonely"), RefusalReason::NoDestination, "no policy lets log delivery in");
}

#[test]
fn what_cannot_be_moved_is_refused_and_the_rest_is_planned() {
    let groups = ["/mail/audit", "aws-waf-logs-a", "/lonely", "/aws/mail/audit"];
    let mut inventory = delivering_to("/mail/audit", &[], &groups);
    let options = Options { moves: groups.map(str::to_owned).to_vec(), ..Options::default() };
    let plan = planned(&inventory, &options);
    let why: Vec<&RefusalReason> = plan.refused.iter().map(|refusal| &refusal.why).collect();
    assert!(
        matches!(
            why[..],
            [
                RefusalReason::Collides { .. },
                RefusalReason::Waf,
                RefusalReason::NoDestination,
                RefusalReason::Collides { .. }
            ]
        ),
        "{why:?}"
    );
    let names = BTreeMap::from([("/aws/mail/audit".to_owned(), "/aws/vendedlogs/other".to_owned())]);
    assert_eq!(planned(&inventory, &Options { names, ..options }).steps.len(), 1);
    inventory.account = None;
    let plan = planned(&inventory, &moving("/mail/audit"));
    assert_eq!(plan.refused[0].why, RefusalReason::NoAccount);
    assert_eq!(
        plan.refused[0].to_string(),
        "/mail/audit cannot be moved: the account and the Region are not known"
    );
    assert_ne!(Some(ACCOUNT.to_owned()), inventory.account);
}

#[test]
fn a_move_to_where_a_policy_may_deny_log_delivery_is_refused() {
    let deny = |resource: &str| {
        let condition = r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["mail"]}}"#;
        format!(
            r#"{{"Effect":"Deny","Principal":{{"Service":"delivery.logs.amazonaws.com"}},"Action":"logs:Put*","Resource":"{resource}","Condition":{condition}}}"#
        )
    };
    let reason = |resource: &str| {
        let policies = [(AWS_POLICY, document(&["/mail/audit"])), ("deny", statements(&[deny(resource)]))];
        let inventory = delivering_to("/mail/audit", &policies, &["/mail/audit"]);
        planned(&inventory, &moving("/mail/audit")).refused.pop().map(|refusal| refusal.why)
    };
    let denied = RefusalReason::MayBeDenied("/aws/vendedlogs/mail/audit".to_owned());
    assert_eq!(reason(&arn("/aws/vendedlogs*:*")), Some(denied));
    assert_eq!(reason("*"), None, "whatever it denies, it denies today");
    assert_eq!(reason(&arn("/aws/vendedlogs/other:*")), None);
}

#[test]
fn what_is_not_understood_of_one_log_group_keeps_no_other_from_moving() {
    let reason = |policy: Option<&str>, account: &str| {
        let policies = [(AWS_POLICY, document(&["/mail/audit"])), ("odd", account.to_owned())];
        let mut inventory = delivering_to("/mail/audit", &policies, &["/mail/audit", "/other"]);
        let policy = policy.map(|document| ResourcePolicy {
            document: document.to_owned(),
            resource_arn: Some(arn("/other")),
            revision_id: Some("1".to_owned()),
            ..ResourcePolicy::default()
        });
        inventory.log_group_policies.insert("/other".to_owned(), seen(policy));
        planned(&inventory, &moving("/mail/audit")).refused.pop().map(|refusal| refusal.why)
    };
    let deny = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"arn:aws:logs:*:*:log-group:/aws/vendedlogs/*"}"#;
    let none = statements(&[]);
    for text in ["{", r#"{"Statement":[{"Effect":"Perhaps"}]}"#, &statements(&[deny.to_owned()])] {
        assert_eq!(reason(Some(text), &none), None, "{text}");
        // In the account it may deny the new log group.
        assert!(matches!(reason(None, text), Some(RefusalReason::MayBeDenied(_))), "{text}");
    }
}
