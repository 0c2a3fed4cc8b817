//! The log of requests: what the client asked for, and what was done to it.

use crate::faults::FaultKind;

/// One of the services that are stood in for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Amazon S3.
    S3,
    /// Amazon Data Firehose.
    Firehose,
    /// Amazon SNS.
    Sns,
    /// AWS STS.
    Sts,
}

/// An operation of one of the services. Whatever is not spoken here is answered "not implemented".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Store an object.
    PutObject,
    /// Fetch an object: whole, or from an offset on (other forms of `Range` are ignored, as HTTP allows).
    GetObject,
    /// Ask whether an object exists.
    HeadObject,
    /// Ask whether a bucket exists.
    HeadBucket,
    /// List keys by prefix, in pages, with a delimiter or without.
    ListObjectsV2,
    /// Any other S3 request.
    OtherS3,
    /// Hand records to a stream.
    PutRecordBatch,
    /// Read the tags of a stream.
    ListTagsForDeliveryStream,
    /// Any other Firehose request.
    OtherFirehose,
    /// Tell a topic.
    Publish,
    /// Any other SNS request.
    OtherSns,
    /// Ask whose the credentials are.
    GetCallerIdentity,
}

impl Operation {
    /// The service that it belongs to.
    pub fn service(self) -> Service {
        match self {
            Self::PutRecordBatch | Self::ListTagsForDeliveryStream | Self::OtherFirehose => Service::Firehose,
            Self::Publish | Self::OtherSns => Service::Sns,
            Self::GetCallerIdentity => Service::Sts,
            _ => Service::S3,
        }
    }

    /// Its name as AWS writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::PutObject => "PutObject",
            Self::GetObject => "GetObject",
            Self::HeadObject => "HeadObject",
            Self::HeadBucket => "HeadBucket",
            Self::ListObjectsV2 => "ListObjectsV2",
            Self::OtherS3 => "OtherS3",
            Self::PutRecordBatch => "PutRecordBatch",
            Self::ListTagsForDeliveryStream => "ListTagsForDeliveryStream",
            Self::OtherFirehose => "OtherFirehose",
            Self::Publish => "Publish",
            Self::OtherSns => "OtherSns",
            Self::GetCallerIdentity => "GetCallerIdentity",
        }
    }
}

/// One request, as it is logged before it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Whom it was for.
    pub service: Service,
    /// What was asked for.
    pub operation: Operation,
    /// `bucket/key` of an object, the bucket of a listing, the name of a stream, the ARN of a topic.
    pub resource: String,
    /// Of a `PutRecordBatch`, how many records it carried; of anything else 0.
    pub records: usize,
    /// The fault that struck it.
    pub fault: Option<FaultKind>,
}
