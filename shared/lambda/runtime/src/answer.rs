//! What the function answers.

use lambda_runtime::Diagnostic;
use mailtrail_delivery::Ledger;
use serde::Serialize;

/// An invocation that went well.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    /// To a subscription filter, which does not listen, and to people, who do: the ledger.
    Ledger(Ledger),
    /// To an event source mapping: which records to send again.
    /// <https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html>
    Kinesis {
        /// The records; the lowest sequence number is where the mapping goes on.
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

/// An invocation that failed: Lambda tries again, and then hands the event to the on-failure destination.
#[derive(Debug)]
pub(crate) enum Failed {
    /// Something is not in the archive.
    NotArchived(String),
    /// The count is wrong.
    Imbalance,
}

impl From<Failed> for Diagnostic {
    fn from(failed: Failed) -> Self {
        let (error_type, error_message) = match failed {
            Failed::NotArchived(reason) => ("NotArchived", reason),
            Failed::Imbalance => {
                ("LedgerImbalance", "the ledger does not balance: an event was lost or invented".to_owned())
            }
        };
        Self { error_type: error_type.to_owned(), error_message }
    }
}
