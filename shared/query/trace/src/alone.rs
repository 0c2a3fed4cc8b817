//! What one event says by itself, before the rest of its leg is known: for who must decide as events come.

use crate::event::{EventName, MailEvent};
use crate::{Mailbox, RecipientStatus, mailbox_rule, reading};

impl RecipientStatus {
    /// The statuses that a single event can say; the others are concluded from what is, or is not, beside it.
    pub const OF_ONE_EVENT: [Self; 7] = [
        Self::Delivered,
        Self::Junk,
        Self::Bounced,
        Self::Redirected,
        Self::Dropped,
        Self::Rejected,
        Self::Sent,
    ];
}

impl MailEvent {
    /// What it says by itself became of the message, and for whom: nothing in place of a recipient where it does not say. A
    /// later event may say otherwise, and DMARC's rejection may not have been carried out.
    pub fn outcomes(&self) -> Vec<(RecipientStatus, Option<&Mailbox>)> {
        if let Some(rule) = &self.rule {
            let status = |action: &crate::RuleAction| {
                if rule.is_of_mailbox() {
                    mailbox_rule::meaning(rule, action.effect()).map(|(status, _)| status)
                } else {
                    reading::of_organization_rule(action.effect())
                }
            };
            let outcomes = rule.actions.iter().filter_map(|action| Some((status(action)?, action)));
            return outcomes.flat_map(|(status, action)| of_each(status, &action.recipients)).collect();
        }
        let status = if self.name == EventName::DmarcApplied {
            self.rejects().then_some(RecipientStatus::Rejected)
        } else {
            reading::direct_outcome(self).map(|(status, _)| status)
        };
        status.map(|status| of_each(status, &self.recipients)).unwrap_or_default()
    }
}

fn of_each(status: RecipientStatus, recipients: &[Mailbox]) -> Vec<(RecipientStatus, Option<&Mailbox>)> {
    match recipients {
        [] => vec![(status, None)],
        _ => recipients.iter().map(|recipient| (status, Some(recipient))).collect(),
    }
}
