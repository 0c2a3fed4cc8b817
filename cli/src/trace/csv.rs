//! Messages as CSV: a line of names, and a line for each recipient.

use mailtrail_trace::{Message, Recipient, UnknownReason};

use crate::output::{Zone, csv_lines};

const NAMES: [&str; COLUMNS] = [
    "first_time",
    "message_id",
    "from",
    "from_name",
    "sender",
    "subject",
    "recipient",
    "recipient_name",
    "direction",
    "status",
    "time",
    "folder",
    "detail",
    "status_code",
    "explanation",
    "unknown_reason",
    "redirected_to",
    "expanded_to",
    "also",
    "contradiction",
    "spam",
    "spf",
    "dkim",
    "dmarc",
    "dmarc_policy",
    "last_time",
    "as_of",
    "complete",
    "trace_ids",
    "log_groups",
    "events",
];
const COLUMNS: usize = 31;

/// The line of names.
pub(super) fn names() -> anyhow::Result<Vec<u8>> {
    csv_lines([NAMES])
}

/// The lines of a message. One without recipients has one line.
pub(super) fn lines(message: &Message, zone: &Zone) -> anyhow::Result<Vec<u8>> {
    if message.recipients.is_empty() {
        return csv_lines([cells(message, None, zone)]);
    }
    csv_lines(message.recipients.iter().map(|recipient| cells(message, Some(recipient), zone)))
}

fn cells(message: &Message, recipient: Option<&Recipient>, zone: &Zone) -> [String; COLUMNS] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let own = |of: fn(&Recipient) -> String| recipient.map(of).unwrap_or_default();
    let verdicts = &message.verdicts;
    [
        zone.rfc3339(message.first_time),
        text(&message.message_id),
        text(&message.from),
        text(&message.from_name),
        text(&message.sender),
        text(&message.subject),
        own(|recipient| recipient.address.clone()),
        own(|recipient| recipient.name.clone().unwrap_or_default()),
        recipient.map_or(message.direction, |recipient| recipient.direction).as_str().to_owned(),
        own(|recipient| recipient.status.as_str().to_owned()),
        recipient.and_then(|recipient| recipient.time).map(|time| zone.rfc3339(time)).unwrap_or_default(),
        own(|recipient| recipient.folder.clone().unwrap_or_default()),
        own(|recipient| recipient.detail.clone().unwrap_or_default()),
        own(|recipient| recipient.status_code.clone().unwrap_or_default()),
        own(|recipient| recipient.explanation.clone().unwrap_or_default().into_owned()),
        own(|recipient| recipient.unknown_reason.map(UnknownReason::as_str).unwrap_or_default().to_owned()),
        own(|recipient| recipient.redirected_to.join(" ")),
        own(|recipient| recipient.expanded_to.join(" ")),
        own(|recipient| recipient.also.iter().map(|status| status.as_str()).collect::<Vec<_>>().join(" ")),
        own(|recipient| if recipient.contradiction { "true".to_owned() } else { String::new() }),
        text(&verdicts.spam),
        text(&verdicts.spf),
        text(&verdicts.dkim),
        text(&verdicts.dmarc),
        text(&verdicts.dmarc_policy),
        zone.rfc3339(message.last_time),
        message.as_of.map(|time| zone.rfc3339(time)).unwrap_or_default(),
        message.complete.to_string(),
        message.trace_ids.join(" "),
        message.log_groups.join(" "),
        message.events.to_string(),
    ]
}
