use mailtrail_resource_policy::plan::{Risk, TargetLimit};
use mailtrail_resource_policy::prove::Proof;

use super::*;

const HERE: Here<'_> = Here { account: "111122223333", region: "eu-west-1" };
const TO: &str = "/aws/vendedlogs/mail";

fn arn(name: &str) -> String {
    HERE.group_arn(name)
}

fn moving() -> Move {
    let v2 = vec![V2Destination {
        name: "audit".to_owned(),
        output_format: Some("json".to_owned()),
        deliveries: vec!["1".to_owned()],
        from_arn: format!("{}:*", arn("mail")),
        to_arn: format!("{}:*", arn(TO)),
    }];
    Move { from: "mail".to_owned(), to: TO.to_owned(), v2, v1: Vec::new(), managed_by: None }
}

fn step(kind: StepKind, writes: Vec<Write>, moving: Option<Move>) -> Step {
    Step {
        kind,
        what: String::new(),
        why: String::new(),
        saves: 0,
        saves_later: 0,
        risk: Risk::None,
        risk_reason: String::new(),
        undo: String::new(),
        writes,
        moving,
    }
}

fn grant_write() -> Write {
    grant_of(&arn(TO), &HERE.grant_on(TO))
}

fn checked(step: Step) -> Result<Vec<Grant>, String> {
    let plan = Plan {
        format: Plan::FORMAT,
        account: None,
        region: None,
        target: TargetLimit::Soft,
        target_characters: 4096,
        steps: vec![step],
        grants: Vec::new(),
        unmet: Vec::new(),
        refused: Vec::new(),
        proof: Proof::default(),
    };
    check(&plan, HERE)
}

fn of_move(edit: impl FnOnce(&mut Move, &mut Vec<Write>)) -> Result<Vec<Grant>, String> {
    let (mut moving, mut writes) = (moving(), vec![grant_write()]);
    edit(&mut moving, &mut writes);
    checked(step(StepKind::MoveDestination, writes, Some(moving)))
}

#[test]
fn a_move_grants_what_its_new_log_group_needs_whatever_the_plan_lists() {
    assert_eq!(of_move(|_, _| {}).unwrap(), [HERE.grant_on(TO)]);
    assert_eq!(of_move(|_, writes| writes.clear()).unwrap(), [HERE.grant_on(TO)]);
}

#[test]
fn a_move_to_what_does_not_follow_from_its_names_is_refused() {
    let elsewhere = [
        arn("other"),
        format!("{}:*", arn("/aws/vendedlogs/other")),
        arn(TO),
        format!("arn:aws:logs:eu-west-1:444455556666:log-group:{TO}:*"),
        format!("arn:aws:logs:us-east-1:111122223333:log-group:{TO}:*"),
        format!("arn:aws-cn:logs:eu-west-1:111122223333:log-group:{TO}:*"),
        "arn:aws:s3:::example".to_owned(),
        String::new(),
    ];
    for place in elsewhere {
        let refused = of_move(|moving, _| moving.v2[0].to_arn.clone_from(&place));
        assert!(refused.is_err(), "to {place}");
        let refused = of_move(|moving, _| moving.v2[0].from_arn.clone_from(&place));
        assert!(refused.is_err(), "from {place}");
    }
    for name in ["/plain/new", "/aws/vendedlogs/", "/aws/vendedlogs/a b", "/aws/vendedlogs/*", "", "mail"] {
        let refused = of_move(|moving, writes| {
            name.clone_into(&mut moving.to);
            moving.v2[0].to_arn = format!("{}:*", arn(name));
            *writes = vec![grant_of(&arn(name), &HERE.grant_on(name))];
        });
        assert!(refused.is_err(), "named {name}");
    }
    assert!(of_move(|moving, _| moving.v2.push(moving.v2[0].clone())).is_err());
}

#[test]
fn a_move_writes_the_grant_and_nothing_else() {
    let edits: [fn(&mut Write); 5] = [
        |write| write.after = Some(write.after.clone().unwrap().replace("delivery.logs", "es")),
        |write| write.after = None,
        |write| write.before = Some("{}".to_owned()),
        |write| write.scope = PolicyScope::Account("mail".to_owned()),
        |write| write.scope = PolicyScope::LogGroup(arn("mail")),
    ];
    for edit in edits {
        assert!(of_move(|_, writes| edit(&mut writes[0])).is_err());
        let added = of_move(|_, writes| {
            writes.push(grant_write());
            edit(&mut writes[1]);
        });
        assert!(added.is_err());
    }
    assert!(of_move(|_, writes| writes.push(grant_write())).is_err());
}

#[test]
fn a_policy_of_a_log_group_elsewhere_is_not_written() {
    let of = |scope: String| {
        let write = Write { scope: PolicyScope::LogGroup(scope), ..grant_write() };
        checked(step(StepKind::LogGroupPolicies, vec![write], None))
    };
    assert_eq!(of(arn("mail")), Ok(Vec::new()));
    for other in [
        "arn:aws:logs:eu-west-1:444455556666:log-group:mail".to_owned(),
        "arn:aws:logs:us-east-1:111122223333:log-group:mail".to_owned(),
        "arn:aws-cn:logs:eu-west-1:111122223333:log-group:mail".to_owned(),
        format!("{}:*", arn("mail")),
        arn("*"),
        "mail".to_owned(),
    ] {
        assert!(of(other.clone()).is_err(), "{other}");
    }
}

#[test]
fn a_step_is_what_its_kind_says() {
    assert!(checked(step(StepKind::WhiteSpace, Vec::new(), Some(moving()))).is_err());
    assert!(checked(step(StepKind::MoveDestination, Vec::new(), None)).is_err());
    let wildcard = checked(step(StepKind::VendedLogsWildcard, vec![grant_write()], None)).unwrap();
    assert_eq!(wildcard[0].resource, arn("/aws/vendedlogs/*"));
    assert_eq!(checked(step(StepKind::DeadEntries, vec![grant_write()], None)), Ok(Vec::new()));
    assert!(checked(step(StepKind::DeadEntries, Vec::new(), None)).is_err(), "it does nothing");
}
