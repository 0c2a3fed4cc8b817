//! Users, groups and resources: what has a mailbox, an address or a permission.

use std::collections::BTreeMap;

use mailtrail_clock::{Time, rfc3339};
use serde::{Deserialize, Serialize};

use crate::{Listed, bounded};

/// A user, deleted ones included.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_User.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// `S-1-1-11-…`, or a UUID: `user_id` and `owner_id` of audit logs.
    pub id: String,
    /// The name that the user signs in by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The name that others see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The primary address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// `ENABLED`, `DISABLED`, `DELETED`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// `USER`, `RESOURCE`, `SYSTEM_USER`, `REMOTE_USER`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// When it was enabled.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub enabled: Option<Time>,
    /// When it was disabled.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub disabled: Option<Time>,
    /// Its id in IAM Identity Center: `onBehalfOf.userId` of CloudTrail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_provider_user_id: Option<String>,
    /// The identity store that has that id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_store_id: Option<String>,
    /// What only `DescribeUser` tells; absent where that was not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mailbox: Option<Mailbox>,
    /// All its addresses, the primary one perhaps among them.
    #[serde(default, deserialize_with = "bounded::list", skip_serializing_if = "Option::is_none")]
    pub aliases: Listed<String>,
    /// Who else may open the mailbox, or send as its user.
    #[serde(default, deserialize_with = "bounded::list", skip_serializing_if = "Option::is_none")]
    pub permissions: Listed<Permission>,
    /// Telephone, street and the like, by name; absent unless they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<BTreeMap<String, String>>,
}

/// The mailbox of a user.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_DescribeUser.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// When it was made.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub provisioned: Option<Time>,
    /// When it was removed.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub deprovisioned: Option<Time>,
    /// Whether the user is hidden from the global address list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<bool>,
}

/// A group.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_Group.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// `S-1-1-12-…`, or a UUID.
    pub id: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The primary address; absent where it gets no mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// `ENABLED`, `DISABLED`, `DELETED`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// When it was enabled.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub enabled: Option<Time>,
    /// When it was disabled.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub disabled: Option<Time>,
    /// Whether it is hidden from the global address list; absent where it was not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<bool>,
    /// All its addresses, the primary one perhaps among them.
    #[serde(default, deserialize_with = "bounded::list", skip_serializing_if = "Option::is_none")]
    pub aliases: Listed<String>,
    /// Users and groups.
    #[serde(default, deserialize_with = "bounded::list", skip_serializing_if = "Option::is_none")]
    pub members: Listed<Member>,
    /// Who may send as the group.
    #[serde(default, deserialize_with = "bounded::list", skip_serializing_if = "Option::is_none")]
    pub permissions: Listed<Permission>,
}

/// A member of a group.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_Member.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Member {
    /// The id of the user or group.
    pub id: String,
    /// `USER`, `GROUP`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `ENABLED`, `DISABLED`, `DELETED`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// When it was enabled.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub enabled: Option<Time>,
    /// When it was disabled.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub disabled: Option<Time>,
}

/// A room, or equipment.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_Resource.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// `r-…`
    pub id: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The primary address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// `ROOM`, `EQUIPMENT`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `ENABLED`, `DISABLED`, `DELETED`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// What it is, in the words of an administrator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it was enabled.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub enabled: Option<Time>,
    /// When it was disabled.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub disabled: Option<Time>,
    /// Whether it is hidden from the global address list; absent where it was not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<bool>,
    /// All its addresses, the primary one perhaps among them.
    #[serde(default, deserialize_with = "bounded::list", skip_serializing_if = "Option::is_none")]
    pub aliases: Listed<String>,
    /// Who answers for it.
    #[serde(default, deserialize_with = "bounded::list", skip_serializing_if = "Option::is_none")]
    pub delegates: Listed<Delegate>,
    /// Who else may open its mailbox.
    #[serde(default, deserialize_with = "bounded::list", skip_serializing_if = "Option::is_none")]
    pub permissions: Listed<Permission>,
}

/// Who answers for a resource.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_Delegate.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Delegate {
    /// The id of the user or group.
    pub id: String,
    /// `USER`, `GROUP`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// What a user or group may do with a mailbox that is not its own. Folders that people share with each other are no part of it.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_Permission.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Permission {
    /// The id of the user or group.
    pub grantee: String,
    /// `USER`, `GROUP`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grantee_kind: Option<String>,
    /// `FULL_ACCESS`, `SEND_AS`, `SEND_ON_BEHALF`
    pub values: Vec<String>,
}
