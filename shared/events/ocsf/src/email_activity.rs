//! Email Activity (class 4009): one step of a message on its way.
//!
//! The record's own `to` is the transmission envelope (it includes Bcc); `email` holds the header.
//! <https://schema.ocsf.io/1.8.0/classes/email_activity>

use std::borrow::Cow;

use serde::Serialize;

use crate::{Action, CommonAttributes, Direction, Disposition, Observable, Policy, Status, Unmapped};

/// A record of class Email Activity.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EmailActivity<'a> {
    /// What every record begins with.
    #[serde(flatten)]
    pub common: CommonAttributes<'a>,
    /// How it went.
    #[serde(flatten)]
    pub status: Status<'a>,
    /// The reply code of the other side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<Cow<'a, str>>,
    /// The words to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_detail: Option<Cow<'a, str>>,
    /// Seen from the organization.
    #[serde(flatten)]
    pub direction: Direction,
    /// What all events of one leg of the message have in common.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_trace_uid: Option<Cow<'a, str>>,
    /// Recipients of the envelope.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<Cow<'a, str>>,
    /// The message.
    pub email: Email<'a>,
    /// What SPF, DKIM and DMARC said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_auth: Option<EmailAuth<'a>>,
    /// How the message travelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol_name: Option<&'static str>,
    /// The rule or policy that was applied (profile `security_control`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Policy<'a>>,
    /// What it did (profile `security_control`).
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action<'a>>,
    /// What became of the message (profile `security_control`).
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub disposition: Option<Disposition<'a>>,
    /// Every address of the record, to search by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub observables: Vec<Observable<'a>>,
    /// What has no place above.
    #[serde(skip_serializing_if = "Unmapped::is_empty")]
    pub unmapped: Unmapped<'a>,
}

/// Object `email`. OCSF requires `from` or `to`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Email<'a> {
    /// The From header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Cow<'a, str>>,
    /// The From header with a display name, or what is not an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_mailbox: Option<Cow<'a, str>>,
    /// Who really sent, on behalf of `from`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<Cow<'a, str>>,
    /// The sender with a display name, or what is not an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender_mailbox: Option<Cow<'a, str>>,
    /// The recipient; filled only where there is no `from`, for `to` here would publish Bcc as To.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<Cow<'a, str>>,
    /// Recipients with a display name, or what is not an address.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to_mailboxes: Vec<Cow<'a, str>>,
    /// The mailboxes that the message was put into.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub delivered_to_list: Vec<Cow<'a, str>>,
    /// The Subject header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Cow<'a, str>>,
    /// The Message-ID header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_uid: Option<Cow<'a, str>>,
}

/// Object `email_auth`: verdicts in the source's own words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EmailAuth<'a> {
    /// Sender Policy Framework.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spf: Option<Cow<'a, str>>,
    /// DomainKeys Identified Mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dkim: Option<Cow<'a, str>>,
    /// Domain-based Message Authentication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dmarc: Option<Cow<'a, str>>,
    /// What the sender's domain asks for when DMARC fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dmarc_policy: Option<Cow<'a, str>>,
}
