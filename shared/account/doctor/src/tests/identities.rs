//! What roles and keys allow, what a function depends on besides, and what is said of the age of events.

use super::{group, list, refused, some};
use crate::Severity::{Broken, Note, Unknown, Warning};
use crate::fixtures::{
    ACCOUNT, EVENTS, FAILURES, FUNCTION, KEY, NOW, ORGANIZATION, REGION, arn, intact, key_policy,
    problems_after, role, role_arn, seen, trust,
};
use crate::{Facts, Failures, IdentityPolicy, Mapping, Part, Role, Subscriptions, checks};

const DAY: i64 = 24 * 60 * 60 * 1000;

fn role_of<'a>(facts: &'a mut Facts, name: &str) -> &'a mut Role {
    some(facts.roles.get_mut(name).unwrap())
}

fn with_logging_role(change: impl FnOnce(&mut Role)) -> Vec<(&'static str, crate::Severity)> {
    problems_after(|facts| change(role_of(facts, "workmail-events")))
}

/// The findings of a check.
fn seen_by(facts: &Facts, check: &str) -> Vec<(crate::Severity, String)> {
    let found = checks(facts).into_iter().filter(|finding| finding.check.id == check);
    found.map(|finding| (finding.severity, finding.seen)).collect()
}

#[test]
fn a_logging_role_that_may_not_write_is_found() {
    assert_eq!(
        with_logging_role(|role| list(&mut role.policies).clear()),
        [("email-role-permissions", Broken)]
    );
    let other = arn("logs", "log-group:/other:*");
    let elsewhere = role("workmail-events", &trust(false), &[("logs:*", &other)]);
    assert_eq!(with_logging_role(|it| *it = elsewhere), [("email-role-permissions", Broken)]);
    let boundary = r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
    let boundary =
        IdentityPolicy { name: "arn:aws:iam::aws:policy/b".to_owned(), document: boundary.to_owned() };
    let found = with_logging_role(|role| role.boundary = seen(Some(boundary)));
    assert_eq!(found, [("email-role-permissions", Broken)]);
}

#[test]
fn permissions_that_were_not_read_are_not_known() {
    assert_eq!(with_logging_role(|role| role.policies = refused()), [("email-role-permissions", Unknown)]);
    assert_eq!(with_logging_role(|role| role.boundary = refused()), [("email-role-permissions", Unknown)]);
    let tagged = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*",
        "Condition":{"StringEquals":{"aws:PrincipalTag/team":"mail"}}}}"#;
    let found = with_logging_role(|role| tagged.clone_into(&mut list(&mut role.policies)[0].document));
    assert_eq!(found, [("email-role-permissions", Unknown)]);
}

#[test]
fn a_logging_role_that_is_missing_or_trusts_another_service_is_found() {
    let found = problems_after(|facts| drop(facts.roles.insert("workmail-events".to_owned(), seen(None))));
    assert_eq!(found, [("email-role", Broken)]);
    let trusts = |text: String| with_logging_role(|role| role.trust = text);
    assert_eq!(trusts(trust(false).replace("events.workmail", "lambda")), [("email-role", Broken)]);
    assert_eq!(trusts(trust(true).replace(ACCOUNT, "444455556666")), [("email-role", Broken)]);
}

#[test]
fn conditions_in_the_trust_of_workmail_are_shown_to_hold_by_events_only() {
    // The trust policy that AWS documents is no fault, and needs no event.
    let quiet = |facts: &mut Facts| group(facts, EVENTS).last_event = seen(None);
    let found = problems_after(|facts| {
        quiet(facts);
        some(&mut group(facts, EVENTS).settings).created = NOW - 1;
    });
    assert_eq!(found, []);
    assert_eq!(with_logging_role(|role| role.trust = trust(true)), []);
    let mut facts = intact();
    quiet(&mut facts);
    role_of(&mut facts, "workmail-events").trust = trust(true);
    assert_eq!(crate::fixtures::problems(&facts), [("email-role", Unknown)]);
    let finding = checks(&facts).into_iter().find(|finding| finding.check.id == "email-role").unwrap();
    let [command] = finding.fix.unwrap().commands.try_into().unwrap();
    assert!(
        command.starts_with("aws iam update-assume-role-policy --role-name workmail-events"),
        "{command}"
    );
    assert!(!command.contains("Condition"), "{command}");
}

#[test]
fn a_log_group_of_email_events_where_nothing_arrives_is_found() {
    let newest = |at: Option<i64>| problems_after(|facts| group(facts, EVENTS).last_event = seen(at));
    assert_eq!(newest(Some(NOW - 8 * DAY)), [("email-events-arriving", Warning)]);
    assert_eq!(newest(None), [("email-events-arriving", Warning)]);
    assert_eq!(newest(Some(NOW - 6 * DAY)), []);
    let mut facts = intact();
    group(&mut facts, EVENTS).last_event = seen(None);
    some(&mut group(&mut facts, EVENTS).settings).created = NOW - DAY / 2;
    assert_eq!(seen_by(&facts, "email-events-arriving")[0].0, Note);
}

#[test]
fn that_nothing_arrives_is_said_where_the_role_could_not_be_read() {
    let found = problems_after(|facts| {
        facts.roles.insert("workmail-events".to_owned(), refused());
        group(facts, EVENTS).last_event = seen(None);
    });
    let unread = [("email-role", Unknown), ("email-role-permissions", Unknown)];
    assert_eq!(found, [unread[0], unread[1], ("email-events-arriving", Warning)]);
}

#[test]
fn logging_is_enabled_with_the_log_group_and_the_role_of_the_stack() {
    let enable = |facts: &Facts| {
        let found = checks(facts).into_iter().find(|finding| finding.check.id == "email-events").unwrap();
        found.fix.unwrap().line().into_owned()
    };
    let mut facts = intact();
    list(&mut facts.organizations)[0].email_events = seen(None);
    let plain = format!("mailtrail workmail enable --organization {ORGANIZATION} --region {REGION}");
    assert_eq!(enable(&facts), plain);

    let of_stack = Facts::stack_group(ORGANIZATION);
    let made = crate::LogGroup { name: of_stack.clone(), ..group(&mut facts, EVENTS).clone() };
    facts.log_groups.push(made);
    let writes = arn("logs", &format!("log-group:{of_stack}:*"));
    let stack_role = role("stack-workmail", &trust(true), &[("logs:*", &writes)]);
    facts.logging_roles = seen(vec!["workmail-events".to_owned(), "stack-workmail".to_owned()]);
    facts.roles.insert("stack-workmail".to_owned(), seen(Some(stack_role)));
    let (group, role) =
        (format!("--log-group {of_stack}"), format!("--logging-role {}", role_arn("stack-workmail")));
    assert_eq!(
        enable(&facts),
        format!("mailtrail workmail enable --organization {ORGANIZATION} {group} {role} --region {REGION}")
    );
    // What was not found of the stack's is said.
    let mut unread = facts.clone();
    unread.logging_roles = refused();
    assert!(enable(&unread).contains("--logging-role:"), "{}", enable(&unread));
    crate::tests::group(&mut unread, &of_stack).settings = refused();
    assert!(enable(&unread).contains(&format!("created the log group {of_stack}")), "{}", enable(&unread));
    facts.assumed_role = Some(role_arn("reader"));
    assert!(enable(&facts).ends_with(&format!(" --assume-role {}", role_arn("reader"))));
}

/// The policy in the command that adds what a role lacks.
fn granted(facts: &Facts, check: &str) -> String {
    let found = checks(facts).into_iter().find(|finding| finding.check.id == check).unwrap();
    let [command] = found.fix.unwrap().commands.try_into().unwrap();
    shell_words::split(&command).unwrap().pop().unwrap()
}

#[test]
fn what_a_fix_grants_covers_every_name_and_a_grant_on_one_name_is_not_in_order() {
    let of = [
        ("function-role", "mailtrail", "/raw/*", "/raw/object"),
        ("function-role", "mailtrail", "/aws/lambda/*", "/aws/lambda/object"),
        ("stream-role", "firehose", "*\"", "object\""),
        (
            "email-role-permissions",
            "workmail-events",
            &format!("log-group:{EVENTS}:*"),
            "log-stream:mailtrail",
        ),
    ];
    for (check, name, every, one) in of {
        let mut facts = intact();
        list(&mut role_of(&mut facts, name).policies).clear();
        let document = granted(&facts, check);
        assert!(document.contains(every), "{document}");
        let with = |document: &str| {
            let policy = IdentityPolicy { name: "p".to_owned(), document: document.to_owned() };
            let mut facts = facts.clone();
            list(&mut role_of(&mut facts, name).policies).push(policy);
            crate::fixtures::problems(&facts)
        };
        assert_eq!(with(&document), []);
        assert_eq!(with(&document.replace(every, one)), [(check, Broken)], "{one}");
    }
}

#[test]
fn a_function_whose_role_lacks_something_is_found() {
    let without = |action: &str| {
        problems_after(|facts| {
            let policy = &mut list(&mut role_of(facts, "mailtrail").policies)[0];
            policy.document = policy.document.replace(action, "ec2:None");
        })
    };
    assert_eq!(without("s3:PutObject"), [("function-role", Broken)]);
    assert_eq!(without("logs:PutLogEvents"), [("function-role", Broken)]);
    let found = problems_after(|facts| drop(facts.roles.insert("mailtrail".to_owned(), seen(None))));
    assert_eq!(found, [("function-role", Broken)]);
    let found = problems_after(|facts| drop(facts.roles.insert("mailtrail".to_owned(), refused())));
    assert_eq!(found, [("function-role", Unknown)]);
    let found = problems_after(|facts| role_of(facts, "mailtrail").trust = trust(false));
    assert_eq!(found, [("function-role", Broken)]);
}

#[test]
fn a_stream_that_a_function_may_not_write_to_is_found() {
    let writes = |allowed: &str| {
        problems_after(|facts| {
            let environment = &mut some(&mut facts.functions[0].settings).environment;
            list(environment).insert("MAILTRAIL_STREAMS".to_owned(), "firehose:mail".to_owned());
            let document = &mut list(&mut role_of(facts, "mailtrail").policies)[0].document;
            *document = document.replace("kinesis:*", allowed);
        })
    };
    assert_eq!(writes("firehose:*"), []);
    assert_eq!(writes("firehose:PutRecordBatch"), [("function-role", Broken)]);
    assert_eq!(writes("firehose:ListTagsForDeliveryStream"), [("function-role", Broken)]);
}

#[test]
fn a_key_that_the_function_may_not_use_is_found() {
    let with_key = |policy: String, allowed: Option<&str>| {
        problems_after(|facts| {
            facts.archives[0].key = Some(KEY.to_owned());
            // Log delivery is not asked about here.
            facts.buckets[0].encryption = seen(None);
            facts.keys.get_mut(KEY).unwrap().policy = seen(Some(policy));
            if let Some(action) = allowed {
                let document = &mut list(&mut role_of(facts, "mailtrail").policies)[0].document;
                *document = document.replace("kinesis:*", action);
            }
        })
    };
    let of_account = || key_policy(r#""kms:Decrypt""#, "");
    assert_eq!(with_key(of_account(), Some("kms:GenerateDataKey")), []);
    assert_eq!(with_key(of_account(), None), [("function-key", Broken)]);
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    assert_eq!(with_key(of_account().replace(&root, &role_arn("mailtrail")), None), []);
    let foreign = of_account().replace(&root, "arn:aws:iam::444455556666:root");
    assert_ne!(with_key(foreign, Some("kms:GenerateDataKey")), []);
}

#[test]
fn a_stream_whose_role_may_not_write_is_found() {
    let found = problems_after(|facts| list(&mut role_of(facts, "firehose").policies).clear());
    assert_eq!(found, [("stream-role", Broken)]);
    let found = problems_after(|facts| role_of(facts, "firehose").trust = trust(false));
    assert_eq!(found, [("stream-role", Broken)]);
    let found = problems_after(|facts| drop(facts.roles.insert("firehose".to_owned(), seen(None))));
    assert_eq!(found, [("stream-role", Broken)]);
    let found = problems_after(|facts| role_of(facts, "firehose").policies = refused());
    assert_eq!(found, [("stream-role", Unknown)]);
    let mut facts = intact();
    some(&mut facts.streams[0].settings).destination = None;
    assert_eq!(seen_by(&facts, "stream-role")[0].0, Note);
}

#[test]
fn a_stream_that_does_not_deliver_is_found() {
    let last = |error: Part<Option<i64>>| problems_after(|facts| facts.streams[0].last_error = error);
    assert_eq!(last(seen(Some(NOW - DAY / 2))), [("stream-delivering", Broken)]);
    assert_eq!(last(seen(None)), []);
    assert_eq!(last(refused()), [("stream-delivering", Unknown)]);
    let found = problems_after(|facts| {
        some(&mut facts.streams[0].settings).destination.as_mut().unwrap().error_log = None;
    });
    assert_eq!(found, [("stream-delivering", Unknown)]);
}

#[test]
fn a_function_that_is_never_invoked_is_found() {
    let found = problems_after(|facts| facts.functions[0].reserved_concurrency = seen(Some(0)));
    assert_eq!(found, [("function-concurrency", Broken)]);
    assert_eq!(problems_after(|facts| facts.functions[0].reserved_concurrency = seen(Some(5))), []);
}

#[test]
fn failed_events_are_found() {
    let held =
        |part: Part<Failures>| problems_after(|facts| drop(facts.failures.insert(FAILURES.to_owned(), part)));
    assert_eq!(held(seen(Failures { objects: 2, more: false })), [("function-on-failure", Broken)]);
    assert_eq!(held(refused()), [("function-on-failure", Unknown)]);
    let found = problems_after(|facts| facts.functions[0].on_failure = seen(None));
    assert_eq!(found, [("function-on-failure", Warning)]);
    let found = problems_after(|facts| facts.functions[0].on_failure = seen(Some(arn("sqs", "failed"))));
    assert_eq!(found, [("function-role", Broken)]);
}

#[test]
fn a_topic_without_a_confirmed_subscription_is_found() {
    let pending = Subscriptions { confirmed: 0, pending: 1 };
    let found = problems_after(|facts| facts.topics[0].subscriptions = seen(Some(pending)));
    assert_eq!(found, [("topic-subscribers", Warning)]);
    let found = problems_after(|facts| facts.topics[0].subscriptions = seen(None));
    assert_eq!(found, [("topic-subscribers", Broken)]);
}

#[test]
fn a_filter_without_system_fields_is_found() {
    let found = problems_after(|facts| list(&mut group(facts, EVENTS).filters)[0].system_fields.clear());
    assert_eq!(found, [("filter-system-fields", Warning)]);
    let found =
        problems_after(|facts| drop(list(&mut group(facts, EVENTS).filters)[0].system_fields.remove(0)));
    assert_eq!(found, [("filter-system-fields", Warning)]);
}

#[test]
fn a_mapping_that_loses_failed_records_is_found() {
    let found = problems_after(|facts| {
        let stream = arn("kinesis", "stream/events");
        let sent = list(&mut group(facts, EVENTS).filters);
        sent[0].destination_arn.clone_from(&stream);
        let function_arn = arn("lambda", &format!("function:{FUNCTION}"));
        let on_failure = Some(format!("arn:aws:s3:::{FAILURES}"));
        let mapping = Mapping { id: "id".to_owned(), function_arn, reports_failures: false, on_failure };
        facts.stream_readers.insert(stream, seen(vec![mapping]));
    });
    assert_eq!(found, [("reader-failed-records", Broken)]);
}

#[test]
fn events_after_the_newest_raw_copy_are_found_and_nothing_is_concluded_from_the_reverse() {
    let ends = |last: &str| problems_after(|facts| some(&mut facts.archives[0].days).last = last.to_owned());
    assert_eq!(ends("20261117"), [("archive-newest", Broken), ("archive-newest", Broken)]);
    assert_eq!(ends("20261118"), []);
    let notes = seen_by(&intact(), "archive-newest");
    let [(Note, seen)] = notes.as_slice() else { panic!("{notes:?}") };
    assert!(seen.contains(EVENTS) && seen.ends_with("gaps are not looked for"), "{seen}");
    assert_eq!(problems_after(|facts| group(facts, EVENTS).last_event = refused()).len(), 2);
}
