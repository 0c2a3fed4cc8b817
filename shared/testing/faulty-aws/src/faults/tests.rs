//! The same seed is the same storm, and rates are kept.

use super::*;

fn fates(faults: Faults, resources: &[&str]) -> Vec<Option<FaultKind>> {
    let mut fortune = Fortune::new(faults);
    resources.iter().map(|resource| fortune.draw(Operation::PutObject, resource, None).fault).collect()
}

#[test]
fn the_same_seed_is_the_same_storm_in_any_order() {
    let forward: Vec<String> = (0..200).map(|n| format!("archive/{n}")).collect();
    let keys: Vec<&str> = forward.iter().map(String::as_str).collect();
    let backward: Vec<&str> = keys.iter().rev().copied().collect();
    let mut reversed = fates(Faults::storm(42), &backward);
    reversed.reverse();
    assert_eq!(fates(Faults::storm(42), &keys), reversed);
    assert_ne!(fates(Faults::storm(43), &keys), reversed);
}

#[test]
fn a_second_attempt_draws_again() {
    let drawn = fates(Faults::none().with(FaultKind::S3SlowDown, 0.5), &["archive/a"; 100]);
    assert!(drawn.contains(&None) && drawn.contains(&Some(FaultKind::S3SlowDown)));
}

#[test]
fn rates_are_kept() {
    let faults = Faults::none().with(FaultKind::S3SlowDown, 0.2).with(FaultKind::S3Slow, 0.3);
    let drawn = fates(faults, &vec!["archive/a"; 10_000]);
    let count = |kind| drawn.iter().filter(|fault| **fault == kind).count();
    assert!((1_900..2_100).contains(&count(Some(FaultKind::S3SlowDown))));
    assert!((2_850..3_150).contains(&count(Some(FaultKind::S3Slow))));
    assert!((4_850..5_150).contains(&count(None)));
}

#[test]
fn only_what_can_strike_strikes() {
    let certain = FaultKind::ALL.iter().fold(Faults::none(), |faults, kind| faults.with(*kind, 1.0));
    let mut fortune = Fortune::new(certain);
    let mut struck = |operation| fortune.draw(operation, "x", None).fault.expect("certain");
    assert_eq!(struck(Operation::GetObject), FaultKind::S3SlowDown);
    assert_eq!(struck(Operation::PutRecordBatch), FaultKind::FirehoseUnavailable);
    assert_eq!(struck(Operation::ListTagsForDeliveryStream), FaultKind::TagsLimitExceeded);
    let conflict = Faults::none().with(FaultKind::S3Conflict, 1.0);
    let excluded = Fortune::new(conflict).draw(Operation::PutObject, "x", Some(FaultKind::S3Conflict)).fault;
    assert_eq!(excluded, None, "an unconditional write has nothing to conflict with");
}
