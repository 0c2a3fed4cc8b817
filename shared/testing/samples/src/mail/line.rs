//! One line of a WorkMail email-event log: `{"traceId":…,"event":{"eventName":…,…}}`.

use serde::Serialize;

use crate::envelope;

/// The text of a log line.
pub(crate) fn line(trace_id: &str, event: &MailEvent<'_>) -> String {
    String::from_utf8_lossy(&envelope::json(&Line { trace_id, event })).into_owned()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    trace_id: &'a str,
    event: &'a MailEvent<'a>,
}

/// The nine events that WorkMail documents, each with the fields documented for it.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "eventName", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub(crate) enum MailEvent<'a> {
    OrganizationEmailReceived {
        recipients: Vec<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        sender: Option<&'a str>,
        from: &'a str,
        subject: &'a str,
        message_id: String,
        #[serde(flatten)]
        checks: Checks,
        message_timestamp: String,
    },
    DmarcPolicyApplied {
        from: &'a str,
        recipients: Vec<&'a str>,
        policy: &'a str,
    },
    RuleApplied {
        rule_name: &'a str,
        rule_type: &'a str,
        rule_actions: Vec<RuleAction<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        target_folder: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        target_recipient: Option<&'a str>,
    },
    MailboxEmailDelivered {
        recipient: &'a str,
        folder: &'a str,
    },
    JournalingInitiated {
        journaling_address: &'a str,
    },
    IncomingEmailBounced {
        bounced_recipient: BouncedRecipient<'a>,
    },
    OutgoingEmailSubmitted {
        recipients: Vec<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        sender: Option<&'a str>,
        from: &'a str,
        subject: &'a str,
    },
    OutgoingEmailSent {
        recipient: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        sender: Option<&'a str>,
        from: &'a str,
        message_id: String,
    },
    OutgoingEmailBounced(OutgoingBounce<'a>),
}

/// What the checks on arrival found.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Checks {
    #[serde(rename = "spamVerdict")]
    pub(crate) spam: &'static str,
    #[serde(rename = "dkimVerdict")]
    pub(crate) dkim: &'static str,
    #[serde(rename = "dmarcVerdict")]
    pub(crate) dmarc: &'static str,
    /// What the sender's domain asks for; WorkMail writes it only where the verdict is `FAIL`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dmarc_policy: Option<&'static str>,
    #[serde(rename = "spfVerdict")]
    pub(crate) spf: &'static str,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct RuleAction<'a> {
    pub(crate) action: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) recipients: Vec<&'a str>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BouncedRecipient<'a> {
    pub(crate) email_address: &'a str,
    pub(crate) reason: &'a str,
    pub(crate) status: &'a str,
}

/// An outgoing bounce. The documentation's table and its queries name different fields, so all three shapes
/// occur.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub(crate) enum OutgoingBounce<'a> {
    Object { bounced_recipient: BouncedRecipient<'a> },
    Flat { bounced_recipient: &'a str, reason: &'a str },
    Destination { destination: &'a str, reason: &'a str },
}
