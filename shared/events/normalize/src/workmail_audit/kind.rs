//! Which of the five an event is: the one table of this source.

use crate::fields::Fields;

/// A kind of audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Authentication,
    AccessControl,
    MailboxAccess,
    AvailabilityProvider,
    PersonalAccessToken,
}

/// The fields that say how a thing went, one of each kind that has one. No other log is likely to have them.
pub(super) const VERDICTS: [&str; 4] =
    ["auth_successful", "access_granted", "action_allowed", "availability_event_successful"];

/// The fields that only one kind has. The verdict is the first of them.
const SIGNS: [(Kind, &[&str]); 5] = [
    (Kind::Authentication, &["auth_successful", "auth_failed_reason", "personal_access_token_id", "method"]),
    (Kind::AccessControl, &["access_granted", "rule_id", "scope"]),
    (
        Kind::MailboxAccess,
        &[
            "action_allowed",
            "owner_id",
            "object_type",
            "item_id",
            "folder_id",
            "folder_path",
            "attachment_path",
        ],
    ),
    (
        Kind::AvailabilityProvider,
        &["availability_event_successful", "function_arn", "ews_endpoint", "domain"],
    ),
    (Kind::PersonalAccessToken, &["scopes", "expires_time", "name"]),
];

impl Kind {
    pub(super) fn of(fields: &Fields<'_>) -> Option<Self> {
        let has_one = |names: &[&str]| names.iter().any(|name| fields.says(name));
        SIGNS.iter().find(|(_, names)| has_one(names)).map(|(kind, _)| *kind)
    }

    /// `metadata.event_code`: the log type, without the words that AWS puts around some of them.
    pub(super) const fn event_code(self) -> &'static str {
        match self {
            Self::Authentication => "AUTHENTICATION",
            Self::AccessControl => "ACCESS_CONTROL",
            Self::MailboxAccess => "MAILBOX_ACCESS",
            Self::AvailabilityProvider => "AVAILABILITY_PROVIDER",
            Self::PersonalAccessToken => "PERSONAL_ACCESS_TOKEN",
        }
    }

    /// What people call it.
    pub(super) const fn caption(self) -> &'static str {
        match self {
            Self::Authentication => "Authentication",
            Self::AccessControl => "Access Control",
            Self::MailboxAccess => "Mailbox Access",
            Self::AvailabilityProvider => "Availability Provider",
            Self::PersonalAccessToken => "Personal Access Token",
        }
    }

    /// The field that says how it went. The log of tokens has none: it says what was attempted.
    pub(super) const fn verdict(self) -> Option<&'static str> {
        match self {
            Self::Authentication => Some("auth_successful"),
            Self::AccessControl => Some("access_granted"),
            Self::MailboxAccess => Some("action_allowed"),
            Self::AvailabilityProvider => Some("availability_event_successful"),
            Self::PersonalAccessToken => None,
        }
    }
}
