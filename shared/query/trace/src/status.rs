//! What became of a message for one recipient: the closed list of statuses, and which counts.

use mailtrail_clock::Time;
use serde::Serialize;

use crate::Mailbox;

/// What became of a message for one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RecipientStatus {
    /// It is in the mailbox.
    Delivered,
    /// It is in the mailbox's junk folder.
    Junk,
    /// It was returned to its sender.
    Bounced,
    /// A mailbox rule sent it on instead.
    Redirected,
    /// A rule took it away.
    Dropped,
    /// The policy of the sender's domain was applied (DMARC), and there was no delivery.
    Rejected,
    /// The address is a group or an alias; its mailboxes are recipients of their own.
    Expanded,
    /// It was handed to the other side.
    Sent,
    /// No outcome is logged yet, and there is still time for one.
    Pending,
    /// No outcome is known, and [`UnknownReason`] says why.
    Unknown,
}

/// Why no outcome is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownReason {
    /// None was logged.
    NoOutcome,
    /// The archive lacks events of the time in which one may have been logged.
    Gap,
    /// The address may be a group or an alias: mailboxes got the message that it does not name.
    GroupOrAlias,
    /// A mailbox rule took the message elsewhere, and its event does not say whose rule it is.
    RuleNotTied,
    /// A data protection policy has hidden the address, so that outcomes cannot be told apart.
    Masked,
}

impl RecipientStatus {
    /// Every status.
    pub const ALL: [Self; 10] = [
        Self::Delivered,
        Self::Junk,
        Self::Bounced,
        Self::Redirected,
        Self::Dropped,
        Self::Rejected,
        Self::Expanded,
        Self::Sent,
        Self::Pending,
        Self::Unknown,
    ];

    /// As it is written: `delivered`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Junk => "junk",
            Self::Bounced => "bounced",
            Self::Redirected => "redirected",
            Self::Dropped => "dropped",
            Self::Rejected => "rejected",
            Self::Expanded => "expanded",
            Self::Sent => "sent",
            Self::Pending => "pending",
            Self::Unknown => "unknown",
        }
    }

    /// Which of two outcomes of one moment counts: the greater.
    const fn weight(self) -> u8 {
        match self {
            Self::Bounced => 7,
            Self::Rejected => 6,
            Self::Dropped => 5,
            Self::Redirected => 4,
            Self::Junk => 3,
            Self::Delivered => 2,
            Self::Sent => 1,
            Self::Expanded | Self::Pending | Self::Unknown => 0,
        }
    }

    /// Whether the message is in the mailbox.
    pub(crate) const fn is_delivery(self) -> bool {
        matches!(self, Self::Delivered | Self::Junk)
    }
}

impl UnknownReason {
    /// As it is written: `no_outcome`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoOutcome => "no_outcome",
            Self::Gap => "gap",
            Self::GroupOrAlias => "group_or_alias",
            Self::RuleNotTied => "rule_not_tied",
            Self::Masked => "masked",
        }
    }

    /// What is to be said about it.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NoOutcome => "No outcome is logged.",
            Self::Gap => "The archive lacks events of that time.",
            Self::GroupOrAlias => "Perhaps a group or an alias: other mailboxes got the message.",
            Self::RuleNotTied => "A mailbox rule was applied, and its event does not say to whose mailbox.",
            Self::Masked => "The address is masked, so that outcomes cannot be told apart.",
        }
    }
}

/// The side of the organization that an outcome is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Side {
    /// Into a mailbox of the organization.
    Incoming,
    /// Out of the organization, or to its own receiving side.
    Outgoing,
}

/// What one event says of one recipient.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) recipient: Mailbox,
    pub(crate) time: Time,
    pub(crate) status: RecipientStatus,
    pub(crate) side: Side,
    /// A rule's word that a message is junk, before any delivery: less than an outcome where there is one.
    pub(crate) is_announced: bool,
    pub(crate) folder: Option<String>,
    pub(crate) detail: Option<String>,
    pub(crate) status_code: Option<String>,
    pub(crate) redirected_to: Option<Mailbox>,
}

impl Outcome {
    pub(crate) fn new(recipient: &Mailbox, time: Time, status: RecipientStatus, side: Side) -> Self {
        Self {
            recipient: recipient.clone(),
            time,
            status,
            side,
            is_announced: false,
            folder: None,
            detail: None,
            status_code: None,
            redirected_to: None,
        }
    }

    pub(crate) fn key(&self) -> &str {
        self.recipient.address.key()
    }

    /// The last in time counts; of one moment, the weightiest.
    pub(crate) fn order(&self) -> (Time, u8) {
        (self.time, self.status.weight())
    }
}

/// Whether outcomes that one leg has of one recipient cannot all be true: a delivery and a bounce, or a rule's drop, of the
/// same copy; or a hand-over after a bounce. A bounce after a hand-over is how the other side answers.
pub(crate) fn contradict(outcomes: &[&Outcome]) -> bool {
    let of = |side: Side, is: fn(RecipientStatus) -> bool| {
        outcomes
            .iter()
            .filter(move |outcome| outcome.side == side && is(outcome.status) && !outcome.is_announced)
    };
    let is_end = |status| matches!(status, RecipientStatus::Bounced | RecipientStatus::Dropped);
    let delivered = of(Side::Incoming, RecipientStatus::is_delivery).next().is_some();
    let ended = of(Side::Incoming, is_end).next().is_some();
    let misplaced = outcomes.iter().any(|outcome| outcome.is_announced)
        && of(Side::Incoming, |status| status == RecipientStatus::Delivered).next().is_some();
    let sent = of(Side::Outgoing, |status| status == RecipientStatus::Sent).map(|outcome| outcome.time).max();
    let dropped = of(Side::Outgoing, |status| status == RecipientStatus::Dropped).next().is_some();
    let bounced =
        of(Side::Outgoing, |status| status == RecipientStatus::Bounced).map(|outcome| outcome.time).min();
    let sent_after_bounce = matches!((sent, bounced), (Some(sent), Some(bounced)) if sent > bounced);
    (delivered && ended) || misplaced || sent_after_bounce || (sent.is_some() && dropped)
}
