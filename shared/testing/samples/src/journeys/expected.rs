//! What a perfect trace says of a journey.

use std::collections::BTreeSet;

use serde::Serialize;

/// What is to be said of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExpectedMessage {
    /// The trace ids of its legs.
    pub trace_ids: BTreeSet<String>,
    /// Legs that may belong to it.
    pub likely_trace_ids: BTreeSet<String>,
    /// Other legs with its Message-ID.
    pub same_message_id: usize,
    /// Its recipients, in no order.
    pub recipients: Vec<ExpectedRecipient>,
    /// Where journaling sent copies.
    pub journaled_to: BTreeSet<String>,
    /// Whether it only carries a copy for the journal.
    pub is_journal_copy: bool,
    /// How many different events tell of it.
    pub events: usize,
}

/// What is to be said of a recipient.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ExpectedRecipient {
    /// The address, bare, in lower case, its domain not in ASCII.
    pub address: String,
    /// `inbound`, `outbound`, `internal`: where every event is there.
    pub direction: &'static str,
    /// `delivered`, `junk`, `bounced`, …
    pub status: &'static str,
    /// Why the status is unknown.
    pub unknown_reason: Option<&'static str>,
    /// Whom rules redirected it to.
    pub redirected_to: BTreeSet<String>,
    /// The mailboxes of a group or an alias.
    pub expanded_to: BTreeSet<String>,
}
