//! Whose log a log group is, and so which metrics count what it logs. Pure.

use mailtrail_pull::Archived;
use serde::{Deserialize, Serialize};

/// A log of an organization, and the log group that it goes to, or once went to. A line of an object below `coverage/metrics/`:
/// an organization may log elsewhere later, or not at all, or be gone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Observed {
    /// The name of the log group.
    pub log_group: String,
    /// Which log it is.
    pub log: Log,
    /// The id of the organization: `m-…`; empty where only its alias is known.
    pub organization: String,
    /// Its alias; empty where only its id is known.
    pub alias: String,
}

/// A log of an organization that metrics count as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Log {
    /// Email events.
    EmailEvents,
    /// Sign-ins to mailboxes.
    Authentication,
}

impl Log {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::EmailEvents, Self::Authentication];

    /// The metrics that count its events. `AuthenticationFailure` has a 1 for each sign-in that failed, and a 0 for each other.
    /// <https://docs.aws.amazon.com/workmail/latest/adminguide/monitoring-workmail-cloudwatch.html>
    pub fn metrics(self) -> &'static [&'static str] {
        match self {
            Self::EmailEvents => &[
                "OrganizationEmailReceived",
                "MailboxEmailDelivered",
                "IncomingEmailBounced",
                "OutgoingEmailBounced",
                "OutgoingEmailSent",
            ],
            Self::Authentication => &["AuthenticationFailure"],
        }
    }

    /// The events that such a metric counts.
    pub(crate) fn events(self, archived: &Archived) -> u64 {
        match self {
            Self::EmailEvents => archived.mail,
            Self::Authentication => archived.failed_sign_ins,
        }
    }
}

impl Observed {
    /// Whether both are the same log of one organization, whatever log group it goes to. An alias may be given again.
    pub(crate) fn is_same_log(&self, other: &Self) -> bool {
        let is_same = |one: &str, other: &str| !one.is_empty() && one == other;
        self.log == other.log
            && (is_same(&self.organization, &other.organization) || is_same(&self.alias, &other.alias))
    }

    /// Whether the value of a dimension names the organization: by its id, alias or ARN.
    pub(crate) fn is_named(&self, value: &str) -> bool {
        let id = value.rsplit_once('/').map_or(value, |(_, id)| id);
        let is_name = |name: &str, value: &str| !name.is_empty() && name == value;
        is_name(&self.organization, id) || is_name(&self.alias, value)
    }
}
