//! Plans that shrink.

use mailtrail_resource_policy::inventory::{Part, ResourcePolicy};
use mailtrail_resource_policy::plan::{Options, PlanError, PolicyScope, Risk, StepKind, TargetLimit, plan};

use crate::account::{
    ACCOUNT, AWS_POLICY, account, after, arn, document, entry, full_of, planned, seen, statement, statements,
};

fn kinds(plan: &mailtrail_resource_policy::plan::Plan) -> Vec<StepKind> {
    plan.steps.iter().map(|step| step.kind).collect()
}

#[test]
fn an_account_without_a_policy_needs_no_plan() {
    let plan = planned(&account(&[], &["/mail"]), &Options::default());
    assert!(plan.is_empty() && plan.unmet.is_empty() && plan.grants.is_empty());
}

#[test]
fn a_policy_at_the_target_is_left_alone_whatever_is_in_it() {
    let groups = full_of("/gone/", 4_096);
    let names: Vec<&str> = groups.iter().map(String::as_str).collect();
    let plan = planned(&account(&[(AWS_POLICY, document(&names))], &[]), &Options::default());
    assert!(plan.is_empty());
}

#[test]
fn a_policy_full_of_dead_entries_keeps_those_of_log_groups_that_exist() {
    let groups = full_of("/gone/", 4_864);
    let mut names: Vec<&str> = groups.iter().map(String::as_str).collect();
    names.truncate(names.len() - 2);
    names.push("/mail/alive");
    let inventory = account(&[(AWS_POLICY, document(&names))], &["/mail/alive"]);
    let plan = planned(&inventory, &Options::default());
    assert_eq!(kinds(&plan), [StepKind::DeadEntries]);
    assert_eq!(after(&inventory, &plan), [document(&["/mail/alive"])]);
    let step = &plan.steps[0];
    let before = document(&names).len();
    assert_eq!(step.writes[0].before.as_deref(), Some(document(&names).as_str()));
    assert_eq!(step.saves, i64::try_from(before - after(&inventory, &plan)[0].len()).unwrap());
    assert_eq!((step.risk, plan.proof.kept, plan.proof.dead), (Risk::Low, 1, names.len() - 1));
}

#[test]
fn a_policy_of_nothing_but_dead_entries_is_deleted() {
    let groups = full_of("/gone/", 5_120);
    let names: Vec<&str> = groups.iter().map(String::as_str).collect();
    let inventory = account(&[(AWS_POLICY, document(&names))], &["/mail"]);
    let plan = planned(&inventory, &Options::default());
    assert_eq!(plan.steps[0].writes[0].after, None);
    assert!(after(&inventory, &plan).is_empty());
}

#[test]
fn nothing_is_dead_when_groups_were_not_listed_or_listed_before_the_policies() {
    let groups = full_of("/gone/", 5_000);
    let names: Vec<&str> = groups.iter().map(String::as_str).collect();
    let mut inventory = account(&[(AWS_POLICY, document(&names))], &[]);
    for groups in [Part::default(), Part::Seen { at: 999, value: Vec::new() }] {
        inventory.log_groups = groups;
        let plan = planned(&inventory, &Options::default());
        assert!(plan.is_empty());
        assert!(plan.unmet[0].reasons.iter().any(|reason| reason.contains("not known")), "{:?}", plan.unmet);
    }
}

#[test]
fn white_space_goes_first_and_nothing_else_if_that_is_enough() {
    let groups = full_of("/gone/", 4_000);
    let names: Vec<&str> = groups.iter().map(String::as_str).collect();
    let wide = document(&names).replace(',', ",\n        ");
    assert!(wide.len() > 4_096);
    let inventory = account(&[(AWS_POLICY, wide)], &[]);
    let plan = planned(&inventory, &Options::default());
    assert_eq!(kinds(&plan), [StepKind::WhiteSpace]);
    assert_eq!(after(&inventory, &plan), [document(&names)]);
}

#[test]
fn what_a_wildcard_takes_in_goes_and_the_wildcard_stays() {
    let groups = full_of("/aws/vendedlogs/", 4_900);
    let mut names: Vec<&str> = groups.iter().map(String::as_str).collect();
    names.push("/mail");
    let wildcard = arn("/aws/vendedlogs/*");
    let text = document(&names).replace("\"Resource\":[", &format!("\"Resource\":[\"{wildcard}\","));
    let inventory = account(&[(AWS_POLICY, text)], &["/mail"]);
    let plan = planned(&inventory, &Options::default());
    assert_eq!(kinds(&plan), [StepKind::CoveredEntries]);
    assert_eq!(after(&inventory, &plan), [statements(&[statement(AWS_POLICY, &[wildcard, entry("/mail")])])]);
    assert!(plan.grants.is_empty());
}

#[test]
fn statements_that_differ_in_resources_become_one_but_for_those_of_log_delivery() {
    let groups = full_of("/mail/", 3_000);
    let names: Vec<&str> = groups.iter().map(String::as_str).collect();
    let mut parts: Vec<String> =
        names.iter().enumerate().map(|(at, name)| statement(&format!("s{at}"), &[entry(name)])).collect();
    let of_aws = statement(AWS_POLICY, &[entry("/mail/last")]);
    parts.push(of_aws.clone());
    let mut all = names.clone();
    all.push("/mail/last");
    let inventory = account(&[("by-hand", statements(&parts))], &all);
    let plan = planned(&inventory, &Options::default());
    assert_eq!(kinds(&plan), [StepKind::MergeStatements]);
    let entries: Vec<String> = names.iter().map(|name| entry(name)).collect();
    assert_eq!(after(&inventory, &plan), [statements(&[statement("s0", &entries), of_aws])]);
}

#[test]
fn one_conditioned_wildcard_takes_the_place_of_many_vended_log_groups() {
    let groups = full_of("/aws/vendedlogs/states/", 5_119);
    let names: Vec<&str> = groups.iter().map(String::as_str).collect();
    let inventory = account(&[(AWS_POLICY, document(&names))], &names);
    let plan = planned(&inventory, &Options::default());
    assert_eq!(kinds(&plan), [StepKind::VendedLogsWildcard]);
    let [grant] = plan.grants.as_slice() else { panic!("{:?}", plan.grants) };
    assert_eq!(grant.resource, arn("/aws/vendedlogs/*"));
    assert_eq!(grant.condition.len(), 2);
    assert!(after(&inventory, &plan)[0].contains(&grant.resource));
    assert!(after(&inventory, &plan)[0].len() < 500);
}

#[test]
fn entries_without_conditions_are_not_put_under_a_wildcard_with_conditions() {
    let groups = full_of("/aws/vendedlogs/", 5_700);
    let names: Vec<&str> = groups.iter().map(String::as_str).collect();
    let text = document(&names);
    let open = format!("{}}}]}}", &text[..text.find(",\"Condition\"").unwrap()]);
    let inventory = account(&[(AWS_POLICY, open)], &names);
    let plan = planned(&inventory, &Options::default());
    assert!(plan.is_empty(), "{:?}", kinds(&plan));
    assert!(
        plan.unmet[0].reasons.iter().any(|reason| reason.contains("one wildcard cannot")),
        "{:?}",
        plan.unmet
    );
}

#[test]
fn entries_go_into_policies_of_their_log_groups_no_more_than_needed() {
    let groups = full_of("/mail/", 5_000);
    let names: Vec<&str> = groups.iter().map(String::as_str).collect();
    let mut inventory = account(&[(AWS_POLICY, document(&names))], &names);
    for name in &names[1..] {
        inventory.log_group_policies.insert((*name).to_owned(), seen(None));
    }
    let own = ResourcePolicy {
        document: statements(&[statement("own", &[entry("/mail/0001")])]).replace("delivery.logs", "es"),
        resource_arn: Some(arn("/mail/0001")),
        revision_id: Some("r1".to_owned()),
        ..ResourcePolicy::default()
    };
    inventory.log_group_policies.insert("/mail/0001".to_owned(), seen(Some(own.clone())));
    let plan = planned(&inventory, &Options::default());
    assert_eq!(kinds(&plan), [StepKind::LogGroupPolicies]);
    let writes = &plan.steps[0].writes;
    let last = writes.last().unwrap();
    assert_eq!(last.scope, PolicyScope::Account(AWS_POLICY.to_owned()), "what takes away comes last");
    let size = last.after.as_ref().unwrap().len();
    assert!(size <= 4_096 && size > 4_096 - 80, "{size}");
    let of_own = writes.iter().find(|write| write.scope == PolicyScope::LogGroup(arn("/mail/0001"))).unwrap();
    assert_eq!(
        (of_own.before.as_ref(), of_own.expected_revision_id.as_deref()),
        (Some(&own.document), Some("r1"))
    );
    assert!(
        writes.iter().all(|write| write.scope != PolicyScope::LogGroup(arn("/mail/0000"))),
        "it was not seen"
    );
}

#[test]
fn foreign_statements_stay_as_they_are_written() {
    let foreign = [
        r#"{"Effect":"Deny","Principal":"*","Action":"logs:*","Resource":"*","Condition":{"StringNotEquals":{"aws:SourceAccount":"444455556666"}}}"#.to_owned(),
        format!(r#"{{"Effect":"Allow","Principal":{{"AWS":"{ACCOUNT}"}},"Action":"logs:PutLogEvents","Resource":"{}"}}"#, entry("/gone/a")),
        r#"{"Effect":"Allow","Principal":{"Service":"es.amazonaws.com"},"NotAction":"logs:Get*","Resource":"*"}"#.to_owned(),
        r#"{"Effect":"Allow","Principal":{"Service":"es.amazonaws.com"},"Action":"logs:Put*","Resource":"*","Since":1.50}"#.to_owned(),
        r#"{"Effect":"Allow","Principal":{"Service":["es.amazonaws.com"]},"Action":"logs:Put*","Resource":["${aws:x}"]}"#.to_owned(),
    ];
    let groups = full_of("/gone/", 4_800);
    let entries: Vec<String> = groups.iter().map(|name| entry(name)).collect();
    let mut all = foreign.to_vec();
    all.insert(2, statement("AWSLogDeliveryWrite", &entries));
    let text = statements(&all).replace("\"Version\"", "\"Id\":\"x\",\"Version\"");
    let inventory = account(&[("by-hand", text.clone())], &[]);
    let plan = planned(&inventory, &Options::default());
    assert_eq!(kinds(&plan), [StepKind::DeadEntries]);
    assert_eq!(after(&inventory, &plan), [text.replace(&format!("{},", all[2]), "")]);
}

#[test]
fn entries_that_others_wrote_for_log_groups_that_do_not_exist_stay() {
    let groups = full_of("/later/", 4_800);
    let names: Vec<&str> = groups.iter().map(String::as_str).collect();
    for written in [
        document(&names).replace("AWSLogDeliveryWrite", "mine"),
        document(&names).replace("delivery.logs", "xray"),
        document(&names).replace(":log-stream:*", ":log-stream:a*"),
    ] {
        let plan = planned(&account(&[(AWS_POLICY, written)], &["/mail"]), &Options::default());
        assert!(plan.is_empty(), "{:?}", kinds(&plan));
        let reasons = &plan.unmet[0].reasons;
        assert!(reasons.iter().any(|reason| reason.contains("may be created later")), "{reasons:?}");
    }
}

#[test]
fn what_others_wrote_does_not_go_because_of_an_entry_that_goes_with_its_log_group() {
    let wrote = statement("AWSLogDeliveryWrite", &[entry("/later")]);
    let mine = statement("mine", &[entry("/later").replace('*', "s")]);
    let inventory = account(&[("p", statements(&[wrote, mine.clone()]))], &[]);
    let plan = planned(&inventory, &Options { target_percent: 5, ..Options::default() });
    assert_eq!(kinds(&plan), [StepKind::DeadEntries]);
    assert_eq!(after(&inventory, &plan), [statements(&[mine])]);
}

#[test]
fn a_step_that_is_not_needed_is_left_out() {
    let groups = full_of("/gone/", 4_600);
    let mut names: Vec<&str> = groups.iter().map(String::as_str).collect();
    names.push("/mail");
    let text = document(&names).replacen(',', ", ", 3);
    let inventory = account(&[(AWS_POLICY, text)], &["/mail"]);
    let plan = planned(&inventory, &Options::default());
    assert_eq!(kinds(&plan), [StepKind::DeadEntries], "white space alone is not enough, and not needed");
}

#[test]
fn an_entry_that_goes_at_a_risk_covers_others_that_go_at_none_first() {
    let [first, second, gone] =
        [("/first/", 3_400), ("/second/", 3_900), ("/gone/", 1_500)].map(|(name, size)| full_of(name, size));
    let of = |live: &[String]| document(&live.iter().chain(&gone).map(String::as_str).collect::<Vec<_>>());
    let narrow = of(&second).replace("\"logs:CreateLogStream\",", "");
    let policies = [("wide", of(&first)), ("narrow", narrow)];
    let existing: Vec<&str> = first.iter().chain(&second).map(String::as_str).collect();
    let plan = planned(&account(&policies, &existing), &Options::default());
    assert_eq!(kinds(&plan), [StepKind::CoveredEntries, StepKind::DeadEntries]);
    assert_eq!(plan.unmet, []);
}

#[test]
fn a_wildcard_is_taken_only_for_the_policy_that_needs_it() {
    let low = full_of("/mail/", 4_180);
    let high = full_of("/aws/vendedlogs/states/", 5_000);
    let names = |groups: &[String]| -> Vec<String> { groups.to_vec() };
    let text = |groups: &[String]| document(&groups.iter().map(String::as_str).collect::<Vec<_>>());
    let all: Vec<String> = [names(&low), names(&high)].concat();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let mut inventory = account(&[("low", text(&low)), ("high", text(&high))], &all);
    for group in &low {
        inventory.log_group_policies.insert(group.clone(), seen(None));
    }
    let plan = planned(&inventory, &Options::default());
    let steps: Vec<(StepKind, &str)> =
        plan.steps.iter().map(|step| (step.kind, step.writes.last().unwrap().scope.label())).collect();
    assert_eq!(steps, [(StepKind::LogGroupPolicies, "low"), (StepKind::VendedLogsWildcard, "high")]);
}

/// So many account policies, each for one log group.
fn policies(names: &[String]) -> Vec<(&str, String)> {
    let text = |name: &str| {
        statements(&[statement(name, &[entry(&format!("/{name}"))]).replace("delivery.logs", "es")])
    };
    names.iter().map(|name| (name.as_str(), text(name))).collect()
}

#[test]
fn account_policies_are_merged_where_their_quota_is_nearly_used_up() {
    for (number, merges) in [(7, 0), (8, 1), (9, 2), (10, 3)] {
        let names: Vec<String> = (0..number).map(|at| format!("p{at}")).collect();
        let groups: Vec<String> = names.iter().map(|name| format!("/{name}")).collect();
        let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
        let inventory = account(&policies(&names), &groups);
        let plan = planned(&inventory, &Options::default());
        assert_eq!(kinds(&plan), vec![StepKind::MergePolicies; merges], "{number}");
        assert!(plan.grants.is_empty());
        let left = after(&inventory, &plan);
        assert_eq!(left.len(), number.min(7));
        assert!(groups.iter().all(|group| left.iter().any(|text| text.contains(&entry(group)))));
        for step in &plan.steps {
            let [grown, gone] = step.writes.as_slice() else { panic!("{:?}", step.writes) };
            assert!(grown.after.is_some() && gone.after.is_none(), "what grants comes first");
            assert_eq!(step.risk, Risk::Medium);
        }
    }
}

#[test]
fn a_policy_that_aws_finds_by_name_is_not_merged_and_is_named() {
    let names: Vec<String> = (0..8).map(|at| format!("p{at}")).collect();
    let mut policies = policies(&names);
    policies[0].0 = AWS_POLICY;
    policies[1].0 = "TrustEventsToStoreLogEvents";
    policies[2].1 = document(&["/p2"]);
    let plan = planned(&account(&policies, &["/p0"]), &Options::default());
    let [step] = plan.steps.as_slice() else { panic!("{:?}", kinds(&plan)) };
    assert_eq!(step.kind, StepKind::MergePolicies);
    let written: Vec<&str> = step.writes.iter().map(|write| write.scope.label()).collect();
    assert!(written.iter().all(|name| !["p2", AWS_POLICY, "TrustEventsToStoreLogEvents"].contains(name)));
    assert!(
        step.why.ends_with(&format!("by name: {AWS_POLICY}, TrustEventsToStoreLogEvents, p2.")),
        "{}",
        step.why
    );
}

#[test]
fn policies_that_are_read_in_different_ways_or_are_too_large_together_are_not_merged() {
    let names: Vec<String> = (0..8).map(|at| format!("p{at}")).collect();
    let groups: Vec<Vec<String>> = (0..8).map(|at| full_of(&format!("/p{at}/"), 2_600)).collect();
    let large: Vec<(&str, String)> = (names.iter().zip(&groups))
        .map(|(name, groups)| {
            let text = document(&groups.iter().map(String::as_str).collect::<Vec<_>>());
            (name.as_str(), text.replace("AWSLogDeliveryWrite", "mine"))
        })
        .collect();
    assert!(planned(&account(&large, &[]), &Options::default()).is_empty());
    let ids: Vec<(&str, String)> = (policies(&names).into_iter().enumerate())
        .map(|(at, (name, text))| {
            (name, text.replace("\"Version\"", &format!("\"Id\":\"{at}\",\"Version\"")))
        })
        .collect();
    assert!(planned(&account(&ids, &[]), &Options::default()).is_empty());
}

#[test]
fn no_policy_gets_a_label_twice() {
    let names: Vec<String> = (0..8).map(|at| format!("p{at}")).collect();
    let same: Vec<(&str, String)> = (policies(&names).into_iter())
        .map(|(name, text)| {
            (
                name,
                text.replace(&format!("\"Sid\":\"{name}\""), "\"Sid\":\"logs\"")
                    .replace("PutLogEvents", &format!("PutLogEvents\",\"logs:{name}")),
            )
        })
        .collect();
    let inventory = account(&same, &[]);
    let plan = planned(&inventory, &Options::default());
    assert_eq!(kinds(&plan), [StepKind::MergePolicies]);
    for text in after(&inventory, &plan) {
        assert_eq!(text.matches("\"Sid\"").count(), 1, "{text}");
    }
}

#[test]
fn an_invalid_policy_is_never_written() {
    let inventory = account(&[("broken", "{".repeat(6_000)), (AWS_POLICY, document(&["/mail"]))], &["/mail"]);
    let plan = planned(&inventory, &Options::default());
    assert!(plan.is_empty());
    assert_eq!(plan.unmet[0].scope, PolicyScope::Account("broken".to_owned()));
}

#[test]
fn ten_policies_are_planned_together() {
    let names: Vec<String> = (0..10).map(|number| format!("p{number}")).collect();
    let groups: Vec<Vec<String>> =
        (0..10).map(|number| full_of(&format!("/aws/vendedlogs/{number}/"), 5_000)).collect();
    let policies: Vec<(&str, String)> = (names.iter().zip(&groups))
        .map(|(name, groups)| {
            (name.as_str(), document(&groups.iter().map(String::as_str).collect::<Vec<_>>()))
        })
        .collect();
    let existing: Vec<&str> = groups.iter().flatten().map(String::as_str).collect();
    let inventory = account(&policies, &existing);
    let plan = planned(&inventory, &Options::default());
    assert_eq!(plan.grants.len(), 1, "one wildcard is enough for all of them");
    assert_eq!(after(&inventory, &plan).len(), 1);
}

#[test]
fn the_target_may_be_the_hard_limit() {
    let groups = full_of("/gone/", 51_199);
    let names: Vec<&str> = groups.iter().map(String::as_str).collect();
    let inventory = account(&[(AWS_POLICY, document(&names))], &["/mail"]);
    let options = Options { target: TargetLimit::Hard, target_percent: 100, ..Options::default() };
    assert!(planned(&inventory, &options).is_empty());
    let options = Options { target: TargetLimit::Hard, ..Options::default() };
    assert_eq!(kinds(&planned(&inventory, &options)), [StepKind::DeadEntries]);
}

#[test]
fn without_the_policies_there_is_no_plan() {
    let mut inventory = account(&[], &[]);
    inventory.account_policies = Part::NotSeen { reason: "access denied".to_owned() };
    let error = plan(&inventory, &Options::default()).unwrap_err();
    assert_eq!(error, PlanError::PoliciesNotSeen("access denied".to_owned()));
}
