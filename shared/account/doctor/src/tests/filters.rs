//! Slots of log groups, and data streams between log groups and functions.

use super::{group, list, refused, some};
use crate::Severity::{Broken, Ok, Unknown};
use crate::planted::{AUDIT, EVENTS, FUNCTION, arn, intact, seen, with};
use crate::{AccountFilter, Facts, Filter, Finding, Function, Part, checks};

/// Filters of others, in place of ours.
fn held_by(facts: &mut Facts, names: &[&str]) {
    let filter = |name: &&str| Filter {
        name: (*name).to_owned(),
        destination_arn: arn("lambda", &format!("function:{name}")),
        ..Filter::default()
    };
    *list(&mut group(facts, EVENTS).filters) = names.iter().map(filter).collect();
}

fn slots_of_events(facts: &Facts) -> Finding {
    let is_it = |finding: &Finding| finding.check.id == "filter-slots" && finding.resource == EVENTS;
    checks(facts).into_iter().find(is_it).unwrap()
}

/// The filter of a log group sends to a data stream instead, which functions read.
fn by_a_stream(facts: &mut Facts, name: &str, readers: Part<Vec<String>>) {
    let stream = arn("kinesis", "stream/events");
    let filter = Filter { destination_arn: stream.clone(), ..Filter::default() };
    group(facts, name).filters = seen(vec![filter]);
    facts.stream_readers.insert(stream, readers);
}

#[test]
fn slots_that_others_hold_are_found_and_a_filter_is_not_told_to_be_missing() {
    assert_eq!(with(|facts| held_by(facts, &["siem"])), [("subscribed", Broken)]);
    assert_eq!(with(|facts| held_by(facts, &["siem", "metrics"])), [("filter-slots", Broken)]);
    assert_eq!(with(|facts| held_by(facts, &["a", "b", "c", "d", "e"])), [("filter-slots", Broken)]);
}

#[test]
fn slots_that_are_taken_with_us_among_them_are_in_order() {
    let mut facts = intact();
    let ours = list(&mut group(&mut facts, EVENTS).filters).clone();
    held_by(&mut facts, &["siem"]);
    list(&mut group(&mut facts, EVENTS).filters).extend(ours);
    let finding = slots_of_events(&facts);
    assert_eq!((finding.severity, finding.seen.as_str()), (Ok, "2 in use, 0 left of 2 (3 of 5)"));
}

#[test]
fn whoever_has_to_make_room_is_told_who_holds_the_slots_and_what_else_there_is() {
    let mut facts = intact();
    held_by(&mut facts, &["siem", "metrics"]);
    let finding = slots_of_events(&facts);
    assert!(finding.seen.contains("siem (to arn:aws:lambda:"), "{}", finding.seen);
    assert!(finding.seen.ends_with("the log group keeps its events 30 days only"), "{}", finding.seen);
    let fix = finding.fix.unwrap();
    // The page of quotas grants five, so it is worth a try.
    assert!(fix.starts_with("where AWS already grants 5: aws logs put-subscription-filter"), "{fix}");
    assert!(fix.contains("one of siem, metrics has to go: aws logs delete-subscription-filter"), "{fix}");
    assert!(fix.contains("Kinesis") && fix.contains("put-account-policy"), "{fix}");
}

#[test]
fn nothing_is_tried_where_no_slot_is_left_by_any_count() {
    let mut facts = intact();
    held_by(&mut facts, &["a", "b", "c", "d", "e"]);
    // The one filter that an account can have is somebody else's.
    let theirs = AccountFilter { name: "all".to_owned(), ..AccountFilter::default() };
    facts.account_filters = seen(vec![theirs]);
    let fix = slots_of_events(&facts).fix.unwrap();
    assert!(fix.starts_with("one of a, b, c, d, e has to go"), "{fix}");
    assert!(!fix.contains("put-account-policy"), "{fix}");
}

#[test]
fn a_data_stream_is_worth_what_its_readers_are() {
    let ours = || seen(vec![arn("lambda", &format!("function:{FUNCTION}"))]);
    assert_eq!(with(|facts| by_a_stream(facts, EVENTS, ours())), []);
    assert_eq!(with(|facts| by_a_stream(facts, EVENTS, seen(Vec::new()))), [("subscribed", Broken)]);
    let theirs = || seen(vec![arn("lambda", "function:siem")]);
    let found = with(|facts| {
        facts.functions.push(Function {
            name: "siem".to_owned(),
            settings: seen(None),
            ..Function::default()
        });
        by_a_stream(facts, EVENTS, theirs());
    });
    assert_eq!(found, [("subscribed", Broken)]);
    assert_eq!(with(|facts| by_a_stream(facts, EVENTS, refused())), [("subscribed", Unknown)]);
    let own = format!("/aws/lambda/{FUNCTION}");
    assert_eq!(with(|facts| by_a_stream(facts, &own, ours())), [("own-logs-subscribed", Broken)]);
    assert_eq!(with(|facts| by_a_stream(facts, &own, refused())), [("own-logs-subscribed", Unknown)]);
}

#[test]
fn a_filter_of_the_whole_account_is_followed_through_a_data_stream() {
    let found = with(|facts| {
        let stream = arn("kinesis", "stream/all");
        let document = format!(r#"{{"DestinationArn":"{stream}","FilterPattern":""}}"#);
        let filter = AccountFilter { name: "all".to_owned(), document, selection: String::new() };
        facts.account_filters = seen(vec![filter]);
        facts.stream_readers.insert(stream, seen(vec![arn("lambda", &format!("function:{FUNCTION}"))]));
        list(&mut group(facts, AUDIT).filters).clear();
    });
    assert_eq!(found, [("account-filter-loop", Broken)]);
}

#[test]
fn what_is_sent_to_another_account_only_is_not_archived_here() {
    let found = with(|facts| {
        list(&mut group(facts, EVENTS).filters)[0].destination_arn =
            "arn:aws:logs:eu-west-1:444455556666:destination:central".to_owned();
    });
    assert_eq!(found, [("subscribed", Broken)]);
}

#[test]
fn without_filters_of_the_whole_account_nothing_is_known_to_be_missing() {
    let found = with(|facts| {
        facts.account_filters = refused();
        list(&mut group(facts, EVENTS).filters).clear();
    });
    assert_eq!(found, [("subscribed", Unknown), ("account-filter-loop", Unknown)]);
}

#[test]
fn log_groups_that_the_function_was_told_of_are_its_own_too() {
    let other = "/aws/lambda/mailtrail-policy-audit";
    let found = with(|facts| {
        let filters = list(&mut group(facts, EVENTS).filters).clone();
        let theirs = crate::LogGroup { name: other.to_owned(), ..group(facts, AUDIT).clone() };
        facts.log_groups.push(crate::LogGroup { filters: seen(filters), ..theirs });
        let environment = &mut some(&mut facts.functions[0].settings).environment;
        list(environment).insert("MAILTRAIL_OWN_LOG_GROUPS".to_owned(), format!(" {other},"));
    });
    assert_eq!(found, [("own-logs-subscribed", Broken)]);
}
