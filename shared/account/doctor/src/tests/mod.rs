//! An account in order gives no finding; one fault gives exactly one.

mod accounts;
mod coverage;
mod destinations;
mod directory;
mod hostile;
mod identities;
mod subscriptions;

use std::collections::HashSet;

use crate::Severity::{Broken, Unknown, Warning};
use crate::checks::ALL;
use crate::fixtures::{
    ACCOUNT, AUDIT, EVENTS, FUNCTION, KEY, intact, invoke_policy, policy, problems, problems_after, seen,
};
use crate::{AccountFilter, Facts, LogGroup, Part, Severity, SnapshotError, checks};

fn refused<T>() -> Part<T> {
    Part::NotSeen { reason: "x:Call on y: AccessDenied: no".to_owned() }
}

fn group<'a>(facts: &'a mut Facts, name: &str) -> &'a mut LogGroup {
    facts.log_groups.iter_mut().find(|group| group.name == name).unwrap()
}

fn some<T>(part: &mut Part<Option<T>>) -> &mut T {
    match part {
        Part::Seen { value: Some(value), .. } => value,
        _ => panic!("not read, or missing"),
    }
}

fn list<T>(part: &mut Part<T>) -> &mut T {
    match part {
        Part::Seen { value, .. } => value,
        Part::NotSeen { .. } => panic!("not read"),
    }
}

#[test]
fn an_intact_account_has_no_problem_and_every_check_reports() {
    let facts = intact();
    assert_eq!(problems(&facts), []);
    let reported: HashSet<&str> = checks(&facts).iter().map(|finding| finding.check.id).collect();
    // Only what was not read is reported of an account; a data stream, an account-level filter and a key of the archive are optional.
    let missing: Vec<&str> = ALL.iter().map(|check| check.id).filter(|id| !reported.contains(id)).collect();
    assert_eq!(
        missing,
        ["account-read", "reader-failed-records", "function-key", "account-filter-loop", "archive-key"]
    );
}

#[test]
fn checks_have_ids_of_their_own_and_reasons() {
    let ids: HashSet<&str> = ALL.iter().map(|check| check.id).collect();
    assert_eq!(ids.len(), ALL.len());
    assert!(ALL.iter().all(|check| check.why.ends_with('.')));
}

#[test]
fn everything_that_is_not_in_order_has_a_fix() {
    let mut facts = intact();
    facts.organizations = refused();
    facts.functions[0].policy = seen(None);
    for finding in checks(&facts) {
        assert_eq!(finding.fix.is_none(), finding.severity <= Severity::Note, "{finding:?}");
    }
}

#[test]
fn email_events_that_are_off_are_found() {
    let found = problems_after(|facts| list(&mut facts.organizations)[0].email_events = seen(None));
    assert_eq!(found, [("email-events", Broken)]);
}

#[test]
fn an_account_without_organizations_is_found_where_nothing_else_was_asked_for() {
    let no_organization = |facts: &mut Facts| facts.organizations = seen(Vec::new());
    assert_eq!(problems_after(no_organization), [("email-events", Warning)]);
    let found = problems_after(|facts| {
        no_organization(facts);
        facts.named_functions.insert(FUNCTION.to_owned());
    });
    assert_eq!(found, []);
}

#[test]
fn a_log_group_of_email_events_that_is_gone_or_elsewhere_is_found() {
    let found = problems_after(|facts| group(facts, EVENTS).settings = seen(None));
    assert_eq!(found, [("email-log-group", Broken)]);
    let found = problems_after(|facts| {
        let events = some(&mut list(&mut facts.organizations)[0].email_events);
        events.log_group_arn = events.log_group_arn.replace("eu-west-1", "us-east-1");
    });
    assert_eq!(found, [("email-log-group", Broken)]);
}

#[test]
fn a_retention_of_a_few_days_is_found() {
    let kept_for = |retention| {
        problems_after(|facts| some(&mut group(facts, EVENTS).settings).retention_days = retention)
    };
    assert_eq!(kept_for(Some(60)), [("email-retention", Warning)]);
    assert_eq!(kept_for(Some(90)), []);
    assert_eq!(kept_for(None), []);
}

#[test]
fn masked_addresses_are_found_wherever_they_are_masked() {
    let masks = r#"{"Statement":[{"DataIdentifier":["arn:aws:dataprotection::aws:data-identifier/EmailAddress"],
        "Operation":{"Deidentify":{"MaskConfig":{}}}}]}"#;
    let found = problems_after(|facts| group(facts, AUDIT).masking = seen(Some(masks.to_owned())));
    assert_eq!(found, [("masking", Warning)]);
    let found = problems_after(|facts| facts.account_masking = seen(vec![masks.to_owned()]));
    assert_eq!(found, [("masking", Warning), ("masking", Warning)]);
    let found = problems_after(|facts| {
        group(facts, AUDIT).masking = seen(Some(masks.replace("EmailAddress", "IpAddress")));
    });
    assert_eq!(found, [("masking", Warning)]);
    let cards = masks.replace("EmailAddress", "CreditCardNumber");
    assert_eq!(problems_after(|facts| group(facts, AUDIT).masking = seen(Some(cards))), []);
}

#[test]
fn an_audit_log_without_a_delivery_is_found() {
    let found =
        problems_after(|facts| list(&mut facts.inventory.deliveries).retain(|delivery| delivery.id != "d1"));
    assert_eq!(found, [("audit-log-delivered", Broken)]);
}

#[test]
fn an_audit_log_that_is_delivered_to_another_account_is_delivered() {
    let found = problems_after(|facts| {
        let arn = &mut list(&mut facts.inventory.deliveries)[1].delivery_destination_arn;
        *arn = arn.replace(ACCOUNT, "444455556666");
    });
    assert_eq!(found, []);
}

#[test]
fn a_source_whose_organization_is_gone_is_found_once() {
    let found = problems_after(|facts| {
        list(&mut facts.inventory.delivery_sources)[1].status = Some("INACTIVE".to_owned());
    });
    assert_eq!(found, [("audit-log-active", Broken)]);
}

#[test]
fn a_delivery_without_a_mandatory_field_is_found() {
    let found =
        problems_after(|facts| drop(list(&mut facts.inventory.deliveries)[1].record_fields.remove(0)));
    assert_eq!(found, [("audit-log-fields", Broken)]);
    assert_eq!(problems_after(|facts| list(&mut facts.inventory.deliveries)[1].record_fields.clear()), []);
}

#[test]
fn plain_text_without_field_names_is_found() {
    let plain = |facts: &mut Facts| {
        list(&mut facts.inventory.delivery_destinations)[0].output_format = Some("plain".to_owned());
    };
    assert_eq!(problems_after(plain), [("audit-log-format", Warning); 5]);
    let found = problems_after(|facts| {
        plain(facts);
        let environment = &mut some(&mut facts.functions[0].settings).environment;
        list(environment).insert("MAILTRAIL_COLUMNS".to_owned(), format!("{AUDIT}=event_timestamp|user_id"));
    });
    assert_eq!(found, []);
}

#[test]
fn a_log_group_of_audit_logs_that_is_gone_is_found() {
    let found = problems_after(|facts| group(facts, AUDIT).settings = seen(None));
    assert_eq!(found, [("audit-log-destination", Broken); 5]);
}

#[test]
fn a_missing_role_of_log_delivery_is_found_where_a_stream_needs_it() {
    let gone =
        |facts: &mut Facts| drop(facts.roles.insert("AWSServiceRoleForLogDelivery".to_owned(), seen(None)));
    assert_eq!(problems_after(gone), [("log-delivery-role", Broken)]);
    let found = problems_after(|facts| {
        gone(facts);
        list(&mut facts.inventory.deliveries).retain(|delivery| delivery.id != "fh");
    });
    assert_eq!(found, []);
}

#[test]
fn a_log_group_that_nothing_archives_is_found() {
    let found = problems_after(|facts| list(&mut group(facts, EVENTS).filters).clear());
    assert_eq!(found, [("subscribed", Broken)]);
    // A filter to a function outside the pipeline does not count.
    let found = problems_after(|facts| {
        list(&mut group(facts, EVENTS).filters)[0].destination_arn =
            crate::fixtures::arn("lambda", "function:other");
    });
    assert_eq!(found, [("subscribed", Broken)]);
    let found = problems_after(|facts| facts.named_groups = ["/example/trail".to_owned()].into());
    assert!(found.contains(&("subscribed", Unknown)), "{found:?}");
}

#[test]
fn an_account_level_filter_archives_and_must_exclude_the_own_log_groups() {
    let document = format!(
        r#"{{"DestinationArn":"{}","FilterPattern":""}}"#,
        crate::fixtures::arn("lambda", &format!("function:{FUNCTION}"))
    );
    let filter = |selection: &str| AccountFilter {
        name: "all".to_owned(),
        document: document.clone(),
        selection: selection.to_owned(),
    };
    let own = format!(r#"LogGroupName NOT IN ["/aws/lambda/{FUNCTION}"]"#);
    let found = problems_after(|facts| {
        facts.account_filters = seen(vec![filter(&own)]);
        list(&mut group(facts, EVENTS).filters).clear();
    });
    assert_eq!(found, []);
    let found = problems_after(|facts| facts.account_filters = seen(vec![filter("")]));
    assert_eq!(found, [("account-filter-loop", Broken)]);
}

#[test]
fn a_filter_pattern_that_excludes_events_is_found() {
    for pattern in ["BOUNCED", "{ $.event.eventName = \"BOUNCED\" }", "{ $."] {
        let found =
            problems_after(|facts| list(&mut group(facts, EVENTS).filters)[0].pattern = pattern.to_owned());
        assert_eq!(found, [("filter-pattern", Warning)], "{pattern}");
    }
    assert_eq!(
        problems_after(|facts| list(&mut group(facts, EVENTS).filters)[0].pattern = " ".to_owned()),
        []
    );
}

#[test]
fn a_function_that_cloudwatch_logs_may_not_invoke_is_found() {
    let found = problems_after(|facts| facts.functions[0].policy = seen(None));
    assert_eq!(found, [("invoke-permission", Broken); 2]);
    let other = invoke_policy(true).replace(ACCOUNT, "444455556666");
    let found = problems_after(|facts| facts.functions[0].policy = seen(Some(other)));
    assert_eq!(found, [("invoke-permission", Broken); 2]);
}

#[test]
fn an_alias_that_cloudwatch_logs_may_not_invoke_is_found_whatever_the_function_allows() {
    let alias = crate::fixtures::arn("lambda", &format!("function:{FUNCTION}:live"));
    let with_alias = |policy: Option<Part<Option<String>>>| {
        problems_after(|facts| {
            list(&mut group(facts, EVENTS).filters)[0].destination_arn.clone_from(&alias);
            facts.functions[0].qualified.extend(policy.map(|policy| ("live".to_owned(), policy)));
        })
    };
    let of_alias = invoke_policy(true).replace(&format!(":{FUNCTION}"), &format!(":{FUNCTION}:live"));
    assert_eq!(with_alias(Some(seen(Some(of_alias)))), []);
    assert_eq!(with_alias(Some(seen(Some(invoke_policy(true))))), [("invoke-permission", Broken)]);
    assert_eq!(with_alias(None), [("invoke-permission", Unknown)]);
}

#[test]
fn a_function_that_any_account_can_have_invoked_is_found() {
    let found = problems_after(|facts| facts.functions[0].policy = seen(Some(invoke_policy(false))));
    assert_eq!(found, [("function-policy-source", Warning)]);
}

#[test]
fn a_function_policy_near_its_quota_is_found() {
    let statements: Vec<String> =
        (0..55).map(|_| invoke_policy(true)).map(|text| text[37..text.len() - 2].to_owned()).collect();
    let full = policy(&statements);
    assert!(full.len() > 80 * 20_480 / 100, "{}", full.len());
    let found = problems_after(|facts| facts.functions[0].policy = seen(Some(full)));
    assert_eq!(found, [("function-policy-room", Warning)]);
}

#[test]
fn a_function_that_cannot_run_is_found() {
    let found = problems_after(|facts| some(&mut facts.functions[0].settings).state = "Failed".to_owned());
    assert_eq!(found, [("function-active", Broken)]);
}

#[test]
fn a_function_without_an_archive_is_found_where_it_is_named() {
    let found = problems_after(|facts| {
        facts.named_functions.insert(FUNCTION.to_owned());
        list(&mut some(&mut facts.functions[0].settings).environment).remove("MAILTRAIL_ARCHIVE");
    });
    assert_eq!(found, [("function-archive", Broken)]);
    for nowhere in ["/tmp/archive", "s3://B"] {
        let found = problems_after(|facts| {
            list(&mut some(&mut facts.functions[0].settings).environment)
                .insert("MAILTRAIL_ARCHIVE".to_owned(), nowhere.to_owned());
            (facts.archives[0].url, facts.archives[0].bucket) = (nowhere.to_owned(), None);
        });
        assert_eq!(found, [("function-archive", Broken)], "{nowhere}");
    }
}

#[test]
fn a_function_that_receives_its_own_logs_is_found() {
    let found = problems_after(|facts| {
        let filters = list(&mut group(facts, EVENTS).filters).clone();
        group(facts, &format!("/aws/lambda/{FUNCTION}")).filters = seen(filters);
    });
    assert_eq!(found, [("own-logs-subscribed", Broken)]);
    // A function that was never invoked has no log group yet.
    let found = problems_after(|facts| {
        let own = group(facts, &format!("/aws/lambda/{FUNCTION}"));
        (own.settings, own.filters) = (seen(None), Part::default());
    });
    assert_eq!(found, []);
}

#[test]
fn what_could_not_be_read_is_unknown_and_names_the_call() {
    type Change = fn(&mut Facts);
    let changes: [(&str, Change); 12] = [
        ("email-events", |facts| list(&mut facts.organizations)[0].email_events = refused()),
        ("email-log-group", |facts| group(facts, EVENTS).settings = refused()),
        ("email-role", |facts| drop(facts.roles.insert("workmail-events".to_owned(), refused()))),
        ("masking", |facts| group(facts, EVENTS).masking = refused()),
        ("audit-log-fields", |facts| facts.templates = refused()),
        ("audit-log-allowed", |facts| {
            facts.inventory.log_group_policies.insert(AUDIT.to_owned(), refused());
        }),
        ("subscribed", |facts| group(facts, EVENTS).filters = refused()),
        ("invoke-permission", |facts| facts.functions[0].policy = refused()),
        ("stream-tag", |facts| facts.streams[0].tags = refused()),
        ("bucket-policy", |facts| facts.buckets[0].policy = refused()),
        ("key-policy", |facts| facts.keys.get_mut(KEY).unwrap().policy = refused()),
        ("archive-open", |facts| facts.buckets[1].policy = refused()),
    ];
    for (id, change) in changes {
        let mut facts = intact();
        change(&mut facts);
        let findings = checks(&facts);
        let unknown: Vec<_> = findings.iter().filter(|it| it.severity == Unknown).collect();
        assert!(unknown.iter().any(|it| it.check.id == id), "{id}: {unknown:?}");
        assert!(unknown.iter().all(|it| it.seen.contains("x:Call")), "{id}: {unknown:?}");
        assert!(findings.iter().all(|it| it.severity != Broken), "{id}: {findings:?}");
    }
}

/// Each check says so itself of what it could not read, where no other finding tells.
#[test]
fn nothing_is_in_order_that_was_not_read() {
    type Change = fn(&mut Facts);
    let changes: [(&str, Change); 5] = [
        ("resource-policy", |facts| facts.inventory.log_groups = refused()),
        ("resource-policy", |facts| {
            facts.inventory.log_group_policies.insert(EVENTS.to_owned(), refused());
        }),
        ("email-retention", |facts| {
            let theirs = LogGroup { settings: refused(), ..group(facts, AUDIT).clone() };
            facts.log_groups.push(LogGroup { name: "/example/trail".to_owned(), ..theirs });
            facts.named_groups = ["/example/trail".to_owned()].into();
        }),
        ("archive-key", |facts| facts.buckets[1].encryption = refused()),
        ("bucket-policy-source", |facts| {
            facts.archives[0].functions.clear();
            facts.buckets[1].policy = refused();
        }),
    ];
    for (id, change) in changes {
        let mut facts = intact();
        change(&mut facts);
        let unknown: Vec<_> = checks(&facts).into_iter().filter(|it| it.severity == Unknown).collect();
        let [finding] = unknown.as_slice() else { panic!("{id}: {unknown:?}") };
        assert_eq!(finding.check.id, id);
        let is_ok = |it: &crate::Finding| it.check.id == id && it.severity == Severity::Ok;
        let about_it = |it: &crate::Finding| it.resource == finding.resource;
        assert!(!checks(&facts).iter().any(|it| is_ok(it) && about_it(it)), "{id}");
    }
}

#[test]
fn the_owner_of_an_archive_is_that_of_its_own_setting() {
    let found = problems_after(|facts| {
        facts.archives[0].bucket = Some(crate::fixtures::TARGET.to_owned());
        facts.archives[0].owner = Some("444455556666".to_owned());
        facts.archives[0].owner_fits = seen(false);
    });
    assert!(found.contains(&("archive-owner", Broken)), "{found:?}");
}

#[test]
fn a_snapshot_is_read_back_as_it_was() {
    let facts = intact();
    let text = serde_json::to_string(&facts).unwrap();
    assert_eq!(Facts::from_json(&text).unwrap(), facts);
    let two = Facts::all_from_json(&format!("{text}\n{text}")).unwrap();
    assert_eq!(two, [facts.clone(), facts]);
    assert!(Facts::all_from_json("").is_err());
    assert!(matches!(Facts::from_json(r#"{"account_policies": []}"#), Err(SnapshotError::Format(_))));
    assert!(matches!(Facts::from_json("resourcePolicies"), Err(SnapshotError::Json(_))));
}
