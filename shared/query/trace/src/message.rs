//! The answer: a message, and what became of it for each recipient.

use std::borrow::Cow;

use mailtrail_clock::Time;
use serde::{Serialize, Serializer};

use crate::{EventName, RecipientStatus, UnknownReason, Verdicts};

/// A message, joined from its legs. Serialised, it is a line of `mailtrail trace --json`; texts are as the log has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// The Message-ID with its angle brackets.
    pub message_id: Option<String>,
    /// The trace ids of its legs, oldest first.
    pub trace_ids: Vec<String>,
    /// Legs that may belong to it, and that nothing joins.
    pub likely_trace_ids: Vec<String>,
    /// Other legs with that Message-ID that do not belong to it.
    pub same_message_id: usize,
    /// Legs that belong to it and are more than a message may have; nothing of them is told.
    #[serde(skip_serializing_if = "is_zero")]
    pub more_legs: usize,
    /// The direction that all recipients have in common.
    pub direction: Direction,
    /// The From address, bare.
    pub from: Option<String>,
    /// The display name beside it, else that of the directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_name: Option<String>,
    /// Who really sent, on behalf of `from`.
    pub sender: Option<String>,
    /// The Subject header.
    pub subject: Option<String>,
    /// Its first event.
    #[serde(serialize_with = "rfc3339")]
    pub first_time: Time,
    /// Its last event.
    #[serde(serialize_with = "rfc3339")]
    pub last_time: Time,
    /// Up to when the log groups of its legs are archived.
    #[serde(serialize_with = "rfc3339_or_null")]
    pub as_of: Option<Time>,
    /// Whether all its legs were read; not so where some may lie outside the time that was.
    pub complete: bool,
    /// The log groups that it was logged in.
    pub log_groups: Vec<String>,
    /// What became of it, in the order of the envelope; members of a group follow it.
    pub recipients: Vec<Recipient>,
    /// The rules that were applied.
    pub rules: Vec<AppliedRule>,
    /// Where journaling sent copies.
    pub journaled_to: Vec<String>,
    /// Whether it is itself a copy for the journal.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_journal_copy: bool,
    /// What was found when it arrived.
    pub verdicts: Verdicts,
    /// How many events tell of it.
    pub events: usize,
    /// Every event in plain words, where it is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub journey: Option<Vec<JourneyStep>>,
}

/// Seen from the organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From outside to a mailbox.
    Inbound,
    /// From the organization to the outside.
    Outbound,
    /// From the organization to a mailbox of it.
    Internal,
    /// Several of these, of a message with several recipients.
    Mixed,
    /// The events do not say.
    Unknown,
}

/// What became of a message for one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recipient {
    /// The address, bare, or what stands in its place.
    pub address: String,
    /// The display name beside it, else that of the directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Seen from the organization.
    pub direction: Direction,
    /// What became of it.
    pub status: RecipientStatus,
    /// Why that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown_reason: Option<UnknownReason>,
    /// The folder that it lies in.
    pub folder: Option<String>,
    /// The words to it: of a bounce, the name of a rule, a reason.
    pub detail: Option<String>,
    /// The enhanced status code of a bounce.
    pub status_code: Option<String>,
    /// What that code says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Cow<'static, str>>,
    /// Whom rules of the mailbox redirected it to.
    pub redirected_to: Vec<String>,
    /// The mailboxes of a group or an alias.
    pub expanded_to: Vec<String>,
    /// Other outcomes that are logged, in order of time.
    pub also: Vec<RecipientStatus>,
    /// Whether outcomes are logged that cannot all be true.
    pub contradiction: bool,
    /// When it came to that; nothing where no event says so.
    #[serde(serialize_with = "rfc3339_or_null")]
    pub time: Option<Time>,
}

/// One action of a rule that was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AppliedRule {
    /// The rule's name.
    pub name: Option<String>,
    /// `INBOUND_RULE`, `OUTBOUND_RULE` or `MAILBOX_RULE`.
    pub r#type: Option<String>,
    /// The log's own word.
    pub action: Option<String>,
    /// For whom. Of a mailbox rule its mailbox; empty where that is not known.
    pub recipients: Vec<String>,
    /// Where it moved or copied the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_folder: Option<String>,
    /// Whom it sent the message on to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_recipient: Option<String>,
}

/// One event in plain words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JourneyStep {
    /// When it was logged.
    #[serde(serialize_with = "rfc3339")]
    pub time: Time,
    /// The name of the event.
    pub event: EventName,
    /// What it says.
    pub text: String,
    /// The id of the event.
    pub uid: String,
}

impl Direction {
    /// As it is written: `inbound`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
            Self::Internal => "internal",
            Self::Mixed => "mixed",
            Self::Unknown => "unknown",
        }
    }

    /// What several have in common; those that are unknown say nothing.
    pub(crate) fn common(directions: impl Iterator<Item = Self>) -> Self {
        let mut known = directions.filter(|direction| *direction != Self::Unknown);
        let Some(first) = known.next() else { return Self::Unknown };
        if known.all(|direction| direction == first) { first } else { Self::Mixed }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn rfc3339<S: Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.rfc3339())
}

#[expect(clippy::ref_option, reason = "serde passes references")]
fn rfc3339_or_null<S: Serializer>(time: &Option<Time>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(Time::rfc3339).serialize(serializer)
}
