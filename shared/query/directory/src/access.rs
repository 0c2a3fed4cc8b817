//! Roles, rules, tokens and settings: what else has an id or a name in a log.

use mailtrail_clock::{Time, rfc3339};
use serde::{Deserialize, Serialize};

use crate::{Listed, bounded};

/// A role by which a program acts as users: `impersonator_id` of audit logs.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_GetImpersonationRole.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImpersonationRole {
    /// Its id.
    pub id: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `FULL_ACCESS`, `READ_ONLY`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whom it may act as.
    #[serde(default, deserialize_with = "bounded::list", skip_serializing_if = "Option::is_none")]
    pub rules: Listed<ImpersonationRule>,
    /// When it was made.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub created: Option<Time>,
    /// When it was last changed.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub modified: Option<Time>,
}

/// A rule of an impersonation role: `rule_id` of audit logs, in the scope `ImpersonationAccessControl`.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_ImpersonationRule.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ImpersonationRule {
    /// Its id.
    pub id: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `ALLOW`, `DENY`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    /// Ids of users that it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<String>,
    /// Ids of users that it is not about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_users: Vec<String>,
}

/// A rule that decides from where and how users may sign in: it has no id, and `rule_id` of audit logs is its name.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_AccessControlRule.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessControlRule {
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `ALLOW`, `DENY`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    /// Ranges of addresses in CIDR notation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ip_ranges: Vec<String>,
    /// The ranges that it is not about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_ip_ranges: Vec<String>,
    /// Protocols: `ActiveSync`, `AutoDiscover`, `EWS`, `IMAP`, `SMTP`, `WindowsOutlook`, `WebMail`
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<String>,
    /// The protocols that it is not about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_actions: Vec<String>,
    /// Ids of users.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<String>,
    /// Ids of users that it is not about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_users: Vec<String>,
    /// Ids of impersonation roles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub impersonation_roles: Vec<String>,
    /// Ids of impersonation roles that it is not about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_impersonation_roles: Vec<String>,
    /// When it was made.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub created: Option<Time>,
    /// When it was last changed.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub modified: Option<Time>,
}

/// A rule that decides which devices may sign in: `rule_id` of audit logs, in the scope `DeviceAccessControl`.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_MobileDeviceAccessRule.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MobileDeviceRule {
    /// Its id.
    pub id: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `ALLOW`, `DENY`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    /// The kinds of device.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// The kinds that it is not about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_types: Vec<String>,
    /// The models.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
    /// The models that it is not about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_models: Vec<String>,
    /// The operating systems.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operating_systems: Vec<String>,
    /// The operating systems that it is not about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_operating_systems: Vec<String>,
    /// The programs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub user_agents: Vec<String>,
    /// The programs that it is not about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_user_agents: Vec<String>,
    /// When it was made.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub created: Option<Time>,
    /// When it was last changed.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub modified: Option<Time>,
}

/// What a device of a user may, whatever the rules say.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_MobileDeviceAccessOverride.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MobileDeviceOverride {
    /// The id of the user.
    pub user: String,
    /// The id of the device.
    pub device: String,
    /// `ALLOW`, `DENY`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it was made.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub created: Option<Time>,
    /// When it was last changed.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub modified: Option<Time>,
}

/// What is known of a token besides the token itself, which no call tells: `personal_access_token_id` of audit logs.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_PersonalAccessTokenSummary.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalAccessToken {
    /// Its id.
    pub id: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The id of the user who signs in with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// What it may be used for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// When it was made.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub created: Option<Time>,
    /// When it was last used. It alone is no reason for a new snapshot.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub last_used: Option<Time>,
    /// When it expires.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub expires: Option<Time>,
}

/// How users sign in.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_DescribeIdentityProviderConfiguration.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityProvider {
    /// `IDENTITY_PROVIDER_ONLY`, `IDENTITY_PROVIDER_AND_DIRECTORY`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication_mode: Option<String>,
    /// The ARN of the instance of IAM Identity Center.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The ARN of the application there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// Whether there are personal access tokens: `ACTIVE`, `INACTIVE`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_status: Option<String>,
    /// For how many days a token is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_lifetime_days: Option<i32>,
}

/// Where the free and busy times of a domain are asked for: it explains availability logs.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_AvailabilityConfiguration.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AvailabilityConfiguration {
    /// The domain.
    pub domain: String,
    /// `EWS`, `LAMBDA`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The URL of an EWS endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The user name that is used there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// The ARN of a function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// When it was made.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub created: Option<Time>,
    /// When it was last changed.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub modified: Option<Time>,
}

/// How long messages are kept: it explains why messages vanish.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_GetDefaultRetentionPolicy.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionPolicy {
    /// Its id.
    pub id: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What is done in which folder.
    #[serde(default)]
    pub folders: Vec<FolderRetention>,
}

/// What is done with old messages of a folder.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_FolderConfiguration.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FolderRetention {
    /// `INBOX`, `DELETED_ITEMS`, `SENT_ITEMS`, `DRAFTS`, `JUNK_EMAIL`
    pub folder: String,
    /// `NONE`, `DELETE`, `PERMANENTLY_DELETE`
    pub action: String,
    /// After how many days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<i32>,
}

/// An export of a mailbox. `WorkMail` lists those of the last seven days.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_MailboxExportJob.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportJob {
    /// Its id.
    pub id: String,
    /// The id of the user or resource whose mailbox it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `RUNNING`, `COMPLETED`, `FAILED`, `CANCELLED`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The bucket that it is written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
    /// The key there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The ARN of the role that writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The ARN of the KMS key that it is encrypted with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it began.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub started: Option<Time>,
    /// When it ended.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub ended: Option<Time>,
}
