//! One line of a WorkMail email-event log: `{"traceId":…,"event":{"eventName":…,…}}`.

use serde::Serialize;

use crate::envelope;

/// The text of a log line.
pub(crate) fn line(trace_id: &str, event: &MailEvent) -> String {
    String::from_utf8_lossy(&envelope::json(&Line { trace_id, event })).into_owned()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    trace_id: &'a str,
    event: &'a MailEvent,
}

/// The nine events that WorkMail documents, each with the fields documented for it.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "eventName", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub(crate) enum MailEvent {
    OrganizationEmailReceived {
        recipients: Vec<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        sender: Option<&'static str>,
        from: &'static str,
        subject: &'static str,
        message_id: String,
        #[serde(flatten)]
        checks: Checks,
        message_timestamp: String,
    },
    DmarcPolicyApplied {
        from: &'static str,
        recipients: Vec<&'static str>,
        policy: &'static str,
    },
    RuleApplied {
        rule_name: &'static str,
        rule_type: &'static str,
        rule_actions: Vec<RuleAction>,
        #[serde(skip_serializing_if = "Option::is_none")]
        target_folder: Option<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        target_recipient: Option<&'static str>,
    },
    MailboxEmailDelivered {
        recipient: &'static str,
        folder: &'static str,
    },
    JournalingInitiated {
        journaling_address: &'static str,
    },
    IncomingEmailBounced {
        bounced_recipient: BouncedRecipient,
    },
    OutgoingEmailSubmitted {
        recipients: Vec<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        sender: Option<&'static str>,
        from: &'static str,
        subject: &'static str,
    },
    OutgoingEmailSent {
        recipient: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        sender: Option<&'static str>,
        from: &'static str,
        message_id: String,
    },
    OutgoingEmailBounced(OutgoingBounce),
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
pub(crate) struct RuleAction {
    pub(crate) action: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) recipients: Vec<&'static str>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BouncedRecipient {
    pub(crate) email_address: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) status: &'static str,
}

/// An outgoing bounce. The documentation's table and its queries name different fields, so all three shapes
/// occur.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub(crate) enum OutgoingBounce {
    Object { bounced_recipient: BouncedRecipient },
    Flat { bounced_recipient: &'static str, reason: &'static str },
    Destination { destination: &'static str, reason: &'static str },
}
