//! What each event name means: the one table of this source.

use std::borrow::Cow;

use mailtrail_json_text::scalar;
use mailtrail_ocsf::{ActivityId, Direction, Status};

use crate::fields::Fields;

/// The meaning of a step on a message's way.
pub(super) struct Step<'a> {
    pub(super) activity: ActivityId<'a>,
    pub(super) direction: Direction,
    pub(super) status: Status<'a>,
    /// Words for the status, where the event has none of its own.
    pub(super) detail: Option<&'static str>,
    pub(super) protocol: Option<&'static str>,
    /// Whether the recipients are mailboxes that now hold the message.
    pub(super) delivers: bool,
}

impl<'a> Step<'a> {
    const fn new(activity: ActivityId<'a>, direction: Direction, status: Status<'a>) -> Self {
        Self { activity, direction, status, detail: None, protocol: None, delivers: false }
    }

    fn detail(self, detail: &'static str) -> Self {
        Self { detail: Some(detail), ..self }
    }
}

/// Looks an event name up. Intermediate steps are "Trace", as in the one official mapping of a mail log;
/// a submission is a "Send" of its own status, so that sent mail is counted by `status_id = 1`.
pub(super) fn step<'a>(name: &Cow<'a, str>, fields: &Fields<'a>) -> Step<'a> {
    match name.as_ref() {
        "ORGANIZATION_EMAIL_RECEIVED" => Step {
            protocol: Some("SMTP"),
            ..Step::new(ActivityId::RECEIVE, Direction::INBOUND, Status::SUCCESS)
        },
        "MAILBOX_EMAIL_DELIVERED" => Step {
            delivers: true,
            ..Step::new(ActivityId::TRACE, Direction::INBOUND, Status::SUCCESS).detail("Delivered")
        },
        "RULE_APPLIED" => {
            Step::new(ActivityId::TRACE, rule_direction(fields), Status::SUCCESS).detail("Rule applied")
        }
        "JOURNALING_INITIATED" => {
            Step::new(ActivityId::TRACE, Direction::UNKNOWN, Status::SUCCESS).detail("Journaling initiated")
        }
        "INCOMING_EMAIL_BOUNCED" => Step::new(ActivityId::RECEIVE, Direction::INBOUND, Status::FAILURE),
        "OUTGOING_EMAIL_SUBMITTED" => {
            Step::new(ActivityId::SEND, Direction::OUTBOUND, Status::other("Submitted"))
        }
        "OUTGOING_EMAIL_SENT" => {
            Step::new(ActivityId::SEND, Direction::OUTBOUND, Status::SUCCESS).detail("Delivered")
        }
        "OUTGOING_EMAIL_BOUNCED" => Step::new(ActivityId::SEND, Direction::OUTBOUND, Status::FAILURE),
        "DMARC_POLICY_APPLIED" => Step::new(ActivityId::SCAN, Direction::INBOUND, Status::SUCCESS),
        _ => Step::new(ActivityId::other(name.clone()), Direction::UNKNOWN, Status::UNKNOWN),
    }
}

/// Mailbox rules work on mail that comes in.
fn rule_direction(fields: &Fields<'_>) -> Direction {
    match fields.get("ruleType").and_then(scalar).as_deref() {
        Some("INBOUND_RULE" | "MAILBOX_RULE") => Direction::INBOUND,
        Some("OUTBOUND_RULE") => Direction::OUTBOUND,
        _ => Direction::UNKNOWN,
    }
}
