//! The events of a message in plain words. Texts of the log stand in them as they are: to be escaped where they are shown.

use crate::event::{EventName, MailEvent};
use crate::rule::Rule;
use crate::{JourneyStep, Mailbox, StatusCode};

/// One event. `owner` is the mailbox of a mailbox rule, where it is known.
pub(crate) fn step(event: &MailEvent, owner: Option<&Mailbox>) -> JourneyStep {
    JourneyStep {
        time: event.time,
        event: event.name.clone(),
        text: text(event, owner),
        uid: event.uid.clone(),
    }
}

fn text(event: &MailEvent, owner: Option<&Mailbox>) -> String {
    let to = addresses(&event.recipients);
    let from = event.from.as_ref().map_or("an unknown sender", |from| from.address.as_str());
    match event.name {
        EventName::Submitted => format!("Submitted by {}{from} to {to}.", on_behalf(event)),
        EventName::Sent => format!("Handed over to the side of {to}."),
        EventName::OutgoingBounced => format!("Returned: not accepted for {to}{}", bounce(event)),
        EventName::Received => {
            let sentences: Vec<_> =
                event.verdicts.iter().filter_map(|(kind, word)| kind.sentence(word)).collect();
            let space = if sentences.is_empty() { "" } else { " " };
            format!("Received from {}{from} for {to}.{space}{}", on_behalf(event), sentences.join(" "))
        }
        EventName::Delivered => match &event.folder {
            Some(folder) => format!("Delivered to {to}, folder {folder}."),
            None => format!("Delivered to {to}."),
        },
        EventName::IncomingBounced => format!("Returned: no delivery to {to}{}", bounce(event)),
        EventName::Journaled => format!("A copy was sent to the journal at {to}."),
        EventName::DmarcApplied => {
            let policy = event.verdicts.dmarc_policy.as_deref().unwrap_or("unknown");
            format!("The DMARC policy of the domain of {from} was applied: {policy}.")
        }
        EventName::RuleApplied => event.rule.as_ref().map_or_else(String::new, |rule| applied(rule, owner)),
        EventName::Other(ref name) => format!("{name}: an event that is not documented."),
    }
}

fn addresses(mailboxes: &[Mailbox]) -> String {
    match mailboxes {
        [] => "no one named".to_owned(),
        _ => mailboxes.iter().map(|mailbox| mailbox.address.as_str()).collect::<Vec<_>>().join(", "),
    }
}

fn on_behalf(event: &MailEvent) -> String {
    event
        .sender
        .as_ref()
        .map_or_else(String::new, |sender| format!("{} on behalf of ", sender.address.as_str()))
}

/// The rest of the sentence: what the other side answered, and what its code says.
fn bounce(event: &MailEvent) -> String {
    let mut text = match (&event.status_code, &event.reason) {
        (Some(code), Some(reason)) if !reason.contains(code.as_str()) => format!(" ({code} {reason})."),
        (_, Some(reason)) => format!(" ({reason})."),
        (Some(code), None) => format!(" ({code})."),
        (None, None) => ".".to_owned(),
    };
    if let Some(code) = event.status_code.as_deref().and_then(StatusCode::parse) {
        text.push(' ');
        text.push_str(&code.sentence());
    }
    text
}

fn applied(rule: &Rule, owner: Option<&Mailbox>) -> String {
    let name = rule.name.as_deref().unwrap_or("without a name");
    let kind = match rule.kind.as_deref() {
        Some("INBOUND_RULE") => "Inbound rule",
        Some("OUTBOUND_RULE") => "Outbound rule",
        Some("MAILBOX_RULE") => "Mailbox rule",
        _ => "Rule",
    };
    let of = match owner {
        Some(owner) => format!(" of {}", owner.address.as_str()),
        None if rule.is_of_mailbox() => " (the log does not say of which mailbox)".to_owned(),
        None => String::new(),
    };
    let actions: Vec<_> = rule
        .actions
        .iter()
        .map(|action| match action.recipients[..] {
            [] => action.action.clone(),
            _ => format!("{} for {}", action.action, addresses(&action.recipients)),
        })
        .collect();
    let mut text = format!("{kind} {name}{of} applied");
    if !actions.is_empty() {
        text.push_str(": ");
        text.push_str(&actions.join("; "));
    }
    if let Some(folder) = &rule.target_folder {
        text.push_str(", folder ");
        text.push_str(folder);
    }
    if let Some(target) = &rule.target_recipient {
        text.push_str(", to ");
        text.push_str(target.address.as_str());
    }
    text.push('.');
    text
}
