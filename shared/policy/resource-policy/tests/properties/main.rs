//! What holds of every policy, every request and every plan.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

mod generate;
mod oracle;

use std::collections::BTreeSet;

use mailtrail_resource_policy::arn::ResourcePattern;
use mailtrail_resource_policy::condition::Context;
use mailtrail_resource_policy::document::Document;
use mailtrail_resource_policy::evaluate::{Decision, Policies, Request, Requester};
use mailtrail_resource_policy::inventory::{Inventory, Part, ResourcePolicy};
use mailtrail_resource_policy::limits::Limits;
use mailtrail_resource_policy::plan::{Options, Plan, PolicyScope, Write, plan};
use mailtrail_resource_policy::recheck::{RemainingPlan, ToWrite};
use mailtrail_resource_policy::{Ternary, findings, measure};
use proptest::prelude::*;

use generate::{CONTEXTS, GROUPS, arn};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_document_is_written_as_it_was_read_but_for_white_space((wide, compact) in generate::any_document()) {
        let document = Document::parse(&wide).unwrap();
        prop_assert_eq!(document.to_json(), compact.clone());
        prop_assert_eq!(Document::parse(&compact).unwrap(), document);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,80}") {
        drop(Document::parse(&text));
        drop(Inventory::from_json(&text));
    }

    #[test]
    fn the_evaluator_agrees_with_a_naive_one(texts in prop::collection::vec(generate::policy(), 1..3)) {
        let documents: Vec<Document> = texts.iter().map(|text| Document::parse(text).unwrap()).collect();
        let policies = Policies::of_account(&documents);
        for (request, context) in requests() {
            let allowed = oracle::allows(&texts, &request, context);
            let expected = if allowed { Decision::Allowed } else { Decision::Denied };
            prop_assert_eq!(policies.decide(&request, &known(context)), expected, "{:?} {:?}", request, context);
        }
    }

    #[test]
    fn what_is_not_known_never_turns_the_answer(text in generate::policy()) {
        let document = Document::parse(&text).unwrap();
        let policies = Policies::of_account([&document]);
        for (request, context) in requests() {
            let known = policies.decide(&request, &known(context));
            let unknown = policies.decide(&request, &Context::new());
            prop_assert!(unknown == known || unknown == Decision::Depends, "{request:?}: {known:?}, {unknown:?}");
        }
    }

    #[test]
    fn whatever_a_covered_pattern_takes_in_the_covering_one_does(
        wide in "[ab*?]{0,4}", narrow in "[ab*?]{0,4}", name in "[ab]{0,4}",
    ) {
        let (wide, narrow, name) = (arn(&wide), arn(&narrow), arn(&name));
        let (wide, narrow) = (ResourcePattern::new(&wide), ResourcePattern::new(&narrow));
        if wide.covers(&narrow) && narrow.matches(&name) == Ternary::Yes {
            prop_assert_eq!(wide.matches(&name), Ternary::Yes);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_plan_loses_no_access_grows_nothing_and_leaves_nothing_to_do(
        inventory in generate::inventory(), percent in 1_usize..30,
    ) {
        let options = Options { target_percent: percent, ..Options::default() };
        let plan = plan(&inventory, &options).unwrap();
        let after = apply(&inventory, &plan);
        not_grown(&inventory, &after)?;
        access(&inventory, &after, &plan)?;
        let again = mailtrail_resource_policy::plan::plan(&after, &options).unwrap();
        prop_assert!(again.is_empty(), "{:#?}", again.steps);
        let of_account = plan.steps.iter().filter(|step| {
            step.writes.last().is_some_and(|write| matches!(write.scope, PolicyScope::Account(_)))
        });
        let saved: i64 = of_account.map(|step| step.saves).sum();
        prop_assert_eq!(saved, characters(&inventory) - characters(&after));
    }

    #[test]
    fn a_plan_holds_at_each_of_its_writes_until_a_log_group_that_it_rests_on_is_there(
        inventory in generate::inventory(), percent in 1_usize..30, made in 0_usize..12,
    ) {
        let options = Options { target_percent: percent, ..Options::default() };
        let plan = plan(&inventory, &options).unwrap();
        let writes: Vec<&Write> = plan.steps.iter().flat_map(|step| &step.writes).collect();
        let made = made.min(writes.len());
        let now = written(&inventory, &writes[..made]);
        let existing: BTreeSet<String> =
            inventory.log_groups.seen().into_iter().flatten().map(|group| group.name.clone()).collect();
        let rest = rest_of(&now, &writes[made..], &existing);
        let missing: BTreeSet<String> = rest.depends_on().difference(&existing).cloned().collect();
        let proved = |missing: &BTreeSet<String>| rest.prove(generate::ACCOUNT, "us-east-1", missing, &plan.grants);
        prop_assert!(proved(&missing).is_ok(), "{:?}", proved(&missing));
        for name in &missing {
            let mut others = missing.clone();
            others.remove(name);
            prop_assert!(proved(&others).is_err(), "{} came back", name);
        }
    }

    #[test]
    fn nothing_is_found_dead_that_exists_or_is_a_wildcard(inventory in generate::inventory()) {
        let existing: BTreeSet<String> = inventory.log_groups.seen().into_iter().flatten()
            .map(|group| arn(&group.name)).collect();
        for finding in findings::findings(&inventory, &Limits::default()) {
            if finding.id == findings::Kind::DeadEntries {
                for resource in finding.resources {
                    let group = ResourcePattern::new(&resource).log_group().unwrap();
                    prop_assert!(group.is_one() && !existing.contains(&group.arn()));
                }
            }
        }
    }
}

/// Requests of two services for two actions on every log group, in every context.
fn requests() -> impl Iterator<Item = (Request<'static>, (&'static str, &'static str))> {
    let resources: Vec<&'static str> = GROUPS
        .iter()
        .map(|group| &*Box::leak(format!("{}:log-stream:s", arn(group)).into_boxed_str()))
        .collect();
    resources.into_iter().flat_map(|resource| {
        ["delivery.logs.amazonaws.com", "es.amazonaws.com"].into_iter().flat_map(move |service| {
            ["logs:PutLogEvents", "logs:CreateLogStream"].into_iter().flat_map(move |action| {
                let request = Request { requester: Requester::Service(service), action, resource };
                CONTEXTS.iter().map(move |context| (request, *context))
            })
        })
    })
}

fn known((arn, account): (&str, &str)) -> Context {
    Context::source(arn, account).without("aws:PrincipalOrgID")
}

fn texts(inventory: &Inventory) -> Vec<(Option<&str>, &str)> {
    inventory.policies().map(|policy| (policy.log_group(), policy.document.as_str())).collect()
}

fn access(before: &Inventory, after: &Inventory, plan: &Plan) -> Result<(), TestCaseError> {
    let existing: Vec<&str> =
        before.log_groups.seen().unwrap().iter().map(|group| group.name.as_str()).collect();
    for (request, context) in requests() {
        let group = ResourcePattern::new(request.resource).log_group().unwrap().name;
        let allows = |inventory| {
            let texts = texts(inventory).into_iter();
            let in_reach =
                texts.filter(|(only, _)| only.is_none_or(|only| only == group)).map(|(_, text)| text);
            oracle::allows(&in_reach.collect::<Vec<_>>(), &request, context)
        };
        let (old, new) = (allows(before), allows(after));
        prop_assert!(!old || new || !existing.contains(&group), "{request:?} {context:?} is lost");
        let granted = plan.grants.iter().any(|grant| {
            let document = Document::of(vec![grant.statement()]).to_json();
            oracle::allows(&[document.as_str()], &request, context)
        });
        prop_assert!(old || !new || granted, "{request:?} {context:?} is new and not listed");
    }
    Ok(())
}

fn not_grown(before: &Inventory, after: &Inventory) -> Result<(), TestCaseError> {
    let sizes = |inventory: &Inventory| -> Vec<(String, usize)> {
        let policies = inventory.account_policies.seen().unwrap().iter();
        policies.map(|policy| (policy.label().to_owned(), measure::size(&policy.document))).collect()
    };
    let before = sizes(before);
    for (name, size) in sizes(after) {
        let old = before.iter().find(|(other, _)| *other == name).map(|(_, size)| *size);
        prop_assert!(old.is_some_and(|old| size <= old), "{name}");
    }
    Ok(())
}

fn characters(inventory: &Inventory) -> i64 {
    let policies = inventory.account_policies.seen().unwrap().iter();
    policies.map(|policy| i64::try_from(policy.document.len()).unwrap()).sum()
}

/// What is left to write of a plan, with all that is to be read for it.
fn rest_of(now: &Inventory, left: &[&Write], existing: &BTreeSet<String>) -> RemainingPlan {
    let own = |name: &str| now.log_group_policies.get(name).and_then(|part| part.seen().cloned().flatten());
    let touched: BTreeSet<&str> = (left.iter())
        .filter_map(|write| match &write.scope {
            PolicyScope::LogGroup(arn) => Some(arn.rsplit_once("log-group:").unwrap().1),
            PolicyScope::Account(_) => None,
        })
        .collect();
    let mut policies = now.account_policies.seen().unwrap().clone();
    policies.extend(touched.into_iter().filter_map(own));
    let left: Vec<ToWrite> = left.iter().map(|write| ToWrite { write, tried: false }).collect();
    let mut rest = RemainingPlan::new(&policies, &left).unwrap();
    for name in rest.depends_on().intersection(existing) {
        if let Some(policy) = own(name) {
            rest.add(&policy);
        }
    }
    rest
}

fn apply(inventory: &Inventory, plan: &Plan) -> Inventory {
    written(inventory, &plan.steps.iter().flat_map(|step| &step.writes).collect::<Vec<_>>())
}

fn written(inventory: &Inventory, writes: &[&Write]) -> Inventory {
    let mut after = inventory.clone();
    for write in writes {
        let document = |arn: Option<&String>| {
            write.after.as_ref().map(|document| ResourcePolicy {
                document: document.clone(),
                resource_arn: arn.cloned(),
                ..ResourcePolicy::default()
            })
        };
        match &write.scope {
            PolicyScope::Account(name) => {
                let Part::Seen { value: policies, .. } = &mut after.account_policies else { unreachable!() };
                let at = policies.iter().position(|policy| policy.label() == name).unwrap();
                assert_eq!(write.before.as_ref(), Some(&policies[at].document));
                match document(None) {
                    Some(policy) => policies[at].document = policy.document,
                    None => drop(policies.remove(at)),
                }
            }
            PolicyScope::LogGroup(group) => {
                let name = group.rsplit_once("log-group:").unwrap().1.to_owned();
                let Some(Part::Seen { value, .. }) = after.log_group_policies.get_mut(&name) else {
                    unreachable!()
                };
                assert_eq!(write.before.as_ref(), value.as_ref().map(|policy| &policy.document));
                *value = document(Some(group));
            }
        }
    }
    after
}
