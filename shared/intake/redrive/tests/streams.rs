//! Objects to a stream over HTTP: a stream that takes a part, one that fails, a process that dies anywhere. Nothing is lost,
//! and what was confirmed and written down is not sent again.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise, in its helpers too")]

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use mailtrail_archive::{Archive, S3Options, UNDELIVERED};
use mailtrail_aws_client::{Deadline, RetryPolicy, clients as aws};
use mailtrail_clock::Time;
use mailtrail_config::{IntakeConfig, StreamTarget};
use mailtrail_delivery::{FirehoseSink, Stream, TagGate};
use mailtrail_faulty_aws::{Config, FaultKind, Faults, FaultyAws, Operation};
use mailtrail_pipeline::Pipeline;
use mailtrail_redrive::{Counts, Fate, Found, Ledger, Receipt, Sender, Source, ToStream, Turns};
use mailtrail_samples::{REGION, Traffic};
use mailtrail_subscription::payloads;
use tokio::sync::watch;

const OPEN: &[(&str, &str)] = &[("LogDeliveryEnabled", "true")];
const MAIL: &str = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/mail";
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

    /// A run that begins when the claims of all before it are over.
    async fn open(&self, target: &str, tries: u32) -> ToStream {
        HOUR.fetch_add(1, Ordering::Relaxed);
        self.open_at(target, tries, later, MAIL).await
    }

    async fn open_at(&self, target: &str, tries: u32, clock: fn() -> Time, address: &str) -> ToStream {
        self.open_with(self.stream(target, tries), None, clock, address).await
    }

    async fn paced(&self, target: &str, rate: Option<f64>, clock: fn() -> Time) -> ToStream {
        self.open_with(self.stream(target, 3), rate, clock, MAIL).await
    }

    async fn open_with(&self, stream: Stream, rate: Option<f64>, clock: fn() -> Time, to: &str) -> ToStream {
        let archive = self.archive();
        let reader = archive.reader();
        let turns = Arc::new(Turns::new(rate, watch::channel(false).1));
        let (command, address) = (String::new(), to.to_owned());
        let sender = Sender { archive: Some(archive), address, command, turns, takes_over: false, clock };
        ToStream::open(stream, Source::Undelivered, reader, sender).await.unwrap()
    }

    async fn keys(&self) -> Vec<String> {
        self.archive().reader().list(UNDELIVERED, Deadline::NEVER).await.unwrap()
    }

    /// Redrives every object that the stream did not take.
    async fn redrive(&self, target: &str, tries: u32) -> Ledger {
        let to = self.open(target, tries).await;
        self.redrive_to(&to).await
    }

    async fn redrive_to(&self, to: &ToStream) -> Ledger {
        let (reader, mut ledger) = (self.archive().reader(), Ledger::default());
        for key in self.keys().await {
            let bytes = reader.get(&key, Deadline::NEVER).await.unwrap();
            let outcome = to.undelivered(Found { key: &key, bytes: &bytes }).await;
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
        let keys = reader.list("redrive", Deadline::NEVER).await.unwrap();
        for key in keys.into_iter().filter(|key| !key.contains(".claim-")) {
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

static HOUR: AtomicI64 = AtomicI64::new(0);

/// An hour after the run before.
fn later() -> Time {
    Time::from_millis(now().millis() + 3_600_000 * HOUR.load(Ordering::Relaxed)).unwrap()
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
    // An event is counted once, in whatever object it is now.
    assert_eq!((rest.counts.events, rest.counts.already), (PAYLOADS * EVENTS, all.counts.done));
    let last = outage.redrive("firehose:mail?classes=email_activity", 3).await;
    let already = Counts { events: PAYLOADS * EVENTS, already: PAYLOADS * EVENTS, ..Counts::default() };
    assert_eq!(last.counts, already);
    assert!(outage.taken().values().all(|&times| times == 1));
}

#[tokio::test]
async fn of_two_runs_at_once_only_one_sends_an_object() {
    let outage = Outage::new().await;
    let open = || outage.open_at("firehose:mail", 3, now, MAIL);
    let (one, other) = (open().await, open().await);
    let (of_one, of_other) = tokio::join!(outage.redrive_to(&one), outage.redrive_to(&other));
    assert_eq!(of_one.counts.done + of_other.counts.done, PAYLOADS * EVENTS);
    assert!(outage.taken().values().all(|&times| times == 1), "sent by both");
}

#[tokio::test]
async fn what_another_run_sent_while_one_waited_for_its_turn_is_not_sent_again() {
    let outage = Outage::new().await;
    let (keys, reader) = (outage.keys().await, outage.archive().reader());
    HOUR.fetch_add(1, Ordering::Relaxed);
    // To this one, the claims of the other are over.
    let slow = outage.paced("firehose:mail", Some(500.0), later).await;
    let first = reader.get(&keys[0], Deadline::NEVER).await.unwrap();
    assert_eq!(slow.undelivered(Found { key: &keys[0], bytes: &first }).await.fate, Fate::Done);
    let second = reader.get(&keys[1], Deadline::NEVER).await.unwrap();
    let fast = async {
        let fast = outage.open_at("firehose:mail", 3, now, MAIL).await;
        outage.redrive_to(&fast).await
    };
    let (waited, sent) = tokio::join!(slow.undelivered(Found { key: &keys[1], bytes: &second }), fast);
    assert_eq!(waited.counts.done + sent.counts.done, (PAYLOADS - 1) * EVENTS);
    assert!(outage.taken().values().all(|&times| times == 1), "sent by both");
}

#[tokio::test]
async fn what_a_run_has_claimed_is_left_alone_until_the_claim_is_over() {
    let outage = Outage::new().await;
    let keys = outage.keys().await;
    // It tries without end, and dies when it has the claim.
    outage.aws.set_faults(Faults::none().with(FaultKind::FirehoseUnavailable, 1.0));
    let dying = outage.open_at("firehose:mail", u32::MAX, now, MAIL).await;
    let bytes = outage.archive().reader().get(&keys[0], Deadline::NEVER).await.unwrap();
    let claimed = async {
        while !outage.aws.objects().keys().any(|key| key.contains(".claim-1.")) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        _ = dying.undelivered(Found { key: &keys[0], bytes: &bytes }) => panic!("it sent the object"),
        () = claimed => {}
    }
    outage.aws.set_faults(Faults::none());
    let at_once = outage.open_at("firehose:mail", 3, now, MAIL).await;
    let ledger = outage.redrive_to(&at_once).await;
    assert_eq!((ledger.counts.done, ledger.counts.left), ((PAYLOADS - 1) * EVENTS, EVENTS));
    assert_eq!(outage.redrive("firehose:mail", 3).await.counts.done, EVENTS);
    assert_eq!(outage.taken().len() as u64, PAYLOADS * EVENTS);
}

#[tokio::test]
async fn a_stream_that_took_nothing_ends_its_claims() {
    let outage = Outage::new().await;
    let (keys, reader) = (outage.keys().await, outage.archive().reader());
    for _ in 0..2 {
        outage.aws.deny(Operation::PutRecordBatch);
        let to = outage.open_at("firehose:mail", 3, now, MAIL).await;
        let bytes = reader.get(&keys[0], Deadline::NEVER).await.unwrap();
        assert_eq!(to.undelivered(Found { key: &keys[0], bytes: &bytes }).await.fate, Fate::Left);
    }
    outage.aws.allow(Operation::PutRecordBatch);
    let to = outage.open_at("firehose:mail", 3, now, MAIL).await;
    assert_eq!(outage.redrive_to(&to).await.counts.done, PAYLOADS * EVENTS);
}

#[tokio::test]
async fn a_stream_of_that_name_elsewhere_got_nothing() {
    let outage = Outage::new().await;
    assert_eq!(outage.redrive("firehose:mail", 3).await.counts.done, PAYLOADS * EVENTS);
    for (of, there) in [("eu-west-1", "us-east-1"), ("111122223333", "444455556666")] {
        let to = outage.open_at("firehose:mail", 3, later, &MAIL.replace(of, there)).await;
        let ledger = outage.redrive_to(&to).await;
        assert_eq!((ledger.counts.done, ledger.counts.already), (PAYLOADS * EVENTS, 0), "{there}");
    }
    let ledger = outage.redrive("firehose:mail", 3).await;
    assert_eq!((ledger.counts.done, ledger.counts.already), (0, PAYLOADS * EVENTS));
}

#[tokio::test]
async fn where_nothing_can_be_written_nothing_is_sent() {
    let outage = Outage::new().await;
    outage.aws.deny(Operation::PutObject);
    let (keys, reader) = (outage.keys().await, outage.archive().reader());
    for _ in 0..3 {
        let to = outage.open("firehose:mail", 3).await;
        let bytes = reader.get(&keys[0], Deadline::NEVER).await.unwrap();
        let outcome = to.undelivered(Found { key: &keys[0], bytes: &bytes }).await;
        assert!(outcome.failure.is_some() && outcome.counts.left == EVENTS);
    }
    assert!(outage.taken().is_empty());
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
            let outcome = again.undelivered(Found { key: &receipt.object, bytes: &bytes }).await;
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
