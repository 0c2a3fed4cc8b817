//! What the facts are made of: organizations, log groups, functions, streams, buckets, keys, roles, archives.

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_config::settings;
use mailtrail_resource_policy::inventory::Part;
use serde::{Deserialize, Serialize};

/// A `WorkMail` organization.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Organization {
    /// `m-` and 32 hex digits.
    pub id: String,
    /// Its name in addresses of AWS.
    pub alias: String,
    /// Where its email events go; nothing where they are not logged.
    pub email_events: Part<Option<EmailEvents>>,
}

/// Where email events go.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EmailEvents {
    /// The ARN of the log group, mostly with `:*` at its end.
    pub log_group_arn: String,
    /// The ARN of the role that `WorkMail` writes with.
    pub role_arn: String,
}

/// What deliveries of one type of log to one kind of destination may look like.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Template {
    /// `AUTHENTICATION_LOGS` …
    pub log_type: String,
    /// `CWL`, `S3`, `FH`.
    pub destination_type: String,
    /// Fields that each delivery must have.
    pub mandatory: Vec<String>,
}

/// A subscription filter of the whole account.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountFilter {
    /// Its name.
    pub name: String,
    /// Its document: `{"DestinationArn": …, "FilterPattern": …}`.
    pub document: String,
    /// Which log groups it leaves out: `LogGroupName NOT IN ["…"]`.
    pub selection: String,
}

/// A log group.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LogGroup {
    /// Its name.
    pub name: String,
    /// Its settings; nothing where there is no such group.
    pub settings: Part<Option<GroupSettings>>,
    /// Its subscription filters.
    pub filters: Part<Vec<Filter>>,
    /// The document of its data protection policy, where it has one.
    pub masking: Part<Option<String>>,
    /// When the first event that its streams know of happened, in milliseconds since 1970.
    pub first_event: Part<Option<i64>>,
}

/// Settings of a log group.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GroupSettings {
    /// How long it keeps events; nothing: for ever.
    pub retention_days: Option<i32>,
    /// `STANDARD`, `INFREQUENT_ACCESS`, `DELIVERY`.
    pub class: String,
}

/// A subscription filter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Its name.
    pub name: String,
    /// Which events it takes; nothing: all.
    pub pattern: String,
    /// Where to.
    pub destination_arn: String,
    /// Since when, in milliseconds since 1970: what was logged before was never sent.
    pub created: i64,
}

/// A function.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its settings; nothing where there is no such function.
    pub settings: Part<Option<FunctionSettings>>,
    /// Its resource policy; nothing where it has none.
    pub policy: Part<Option<String>>,
    /// The resource policies of those of its versions and aliases that filters send to: by version or alias.
    pub qualified: BTreeMap<String, Part<Option<String>>>,
}

/// Settings of a function.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FunctionSettings {
    /// Its ARN.
    pub arn: String,
    /// The ARN of the role that it runs as.
    pub role: String,
    /// The log group that it writes to.
    pub log_group: String,
    /// `Active`, `Pending`, `Inactive`, `Failed`.
    pub state: String,
    /// Those of its environment variables that the checks need.
    pub environment: Part<BTreeMap<String, String>>,
}

/// A Firehose stream.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Stream {
    /// Its name.
    pub name: String,
    /// Its settings; nothing where there is no such stream.
    pub settings: Part<Option<StreamSettings>>,
    /// Its tags.
    pub tags: Part<BTreeMap<String, String>>,
}

/// Settings of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StreamSettings {
    /// `ACTIVE` …
    pub status: String,
    /// Where its records come from: `DirectPut`, `KinesisStreamAsSource` …
    pub source: String,
    /// Whether it unpacks what CloudWatch Logs sends, and takes nothing else.
    pub decompresses: bool,
}

/// A bucket.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Whether it is there.
    pub exists: Part<bool>,
    /// Whether it belongs to the account that it is expected to belong to.
    pub owner_fits: Part<bool>,
    /// Its policy; nothing where it has none.
    pub policy: Part<Option<String>>,
    /// How it encrypts what says nothing about that.
    pub encryption: Part<Option<Encryption>>,
}

/// The default encryption of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Encryption {
    /// `AES256`, `aws:kms`, `aws:kms:dsse`.
    pub algorithm: String,
    /// The key; nothing: the one of AWS.
    pub key: Option<String>,
}

/// A KMS key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Key {
    /// Its settings; nothing where there is no such key.
    pub settings: Part<Option<KeySettings>>,
    /// Its policy.
    pub policy: Part<Option<String>>,
}

/// Settings of a key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct KeySettings {
    /// Its ARN.
    pub arn: String,
    /// `AWS` or `CUSTOMER`.
    pub manager: String,
    /// `Enabled`, `Disabled`, `PendingDeletion` …
    pub state: String,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Role {
    /// Who may take it.
    pub trust: String,
}

/// An archive.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Archive {
    /// Its address.
    pub url: String,
    /// Its bucket, if it is in S3.
    pub bucket: Option<String>,
    /// The account that the bucket must belong to, if that is set.
    pub owner: Option<String>,
    /// The key that its objects are encrypted with, if one is set.
    pub key: Option<String>,
    /// The functions that write to it.
    pub functions: BTreeSet<String>,
    /// The first day of its exact copies of this account and Region, `YYYYMMDD`; nothing where there are none.
    pub first_day: Part<Option<String>>,
}

impl AccountFilter {
    /// The ARN that it sends to; of a document that is not understood, nothing.
    pub fn destination(&self) -> String {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Document {
            destination_arn: String,
        }

        let document = serde_json::from_str::<Document>(&self.document);
        document.map(|document| document.destination_arn).unwrap_or_default()
    }
}

impl Function {
    /// Its settings, if they were seen and it is there.
    pub(crate) fn known(&self) -> Option<&FunctionSettings> {
        self.settings.seen()?.as_ref()
    }

    /// The value of one of its variables, if it is known to have one; an empty one is none.
    pub fn variable(&self, name: &str) -> Option<&str> {
        let value = self.known()?.environment.seen()?.get(name)?;
        Some(value.trim()).filter(|value| !value.is_empty())
    }

    /// The log groups of the pipeline that it knows of: the one that it writes to, and those of its setting.
    pub fn own_groups(&self) -> BTreeSet<String> {
        let told = self.variable(settings::OWN_LOG_GROUPS.name).unwrap_or_default().split(',');
        let told = told.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        self.known().map(|settings| settings.log_group.clone()).into_iter().chain(told).collect()
    }
}
