//! What goes wrong, and how it is decided.
//!
//! Each request draws once, and at most one fault strikes it. The draw depends on the seed, the operation,
//! the resource (bucket and key, or stream) and on how many requests of that operation the resource has
//! seen: never on the order in which requests on *different* resources arrive. So a seed means the same
//! storm however the client interleaves its work, and a failing seed fails again.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use fastrand::Rng;
use sha2::{Digest, Sha256};

use crate::calls::Operation;

/// One way to misbehave. Faults "after" strike when the work is done, so the client must not conclude from
/// its error that nothing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// S3, any operation: 503 `SlowDown`; nothing is done.
    S3SlowDown,
    /// S3, any operation: 500 `InternalError`; nothing is done.
    S3InternalError,
    /// `PutObject`: 500 `InternalError` though the object is stored.
    S3InternalErrorAfter,
    /// S3, any operation: the connection is reset before the body is read; nothing is done.
    S3ResetBefore,
    /// S3, any operation: the work is done, the connection is reset instead of an answer.
    S3ResetAfter,
    /// S3, any operation: the work is done, the answer breaks off in the middle.
    S3Truncated,
    /// S3, any operation: all is well, the answer comes late ([`Faults::slowness`]).
    S3Slow,
    /// `PutObject` with `If-None-Match`: 409 `ConditionalRequestConflict`; nothing is done.
    S3Conflict,
    /// S3, any operation: 200 with an HTML page, as a captive portal or a proxy answers; nothing is done.
    S3HtmlPage,
    /// `PutObject`: 200 without `ETag`, checksum and body; nothing is done.
    S3NoETag,
    /// `PutObject`: 200 with an `ETag` and the checksum of other bytes; nothing is done.
    S3WrongChecksum,
    /// `PutObject`: the object is stored, and the answer has an `ETag` and no checksum, as some stand-ins for S3 answer.
    S3NoChecksum,
    /// `ListObjectsV2`: 200 with the first half of the XML, complete as an HTTP answer.
    S3ListingCut,
    /// `ListObjectsV2`: 200 with the continuation token that the request had, or with one that leads to the first page.
    S3ListingRepeated,
    /// S3, any operation: bytes that are no HTTP; nothing is done.
    S3Garbled,
    /// `PutRecordBatch`: 503 `ServiceUnavailableException` for the whole call; nothing is taken.
    FirehoseUnavailable,
    /// `PutRecordBatch`: 500 `InternalFailure` for the whole call; nothing is taken.
    FirehoseInternal,
    /// `PutRecordBatch`: 200, and a random subset of the records (at least one) is not taken.
    FirehosePartial,
    /// `PutRecordBatch`: the connection is reset; nothing is taken.
    FirehoseResetBefore,
    /// `PutRecordBatch`: the records are taken, the connection is reset instead of an answer.
    FirehoseResetAfter,
    /// `PutRecordBatch`: the records are taken, the answer breaks off in the middle.
    FirehoseTruncated,
    /// `PutRecordBatch`: all is well, the answer comes late ([`Faults::slowness`]).
    FirehoseSlow,
    /// `PutRecordBatch`: bytes that are no HTTP; nothing is taken.
    FirehoseGarbled,
    /// `PutRecordBatch`: 200 without a body; nothing is taken.
    FirehoseEmpty,
    /// `PutRecordBatch`: 200 with `{}`; nothing is taken.
    FirehoseNoEntries,
    /// `PutRecordBatch`: 200 with an HTML page; nothing is taken.
    FirehoseHtmlPage,
    /// `PutRecordBatch`: 200 with `FailedPutCount` of all records, and entries without a code; nothing is taken.
    FirehoseCountAlone,
    /// `PutRecordBatch`: as [`Self::FirehosePartial`], but `FailedPutCount` is 0.
    FirehoseCodesAlone,
    /// `PutRecordBatch`: the first half is taken, and the answer has only the entries of those.
    FirehoseFewerEntries,
    /// `PutRecordBatch`: nothing is taken, and the answer is that to a larger batch, all of which was.
    FirehoseMoreEntries,
    /// `ListTagsForDeliveryStream`: 400 `LimitExceededException`.
    TagsLimitExceeded,
    /// `ListTagsForDeliveryStream`: 400 `ThrottlingException`.
    TagsThrottled,
    /// `ListTagsForDeliveryStream`: the connection is reset instead of an answer.
    TagsReset,
    /// `ListTagsForDeliveryStream`: all is well, the answer comes late ([`Faults::slowness`]).
    TagsSlow,
    /// `ListTagsForDeliveryStream`: 200 with `{}`.
    TagsEmpty,
    /// `ListTagsForDeliveryStream`: 200 with an HTML page.
    TagsHtmlPage,
    /// `ListTagsForDeliveryStream`: 200 with an empty list that does not say whether there are more.
    TagsUnfinished,
    /// `ListTagsForDeliveryStream`: 200 with the first half of the JSON, complete as an HTTP answer.
    TagsCut,
    /// `ListTagsForDeliveryStream`: 200 with a page of other tags that says that there are more, again and again.
    TagsEndless,
    /// `Publish`: 400 `Throttled`; nothing is published.
    SnsThrottled,
    /// `Publish`: 500 `InternalError`; nothing is published.
    SnsInternalError,
    /// `Publish`: the message is taken, the connection is reset instead of an answer.
    SnsResetAfter,
    /// `Publish`: all is well, the answer comes late ([`Faults::slowness`]).
    SnsSlow,
    /// `Publish`: 200 without a message id; nothing is published.
    SnsNoMessageId,
    /// `Publish`: 200 with an HTML page; nothing is published.
    SnsHtmlPage,
}

impl FaultKind {
    /// Answers that prove nothing, most of them with 200. A client that believes them loses data.
    pub const UNPROVEN: [Self; 22] = [
        Self::S3HtmlPage,
        Self::S3NoETag,
        Self::S3WrongChecksum,
        Self::S3NoChecksum,
        Self::S3ListingCut,
        Self::S3ListingRepeated,
        Self::S3Garbled,
        Self::FirehoseGarbled,
        Self::FirehoseEmpty,
        Self::FirehoseNoEntries,
        Self::FirehoseHtmlPage,
        Self::FirehoseCountAlone,
        Self::FirehoseCodesAlone,
        Self::FirehoseFewerEntries,
        Self::FirehoseMoreEntries,
        Self::TagsEmpty,
        Self::TagsHtmlPage,
        Self::TagsUnfinished,
        Self::TagsCut,
        Self::TagsEndless,
        Self::SnsNoMessageId,
        Self::SnsHtmlPage,
    ];

    /// Every kind there is.
    pub const ALL: [Self; 45] = [
        Self::S3SlowDown,
        Self::S3InternalError,
        Self::S3InternalErrorAfter,
        Self::S3ResetBefore,
        Self::S3ResetAfter,
        Self::S3Truncated,
        Self::S3Slow,
        Self::S3Conflict,
        Self::S3HtmlPage,
        Self::S3NoETag,
        Self::S3WrongChecksum,
        Self::S3NoChecksum,
        Self::S3ListingCut,
        Self::S3ListingRepeated,
        Self::S3Garbled,
        Self::FirehoseUnavailable,
        Self::FirehoseInternal,
        Self::FirehosePartial,
        Self::FirehoseResetBefore,
        Self::FirehoseResetAfter,
        Self::FirehoseTruncated,
        Self::FirehoseSlow,
        Self::FirehoseGarbled,
        Self::FirehoseEmpty,
        Self::FirehoseNoEntries,
        Self::FirehoseHtmlPage,
        Self::FirehoseCountAlone,
        Self::FirehoseCodesAlone,
        Self::FirehoseFewerEntries,
        Self::FirehoseMoreEntries,
        Self::TagsLimitExceeded,
        Self::TagsThrottled,
        Self::TagsReset,
        Self::TagsSlow,
        Self::TagsEmpty,
        Self::TagsHtmlPage,
        Self::TagsUnfinished,
        Self::TagsCut,
        Self::TagsEndless,
        Self::SnsThrottled,
        Self::SnsInternalError,
        Self::SnsResetAfter,
        Self::SnsSlow,
        Self::SnsNoMessageId,
        Self::SnsHtmlPage,
    ];

    /// Whether the kind can strike this operation at all.
    pub fn can_strike(self, operation: Operation) -> bool {
        match self {
            Self::S3SlowDown
            | Self::S3InternalError
            | Self::S3ResetBefore
            | Self::S3ResetAfter
            | Self::S3Truncated
            | Self::S3Slow
            | Self::S3HtmlPage
            | Self::S3Garbled => matches!(
                operation,
                Operation::PutObject
                    | Operation::GetObject
                    | Operation::HeadObject
                    | Operation::HeadBucket
                    | Operation::ListObjectsV2
            ),
            Self::S3InternalErrorAfter
            | Self::S3Conflict
            | Self::S3NoETag
            | Self::S3WrongChecksum
            | Self::S3NoChecksum => operation == Operation::PutObject,
            Self::S3ListingCut | Self::S3ListingRepeated => operation == Operation::ListObjectsV2,
            Self::FirehoseUnavailable
            | Self::FirehoseInternal
            | Self::FirehosePartial
            | Self::FirehoseResetBefore
            | Self::FirehoseResetAfter
            | Self::FirehoseTruncated
            | Self::FirehoseSlow
            | Self::FirehoseGarbled
            | Self::FirehoseEmpty
            | Self::FirehoseNoEntries
            | Self::FirehoseHtmlPage
            | Self::FirehoseCountAlone
            | Self::FirehoseCodesAlone
            | Self::FirehoseFewerEntries
            | Self::FirehoseMoreEntries => operation == Operation::PutRecordBatch,
            Self::TagsLimitExceeded
            | Self::TagsThrottled
            | Self::TagsReset
            | Self::TagsSlow
            | Self::TagsEmpty
            | Self::TagsHtmlPage
            | Self::TagsUnfinished
            | Self::TagsCut
            | Self::TagsEndless => operation == Operation::ListTagsForDeliveryStream,
            Self::SnsThrottled
            | Self::SnsInternalError
            | Self::SnsResetAfter
            | Self::SnsSlow
            | Self::SnsNoMessageId
            | Self::SnsHtmlPage => operation == Operation::Publish,
        }
    }
}

/// How often which fault strikes: a seed and a probability for each kind.
///
/// ```
/// use mailtrail_faulty_aws::{FaultKind, Faults};
/// let faults = Faults::none().seeded(7).with(FaultKind::S3SlowDown, 0.5).with(FaultKind::S3Slow, 0.1);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Faults {
    /// The same seed strikes the same requests.
    pub seed: u64,
    /// Probability of each kind, 0 to 1; a kind that is not named never strikes. Where those that can
    /// strike one operation add up to more than 1, the ones declared first in [`FaultKind`] win.
    pub rates: BTreeMap<FaultKind, f64>,
    /// How late a slow answer comes.
    pub slowness: Duration,
    /// The one resource (bucket and key, or stream) that is struck; nothing for all.
    pub resource: Option<String>,
}

impl Faults {
    /// All is well.
    pub fn none() -> Self {
        Self { seed: 0, rates: BTreeMap::new(), slowness: Duration::from_millis(20), resource: None }
    }

    /// Every kind strikes but [`FaultKind::UNPROVEN`], at rates no real service would show: about two writes in five,
    /// two batches in five and one tag look-up in three.
    pub fn storm(seed: u64) -> Self {
        let rate = |kind| match kind {
            kind if FaultKind::UNPROVEN.contains(&kind) => 0.0,
            FaultKind::FirehosePartial => 0.15,
            FaultKind::TagsLimitExceeded
            | FaultKind::TagsThrottled
            | FaultKind::TagsReset
            | FaultKind::SnsThrottled
            | FaultKind::SnsInternalError => 0.1,
            _ => 0.05,
        };
        Self { seed, rates: FaultKind::ALL.map(|kind| (kind, rate(kind))).into(), ..Self::none() }
    }

    /// With answers that prove nothing ([`FaultKind::UNPROVEN`]), each at this probability.
    #[must_use]
    pub fn with_unproven_answers(self, rate: f64) -> Self {
        FaultKind::UNPROVEN.iter().fold(self, |faults, kind| faults.with(*kind, rate))
    }

    /// With another seed.
    #[must_use]
    pub fn seeded(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// With one kind striking at this probability: 0 is never, 1 is always.
    #[must_use]
    pub fn with(mut self, kind: FaultKind, rate: f64) -> Self {
        self.rates.insert(kind, rate);
        self
    }

    /// Striking this resource alone: an object that can never be had.
    #[must_use]
    pub fn only_on(mut self, resource: &str) -> Self {
        self.resource = Some(resource.to_owned());
        self
    }

    /// With slow answers being this late.
    #[must_use]
    pub fn slow_by(mut self, slowness: Duration) -> Self {
        self.slowness = slowness;
        self
    }
}

impl Default for Faults {
    fn default() -> Self {
        Self::none()
    }
}

/// What was drawn for one request.
#[derive(Debug)]
pub(crate) struct Fate {
    pub(crate) fault: Option<FaultKind>,
    pub(crate) slowness: Duration,
    /// Decides the details of the fault, such as which records fail.
    pub(crate) rng: Rng,
}

/// Draws fates, and counts the requests on each resource for that.
#[derive(Debug, Default)]
pub(crate) struct Fortune {
    faults: Faults,
    seen: HashMap<(Operation, String), u64>,
}

impl Fortune {
    /// Starts anew: a storm is the same whatever the server went through before.
    pub(crate) fn new(faults: Faults) -> Self {
        Self { faults, seen: HashMap::new() }
    }

    pub(crate) fn draw(&mut self, operation: Operation, resource: &str, excluded: Option<FaultKind>) -> Fate {
        let nth = self.seen.entry((operation, resource.to_owned())).or_default();
        let mut rng = Rng::with_seed(mix(self.faults.seed, operation, resource, *nth));
        *nth += 1;
        let mut left = rng.f64();
        let is_spared = self.faults.resource.as_ref().is_some_and(|only| only != resource);
        let struck = |(kind, rate): (&FaultKind, &f64)| {
            if is_spared || !kind.can_strike(operation) || excluded == Some(*kind) {
                return None;
            }
            left -= rate;
            (left < 0.0).then_some(*kind)
        };
        let fault = self.faults.rates.iter().find_map(struck);
        Fate { fault, slowness: self.faults.slowness, rng }
    }
}

/// A seed for one request. SHA-256, because the standard hasher may change with the compiler and a seed
/// must not.
fn mix(seed: u64, operation: Operation, resource: &str, nth: u64) -> u64 {
    let hash = Sha256::new()
        .chain_update(seed.to_le_bytes())
        .chain_update(nth.to_le_bytes())
        .chain_update(operation.name())
        .chain_update([0])
        .chain_update(resource)
        .finalize();
    hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
#[path = "faults/tests.rs"]
mod tests;
