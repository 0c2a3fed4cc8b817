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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

    /// `status_id`: 1 for success, 2 for failure, 0 for unknown, 99 for a word of the source.
    pub fn id(&self) -> u8 {
        self.status_id
    }

    /// A state of the source's own, in its own word.
    pub fn other(word: impl Into<Cow<'a, str>>) -> Self {
        Self { status_id: OTHER, status: word.into() }
    }
}

/// `direction_id` and `direction` of a message, seen from the organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

    /// `direction_id`.
    pub fn id(&self) -> u8 {
        self.direction_id
    }
}

/// `action_id` and `action`: what a control did (profile `security_control`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// `disposition_id` and `disposition`: what became of the message or the request (profile `security_control`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Disposition<'a> {
    disposition_id: u8,
    disposition: Cow<'a, str>,
}

impl<'a> Disposition<'a> {
    /// Let through.
    pub const ALLOWED: Self = Self::listed(1, "Allowed");
    /// Held up.
    pub const BLOCKED: Self = Self::listed(2, "Blocked");
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
    /// Not permitted.
    pub const UNAUTHORIZED: Self = Self::listed(26, "Unauthorized");

    const fn listed(disposition_id: u8, caption: &'static str) -> Self {
        Self { disposition_id, disposition: Cow::Borrowed(caption) }
    }

    /// A disposition of the source's own, in its own word.
    pub fn other(word: impl Into<Cow<'a, str>>) -> Self {
        Self { disposition_id: OTHER, disposition: word.into() }
    }
}

/// `auth_protocol_id` and `auth_protocol`: how a user proved who they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuthProtocol<'a> {
    auth_protocol_id: u8,
    auth_protocol: Cow<'a, str>,
}

impl<'a> AuthProtocol<'a> {
    /// By name and password.
    pub const BASIC: Self =
        Self { auth_protocol_id: 11, auth_protocol: Cow::Borrowed("Basic Authentication") };

    /// A method of the source's own, in its own word.
    pub fn other(word: impl Into<Cow<'a, str>>) -> Self {
        Self { auth_protocol_id: OTHER, auth_protocol: word.into() }
    }
}

/// `account_switch_type_id` and `account_switch_type`: how another identity was assumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccountSwitch {
    account_switch_type_id: u8,
    account_switch_type: &'static str,
}

impl AccountSwitch {
    /// `account_switch_type_id`.
    pub fn id(&self) -> u8 {
        self.account_switch_type_id
    }

    /// By a call that lends the identity.
    pub const IMPERSONATE: Self = Self { account_switch_type_id: 2, account_switch_type: "Impersonate" };
}

/// `type_id` and `type` of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UserType<'a> {
    type_id: u8,
    r#type: Cow<'a, str>,
}

impl<'a> UserType<'a> {
    /// A person, or what logs in like one.
    pub const USER: Self = Self { type_id: 1, r#type: Cow::Borrowed("User") };

    /// A kind of the source's own, in its own word.
    pub fn other(word: impl Into<Cow<'a, str>>) -> Self {
        Self { type_id: OTHER, r#type: word.into() }
    }
}

/// `type_id` and `type` of a managed entity. None of ours is in OCSF's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EntityType {
    type_id: u8,
    r#type: &'static str,
}

impl EntityType {
    /// What stands in for a password in a mail client.
    pub const PERSONAL_ACCESS_TOKEN: Self = Self { type_id: OTHER, r#type: "Personal Access Token" };
}

/// `role_id` and `role`: what a resource has to do with the event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ResourceRole {
    role_id: u8,
    role: &'static str,
}

impl ResourceRole {
    /// What was acted on.
    pub const TARGET: Self = Self { role_id: 1, role: "Target" };
    /// What it belongs to.
    pub const RELATED: Self = Self { role_id: 4, role: "Related" };
}
