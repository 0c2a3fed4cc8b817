//! A thousand batches through a storm, and each of them accounted for.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use mailtrail_aws_client::{Deadline, RetryPolicy};
use mailtrail_delivery::StreamLedger;
use mailtrail_faulty_aws::{FaultKind, Faults, FaultyAws};
use mailtrail_pipeline::{Pipeline, Problem, Run};
use mailtrail_samples::{Batch, Traffic, envelope};
use mailtrail_subscription::BatchId;
use mailtrail_watch::WatchList;

use crate::common::{Key, lines, now, payload, records};
use crate::setup::{Process, TOPIC, content, lines_of_stream, server};

const SEED: u64 = 20_261_120;
const BATCHES: usize = 1_000;
/// How many are on their way at a time.
const AT_ONCE: usize = 16;
/// Bounced mail is watched for.
const WATCHES: &str = r#"[{"name": "bounces", "pattern": "BOUNCED"}]"#;
/// Few tries, so that some runs fail and some records stay behind.
const SHORT_OF_PATIENCE: RetryPolicy =
    RetryPolicy { first: Duration::from_millis(1), longest: Duration::from_millis(4), tries: 3 };

/// One to sixty events each, most of them small as in life, now and then over midnight.
fn traffic() -> Vec<Batch> {
    let mut traffic = Traffic::new(SEED).with_gap(120_000);
    let size = |number: usize| if number.is_multiple_of(5) { number * 7 % 60 } else { number % 12 };
    (0..BATCHES).map(|number| traffic.batch(1 + size(number))).collect()
}

/// A batch, what became of it in the end, and how many runs failed before.
struct Delivered {
    batch: Batch,
    run: Run,
    failures: usize,
}

/// Runs a batch again until the run reports no failure, as Lambda does.
async fn deliver(pipeline: &Pipeline, batch: Batch) -> Delivered {
    let payload = payload(batch.to_invocation());
    for failures in 0..50 {
        let run = pipeline.run(&payload, now(), Deadline::NEVER).await;
        match &run.failure {
            None => return Delivered { batch, run, failures },
            Some(failure) => {
                assert!(failure.to_string().contains("the archive s3://storm/mail/2026"), "{failure}");
            }
        }
    }
    panic!("a batch fails permanently");
}

#[tokio::test]
async fn a_thousand_batches_survive_a_storm() {
    let aws = server();
    aws.create_bucket("calm");
    aws.create_bucket("storm");
    let calm = Process::new(&aws).bucket("calm").pipeline(&[]);
    calm.watch(WatchList::parse(WATCHES).0);
    let undisturbed = stream::iter(traffic()).map(|batch| deliver(&calm, batch));
    assert_eq!(
        undisturbed.buffer_unordered(AT_ONCE).filter(|it| std::future::ready(it.failures == 0)).count().await,
        BATCHES
    );

    aws.set_faults(Faults::storm(SEED).slow_by(Duration::from_millis(3)));
    let process = Process::patient(&aws, Duration::ZERO, SHORT_OF_PATIENCE).bucket("storm");
    let pipeline = process.pipeline(&["firehose:all?packing=off", "firehose:mail?classes=email_activity"]);
    let pipeline = pipeline.with_topic(process.topic());
    pipeline.watch(WatchList::parse(WATCHES).0);
    let delivered = stream::iter(traffic()).map(|batch| deliver(&pipeline, batch));
    let delivered: Vec<Delivered> = delivered.buffer_unordered(AT_ONCE).collect().await;

    let expected = content(&aws, "calm");
    let (kept, undelivered): (BTreeMap<_, _>, BTreeMap<_, _>) = content(&aws, "storm")
        .into_iter()
        .partition(|(key, _)| !matches!(Key::parse(key), Key::Undelivered { .. }));
    assert!(kept.keys().eq(expected.keys()), "other keys than without a storm");
    assert!(kept == expected, "other contents than without a storm");

    let batches = by_batch(&kept);
    for one in &delivered {
        check_ledger(one, &undelivered);
        check_archive(one, &batches);
    }
    check_announcements(&aws, &delivered);
    check_stream(&aws, "all", &kept, &undelivered, |_| true);
    check_stream(&aws, "mail", &kept, &undelivered, |key| key.starts_with("email_activity/"));

    assert!(delivered.iter().any(|one| one.failures > 0), "no run failed: the storm is too weak");
    for at in 0..2 {
        let some_stayed = delivered.iter().any(|one| one.run.ledger.streams[at].undelivered > 0);
        assert!(some_stayed, "everything was delivered: the storm is too weak");
    }
    let struck: BTreeSet<FaultKind> = aws.fault_counts().into_keys().collect();
    assert_eq!(struck, BTreeSet::from(FaultKind::ALL));
}

/// The keys of each batch, by the id that is in all of them.
fn by_batch(kept: &BTreeMap<String, Bytes>) -> BTreeMap<String, Vec<(&str, &Bytes)>> {
    let mut batches: BTreeMap<String, Vec<(&str, &Bytes)>> = BTreeMap::new();
    for (key, body) in kept {
        if let Key::Raw { batch, .. } | Key::Records { batch, .. } = Key::parse(key) {
            batches.entry(batch.to_owned()).or_default().push((key, body));
        }
    }
    batches
}

fn check_ledger(one: &Delivered, undelivered: &BTreeMap<String, Bytes>) {
    let (events, ledger) = (one.batch.events.len() as u64, &one.run.ledger);
    assert!(ledger.balanced(), "{ledger:?}");
    assert_eq!((ledger.payloads, ledger.decoded_payloads, ledger.events), (1, 1, events));
    assert_eq!((ledger.archived, ledger.refused), (events, 0));
    for StreamLedger { stream, gated, filtered, undelivered: left, .. } in &ledger.streams {
        let mail = ledger.by_class.get("email_activity").copied().unwrap_or_default();
        assert_eq!((*gated, *filtered), (0, if stream == "mail" { events - mail } else { 0 }));
        let named = one.run.problems.iter().find_map(|problem| match problem {
            Problem::Undelivered { stream: of, events, key, .. } if of == stream => Some((*events, key)),
            _ => None,
        });
        assert_eq!(named.map_or(0, |(events, _)| events), *left);
        if let Some((events, key)) = named {
            // Of a batch that ran before, the object is that of the first run.
            assert!(one.failures > 0 || lines(&undelivered[key]).len() as u64 == events, "{key}");
        }
    }
}

/// Raw bytes exact; every event in exactly one class object, once.
fn check_archive(one: &Delivered, batches: &BTreeMap<String, Vec<(&str, &Bytes)>>) {
    let json = String::from_utf8(one.batch.to_json()).unwrap();
    let id = BatchId::of(&mailtrail_subscription::batches(&json).unwrap()).to_string();
    let (mut raw, mut found, mut keys) = (0, Vec::new(), Vec::new());
    for &(key, body) in &batches[&id] {
        if let Key::Raw { .. } = Key::parse(key) {
            assert!(*body == one.batch.to_gzip(), "{key} is not what was sent");
            raw += 1;
        } else {
            found.extend(records(key, body).into_iter().map(|record| (record.metadata.uid, record.time)));
            keys.push(key.to_owned());
        }
    }
    assert_eq!(raw, 1);
    assert_eq!(BTreeSet::from_iter(&one.run.objects), keys.iter().collect());
    let mut sent: Vec<_> = one.batch.events.iter().map(|event| (event.id.clone(), event.timestamp)).collect();
    sent.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, sent);
}

/// A batch with bounced mail was announced, or the run says that it could not be; nothing else was announced.
fn check_announcements(aws: &FaultyAws, delivered: &[Delivered]) {
    let told: BTreeSet<String> = aws.messages(TOPIC).into_iter().map(|message| message.body).collect();
    let mut missed = 0;
    for Delivered { batch, run, .. } in delivered {
        let bounced = batch.events.iter().filter(|event| event.message.contains("BOUNCED")).count() as u64;
        let [watched] = &run.watched[..] else {
            assert_eq!((bounced, run.watched.len()), (0, 0));
            continue;
        };
        assert_eq!((watched.watch.as_str(), watched.events), ("bounces", bounced));
        let id = BatchId::of(
            &mailtrail_subscription::batches(&String::from_utf8(batch.to_json()).unwrap()).unwrap(),
        );
        let is_told = told.iter().any(|body| body.contains(&format!("\"id\": \"{id}/bounces\"")));
        missed += usize::from(watched.was_announced() == Some(false));
        assert!(is_told || watched.was_announced() == Some(false), "{watched:?}");
    }
    assert!(missed > 0, "everything was announced: the storm is too weak");
}

/// Every event that the stream wants is in it, or kept as undelivered; and nothing else is in it.
fn check_stream(
    aws: &FaultyAws,
    name: &str,
    kept: &BTreeMap<String, Bytes>,
    undelivered: &BTreeMap<String, Bytes>,
    wants: impl Fn(&str) -> bool,
) {
    let objects = kept.iter().filter(|(key, _)| matches!(Key::parse(key), Key::Records { .. }) && wants(key));
    let wanted: HashSet<String> = objects.flat_map(|(_, body)| lines(body)).collect();
    let mut met: HashSet<String> = lines_of_stream(aws, name).into_iter().collect();
    for (key, body) in undelivered {
        if matches!(Key::parse(key), Key::Undelivered { stream, .. } if stream == name) {
            met.extend(lines(body));
        }
    }
    assert_eq!(wanted.difference(&met).count(), 0, "lost on the way to the stream {name}");
    assert_eq!(met.difference(&wanted).count(), 0, "invented on the way to the stream {name}");
}

#[tokio::test]
async fn what_cannot_be_read_is_quarantined_once_in_any_storm() {
    let aws = server();
    let pipeline = Process::patient(&aws, Duration::ZERO, SHORT_OF_PATIENCE).pipeline(&["firehose:all"]);
    aws.set_faults(Faults::storm(SEED).slow_by(Duration::from_millis(3)));
    let mut traffic = Traffic::new(SEED);
    let mut failures = 0;
    for number in 0..60 {
        let good = traffic.batch(3).to_gzip();
        let payload = payload(envelope::invocation(&good[..good.len() - 1 - number % 5]));
        let run = loop {
            let run = pipeline.run(&payload, now(), Deadline::NEVER).await;
            if run.failure.is_none() {
                break run;
            }
            failures += 1;
        };
        assert!(run.ledger.balanced());
        assert_eq!((run.ledger.quarantined_payloads, run.ledger.events), (1, 0));
        let [Problem::Quarantined(quarantined)] = &run.problems[..] else { panic!("{:?}", run.problems) };
        assert_eq!(content(&aws, "archive")[&quarantined.key], payload.bytes());
    }
    let kept = content(&aws, "archive");
    assert_eq!(kept.len(), 2 * 60);
    assert!(
        kept.keys().all(|key| matches!(Key::parse(key), Key::Quarantined { reason: "truncated_gzip", .. }))
    );
    assert!(failures > 0, "no run failed: the storm is too weak");
    assert!(aws.records("all").is_empty());
}
