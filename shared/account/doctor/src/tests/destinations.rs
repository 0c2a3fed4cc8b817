//! Streams, buckets, keys, policies, the archive, and the end of support for `WorkMail`.

use super::{group, list, refused, some};
use crate::Severity::{Broken, Unknown, Warning};
use crate::fixtures::{
    ACCOUNT, EVENTS, KEY, LIST_ACTIONS, NOW, ORGANIZATION, TARGET, arn, bucket_policy, intact, key_policy,
    policy, problems, problems_after, seen, source_conditions, statement,
};
use mailtrail_aws_types::days_until_end_of_support;

use crate::{Days, Encryption, Facts, checks};

#[test]
fn a_stream_that_takes_nothing_is_found_for_each_reason() {
    let tag = |value: &str| [("LogDeliveryEnabled".to_owned(), value.to_owned())].into();
    assert_eq!(problems_after(|facts| list(&mut facts.streams[0].tags).clear()), [("stream-tag", Broken)]);
    assert_eq!(problems_after(|facts| facts.streams[0].tags = seen(tag("True"))), [("stream-tag", Broken)]);
    assert_eq!(problems_after(|facts| facts.streams[0].settings = seen(None)), [("stream-active", Broken)]);
    let found = problems_after(|facts| some(&mut facts.streams[0].settings).status = "DELETING".to_owned());
    assert_eq!(found, [("stream-active", Broken)]);
    let found = problems_after(|facts| {
        some(&mut facts.streams[0].settings).source = "KinesisStreamAsSource".to_owned();
    });
    assert_eq!(found, [("stream-source", Broken)]);
    let found = problems_after(|facts| some(&mut facts.streams[0].settings).decompresses = true);
    assert_eq!(found, [("stream-decompression", Broken)]);
}

#[test]
fn a_bucket_that_logs_cannot_be_delivered_to_is_found_for_each_reason() {
    let with_policy = |text: String| problems_after(|facts| facts.buckets[0].policy = seen(Some(text)));
    assert_eq!(problems_after(|facts| facts.buckets[0].policy = seen(None)), [("bucket-policy", Broken)]);
    assert_eq!(problems_after(|facts| facts.buckets[0].exists = seen(false)), [("bucket-owner", Broken)]);
    assert_eq!(
        problems_after(|facts| facts.buckets[0].owner_fits = seen(false)),
        [("bucket-owner", Warning)]
    );
    assert_eq!(with_policy(bucket_policy(LIST_ACTIONS, false)), [("bucket-acl-condition", Warning)]);
    assert_eq!(with_policy(bucket_policy(r#""s3:GetBucketAcl""#, true)), [("bucket-list-noise", Warning)]);
    let open = statement(r#""s3:PutObject","s3:GetBucketAcl","s3:ListBucket""#, "*", "");
    let found = with_policy(policy(&[open]));
    assert_eq!(found, [("bucket-acl-condition", Warning), ("bucket-policy-source", Warning)]);
    let not_principal = format!(
        r#"{{"Sid":"Trap","Effect":"Deny","NotPrincipal":{{"AWS":"arn:aws:iam::{ACCOUNT}:root"}},"Action":"s3:DeleteObject","Resource":"*"}}"#
    );
    let whole = bucket_policy(LIST_ACTIONS, true);
    let with_it = whole.replacen("\"Statement\":[", &format!("\"Statement\":[{not_principal},"), 1);
    assert_eq!(with_policy(with_it.clone()), [("bucket-not-principal", Warning)]);
    let found = with_policy(with_it.replace("s3:DeleteObject", "s3:*"));
    assert_eq!(found, [("bucket-policy", Broken), ("bucket-not-principal", Warning)]);
}

#[test]
fn an_encryption_that_log_delivery_cannot_use_is_found() {
    let encrypted = |key: Option<&str>| {
        let key = key.map(str::to_owned);
        problems_after(|facts| {
            facts.buckets[0].encryption = seen(Some(Encryption { algorithm: "aws:kms".to_owned(), key }));
        })
    };
    assert_eq!(encrypted(None), [("bucket-encryption", Broken)]);
    assert_eq!(encrypted(Some("alias/aws/s3")), [("bucket-encryption", Broken)]);
    let found = problems_after(|facts| {
        some(&mut facts.keys.get_mut(KEY).unwrap().settings).manager = "AWS".to_owned();
    });
    assert_eq!(found, [("bucket-encryption", Broken)]);
}

#[test]
fn a_key_that_log_delivery_cannot_use_is_found_for_each_reason() {
    let with_key =
        |plant: fn(&mut crate::Key)| problems_after(|facts| plant(facts.keys.get_mut(KEY).unwrap()));
    assert_eq!(with_key(|key| key.settings = seen(None)), [("key-state", Broken)]);
    let found = with_key(|key| some(&mut key.settings).state = "PendingDeletion".to_owned());
    assert_eq!(found, [("key-state", Broken)]);
    let found = with_key(|key| {
        key.policy = seen(Some(key_policy(r#""kms:Decrypt""#, &source_conditions(false))));
    });
    assert_eq!(found, [("key-policy", Broken)]);
    let found = with_key(|key| key.policy = seen(Some(key_policy(r#""kms:*""#, ""))));
    assert_eq!(found, [("key-policy-source", Warning)]);
}

#[test]
fn resource_policies_are_audited() {
    let found = problems_after(|facts| {
        let policy = &mut list(&mut facts.inventory.account_policies)[0];
        policy.document = policy.document.replace(r#""aws:SourceAccount""#, r#""aws:PrincipalTag/x""#);
        policy.document = policy.document.replace(r#""aws:SourceArn""#, r#""aws:PrincipalTag/y""#);
    });
    assert!(found.contains(&("resource-policy", Warning)), "{found:?}");
}

#[test]
fn an_archive_that_cannot_be_written_to_is_found_for_each_reason() {
    assert_eq!(problems_after(|facts| facts.buckets[1].exists = seen(false)), [("archive-reached", Broken)]);
    assert_eq!(
        problems_after(|facts| facts.archives[0].owner_fits = seen(false)),
        [("archive-owner", Broken)]
    );
    assert_eq!(problems_after(|facts| facts.archives[0].owner = None), [("archive-owner", Warning)]);
    let denies = r#"{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"*"}"#.to_owned();
    let found = problems_after(|facts| facts.buckets[1].policy = seen(Some(policy(&[denies]))));
    assert_eq!(found, [("archive-open", Broken)]);
    let tls = r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*",
        "Condition":{"NumericLessThan":{"s3:TlsVersion":"1.2"}}}"#;
    let found = problems_after(|facts| facts.buckets[1].policy = seen(Some(policy(&[tls.to_owned()]))));
    assert_eq!(found, [("archive-open", Unknown)]);
    let found = problems_after(|facts| {
        some(&mut facts.keys.get_mut(KEY).unwrap().settings).state = "Disabled".to_owned();
        facts.archives[0].key = Some(KEY.to_owned());
    });
    assert_eq!(found, [("archive-key", Broken)]);
    let found = problems_after(|facts| {
        some(&mut facts.keys.get_mut(KEY).unwrap().settings).state = "Disabled".to_owned();
        facts.buckets[0].encryption = seen(None);
        facts.buckets[1].encryption =
            seen(Some(Encryption { algorithm: "aws:kms".to_owned(), key: Some(KEY.to_owned()) }));
    });
    assert_eq!(found, [("archive-key", Broken)]);
    assert!(problems(&Facts::default()).contains(&("archive-reached", Warning)));
    let folder = |facts: &mut Facts| {
        let archive = &mut facts.archives[0];
        (archive.url, archive.bucket) = ("./archive".to_owned(), None);
        archive.functions.clear();
    };
    let found = problems_after(|facts| {
        facts.archives.push(facts.archives[0].clone());
        folder(facts);
        facts.archives[0].days = refused();
    });
    assert_eq!(found, [("archive-reached", Broken)]);
}

#[test]
fn an_archive_that_any_account_can_have_written_to_is_found() {
    let objects = "arn:aws:s3:::example-archive/*";
    let found = problems_after(|facts| {
        facts.buckets[1].policy = seen(Some(policy(&[statement(r#""s3:PutObject""#, objects, "")])));
    });
    assert_eq!(found, [("bucket-policy-source", Warning)]);
}

#[test]
fn the_days_until_the_end_of_support_are_counted() {
    assert_eq!(days_until_end_of_support(NOW), 131);
    let day = 24 * 60 * 60 * 1000;
    assert_eq!(days_until_end_of_support(NOW + 131 * day + day - 1), 0);
    // Nothing arrives meanwhile, and no directory is read.
    let [quiet, unread] = ["email-events-arriving", "archive-directory"].map(|check| (check, Warning));
    assert_eq!(problems_after(|facts| facts.at += 131 * day), [quiet, unread]);
    assert_eq!(problems_after(|facts| facts.at += 132 * day), [quiet, unread, ("workmail-end", Warning)]);
}

#[test]
fn events_from_before_the_filter_are_found_unless_the_archive_begins_before_them() {
    let old = NOW - 20 * 24 * 60 * 60 * 1000;
    let found = problems_after(|facts| group(facts, EVENTS).first_event = seen(Some(old)));
    assert_eq!(found, [("archived-from-the-start", Warning)]);
    let found = problems_after(|facts| {
        group(facts, EVENTS).first_event = seen(Some(old));
        facts.archives[0].days =
            seen(Some(Days { first: "20261031".to_owned(), last: "20261120".to_owned() }));
    });
    assert_eq!(found, []);
    let found = problems_after(|facts| {
        group(facts, EVENTS).first_event = seen(Some(old));
        facts.archives[0].days = refused();
    });
    assert_eq!(found, [("archive-newest", Unknown), ("archived-from-the-start", Unknown)]);
    assert_eq!(problems_after(|facts| group(facts, EVENTS).first_event = seen(None)), []);
}

#[test]
fn buckets_are_named_with_what_was_seen() {
    let mut facts = intact();
    facts.buckets[0].policy = seen(None);
    let finding = checks(&facts).into_iter().find(|finding| finding.severity == Broken).unwrap();
    assert!(finding.resource.contains(TARGET));
    assert!(finding.fix.unwrap().line().contains(&format!("--bucket {TARGET}")));
}

#[test]
fn the_policy_that_is_missing_is_printed_for_the_organization_that_logs() {
    let mut facts = intact();
    list(&mut facts.inventory.account_policies).clear();
    assert_eq!(problems(&facts), [("audit-log-allowed", Broken); 5]);
    let found = checks(&facts).into_iter().find(|finding| finding.check.id == "audit-log-allowed").unwrap();
    let fix = found.fix.unwrap();
    let organization = arn("workmail", &format!("organization/{ORGANIZATION}"));
    assert!(fix.commands[0].contains(&format!(" --resource {organization} ")), "{fix:?}");
    assert!(fix.advice.contains("only `aws logs put-resource-policy`"), "{fix:?}");
}
