//! The response of the function.

use lambda_runtime::Diagnostic;
use mailtrail_delivery::Ledger;
use serde::Serialize;

/// An invocation that went well.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Response {
    /// To a subscription filter, which ignores it, and to people who invoke the function: the ledger.
    Ledger(Ledger),
    /// To an event source mapping: which records to send again.
    /// <https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html>
    Kinesis {
        /// The records to send again; the mapping continues at the lowest sequence number.
        #[serde(rename = "batchItemFailures")]
        batch_item_failures: Vec<ItemFailure>,
    },
}

/// A record to send again.
#[derive(Debug, Serialize)]
pub(crate) struct ItemFailure {
    /// Its sequence number.
    #[serde(rename = "itemIdentifier")]
    pub(crate) item_identifier: String,
}

/// An invocation that failed: Lambda retries, and then sends the event to the on-failure destination.
#[derive(Debug)]
pub(crate) enum InvocationError {
    /// Something is not in the archive.
    NotArchived(String),
    /// The ledger does not balance.
    Imbalance,
}

impl From<InvocationError> for Diagnostic {
    fn from(failed: InvocationError) -> Self {
        let (error_type, error_message) = match failed {
            InvocationError::NotArchived(reason) => ("NotArchived", reason),
            InvocationError::Imbalance => {
                ("LedgerImbalance", "the ledger does not balance: an event was lost or invented".to_owned())
            }
        };
        Self { error_type: error_type.to_owned(), error_message }
    }
}
