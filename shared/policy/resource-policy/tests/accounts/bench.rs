//! Ten thousand log groups. Without optimisations a fifth of them, in the same time and some more.

use std::time::{Duration, Instant};

use mailtrail_resource_policy::findings::findings;
use mailtrail_resource_policy::inventory::{Inventory, ResourcePolicy};
use mailtrail_resource_policy::limits::Limits;
use mailtrail_resource_policy::plan::{Options, plan};

use crate::account::{account, arn, document, entry, full_of, seen, statement, statements};

/// An account with so many policies, all of them full, a thousand log groups for each, of which the policies name some,
/// and others that do not exist; every log group that no policy names has a policy of its own.
fn full_account(policies: usize) -> Inventory {
    let named: Vec<Vec<String>> =
        (0..policies).map(|number| full_of(&format!("/mail/{number}/"), 51_000)).collect();
    let labels: Vec<String> = (0..policies).map(|number| format!("p{number}")).collect();
    let documents =
        named.iter().map(|groups| document(&groups.iter().map(String::as_str).collect::<Vec<_>>()));
    let policies: Vec<(&str, String)> = labels.iter().map(String::as_str).zip(documents).collect();
    let others: Vec<String> = (0..policies.len() * 1_000).map(|number| format!("/other/{number}")).collect();
    let existing = named.iter().flatten().step_by(2).chain(&others).map(String::as_str);
    let existing: Vec<&str> = existing.take(others.len()).collect();
    let mut inventory = account(&policies, &existing);
    for group in &existing {
        let policy = group.starts_with("/other/").then(|| ResourcePolicy {
            document: statements(&[statement("own", &[entry(group)])]),
            resource_arn: Some(arn(group)),
            ..ResourcePolicy::default()
        });
        inventory.log_group_policies.insert((*group).to_owned(), seen(policy));
    }
    inventory
}

#[test]
fn ten_thousand_log_groups_are_planned_in_about_a_second() {
    let inventory = full_account(if cfg!(debug_assertions) { 2 } else { 10 });
    let begin = Instant::now();
    let made = plan(&inventory, &Options::default()).unwrap();
    let elapsed = begin.elapsed();
    let begin = Instant::now();
    let found = findings(&inventory, &Limits::default());
    println!("plan {elapsed:?}, findings {:?}, {:?}", begin.elapsed(), made.proof);
    assert!(!found.is_empty() && made.unmet.is_empty(), "{:?}", made.unmet);
    // Measured with optimisations: 0.7 s on two cores shared with others. Room for slower machines.
    let limit = if cfg!(debug_assertions) { 20 } else { 3 };
    assert!(elapsed < Duration::from_secs(limit), "{elapsed:?}");
}
