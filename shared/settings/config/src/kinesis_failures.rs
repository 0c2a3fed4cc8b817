//! What a function answers when records of a Kinesis invocation are not archived.

use std::str::FromStr;

use thiserror::Error;

/// What a function answers when some records of a Kinesis invocation are not archived.
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KinesisFailures {
    /// It names them. A mapping without `ReportBatchItemFailures` takes that for success, and the records are lost.
    #[default]
    BatchItemFailures,
    /// It fails the whole invocation, which any mapping understands: all its records come again.
    FailInvocation,
}

/// Text that is neither.
#[derive(Debug, Error)]
#[error("invalid answer: expected batch-item-failures or fail-invocation")]
pub struct InvalidKinesisFailures;

impl FromStr for KinesisFailures {
    type Err = InvalidKinesisFailures;

    fn from_str(text: &str) -> Result<Self, InvalidKinesisFailures> {
        match text {
            "batch-item-failures" => Ok(Self::BatchItemFailures),
            "fail-invocation" => Ok(Self::FailInvocation),
            _ => Err(InvalidKinesisFailures),
        }
    }
}
