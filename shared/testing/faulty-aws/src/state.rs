//! What the stand-in holds: buckets, streams and topics in memory, who may do what, and the log of calls.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::Config;
use crate::calls::{Call, Operation};
use crate::faults::{Fate, FaultKind, Fortune};

/// An object as S3 holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredObject {
    /// The content, without any transfer framing.
    pub body: Bytes,
    /// `Content-Type`, if one was given.
    pub content_type: Option<String>,
    /// `Content-Encoding`, if one was given; `aws-chunked` is framing and not part of it.
    pub content_encoding: Option<String>,
    /// `x-amz-server-side-encryption`, such as `aws:kms`.
    pub server_side_encryption: Option<String>,
    /// `x-amz-server-side-encryption-aws-kms-key-id`.
    pub kms_key: Option<String>,
    /// User metadata: the `x-amz-meta-` headers without that prefix.
    pub metadata: BTreeMap<String, String>,
    /// With its quotes. Opaque: not the MD5 of the content.
    pub etag: String,
    /// Header and value of the checksum that it was sent with, such as `x-amz-checksum-sha256`.
    pub checksum: Option<(&'static str, String)>,
}

/// What a topic was told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// The subject.
    pub subject: String,
    /// The message.
    pub body: String,
    /// The message attributes.
    pub attributes: BTreeMap<String, String>,
    /// Of a FIFO topic, the id by which it tells a message that comes again.
    pub deduplication_id: Option<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Stream {
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) records: Vec<Vec<u8>>,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) account: String,
    pub(crate) buckets: BTreeSet<String>,
    /// By `bucket/key`.
    pub(crate) objects: BTreeMap<String, StoredObject>,
    /// By `bucket/key`: how often content was put there.
    pub(crate) writes: BTreeMap<String, usize>,
    pub(crate) streams: BTreeMap<String, Stream>,
    /// By ARN of the topic.
    pub(crate) messages: BTreeMap<String, Vec<Message>>,
    pub(crate) denied: BTreeSet<Operation>,
    pub(crate) calls: Vec<Call>,
    /// Answers that are late at this time, and the most that ever were.
    late: usize,
    pub(crate) most_late: usize,
    pub(crate) fortune: Fortune,
}

impl State {
    pub(crate) fn new(config: Config) -> Self {
        let streams = config.streams.into_iter();
        Self {
            account: config.account,
            buckets: config.buckets,
            objects: BTreeMap::new(),
            writes: BTreeMap::new(),
            streams: streams.map(|(name, tags)| (name, Stream { tags, records: Vec::new() })).collect(),
            messages: config.topics.into_iter().map(|arn| (arn, Vec::new())).collect(),
            denied: BTreeSet::new(),
            calls: Vec::new(),
            late: 0,
            most_late: 0,
            fortune: Fortune::new(config.faults),
        }
    }

    /// Counts an answer that is late from now on.
    pub(crate) fn begin_late(&mut self) {
        self.late += 1;
        self.most_late = self.most_late.max(self.late);
    }

    /// Counts one that is late no more.
    pub(crate) fn end_late(&mut self) {
        self.late -= 1;
    }

    /// Draws the fate of a request and logs it.
    pub(crate) fn meet(
        &mut self,
        operation: Operation,
        resource: &str,
        records: usize,
        excluded: Option<FaultKind>,
    ) -> Fate {
        let fate = self.fortune.draw(operation, resource, excluded);
        self.calls.push(Call {
            service: operation.service(),
            operation,
            resource: resource.to_owned(),
            records,
            fault: fate.fault,
        });
        fate
    }
}

/// The state between the server's thread and the tests'. A test that panics while it holds the lock poisons
/// it, which says nothing about the data.
#[derive(Debug)]
pub(crate) struct Shared(Mutex<State>);

impl Shared {
    pub(crate) fn new(state: State) -> Self {
        Self(Mutex::new(state))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
