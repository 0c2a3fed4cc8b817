//! Ten thousand log groups.

use std::time::{Duration, Instant};

use mailtrail_resource_policy::findings::findings;
use mailtrail_resource_policy::inventory::ResourcePolicy;
use mailtrail_resource_policy::limits::Limits;
use mailtrail_resource_policy::plan::{Options, plan};

use crate::account::{account, arn, document, entry, full_of, seen, statement, statements};

#[test]
fn ten_thousand_log_groups_are_planned_in_time() {
    let names: Vec<String> = (0..10).map(|number| format!("p{number}")).collect();
    let groups: Vec<Vec<String>> =
        (0..10).map(|number| full_of(&format!("/mail/{number}/"), 51_000)).collect();
    let policies: Vec<(&str, String)> = (names.iter().zip(&groups))
        .map(|(name, groups)| {
            (name.as_str(), document(&groups.iter().map(String::as_str).collect::<Vec<_>>()))
        })
        .collect();
    let others: Vec<String> = (0..10_000).map(|number| format!("/other/{number}")).collect();
    // Every other one of the groups that are named exists, and 10,000 altogether.
    let named = groups.iter().flatten().step_by(2);
    let existing: Vec<&str> = named.chain(&others).map(String::as_str).take(10_000).collect();
    let mut inventory = account(&policies, &existing);
    for name in &existing {
        let policy = name.starts_with("/other/").then(|| ResourcePolicy {
            document: statements(&[statement("own", &[entry(name)])]),
            resource_arn: Some(arn(name)),
            ..ResourcePolicy::default()
        });
        inventory.log_group_policies.insert((*name).to_owned(), seen(policy));
    }
    let begin = Instant::now();
    let plan = plan(&inventory, &Options::default()).unwrap();
    let planned = begin.elapsed();
    let begin = Instant::now();
    let found = findings(&inventory, &Limits::default());
    println!("plan {planned:?}, findings {:?}, {:?}", begin.elapsed(), plan.proof);
    assert!(!found.is_empty() && plan.unmet.is_empty(), "{:?}", plan.unmet);
    let limit = if cfg!(debug_assertions) { 30 } else { 1 };
    assert!(planned < Duration::from_secs(limit), "{planned:?}");
}
