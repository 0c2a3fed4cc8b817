//! The resources of an account: organizations, log groups, functions, streams, buckets, keys, roles, archives.
//!
//! Each field that takes a call of its own is a [`Part`]: read, or not read for a reason. `None` inside a [`Part`] means
//! that AWS answered that there is no such resource or setting.

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_config::settings;
use mailtrail_resource_policy::inventory::Part;
use serde::{Deserialize, Serialize};

use crate::coverage::{Coverage, EndedOrganization};

/// A `WorkMail` organization.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Organization {
    /// `m-` and 32 hex digits.
    pub id: String,
    /// The alias, unique in its Region: the first label of `<alias>.awsapps.com`.
    pub alias: String,
    /// The email event logging of the organization; `None` while it is off.
    pub email_events: Part<Option<EmailEvents>>,
}

/// The configuration of email event logging.
/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_DescribeEmailMonitoringConfiguration.html>
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EmailEvents {
    /// The ARN of the log group, usually with `:*` at its end.
    pub log_group_arn: String,
    /// The ARN of the role that `WorkMail` assumes to write log events.
    pub role_arn: String,
}

/// A configuration template: what a delivery of one log type to one type of destination allows.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ConfigurationTemplate.html>
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Template {
    /// The log type of the delivery source, such as `AUTHENTICATION_LOGS`.
    pub log_type: String,
    /// `CWL` (CloudWatch Logs), `S3` or `FH` (Firehose).
    pub destination_type: String,
    /// The record fields that every delivery must include.
    pub mandatory: Vec<String>,
}

/// An account-level subscription filter policy.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters-AccountLevel.html>
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountFilter {
    /// The name of the policy.
    pub name: String,
    /// The policy document: `{"DestinationArn": …, "FilterPattern": …}`.
    pub document: String,
    /// The selection criteria, which exclude log groups: `LogGroupName NOT IN ["…"]`.
    pub selection: String,
}

/// A log group of CloudWatch Logs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LogGroup {
    /// The name of the log group.
    pub name: String,
    /// The settings; `None` where the log group does not exist.
    pub settings: Part<Option<GroupSettings>>,
    /// The subscription filters of the log group itself.
    pub filters: Part<Vec<Filter>>,
    /// The document of the data protection policy, where there is one.
    pub masking: Part<Option<String>>,
    /// The earliest first-event timestamp of the log streams, in milliseconds since 1970.
    pub first_event: Part<Option<i64>>,
    /// The latest last-event timestamp of the log streams, in milliseconds since 1970.
    pub last_event: Part<Option<i64>>,
}

/// Settings of a log group.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GroupSettings {
    /// The retention in days; `None` where events never expire.
    pub retention_days: Option<i32>,
    /// The log class: `STANDARD`, `INFREQUENT_ACCESS` or `DELIVERY`.
    pub class: String,
    /// When the log group was created, in milliseconds since 1970.
    pub created: i64,
}

/// A subscription filter of a log group.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// The name of the filter, unique in its log group.
    pub name: String,
    /// The filter pattern; empty for all events.
    pub pattern: String,
    /// The ARN of the function, data stream, Firehose stream or destination that receives the events.
    pub destination_arn: String,
    /// When the filter was created, in milliseconds since 1970. Earlier events were never sent.
    pub created: i64,
    /// The system fields that the filter adds to each event: `@aws.account`, `@aws.region`, `@source.log`.
    pub system_fields: Vec<String>,
    /// The role with which CloudWatch Logs writes to a data stream; `None` for a function.
    pub role_arn: Option<String>,
    /// `Random` or `ByLogStream`.
    pub distribution: String,
}

/// An event source mapping: a function that reads a Kinesis data stream.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Mapping {
    /// The UUID of the mapping.
    pub id: String,
    /// The ARN of the function.
    pub function_arn: String,
    /// Whether the function may report single records as failed (`ReportBatchItemFailures`).
    pub reports_failures: bool,
    /// The ARN of the on-failure destination; `None` where there is none.
    pub on_failure: Option<String>,
}

/// A Lambda function.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Function {
    /// The name of the function.
    pub name: String,
    /// The settings; `None` where the function does not exist.
    pub settings: Part<Option<FunctionSettings>>,
    /// The resource-based policy of the function without a qualifier; `None` where there is none.
    pub policy: Part<Option<String>>,
    /// The resource-based policies of the versions and aliases that filters send to, by qualifier.
    pub qualified: BTreeMap<String, Part<Option<String>>>,
    /// The reserved concurrency; `None` where none is reserved.
    pub reserved_concurrency: Part<Option<i32>>,
    /// The ARN of the on-failure destination of asynchronous invocations; `None` where there is none.
    pub on_failure: Part<Option<String>>,
}

/// Settings of a function.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FunctionSettings {
    /// The ARN of the function, without a qualifier.
    pub arn: String,
    /// The ARN of the execution role.
    pub role: String,
    /// The log group of the function itself.
    pub log_group: String,
    /// The state: `Active`, `Pending`, `Inactive` or `Failed`.
    pub state: String,
    /// The environment variables that the checks need, and no others.
    pub environment: Part<BTreeMap<String, String>>,
}

/// A Firehose stream.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Stream {
    /// The name of the stream.
    pub name: String,
    /// The settings; `None` where the stream does not exist.
    pub settings: Part<Option<StreamSettings>>,
    /// The tags of the stream, value by key.
    pub tags: Part<BTreeMap<String, String>>,
    /// When the newest delivery error was logged, in milliseconds since 1970.
    pub last_error: Part<Option<i64>>,
}

/// Settings of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StreamSettings {
    /// The status: `ACTIVE`, `CREATING`, `DELETING` and so on.
    pub status: String,
    /// The type: `DirectPut`, `KinesisStreamAsSource`, `MSKAsSource` or `DatabaseAsSource`.
    pub source: String,
    /// Whether decompression of CloudWatch Logs data is on, so that the stream accepts nothing else.
    pub decompresses: bool,
    /// The destination in Amazon S3; `None` for a destination of another kind.
    pub destination: Option<StreamDestination>,
}

/// The destination of a stream in Amazon S3.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StreamDestination {
    /// The role with which Firehose writes.
    pub role_arn: String,
    /// The ARN of the bucket.
    pub bucket_arn: String,
    /// The prefix of the objects, with the expressions of Firehose.
    pub prefix: String,
    /// Where delivery errors are logged; `None` where they are not.
    pub error_log: Option<ErrorLog>,
}

/// A log stream of delivery errors.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ErrorLog {
    /// The log group.
    pub log_group: String,
    /// The log stream.
    pub log_stream: String,
}

/// An SNS topic that functions publish to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Topic {
    /// The ARN of the topic.
    pub arn: String,
    /// The number of subscriptions; `None` where the topic does not exist.
    pub subscriptions: Part<Option<Subscriptions>>,
}

/// The subscriptions of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Subscriptions {
    /// Those that receive messages.
    pub confirmed: u32,
    /// Those that wait for a confirmation.
    pub pending: u32,
}

/// What an on-failure bucket holds of failed invocations.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Failures {
    /// The number of objects that were listed.
    pub objects: u64,
    /// Whether there are more than were listed.
    pub more: bool,
}

/// A bucket of Amazon S3.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Bucket {
    /// The name of the bucket.
    pub name: String,
    /// Whether the bucket exists.
    pub exists: Part<bool>,
    /// Whether the bucket belongs to this account; read where logs are delivered to it.
    pub owner_fits: Part<bool>,
    /// The bucket policy; `None` where there is none.
    pub policy: Part<Option<String>>,
    /// The default encryption; `None` where no rule is set.
    pub encryption: Part<Option<Encryption>>,
}

/// The default encryption of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Encryption {
    /// The algorithm: `AES256`, `aws:kms` or `aws:kms:dsse`.
    pub algorithm: String,
    /// The id, ARN or alias of the KMS key; `None` for the AWS managed key.
    pub key: Option<String>,
}

/// A KMS key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Key {
    /// The settings; `None` where the key does not exist.
    pub settings: Part<Option<KeySettings>>,
    /// The key policy.
    pub policy: Part<Option<String>>,
}

/// Settings of a key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct KeySettings {
    /// The ARN of the key, also where it was looked up by an alias.
    pub arn: String,
    /// Who manages the key: `AWS` or `CUSTOMER`.
    pub manager: String,
    /// The state: `Enabled`, `Disabled`, `PendingDeletion` and so on.
    pub state: String,
}

/// An archive of mailtrail.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Archive {
    /// `s3://bucket/prefix`, `file:///…` or a directory.
    pub url: String,
    /// The bucket of an archive in S3.
    pub bucket: Option<String>,
    /// The account that must own the bucket (`MAILTRAIL_ARCHIVE_OWNER`), where one is set.
    pub owner: Option<String>,
    /// Whether the bucket belongs to that account; not read where none is set.
    pub owner_fits: Part<bool>,
    /// The KMS key that objects are encrypted with (`MAILTRAIL_ARCHIVE_KMS_KEY`), where one is set.
    pub key: Option<String>,
    /// The names of the functions that write to this archive.
    pub functions: BTreeSet<String>,
    /// The first and the last day in `raw/` for this account and Region; `None` where there is none.
    pub days: Part<Option<Days>>,
    /// The last checks of the days of log groups of this account and Region, below `coverage/`.
    pub coverage: Part<Vec<Coverage>>,
    /// Lines and objects below `coverage/` that no check can have written.
    pub refused_coverage: u64,
    /// The organizations of which it has snapshots of the directory.
    pub directories: Part<Vec<SavedDirectory>>,
    /// The organizations of this account and Region that ended.
    pub ended: Vec<EndedOrganization>,
}

/// What an archive has of the directory of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedDirectory {
    /// The id of the organization.
    pub organization: String,
    /// When the newest snapshot was taken, in milliseconds since 1970.
    pub taken: i64,
    /// When the directory was read last, whether or not that made a snapshot, in milliseconds since 1970.
    pub as_of: i64,
}

/// The first and the last of some days, each `YYYYMMDD`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Days {
    /// The first day.
    pub first: String,
    /// The last day.
    pub last: String,
}

impl AccountFilter {
    /// Whether the selection criteria exclude a log group. `LogGroupName NOT IN ["…", …]` is the only form there is.
    pub(crate) fn excludes(&self, group: &str) -> bool {
        let list = self.selection.find('[').map(|start| &self.selection[start..]);
        let names: Vec<String> = list.and_then(|list| serde_json::from_str(list).ok()).unwrap_or_default();
        names.iter().any(|name| name == group)
    }

    /// The same as a filter of a log group, as far as the document says; `None` where it cannot be read.
    pub fn filter(&self) -> Option<Filter> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Document {
            destination_arn: String,
            #[serde(default)]
            filter_pattern: String,
        }

        let Document { destination_arn, filter_pattern } = serde_json::from_str(&self.document).ok()?;
        Some(Filter {
            name: self.name.clone(),
            pattern: filter_pattern,
            destination_arn,
            ..Filter::default()
        })
    }
}

impl Function {
    /// The settings of a function that was read and exists.
    pub(crate) fn known(&self) -> Option<&FunctionSettings> {
        self.settings.seen()?.as_ref()
    }

    /// The value of an environment variable that was read. An empty value counts as not set.
    pub fn variable(&self, name: &str) -> Option<&str> {
        let value = self.known()?.environment.seen()?.get(name)?;
        Some(value.trim()).filter(|value| !value.is_empty())
    }

    /// The log groups that the function must not archive: its own, and those in `MAILTRAIL_OWN_LOG_GROUPS`.
    pub fn own_groups(&self) -> BTreeSet<String> {
        let listed = self.variable(settings::OWN_LOG_GROUPS.name).unwrap_or_default().split(',');
        let listed = listed.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        self.known().map(|settings| settings.log_group.clone()).into_iter().chain(listed).collect()
    }
}
