//! Enumerated attributes, each with its sibling.
//!
//! One value holds the number and its caption, and only the constructors here make one: the two cannot
//! disagree. The number 99 ("Other") always carries the source's own word.

use std::borrow::Cow;

use serde::Serialize;

/// "Other": the sibling carries the source's own word.
const OTHER: u8 = 99;

/// `severity_id` and `severity`. WorkMail and CloudTrail rate nothing, and we do not invent ratings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Severity {
    severity_id: u8,
    severity: &'static str,
}

impl Severity {
    /// No attention is asked for.
    pub const INFORMATIONAL: Self = Self { severity_id: 1, severity: "Informational" };
}

/// `status_id` and `status`: how the thing went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status<'a> {
    status_id: u8,
    status: Cow<'a, str>,
}

impl<'a> Status<'a> {
    /// It worked.
    pub const SUCCESS: Self = Self { status_id: 1, status: Cow::Borrowed("Success") };
    /// It did not.
    pub const FAILURE: Self = Self { status_id: 2, status: Cow::Borrowed("Failure") };
    /// The source does not tell.
    pub const UNKNOWN: Self = Self { status_id: 0, status: Cow::Borrowed("Unknown") };

    /// A state of the source's own, in its own word.
    pub fn other(word: impl Into<Cow<'a, str>>) -> Self {
        Self { status_id: OTHER, status: word.into() }
    }
}

/// `direction_id` and `direction` of a message, seen from the organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Direction {
    direction_id: u8,
    direction: &'static str,
}

impl Direction {
    /// The event does not tell.
    pub const UNKNOWN: Self = Self { direction_id: 0, direction: "Unknown" };
    /// Into the organization.
    pub const INBOUND: Self = Self { direction_id: 1, direction: "Inbound" };
    /// Out of the organization.
    pub const OUTBOUND: Self = Self { direction_id: 2, direction: "Outbound" };
    /// From the organization to itself.
    pub const INTERNAL: Self = Self { direction_id: 3, direction: "Internal" };
}

/// `action_id` and `action`: what a control did (profile `security_control`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Action<'a> {
    action_id: u8,
    action: Cow<'a, str>,
}

impl<'a> Action<'a> {
    /// Let through.
    pub const ALLOWED: Self = Self { action_id: 1, action: Cow::Borrowed("Allowed") };
    /// Stopped.
    pub const DENIED: Self = Self { action_id: 2, action: Cow::Borrowed("Denied") };
    /// Noted, and neither stopped nor changed.
    pub const OBSERVED: Self = Self { action_id: 3, action: Cow::Borrowed("Observed") };
    /// Let through, but changed or put elsewhere.
    pub const MODIFIED: Self = Self { action_id: 4, action: Cow::Borrowed("Modified") };

    /// An action of the source's own, in its own word.
    pub fn other(word: impl Into<Cow<'a, str>>) -> Self {
        Self { action_id: OTHER, action: word.into() }
    }
}

/// `disposition_id` and `disposition`: what became of the message (profile `security_control`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disposition<'a> {
    disposition_id: u8,
    disposition: Cow<'a, str>,
}

impl<'a> Disposition<'a> {
    /// Let through.
    pub const ALLOWED: Self = Self::listed(1, "Allowed");
    /// Put aside.
    pub const QUARANTINED: Self = Self::listed(3, "Quarantined");
    /// Thrown away without a word to the sender.
    pub const DROPPED: Self = Self::listed(6, "Dropped");
    /// Found out, and only that.
    pub const DETECTED: Self = Self::listed(15, "Detected");
    /// Nothing done.
    pub const NO_ACTION: Self = Self::listed(16, "No Action");
    /// Sent back.
    pub const REJECTED: Self = Self::listed(25, "Rejected");

    const fn listed(disposition_id: u8, caption: &'static str) -> Self {
        Self { disposition_id, disposition: Cow::Borrowed(caption) }
    }

    /// A disposition of the source's own, in its own word.
    pub fn other(word: impl Into<Cow<'a, str>>) -> Self {
        Self { disposition_id: OTHER, disposition: word.into() }
    }
}
