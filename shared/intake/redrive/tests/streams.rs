//! Objects to a stream over HTTP: a stream that takes a part, one that fails, a process that dies anywhere. Nothing is lost,
//! and what was confirmed and written down is not sent again.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise, in its helpers too")]

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use mailtrail_archive::{Archive, S3Options, UNDELIVERED};
use mailtrail_aws_client::{Deadline, Pace, RetryPolicy, clients as aws};
use mailtrail_clock::Time;
use mailtrail_config::{IntakeConfig, StreamTarget};
use mailtrail_delivery::{FirehoseSink, Stream, TagGate};
use mailtrail_faulty_aws::{Config, FaultKind, Faults, FaultyAws, Operation};
use mailtrail_pipeline::Pipeline;
use mailtrail_redrive::{Counts, Fate, Found, Ledger, Receipt, Source, ToStream};
use mailtrail_samples::{REGION, Traffic};
use mailtrail_subscription::payloads;

const OPEN: &[(&str, &str)] = &[("LogDeliveryEnabled", "true")];
const PAYLOADS: u64 = 3;
/// More than two calls, of one event a record.
const EVENTS: u64 = 1_100;

/// An archive whose stream took nothing of what was archived.
struct Outage {
    aws: FaultyAws,
}

impl Outage {
    async fn new() -> Self {
        let aws = FaultyAws::start(Config::default().bucket("archive").stream("mail", OPEN)).unwrap();
        let outage = Self { aws };
        outage.aws.deny(Operation::PutRecordBatch);
        let config = IntakeConfig { region: Some(REGION.to_owned()), ..IntakeConfig::default() };
        let pipeline = Pipeline::new(outage.archive(), vec![outage.stream("firehose:mail", 1)], config);
        let mut traffic = Traffic::new(3);
        for _ in 0..PAYLOADS {
            let batch = traffic.batch(usize::try_from(EVENTS).unwrap());
            for payload in payloads(&batch.to_invocation().into()) {
                let run = pipeline.run(&payload, now(), Deadline::NEVER).await;
                assert_eq!((run.ledger.streams[0].undelivered, run.failure.is_none()), (EVENTS, true));
            }
        }
        outage.aws.allow(Operation::PutRecordBatch);
        outage
    }

    fn archive(&self) -> Archive {
        Archive::s3(aws::s3(&config(&self.aws)), "archive", "mail", S3Options::default())
    }

    fn stream(&self, target: &str, tries: u32) -> Stream {
        let target: StreamTarget = target.parse().unwrap();
        let client = aws::firehose(&config(&self.aws));
        let retry = RetryPolicy { first: Duration::from_millis(1), longest: Duration::from_millis(2), tries };
        let gate = Arc::new(TagGate::new(client.clone(), Duration::from_mins(1), retry).unlimited());
        let sink = FirehoseSink::new(client, target.name(), gate, retry);
        Stream::new(target, sink)
    }

    async fn open(&self, target: &str, tries: u32) -> ToStream {
        let (archive, pace) = (self.archive(), Arc::new(Pace::new(None)));
        let stream = self.stream(target, tries);
        ToStream::open(stream, Source::Undelivered, archive.reader(), Some(archive), pace).await.unwrap()
    }

    async fn keys(&self) -> Vec<String> {
        self.archive().reader().list(UNDELIVERED, Deadline::NEVER).await.unwrap()
    }

    /// Redrives every object that the stream did not take.
    async fn redrive(&self, target: &str, tries: u32) -> Ledger {
        let (to, reader, mut ledger) =
            (self.open(target, tries).await, self.archive().reader(), Ledger::default());
        for key in self.keys().await {
            let bytes = reader.get(&key, Deadline::NEVER).await.unwrap();
            let outcome = to.undelivered(Found { key: &key, bytes: &bytes }, now()).await;
            assert!(outcome.failure.is_none(), "{:?}", outcome.failure);
            ledger.add(outcome.fate, outcome.counts, outcome.quarantined_payloads);
        }
        assert!(ledger.balanced(), "{ledger:?}");
        ledger
    }

    /// How often the stream has each event.
    fn taken(&self) -> BTreeMap<String, usize> {
        let mut taken = BTreeMap::new();
        for record in self.aws.records("mail") {
            for line in String::from_utf8(record).unwrap().lines() {
                *taken.entry(line.to_owned()).or_default() += 1;
            }
        }
        taken
    }

    async fn receipts(&self) -> Vec<Receipt> {
        let reader = self.archive().reader();
        let mut receipts = Vec::new();
        for key in reader.list("redrive", Deadline::NEVER).await.unwrap() {
            receipts.push(serde_json::from_slice(&reader.get(&key, Deadline::NEVER).await.unwrap()).unwrap());
        }
        receipts
    }
}

fn config(aws: &FaultyAws) -> SdkConfig {
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "example", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(aws.endpoint())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(RetryConfig::disabled())
        .build()
}

/// 2026-11-21T10:15:05Z.
fn now() -> Time {
    Time::from_millis(1_795_256_105_000).unwrap()
}

#[tokio::test]
async fn what_a_stream_did_not_take_is_sent_once() {
    let outage = Outage::new().await;
    let first = outage.redrive("firehose:mail", 3).await;
    assert_eq!((first.counts.done, first.counts.left), (PAYLOADS * EVENTS, 0));
    let taken = outage.taken();
    assert_eq!(taken.len() as u64, PAYLOADS * EVENTS);
    assert!(taken.values().all(|&times| times == 1));
    let second = outage.redrive("firehose:mail", 3).await;
    assert_eq!((second.counts.already, second.objects_with(Fate::Already)), (PAYLOADS * EVENTS, PAYLOADS));
    assert_eq!(outage.taken(), taken);
}

#[tokio::test]
async fn a_stream_that_takes_a_part_gets_the_rest_and_no_event_twice() {
    for seed in 0..3 {
        let outage = Outage::new().await;
        // These fail before anything is taken, or say what was taken.
        let faults = Faults::none().seeded(seed);
        outage.aws.set_faults(
            faults.with(FaultKind::FirehoseUnavailable, 0.5).with(FaultKind::FirehosePartial, 0.3),
        );
        let mut parts = 0;
        for run in 0.. {
            assert!(run < 500, "no end");
            let ledger = outage.redrive("firehose:mail?packing=off", 1).await;
            parts += u32::from(ledger.counts.done > 0 && ledger.counts.left > 0);
            if ledger.counts.left == 0 {
                break;
            }
        }
        let taken = outage.taken();
        assert_eq!(taken.len() as u64, PAYLOADS * EVENTS, "seed {seed}");
        assert!(taken.values().all(|&times| times == 1), "seed {seed}");
        assert!(parts > 0, "the stream took all of it or nothing");
    }
}

#[tokio::test]
async fn a_stream_that_is_not_to_get_a_class_gets_it_later() {
    let outage = Outage::new().await;
    let first = outage.redrive("firehose:mail?classes=entity_management", 3).await;
    assert_eq!((first.counts.filtered, outage.taken().len()), (PAYLOADS * EVENTS, 0));
    assert!(outage.receipts().await.is_empty());
    let all = outage.redrive("firehose:mail?classes=email_activity", 3).await;
    let rest = outage.redrive("firehose:mail", 3).await;
    assert_eq!(all.counts.done + rest.counts.done, PAYLOADS * EVENTS);
    let last = outage.redrive("firehose:mail?classes=email_activity", 3).await;
    assert_eq!((last.counts.done, last.counts.filtered, last.counts.left), (0, 0, 0));
    assert!(outage.taken().values().all(|&times| times == 1));
}

/// Polls so often, then drops the work as it stands.
struct DiesAfter<'a, F> {
    polls: u32,
    work: Pin<&'a mut F>,
}

impl<F: Future> Future for DiesAfter<'_, F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls == 0 {
            return Poll::Ready(None);
        }
        self.polls -= 1;
        self.work.as_mut().poll(context).map(Some)
    }
}

#[tokio::test]
async fn wherever_a_run_dies_nothing_is_lost_and_what_has_a_receipt_is_not_sent_again() {
    let outage = Outage::new().await;
    let (mut deaths, mut polls) = (0, 1);
    loop {
        let died = {
            let work = pin!(outage.redrive("firehose:mail", 3));
            DiesAfter { polls, work }.await.is_none()
        };
        // A request that was sent may still be answered.
        tokio::time::sleep(Duration::from_millis(5)).await;
        let (receipts, taken) = (outage.receipts().await, outage.taken());
        let confirmed: u64 = receipts.iter().map(|receipt| receipt.delivered).sum();
        assert!(confirmed <= taken.len() as u64, "a receipt of what the stream does not have");
        if !died {
            break;
        }
        deaths += 1;
        polls += 1;
        // At most one object is in progress: no event is there more often than there were deaths.
        assert!(taken.values().all(|&times| times <= deaths + 1));
        let again = outage.open("firehose:mail", 3).await;
        for receipt in receipts {
            let bytes = outage.archive().reader().get(&receipt.object, Deadline::NEVER).await.unwrap();
            let outcome = again.undelivered(Found { key: &receipt.object, bytes: &bytes }, now()).await;
            assert_eq!(outcome.fate, Fate::Already);
        }
        assert_eq!(outage.taken(), taken, "something with a receipt was sent again");
    }
    assert!(deaths > 20, "only {deaths} of the runs died");
    assert_eq!(outage.taken().len() as u64, PAYLOADS * EVENTS);
    let last = outage.redrive("firehose:mail", 3).await;
    let already = Counts { events: PAYLOADS * EVENTS, already: PAYLOADS * EVENTS, ..Counts::default() };
    assert_eq!(last.counts, already);
}
