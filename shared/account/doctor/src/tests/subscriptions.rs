//! Subscription filter slots, and data streams between log groups and functions.

use super::{group, list, refused, some};
use crate::Severity::{Broken, Ok, Unknown, Warning};
use crate::fixtures::{AUDIT, EVENTS, FAILURES, FUNCTION, arn, intact, invoke_policy, problems_after, seen};
use crate::{AccountFilter, Facts, Failures, Filter, Finding, Function, Mapping, Part, checks};

/// Replaces the filter of the pipeline by filters of others.
fn use_slots(facts: &mut Facts, names: &[&str]) {
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

/// Replaces the filter of a log group by one to a data stream with these consumers.
fn by_a_stream(facts: &mut Facts, name: &str, readers: Part<Vec<Mapping>>) {
    let stream = arn("kinesis", "stream/events");
    let sent = list(&mut group(facts, AUDIT).filters)[0].clone();
    let filter = Filter { destination_arn: stream.clone(), ..sent };
    group(facts, name).filters = seen(vec![filter]);
    facts.stream_readers.insert(stream, readers);
}

/// A mapping from the data stream to a function.
fn mapping(function: &str, reports_failures: bool) -> Mapping {
    let function_arn = arn("lambda", &format!("function:{function}"));
    let on_failure = Some(format!("arn:aws:s3:::{FAILURES}"));
    Mapping {
        id: "00000000-0000-4000-8000-000000000000".to_owned(),
        function_arn,
        reports_failures,
        on_failure,
    }
}

#[test]
fn slots_that_others_hold_are_found_and_a_filter_is_not_told_to_be_missing() {
    assert_eq!(problems_after(|facts| use_slots(facts, &["siem"])), [("subscribed", Broken)]);
    assert_eq!(problems_after(|facts| use_slots(facts, &["siem", "metrics"])), [("filter-slots", Broken)]);
    assert_eq!(
        problems_after(|facts| use_slots(facts, &["a", "b", "c", "d", "e"])),
        [("filter-slots", Broken)]
    );
}

#[test]
fn slots_that_are_taken_with_us_among_them_are_in_order() {
    let mut facts = intact();
    let ours = list(&mut group(&mut facts, EVENTS).filters).clone();
    use_slots(&mut facts, &["siem"]);
    list(&mut group(&mut facts, EVENTS).filters).extend(ours);
    let finding = slots_of_events(&facts);
    assert_eq!((finding.severity, finding.seen.as_str()), (Ok, "2 in use, 0 of 2 free (3 of 5)"));
}

#[test]
fn a_finding_about_slots_names_the_filters_and_the_alternatives() {
    let mut facts = intact();
    use_slots(&mut facts, &["siem", "metrics"]);
    let finding = slots_of_events(&facts);
    assert!(finding.seen.contains("siem (to arn:aws:lambda:"), "{}", finding.seen);
    assert!(finding.seen.ends_with("its events expire after 400 days"), "{}", finding.seen);
    let fix = finding.fix.unwrap();
    let [put] = fix.commands.as_slice() else { panic!("{fix:?}") };
    assert!(put.starts_with("aws logs put-subscription-filter"), "{put}");
    let fix = fix.advice;
    // According to the quotas page there are five slots.
    assert!(fix.starts_with("if the quota of the account is 5, subscribe; on LimitExceeded"), "{fix}");
    assert!(fix.contains("first delete the one of siem, metrics that is not needed"), "{fix}");
    assert!(fix.contains("Kinesis") && fix.contains("put-account-policy"), "{fix}");
}

#[test]
fn nothing_is_tried_where_no_slot_is_left_by_any_count() {
    let mut facts = intact();
    use_slots(&mut facts, &["a", "b", "c", "d", "e"]);
    // The only account-level filter that an account can have is in use.
    let document = r#"{"DestinationArn":"arn:aws:firehose:eu-west-1:111122223333:deliverystream/x"}"#;
    let other =
        AccountFilter { name: "all".to_owned(), document: document.to_owned(), selection: String::new() };
    facts.account_filters = seen(vec![other]);
    let fix = slots_of_events(&facts).fix.unwrap().advice;
    assert!(fix.starts_with("first delete the one of a, b, c, d, e "), "{fix}");
    assert!(!fix.contains("put-account-policy"), "{fix}");
}

#[test]
fn a_data_stream_counts_as_its_consumers_do() {
    let ours = || seen(vec![mapping(FUNCTION, true)]);
    assert_eq!(problems_after(|facts| by_a_stream(facts, EVENTS, ours())), []);
    assert_eq!(
        problems_after(|facts| by_a_stream(facts, EVENTS, seen(Vec::new()))),
        [("subscribed", Broken)]
    );
    let theirs = || seen(vec![mapping("siem", false)]);
    let found = problems_after(|facts| {
        facts.functions.push(Function {
            name: "siem".to_owned(),
            settings: seen(None),
            ..Function::default()
        });
        by_a_stream(facts, EVENTS, theirs());
    });
    assert_eq!(found, [("subscribed", Broken)]);
    assert_eq!(problems_after(|facts| by_a_stream(facts, EVENTS, refused())), [("subscribed", Unknown)]);
    let own = format!("/aws/lambda/{FUNCTION}");
    assert_eq!(problems_after(|facts| by_a_stream(facts, &own, ours())), [("own-logs-subscribed", Broken)]);
    assert_eq!(
        problems_after(|facts| by_a_stream(facts, &own, refused())),
        [("own-logs-subscribed", Unknown)]
    );
}

#[test]
fn an_account_level_filter_is_followed_through_a_data_stream() {
    let found = problems_after(|facts| {
        let stream = arn("kinesis", "stream/all");
        let document = format!(r#"{{"DestinationArn":"{stream}","FilterPattern":""}}"#);
        let filter = AccountFilter { name: "all".to_owned(), document, selection: String::new() };
        facts.account_filters = seen(vec![filter]);
        facts.stream_readers.insert(stream, seen(vec![mapping(FUNCTION, true)]));
        list(&mut group(facts, AUDIT).filters).clear();
    });
    assert_eq!(found, [("account-filter-loop", Broken)]);
}

/// An account-level filter to the function, in the place of the filter of email events.
fn by_the_account(facts: &mut Facts, document: &str) {
    let function = arn("lambda", &format!("function:{FUNCTION}"));
    let own = format!(r#"LogGroupName NOT IN ["/aws/lambda/{FUNCTION}"]"#);
    let document = document.replace("FUNCTION", &function);
    let filter = AccountFilter { name: "all".to_owned(), document, selection: own };
    facts.account_filters = seen(vec![filter]);
    list(&mut group(facts, EVENTS).filters).clear();
}

#[test]
fn the_pattern_and_the_permission_of_an_account_level_filter_are_looked_at() {
    let filter = |pattern: &str| format!(r#"{{"DestinationArn":"FUNCTION","FilterPattern":"{pattern}"}}"#);
    assert_eq!(problems_after(|facts| by_the_account(facts, &filter(""))), []);
    // Once for each log group that it applies to.
    let found = problems_after(|facts| by_the_account(facts, &filter("BOUNCED")));
    assert_eq!(found, [("filter-pattern", Warning); 2]);
    let found = problems_after(|facts| {
        by_the_account(facts, &filter(""));
        list(&mut group(facts, AUDIT).filters).clear();
        let other = invoke_policy(true).replace("logs.amazonaws.com", "events.amazonaws.com");
        facts.functions[0].policy = seen(Some(other));
    });
    assert_eq!(found, [("invoke-permission", Broken); 2]);
}

#[test]
fn an_account_level_filter_that_cannot_be_read_is_not_known() {
    for document in ["no JSON", "{}", r#"{"DestinationArn":1}"#] {
        let found = problems_after(|facts| by_the_account(facts, document));
        assert_eq!(found, [("subscribed", Unknown), ("account-filter-loop", Unknown)], "{document}");
    }
}

#[test]
fn failed_records_of_a_data_stream_are_looked_for_where_its_mapping_keeps_them() {
    let with = |change: fn(&mut Facts, &mut Mapping)| {
        problems_after(|facts| {
            let mut mapping = mapping(FUNCTION, true);
            change(facts, &mut mapping);
            by_a_stream(facts, EVENTS, seen(vec![mapping.clone()]));
            by_a_stream(facts, AUDIT, seen(vec![mapping]));
        })
    };
    assert_eq!(with(|_, _| {}), []);
    let found = with(|facts, _| {
        facts.failures.insert(FAILURES.to_owned(), seen(Failures { objects: 1, more: false }));
    });
    assert_eq!(found, [("function-on-failure", Broken)]);
    assert_eq!(with(|_, mapping| mapping.on_failure = None), [("function-on-failure", Warning)]);
    // One that the role may not write to.
    let found = with(|facts, mapping| {
        mapping.on_failure = Some("arn:aws:s3:::example-other".to_owned());
        facts.failures.insert("example-other".to_owned(), seen(Failures::default()));
    });
    assert_eq!(found, [("function-role", Broken)]);
}

#[test]
fn a_function_that_fails_whole_invocations_needs_no_report_of_single_records() {
    let with = |answer: &str| {
        problems_after(|facts| {
            let environment = &mut some(&mut facts.functions[0].settings).environment;
            list(environment).insert("MAILTRAIL_KINESIS_FAILURES".to_owned(), answer.to_owned());
            by_a_stream(facts, EVENTS, seen(vec![mapping(FUNCTION, false)]));
        })
    };
    assert_eq!(with("fail-invocation"), []);
    assert_eq!(with("batch-item-failures"), [("reader-failed-records", Broken)]);
}

#[test]
fn a_function_that_was_not_read_may_be_one_of_the_pipeline() {
    let mut facts = intact();
    let function = arn("lambda", &format!("function:{FUNCTION}"));
    assert_eq!(facts.unknown_receiver(&function), None);
    facts.functions[0].settings = refused();
    assert!(facts.receiver(&function).is_none());
    assert!(facts.unknown_receiver(&function).is_some_and(|reason| reason.contains("x:Call")));
}

#[test]
fn what_is_sent_to_another_account_only_is_not_archived_here() {
    let found = problems_after(|facts| {
        list(&mut group(facts, EVENTS).filters)[0].destination_arn =
            "arn:aws:logs:eu-west-1:444455556666:destination:central".to_owned();
    });
    assert_eq!(found, [("subscribed", Broken)]);
}

#[test]
fn without_the_account_level_filters_no_subscription_is_known_to_be_missing() {
    let found = problems_after(|facts| {
        facts.account_filters = refused();
        list(&mut group(facts, EVENTS).filters).clear();
    });
    assert_eq!(found, [("subscribed", Unknown), ("account-filter-loop", Unknown)]);
}

#[test]
fn log_groups_in_the_setting_of_a_function_are_its_own() {
    let other = "/aws/lambda/mailtrail-policy-audit";
    let found = problems_after(|facts| {
        let filters = list(&mut group(facts, EVENTS).filters).clone();
        let theirs = crate::LogGroup { name: other.to_owned(), ..group(facts, AUDIT).clone() };
        facts.log_groups.push(crate::LogGroup { filters: seen(filters), ..theirs });
        let environment = &mut some(&mut facts.functions[0].settings).environment;
        list(environment).insert("MAILTRAIL_OWN_LOG_GROUPS".to_owned(), format!(" {other},"));
    });
    assert_eq!(found, [("own-logs-subscribed", Broken)]);
}
