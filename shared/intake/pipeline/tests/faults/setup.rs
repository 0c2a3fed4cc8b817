//! A server, and pipelines whose clients talk to it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use bytes::Bytes;
use mailtrail_archive::{Archive, S3Options};
use mailtrail_aws_client::{Deadline, RetryPolicy, clients as aws};
use mailtrail_config::{IntakeConfig, StreamTarget, TopicArn};
use mailtrail_delivery::{FirehoseSink, Gate, Stream, TagGate, Topic};
use mailtrail_faulty_aws::{Config, Faults, FaultyAws, Operation};
use mailtrail_pipeline::{Pipeline, Run};
use mailtrail_samples::{Batch, REGION};

use crate::common::{self, now, payload};

/// The value of the tag that opens a stream, and its name.
pub(crate) const OPEN: &[(&str, &str)] = &[("LogDeliveryEnabled", "true")];

/// Waits that a test has time for, and enough of them for a fault or two.
pub(crate) const QUICK: RetryPolicy =
    RetryPolicy { first: Duration::from_millis(1), longest: Duration::from_millis(5), tries: 8 };

/// The topic that is notified of watched events.
pub(crate) const TOPIC: &str = "arn:aws:sns:eu-central-1:111122223333:watch";

/// A server with the bucket `archive`, two open streams, `all` and `mail`, and a topic.
pub(crate) fn server() -> FaultyAws {
    let config = Config::default().bucket("archive").stream("all", OPEN).stream("mail", OPEN);
    FaultyAws::start(config.topic(TOPIC)).unwrap()
}

/// The same, and what goes wrong.
pub(crate) fn server_with(faults: Faults) -> FaultyAws {
    let aws = server();
    aws.set_faults(faults);
    aws
}

pub(crate) fn config(aws: &FaultyAws) -> SdkConfig {
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "example", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(aws.endpoint())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(20)).build())
        .build()
}

/// What a process of ours holds: clients, and a memory of tags.
pub(crate) struct Process {
    config: SdkConfig,
    gate: Arc<TagGate>,
    retry_policy: RetryPolicy,
    bucket: &'static str,
    s3: S3Options,
}

impl Process {
    /// A process that asks for the tags every time.
    pub(crate) fn new(aws: &FaultyAws) -> Self {
        Self::remembering(aws, Duration::ZERO)
    }

    /// A process that remembers tags for so long.
    pub(crate) fn remembering(aws: &FaultyAws, memory: Duration) -> Self {
        Self::patient(aws, memory, QUICK)
    }

    /// A process that waits in its own way.
    pub(crate) fn patient(aws: &FaultyAws, memory: Duration, retry_policy: RetryPolicy) -> Self {
        let config = config(aws);
        let gate = TagGate::new(aws::firehose(&config), memory, retry_policy).unlimited();
        Self::with_gate(config, gate, retry_policy)
    }

    /// A process that asks no more often than AWS allows.
    pub(crate) fn at_the_rate_of_aws(aws: &FaultyAws, memory: Duration) -> Self {
        let config = config(aws);
        let gate = TagGate::new(aws::firehose(&config), memory, QUICK);
        Self::with_gate(config, gate, QUICK)
    }

    fn with_gate(config: SdkConfig, gate: TagGate, retry_policy: RetryPolicy) -> Self {
        let gate = Arc::new(gate);
        Self { config, gate, retry_policy, bucket: "archive", s3: S3Options::default() }
    }

    /// With its archive in another bucket.
    pub(crate) fn bucket(self, bucket: &'static str) -> Self {
        Self { bucket, ..self }
    }

    /// With other options for its archive.
    pub(crate) fn s3(self, s3: S3Options) -> Self {
        Self { s3, ..self }
    }

    pub(crate) fn archive(&self) -> Archive {
        let client = aws::s3(&self.config);
        Archive::s3(client, self.bucket, "mail/2026", self.s3.clone()).retry_policy(self.retry_policy)
    }

    pub(crate) fn stream(&self, target: &str) -> Stream {
        let target: StreamTarget = target.parse().unwrap();
        let (client, gate) = (aws::firehose(&self.config), Arc::clone(&self.gate));
        let sink = FirehoseSink::new(client, target.name(), gate, self.retry_policy);
        Stream::new(target, sink)
    }

    /// What a run asks before it sends anything.
    pub(crate) async fn ask(&self, stream: &str) -> Gate {
        self.gate.ask(stream, Deadline::NEVER).await
    }

    /// The topic, for [`Pipeline::with_topic`].
    pub(crate) fn topic(&self) -> Topic {
        let arn: TopicArn = TOPIC.parse().unwrap();
        Topic::new(aws::sns(&self.config, arn.region()), arn, self.retry_policy)
    }

    pub(crate) fn pipeline(&self, streams: &[&str]) -> Pipeline {
        let options = IntakeConfig { region: Some(REGION.to_owned()), ..IntakeConfig::default() };
        let streams = streams.iter().map(|target| self.stream(target)).collect();
        Pipeline::new(self.archive(), streams, options)
    }
}

/// Runs one batch as CloudWatch Logs would send it.
pub(crate) async fn run(pipeline: &Pipeline, batch: &Batch) -> Run {
    pipeline.run(&payload(batch.to_invocation()), now(), Deadline::NEVER).await
}

/// Runs one batch, which must go well.
pub(crate) async fn run_well(pipeline: &Pipeline, batch: &Batch) -> Run {
    let run = run(pipeline, batch).await;
    assert!(run.failure.is_none(), "{:?}", run.failure);
    assert!(run.ledger.balanced(), "{:?}", run.ledger);
    run
}

/// The content of a bucket, by key of the archive, and how often each key was written.
pub(crate) fn stored(aws: &FaultyAws, bucket: &str) -> BTreeMap<String, (Bytes, usize)> {
    let prefix = format!("{bucket}/mail/2026/");
    let objects = aws.objects().into_iter();
    let inside = objects.filter(|(resource, _)| resource.starts_with(&format!("{bucket}/")));
    inside
        .map(|(resource, object)| {
            let key = resource.strip_prefix(&prefix).unwrap();
            (key.to_owned(), (object.body, aws.writes(&resource)))
        })
        .collect()
}

/// The content of a bucket, by key of the archive. Nothing was written twice.
pub(crate) fn content(aws: &FaultyAws, bucket: &str) -> BTreeMap<String, Bytes> {
    stored(aws, bucket)
        .into_iter()
        .map(|(key, (body, writes))| {
            assert_eq!(writes, 1, "{key}");
            (key, body)
        })
        .collect()
}

/// The lines that a stream took, one a record or several.
pub(crate) fn lines_of_stream(aws: &FaultyAws, stream: &str) -> Vec<String> {
    let records = aws.records(stream).into_iter().map(|record| String::from_utf8(record).unwrap());
    records
        .flat_map(|record| {
            assert!(record.ends_with('\n'));
            record.lines().map(str::to_owned).collect::<Vec<_>>()
        })
        .collect()
}

/// The lines of all class objects.
pub(crate) fn archived_lines(archive: &BTreeMap<String, Bytes>) -> Vec<String> {
    let objects =
        archive.iter().filter(|(key, _)| matches!(common::Key::parse(key), common::Key::Records { .. }));
    objects.flat_map(|(_, body)| common::lines(body)).collect()
}

/// How many requests there were for an operation.
pub(crate) fn calls(aws: &FaultyAws, operation: Operation) -> usize {
    aws.calls().iter().filter(|call| call.operation == operation).count()
}
