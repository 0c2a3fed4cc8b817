//! What became of a message for its recipients, in words.

use mailtrail_trace::{Message, Recipient, RecipientStatus};

/// Recipients that are named on one line; of more, only how many there are of each status.
const NAMED: usize = 3;

/// On one line.
pub(super) fn brief(message: &Message) -> String {
    let recipients = &message.recipients;
    let mut text = if recipients.len() <= NAMED {
        recipients.iter().map(one).collect::<Vec<_>>().join(", ")
    } else {
        let counts = RecipientStatus::ALL.into_iter().filter_map(|status| {
            let of_status = || recipients.iter().filter(move |recipient| recipient.status == status);
            let count = of_status().count();
            let is_expected = matches!(status, RecipientStatus::Delivered | RecipientStatus::Sent);
            let names: Vec<&str> = of_status().map(|recipient| recipient.address.as_str()).collect();
            match count {
                0 => None,
                _ if is_expected || count > NAMED => Some(format!("{count} {}", status.as_str())),
                _ => Some(format!("{count} {} ({})", status.as_str(), names.join(", "))),
            }
        });
        counts.collect::<Vec<_>>().join(", ")
    };
    if recipients.is_empty() {
        text.push_str("no recipient is logged");
    }
    if !message.complete {
        text.push_str(" (events may be missing)");
    }
    text
}

/// Whether it did not reach a recipient.
pub(super) fn is_failure(message: &Message) -> bool {
    let is_failure = |recipient: &Recipient| {
        use RecipientStatus::{Bounced, Dropped, Rejected};
        matches!(recipient.status, Bounced | Dropped | Rejected)
    };
    message.recipients.iter().any(is_failure)
}

fn one(recipient: &Recipient) -> String {
    let (address, status) = (&recipient.address, recipient.status.as_str());
    let more = match (&recipient.status_code, recipient.redirected_to.as_slice()) {
        (Some(code), _) => format!(" ({code})"),
        (None, []) => String::new(),
        (None, targets) => format!(" to {}", targets.join(" ")),
    };
    format!("{address} {status}{more}")
}

/// What became of it for one recipient, as a sentence.
pub(super) fn sentence(recipient: &Recipient) -> String {
    let detail = recipient.detail.as_deref().map_or_else(String::new, |detail| format!(": {detail}"));
    let folder = recipient.folder.as_deref().map_or_else(String::new, |folder| format!(", folder {folder}"));
    let mut text = match recipient.status {
        RecipientStatus::Delivered => format!("delivered{folder}"),
        RecipientStatus::Junk => format!("delivered as junk{folder}"),
        RecipientStatus::Bounced => match &recipient.status_code {
            Some(code) if !detail.contains(code.as_str()) => format!("bounced, {code}{detail}"),
            _ => format!("bounced{detail}"),
        },
        RecipientStatus::Redirected if recipient.redirected_to.is_empty() => format!("redirected{detail}"),
        RecipientStatus::Redirected => {
            format!("redirected to {} by a rule of the mailbox{detail}", recipient.redirected_to.join(", "))
        }
        RecipientStatus::Dropped => format!("dropped{detail}"),
        RecipientStatus::Rejected => format!("rejected by the DMARC policy of the sender's domain{detail}"),
        RecipientStatus::Expanded => {
            format!("a group or an alias, of {}", recipient.expanded_to.join(", "))
        }
        RecipientStatus::Sent => "handed over to the other side, whose log is not here".to_owned(),
        RecipientStatus::Pending => "no outcome is logged yet, and there is still time for one".to_owned(),
        RecipientStatus::Unknown => "what became of it is unknown".to_owned(),
    };
    if recipient.status != RecipientStatus::Redirected && !recipient.redirected_to.is_empty() {
        text = format!("{text}; also sent on to {}", recipient.redirected_to.join(", "));
    }
    // Whatever came of it, it was handed over before.
    let also = recipient.also.iter().filter(|status| **status != RecipientStatus::Sent);
    let also: Vec<&str> = also.map(|status| status.as_str()).collect();
    if !also.is_empty() {
        text = format!("{text}; also logged: {}", also.join(", "));
    }
    if recipient.contradiction {
        text.push_str("; these cannot all be true");
    }
    text
}
