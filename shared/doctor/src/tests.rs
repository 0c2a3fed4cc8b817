//! One fault, exactly that finding; an intact account, none.

use std::collections::HashSet;

use crate::Severity::{Broken, Look, Unknown};
use crate::checks::ALL;
use crate::planted::{
    ACCOUNT, AUDIT, EVENTS, FUNCTION, KEY, LOOK, NOW, TARGET, bucket_policy, intact, invoke_policy,
    key_policy, policy, seen, source_conditions, statement, trust, with, wrong,
};
use crate::{
    AccountFilter, Encryption, Facts, LogGroup, NotFacts, Part, Severity, checks, days_until_the_end,
};

fn refused<T>() -> Part<T> {
    Part::NotSeen { reason: "x:Call on y: AccessDenied: no".to_owned() }
}

fn group<'a>(facts: &'a mut Facts, name: &str) -> &'a mut LogGroup {
    facts.log_groups.iter_mut().find(|group| group.name == name).unwrap()
}

fn some<T>(part: &mut Part<Option<T>>) -> &mut T {
    match part {
        Part::Seen { value: Some(value), .. } => value,
        _ => panic!("it is there"),
    }
}

fn list<T>(part: &mut Part<T>) -> &mut T {
    match part {
        Part::Seen { value, .. } => value,
        Part::NotSeen { .. } => panic!("it was seen"),
    }
}

#[test]
fn an_intact_account_is_clean_and_every_check_is_made_of_it() {
    let facts = intact();
    assert_eq!(wrong(&facts), []);
    let made: HashSet<&str> = checks(&facts).iter().map(|finding| finding.check.id).collect();
    // No account has a filter of the whole account or a key of its archive unless somebody wants them.
    let missing: Vec<&str> = ALL.iter().map(|check| check.id).filter(|id| !made.contains(id)).collect();
    assert_eq!(missing, ["account-filter-loop", "archive-key"]);
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
        assert_eq!(finding.fix.is_none(), finding.severity == Severity::Ok, "{finding:?}");
    }
}

#[test]
fn email_events_that_are_off_are_found() {
    let found = with(|facts| list(&mut facts.organizations)[0].email_events = seen(None));
    assert_eq!(found, [("email-events", Broken)]);
}

#[test]
fn a_log_group_of_email_events_that_is_gone_or_elsewhere_is_found() {
    let found = with(|facts| group(facts, EVENTS).settings = seen(None));
    assert_eq!(found, [("email-log-group", Broken)]);
    let found = with(|facts| {
        let events = some(&mut list(&mut facts.organizations)[0].email_events);
        events.log_group_arn = events.log_group_arn.replace("eu-west-1", "us-east-1");
    });
    assert_eq!(found, [("email-log-group", Broken)]);
}

#[test]
fn a_retention_of_a_few_days_is_found() {
    let found = with(|facts| some(&mut group(facts, EVENTS).settings).retention_days = Some(3));
    assert_eq!(found, [("email-retention", Look)]);
    assert_eq!(with(|facts| some(&mut group(facts, EVENTS).settings).retention_days = None), []);
}

#[test]
fn a_role_that_is_gone_or_lets_nobody_or_strangers_in_is_found() {
    let role = "workmail-events";
    let with_role = |role_is| with(|facts| drop(facts.roles.insert(role.to_owned(), seen(role_is))));
    assert_eq!(with_role(None), [("email-role", Broken)]);
    let of = |trust: String| Some(crate::Role { trust });
    assert_eq!(with_role(of(trust(false))), [("email-role", Look)]);
    assert_eq!(with_role(of(trust(true).replace("events.workmail", "lambda"))), [("email-role", Broken)]);
    assert_eq!(with_role(of(trust(true).replace(ACCOUNT, "444455556666"))), [("email-role", Broken)]);
}

#[test]
fn masked_addresses_are_found_wherever_they_are_masked() {
    let masks = r#"{"Statement":[{"DataIdentifier":["arn:aws:dataprotection::aws:data-identifier/EmailAddress"],
        "Operation":{"Deidentify":{"MaskConfig":{}}}}]}"#;
    let found = with(|facts| group(facts, AUDIT).masking = seen(Some(masks.to_owned())));
    assert_eq!(found, [("masking", Look)]);
    let found = with(|facts| facts.account_masking = seen(vec![masks.to_owned()]));
    assert_eq!(found, [("masking", Look), ("masking", Look)]);
    let cards = masks.replace("EmailAddress", "CreditCardNumber");
    assert_eq!(with(|facts| group(facts, AUDIT).masking = seen(Some(cards))), []);
}

#[test]
fn an_audit_log_without_a_delivery_is_found() {
    let found = with(|facts| list(&mut facts.inventory.deliveries).retain(|delivery| delivery.id != "d1"));
    assert_eq!(found, [("audit-log-delivered", Broken)]);
}

#[test]
fn a_source_whose_organization_is_gone_is_found_once() {
    let found =
        with(|facts| list(&mut facts.inventory.delivery_sources)[1].status = Some("INACTIVE".to_owned()));
    assert_eq!(found, [("audit-log-active", Broken)]);
}

#[test]
fn a_delivery_without_a_mandatory_field_is_found() {
    let found = with(|facts| drop(list(&mut facts.inventory.deliveries)[1].record_fields.remove(0)));
    assert_eq!(found, [("audit-log-fields", Broken)]);
    assert_eq!(with(|facts| list(&mut facts.inventory.deliveries)[1].record_fields.clear()), []);
}

#[test]
fn lines_of_text_without_names_of_their_columns_are_found() {
    let plain = |facts: &mut Facts| {
        list(&mut facts.inventory.delivery_destinations)[0].output_format = Some("plain".to_owned());
    };
    assert_eq!(with(plain), [("audit-log-format", Look); 5]);
    let found = with(|facts| {
        plain(facts);
        let environment = &mut some(&mut facts.functions[0].settings).environment;
        list(environment).insert("MAILTRAIL_COLUMNS".to_owned(), format!("{AUDIT}=event_timestamp|user_id"));
    });
    assert_eq!(found, []);
}

#[test]
fn a_log_group_of_audit_logs_that_is_gone_is_found() {
    let found = with(|facts| group(facts, AUDIT).settings = seen(None));
    assert_eq!(found, [("audit-log-destination", Broken); 5]);
}

#[test]
fn audit_logs_that_no_policy_lets_in_are_found() {
    let found = with(|facts| list(&mut facts.inventory.account_policies).clear());
    assert_eq!(found, [("audit-log-allowed", Broken); 5]);
}

#[test]
fn a_missing_role_of_log_delivery_is_found_where_a_stream_needs_it() {
    let gone =
        |facts: &mut Facts| drop(facts.roles.insert("AWSServiceRoleForLogDelivery".to_owned(), seen(None)));
    assert_eq!(with(gone), [("log-delivery-role", Broken)]);
    let found = with(|facts| {
        gone(facts);
        list(&mut facts.inventory.deliveries).retain(|delivery| delivery.id != "fh");
    });
    assert_eq!(found, []);
}

#[test]
fn a_log_group_that_nothing_archives_is_found() {
    let found = with(|facts| list(&mut group(facts, EVENTS).filters).clear());
    assert_eq!(found, [("subscribed", Broken)]);
    // A filter to somebody else's function is none of ours.
    let found = with(|facts| {
        list(&mut group(facts, EVENTS).filters)[0].destination_arn =
            crate::planted::arn("lambda", "function:other");
    });
    assert_eq!(found, [("subscribed", Broken)]);
    let found = with(|facts| facts.named_groups = ["/example/trail".to_owned()].into());
    assert!(found.contains(&("subscribed", Unknown)), "{found:?}");
}

#[test]
fn a_filter_of_the_whole_account_archives_too_and_must_leave_us_out() {
    let document = format!(
        r#"{{"DestinationArn":"{}","FilterPattern":""}}"#,
        crate::planted::arn("lambda", &format!("function:{FUNCTION}"))
    );
    let filter = |selection: &str| AccountFilter {
        name: "all".to_owned(),
        document: document.clone(),
        selection: selection.to_owned(),
    };
    let own = format!(r#"LogGroupName NOT IN ["/aws/lambda/{FUNCTION}"]"#);
    let found = with(|facts| {
        facts.account_filters = seen(vec![filter(&own)]);
        list(&mut group(facts, EVENTS).filters).clear();
    });
    assert_eq!(found, []);
    let found = with(|facts| facts.account_filters = seen(vec![filter("")]));
    assert_eq!(found, [("account-filter-loop", Broken)]);
}

#[test]
fn a_pattern_that_swallows_events_is_found() {
    for pattern in ["BOUNCED", "{ $.event.eventName = \"BOUNCED\" }", "{ $."] {
        let found = with(|facts| list(&mut group(facts, EVENTS).filters)[0].pattern = pattern.to_owned());
        assert_eq!(found, [("filter-pattern", Look)], "{pattern}");
    }
    assert_eq!(with(|facts| list(&mut group(facts, EVENTS).filters)[0].pattern = " ".to_owned()), []);
}

#[test]
fn a_function_that_cloudwatch_logs_may_not_invoke_is_found() {
    let found = with(|facts| facts.functions[0].policy = seen(None));
    assert_eq!(found, [("invoke-permission", Broken); 2]);
    let other = invoke_policy(true).replace(ACCOUNT, "444455556666");
    let found = with(|facts| facts.functions[0].policy = seen(Some(other)));
    assert_eq!(found, [("invoke-permission", Broken); 2]);
}

#[test]
fn a_function_that_anybody_can_have_invoked_is_found() {
    let found = with(|facts| facts.functions[0].policy = seen(Some(invoke_policy(false))));
    assert_eq!(found, [("function-policy-source", Look)]);
}

#[test]
fn a_policy_of_a_function_without_room_is_found() {
    let statements: Vec<String> =
        (0..55).map(|_| invoke_policy(true)).map(|text| text[37..text.len() - 2].to_owned()).collect();
    let full = policy(&statements);
    assert!(full.len() > 80 * 20_480 / 100, "{}", full.len());
    let found = with(|facts| facts.functions[0].policy = seen(Some(full)));
    assert_eq!(found, [("function-policy-room", Look)]);
}

#[test]
fn a_function_that_cannot_run_is_found() {
    let found = with(|facts| some(&mut facts.functions[0].settings).state = "Failed".to_owned());
    assert_eq!(found, [("function-active", Broken)]);
}

#[test]
fn a_function_without_an_archive_is_found_where_it_is_named() {
    let found = with(|facts| {
        facts.named_functions.insert(FUNCTION.to_owned());
        list(&mut some(&mut facts.functions[0].settings).environment).remove("MAILTRAIL_ARCHIVE");
    });
    assert_eq!(found, [("function-archive", Broken)]);
}

#[test]
fn a_function_that_is_sent_its_own_logs_is_found() {
    let found = with(|facts| {
        let filters = list(&mut group(facts, EVENTS).filters).clone();
        group(facts, &format!("/aws/lambda/{FUNCTION}")).filters = seen(filters);
    });
    assert_eq!(found, [("own-logs-subscribed", Broken)]);
    // A function that never ran has no log group yet.
    let found = with(|facts| {
        let own = group(facts, &format!("/aws/lambda/{FUNCTION}"));
        (own.settings, own.filters) = (seen(None), Part::default());
    });
    assert_eq!(found, []);
}

#[test]
fn a_stream_that_takes_nothing_is_found_for_each_reason() {
    let tag = |value: &str| [("LogDeliveryEnabled".to_owned(), value.to_owned())].into();
    assert_eq!(with(|facts| list(&mut facts.streams[0].tags).clear()), [("stream-tag", Broken)]);
    assert_eq!(with(|facts| facts.streams[0].tags = seen(tag("True"))), [("stream-tag", Broken)]);
    assert_eq!(with(|facts| facts.streams[0].settings = seen(None)), [("stream-active", Broken)]);
    let found = with(|facts| some(&mut facts.streams[0].settings).status = "DELETING".to_owned());
    assert_eq!(found, [("stream-active", Broken)]);
    let found =
        with(|facts| some(&mut facts.streams[0].settings).source = "KinesisStreamAsSource".to_owned());
    assert_eq!(found, [("stream-source", Broken)]);
    let found = with(|facts| some(&mut facts.streams[0].settings).decompresses = true);
    assert_eq!(found, [("stream-decompression", Broken)]);
}

#[test]
fn a_bucket_that_logs_cannot_be_delivered_to_is_found_for_each_reason() {
    let with_policy = |text: String| with(|facts| facts.buckets[0].policy = seen(Some(text)));
    assert_eq!(with(|facts| facts.buckets[0].policy = seen(None)), [("bucket-policy", Broken)]);
    assert_eq!(with(|facts| facts.buckets[0].exists = seen(false)), [("bucket-owner", Broken)]);
    assert_eq!(with(|facts| facts.buckets[0].owner_fits = seen(false)), [("bucket-owner", Look)]);
    assert_eq!(with_policy(bucket_policy(LOOK, false)), [("bucket-acl-condition", Look)]);
    assert_eq!(with_policy(bucket_policy(r#""s3:GetBucketAcl""#, true)), [("bucket-list-noise", Look)]);
    let open = statement(r#""s3:PutObject","s3:GetBucketAcl","s3:ListBucket""#, "*", "");
    let found = with_policy(policy(&[open]));
    assert_eq!(found, [("bucket-acl-condition", Look), ("bucket-policy-source", Look)]);
    let trap = format!(
        r#"{{"Sid":"Trap","Effect":"Deny","NotPrincipal":{{"AWS":"arn:aws:iam::{ACCOUNT}:root"}},"Action":"s3:DeleteObject","Resource":"*"}}"#
    );
    let whole = bucket_policy(LOOK, true);
    let trapped = whole.replacen("\"Statement\":[", &format!("\"Statement\":[{trap},"), 1);
    assert_eq!(with_policy(trapped.clone()), [("bucket-not-principal", Look)]);
    let found = with_policy(trapped.replace("s3:DeleteObject", "s3:*"));
    assert_eq!(found, [("bucket-policy", Broken), ("bucket-not-principal", Look)]);
}

#[test]
fn logs_that_would_arrive_unreadable_are_found() {
    let encrypted = |key: Option<&str>| {
        let key = key.map(str::to_owned);
        with(|facts| {
            facts.buckets[0].encryption = seen(Some(Encryption { algorithm: "aws:kms".to_owned(), key }));
        })
    };
    assert_eq!(encrypted(None), [("bucket-encryption", Broken)]);
    assert_eq!(encrypted(Some("alias/aws/s3")), [("bucket-encryption", Broken)]);
    let found = with(|facts| some(&mut facts.keys.get_mut(KEY).unwrap().settings).manager = "AWS".to_owned());
    assert_eq!(found, [("bucket-encryption", Broken)]);
}

#[test]
fn a_key_that_log_delivery_cannot_use_is_found_for_each_reason() {
    let with_key = |plant: fn(&mut crate::Key)| with(|facts| plant(facts.keys.get_mut(KEY).unwrap()));
    assert_eq!(with_key(|key| key.settings = seen(None)), [("key-state", Broken)]);
    let found = with_key(|key| some(&mut key.settings).state = "PendingDeletion".to_owned());
    assert_eq!(found, [("key-state", Broken)]);
    let found = with_key(|key| {
        key.policy = seen(Some(key_policy(r#""kms:Decrypt""#, &source_conditions(false))));
    });
    assert_eq!(found, [("key-policy", Broken)]);
    let found = with_key(|key| key.policy = seen(Some(key_policy(r#""kms:*""#, ""))));
    assert_eq!(found, [("key-policy-source", Look)]);
}

#[test]
fn resource_policies_are_audited() {
    let found = with(|facts| {
        let policy = &mut list(&mut facts.inventory.account_policies)[0];
        policy.document = policy.document.replace(r#""aws:SourceAccount""#, r#""aws:PrincipalTag/x""#);
        policy.document = policy.document.replace(r#""aws:SourceArn""#, r#""aws:PrincipalTag/y""#);
    });
    assert!(found.contains(&("resource-policy", Look)), "{found:?}");
}

#[test]
fn an_archive_that_cannot_be_written_to_is_found_for_each_reason() {
    assert_eq!(with(|facts| facts.buckets[1].exists = seen(false)), [("archive-reached", Broken)]);
    assert_eq!(with(|facts| facts.buckets[1].owner_fits = seen(false)), [("archive-owner", Broken)]);
    assert_eq!(with(|facts| facts.archives[0].owner = None), [("archive-owner", Look)]);
    let denies = r#"{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"*"}"#.to_owned();
    let found = with(|facts| facts.buckets[1].policy = seen(Some(policy(&[denies]))));
    assert_eq!(found, [("archive-open", Broken)]);
    let found = with(|facts| {
        some(&mut facts.keys.get_mut(KEY).unwrap().settings).state = "Disabled".to_owned();
        facts.archives[0].key = Some(KEY.to_owned());
    });
    assert_eq!(found, [("archive-key", Broken)]);
    assert_eq!(with(|facts| facts.archives.clear()), [("archive-reached", Look)]);
}

#[test]
fn the_end_of_workmail_is_counted_down_to() {
    assert_eq!(days_until_the_end(NOW), 131);
    let day = 24 * 60 * 60 * 1000;
    assert_eq!(days_until_the_end(NOW + 131 * day + day - 1), 0);
    assert_eq!(with(|facts| facts.at += 131 * day), []);
    assert_eq!(with(|facts| facts.at += 132 * day), [("workmail-end", Look)]);
}

#[test]
fn events_from_before_the_filter_are_found_unless_the_archive_begins_before_them() {
    let old = NOW - 20 * 24 * 60 * 60 * 1000;
    let found = with(|facts| group(facts, EVENTS).first_event = seen(Some(old)));
    assert_eq!(found, [("archived-from-the-start", Look)]);
    let found = with(|facts| {
        group(facts, EVENTS).first_event = seen(Some(old));
        facts.archives[0].first_day = seen(Some("20261031".to_owned()));
    });
    assert_eq!(found, []);
    let found = with(|facts| {
        group(facts, EVENTS).first_event = seen(Some(old));
        facts.archives[0].first_day = refused();
    });
    assert_eq!(found, [("archived-from-the-start", Unknown)]);
    assert_eq!(with(|facts| group(facts, EVENTS).first_event = seen(None)), []);
}

#[test]
fn what_was_not_seen_is_unknown_and_says_which_call_was_refused() {
    let plants: [(&str, fn(&mut Facts)); 12] = [
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
    for (id, plant) in plants {
        let mut facts = intact();
        plant(&mut facts);
        let findings = checks(&facts);
        let unknown: Vec<_> = findings.iter().filter(|it| it.severity == Unknown).collect();
        assert!(unknown.iter().any(|it| it.check.id == id), "{id}: {unknown:?}");
        assert!(unknown.iter().all(|it| it.seen.contains("x:Call")), "{id}: {unknown:?}");
        assert!(findings.iter().all(|it| it.severity != Broken), "{id}: {findings:?}");
    }
}

#[test]
fn a_snapshot_is_read_back_as_it_was() {
    let facts = intact();
    let text = serde_json::to_string(&facts).unwrap();
    assert_eq!(Facts::from_json(&text).unwrap(), facts);
    assert!(matches!(Facts::from_json(r#"{"account_policies": []}"#), Err(NotFacts::Format(_))));
    assert!(matches!(Facts::from_json("resourcePolicies"), Err(NotFacts::Json(_))));
}

#[test]
fn buckets_are_named_with_what_was_seen() {
    let mut facts = intact();
    facts.buckets[0].policy = seen(None);
    let finding = checks(&facts).into_iter().find(|finding| finding.severity == Broken).unwrap();
    assert!(finding.resource.contains(TARGET));
    assert!(finding.fix.unwrap().contains(&format!("--bucket {TARGET}")));
}
