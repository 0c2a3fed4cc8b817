//! An organization as a whole.

use mailtrail_aws_types::{AccountId, OrganizationId, Region};
use mailtrail_clock::{Time, rfc3339};
use serde::{Deserialize, Serialize};

/// An organization, as `DescribeOrganization` tells it; its id, account and Region are also known without that.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_DescribeOrganization.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// `m-…`, which is in the names of log groups and in ARNs.
    pub id: OrganizationId,
    /// The account that it belongs to.
    pub account: AccountId,
    /// The Region that it is in.
    pub region: Region,
    /// The name that is in the name of its default log group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// `Active`, `Deleted`, …: text of `WorkMail`, without a closed list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Why it is in that state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The domain of new addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_domain: Option<String>,
    /// `VpcDirectory`, `MicrosoftAD`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory_type: Option<String>,
    /// The id of the directory of AWS Directory Service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory_id: Option<String>,
    /// Its ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// The id of the user that migrates mailboxes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migration_admin: Option<String>,
    /// Whether a Microsoft Exchange beside it has the users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interoperability: Option<bool>,
    /// When it became usable.
    #[serde(default, with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    pub completed: Option<Time>,
    /// Whether DMARC of senders is enforced; absent where it was not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dmarc_enforced: Option<bool>,
}

/// A domain that mail is received for.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_GetMailDomain.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domain {
    /// The domain.
    pub name: String,
    /// Whether new addresses get it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<bool>,
    /// Whether `WorkMail` made it, for tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<bool>,
    /// Whether it was proved whose it is: `PENDING`, `VERIFIED`, `FAILED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ownership: Option<String>,
    /// The same of its DKIM keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dkim: Option<String>,
}

/// Where email events go.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_DescribeEmailMonitoringConfiguration.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailMonitoring {
    /// The ARN of the log group.
    pub log_group: String,
    /// The ARN of the role that writes there; absent for the service-linked one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}
