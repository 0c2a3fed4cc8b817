//! What was read from one account and Region: the snapshot file.
//!
//! A part that could not be read holds the reason, which names the call. No check concludes anything from such a part.
//! A snapshot holds the environment variables that the checks need, and no log events.

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_aws_types::{Arn, AwsPartition};
use mailtrail_resource_policy::inventory::{Delivery, DeliveryDestination, DeliverySource, Inventory, Part};
use serde::{Deserialize, Serialize};

use crate::fix::word;
use crate::model::{
    AccountFilter, Archive, Bucket, Failures, Function, Key, LogGroup, Mapping, Organization, Stream,
    Template, Topic,
};
use crate::role::{Role, name_in};

/// The value of `format` in a snapshot file.
pub const FORMAT: &str = "mailtrail-doctor/2";
/// In place of the id of an account that did not say which one it is.
pub const UNKNOWN_ACCOUNT: &str = "unknown";

/// The input of every check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Always [`FORMAT`]; a file of another format is refused.
    pub format: String,
    /// The account id, 12 digits; [`UNKNOWN_ACCOUNT`] only where nothing was read.
    pub account: String,
    /// The Region, such as `eu-west-1`.
    pub region: String,
    /// The ARN of the role that was assumed to read the account; `None` for the caller's own account.
    pub assumed_role: Option<String>,
    /// When the account was read, in milliseconds since 1970.
    pub at: i64,
    /// Why nothing of the account and Region could be read; `None` where the other parts say what was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
    /// The `WorkMail` organizations of the Region, except deleted ones.
    pub organizations: Part<Vec<Organization>>,
    /// Resource policies, log groups and deliveries of CloudWatch Logs.
    pub inventory: Inventory,
    /// The configuration templates of `WorkMail`'s log types.
    pub templates: Part<Vec<Template>>,
    /// Account-level subscription filter policies.
    pub account_filters: Part<Vec<AccountFilter>>,
    /// The documents of account-level data protection policies.
    pub account_masking: Part<Vec<String>>,
    /// The log groups whose settings and filters were read.
    pub log_groups: Vec<LogGroup>,
    /// The functions that receive log events, and those in [`Self::named_functions`].
    pub functions: Vec<Function>,
    /// The event source mappings on a Kinesis data stream, by the ARN of the stream.
    pub stream_readers: BTreeMap<String, Part<Vec<Mapping>>>,
    /// The Firehose streams that functions or deliveries write to, and those given on the command line.
    pub streams: Vec<Stream>,
    /// The buckets of archives and of deliveries.
    pub buckets: Vec<Bucket>,
    /// KMS keys by the id, ARN or alias that refers to them.
    pub keys: BTreeMap<String, Key>,
    /// Roles by name; `None` where the role does not exist.
    pub roles: BTreeMap<String, Part<Option<Role>>>,
    /// The names of the roles that `WorkMail` may assume; read only where they are needed to enable its logging.
    pub logging_roles: Part<Vec<String>>,
    /// The topics that functions publish to.
    pub topics: Vec<Topic>,
    /// What the on-failure buckets of functions hold, by bucket.
    pub failures: BTreeMap<String, Part<Failures>>,
    /// The archives of the functions, and the one given on the command line.
    pub archives: Vec<Archive>,
    /// Log groups to check besides those of `WorkMail`, as given on the command line.
    pub named_groups: BTreeSet<String>,
    /// Functions that count as part of the pipeline whatever their settings are, as given on the command line.
    pub named_functions: BTreeSet<String>,
}

/// A delivery of `WorkMail` logs with its source and its destination.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Delivered<'a> {
    pub(crate) source: &'a DeliverySource,
    pub(crate) delivery: &'a Delivery,
    pub(crate) destination: &'a DeliveryDestination,
}

/// Why a file cannot be read as a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file is not JSON, or its JSON has another shape.
    #[error("invalid snapshot: {0}")]
    Json(#[from] serde_json::Error),
    /// The file has another format, or another version of it.
    #[error(
        "invalid snapshot format `{0}`: expected `{FORMAT}`, write one with: mailtrail doctor --save facts.json"
    )]
    Format(String),
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            format: FORMAT.to_owned(),
            account: String::new(),
            region: String::new(),
            assumed_role: None,
            at: 0,
            unread: None,
            organizations: Part::default(),
            inventory: Inventory::default(),
            templates: Part::default(),
            account_filters: Part::default(),
            account_masking: Part::default(),
            log_groups: Vec::new(),
            functions: Vec::new(),
            stream_readers: BTreeMap::new(),
            streams: Vec::new(),
            buckets: Vec::new(),
            keys: BTreeMap::new(),
            roles: BTreeMap::new(),
            logging_roles: Part::default(),
            topics: Vec::new(),
            failures: BTreeMap::new(),
            archives: Vec::new(),
            named_groups: BTreeSet::new(),
            named_functions: BTreeSet::new(),
        }
    }
}

impl Facts {
    /// Reads a snapshot file.
    pub fn from_json(text: &str) -> Result<Self, SnapshotError> {
        #[derive(Deserialize)]
        struct Head {
            #[serde(default)]
            format: String,
        }

        let Head { format } = serde_json::from_str(text)?;
        if format == FORMAT { Ok(serde_json::from_str(text)?) } else { Err(SnapshotError::Format(format)) }
    }

    /// Reads a snapshot file of several accounts or Regions: one snapshot after the other.
    ///
    /// # Errors
    /// When one of them cannot be read, or there is none.
    pub fn all_from_json(text: &str) -> Result<Vec<Self>, SnapshotError> {
        let snapshots = serde_json::Deserializer::from_str(text).into_iter::<&serde_json::value::RawValue>();
        let all: Vec<Self> =
            snapshots.map(|snapshot| Self::from_json(snapshot?.get())).collect::<Result<_, _>>()?;
        if all.is_empty() { Err(SnapshotError::Format(String::new())) } else { Ok(all) }
    }

    /// The log groups that must be archived: of email events, of audit logs, and [`Self::named_groups`].
    pub fn wanted_groups(&self) -> BTreeSet<String> {
        let mut groups = self.named_groups.clone();
        let organizations = self.organizations.seen().into_iter().flatten();
        let events = organizations.filter_map(|organization| organization.email_events.seen()?.as_ref());
        groups.extend(events.filter_map(|events| group_name(&events.log_group_arn)));
        groups.extend(self.delivered().filter_map(|delivered| group_name(delivered.resource())));
        groups
    }

    /// The deliveries of `WorkMail` logs whose source and destination are in this account.
    pub(crate) fn delivered(&self) -> impl Iterator<Item = Delivered<'_>> {
        let deliveries = self.inventory.deliveries.seen().into_iter().flatten();
        deliveries.filter_map(|delivery| {
            let mut sources = self.inventory.delivery_sources.seen()?.iter();
            let mut destinations = self.inventory.delivery_destinations.seen()?.iter();
            let source = sources.find(|source| source.name == delivery.delivery_source_name)?;
            let destination = destinations.find(|it| it.arn == delivery.delivery_destination_arn)?;
            let is_mail = source.service.as_deref() == Some("workmail")
                || source.resource_arns.iter().any(|arn| arn.contains(":workmail:"));
            is_mail.then_some(Delivered { source, delivery, destination })
        })
    }

    /// The destination ARNs of all subscription filters, of log groups and of the account.
    pub fn filter_destinations(&self) -> BTreeSet<String> {
        let of_groups = self.log_groups.iter().filter_map(|group| group.filters.seen()).flatten();
        let of_groups = of_groups.map(|filter| filter.destination_arn.clone());
        let of_account = self.account_filters.seen().into_iter().flatten();
        of_groups.chain(of_account.filter_map(AccountFilter::filter).map(|it| it.destination_arn)).collect()
    }

    /// The ARNs of the resources that `WorkMail` logs are delivered to, for one type: `S3`, `FH` or `CWL`.
    pub fn delivery_targets(&self, kind: &str) -> BTreeSet<String> {
        let of_kind = self.delivered().filter(|delivered| delivered.kind() == kind);
        of_kind.map(|delivered| delivered.resource().to_owned()).collect()
    }

    /// A log group whose settings were read.
    pub(crate) fn log_group(&self, name: &str) -> Option<&LogGroup> {
        self.log_groups.iter().find(|group| group.name == name)
    }

    /// A function that was read, by its ARN, with or without a qualifier.
    pub(crate) fn function(&self, arn: &str) -> Option<&Function> {
        let (name, _) = function_name(arn)?;
        self.functions.iter().find(|function| function.name == name)
    }

    /// A bucket that was read.
    pub(crate) fn bucket(&self, name: &str) -> Option<&Bucket> {
        self.buckets.iter().find(|bucket| bucket.name == name)
    }

    /// The KMS key that an archive is written with: its own, else the default of its bucket. With its id.
    pub(crate) fn archive_key<'a>(&'a self, archive: &'a Archive) -> Option<(&'a str, &'a Key)> {
        let of_bucket =
            || self.bucket(archive.bucket.as_deref()?)?.encryption.seen()?.as_ref()?.key.as_deref();
        let id = archive.key.as_deref().or_else(of_bucket)?;
        Some((id, self.keys.get(id)?))
    }

    /// The account and Region, as the resource of a finding that is about neither one resource nor another.
    pub(crate) fn account_and_region(&self) -> String {
        format!("account {}, Region {}", self.account, self.region)
    }

    /// The ARN of a resource in this account and Region.
    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        let partition = AwsPartition::of_region(&self.region);
        format!("arn:{partition}:{service}:{}:{}:{resource}", self.region, self.account)
    }

    /// A command of the AWS CLI, for this Region.
    pub(crate) fn aws(&self, command: &str) -> String {
        format!("aws {command} --region {}", word(&self.region))
    }

    /// A command of mailtrail that works in this account and Region.
    pub fn mailtrail(&self, command: &str) -> String {
        let role = self.assumed_role.as_deref();
        let role = role.map_or_else(String::new, |role| format!(" --assume-role {}", word(role)));
        format!("mailtrail {command} --region {}{role}", word(&self.region))
    }

    /// The beginning of a command that prints what a service needs in this account and Region.
    pub(crate) fn permissions(&self, service: &str) -> String {
        let (account, region) = (word(&self.account), word(&self.region));
        format!("mailtrail permissions {service} --account {account} --region {region}")
    }

    /// The command that creates a bucket in this Region.
    pub(crate) fn make_bucket(&self, bucket: &str) -> String {
        format!("aws s3 mb {} --region {}", word(&format!("s3://{bucket}")), word(&self.region))
    }

    /// The role with this ARN, or why it is not known.
    pub(crate) fn role(&self, arn: &str) -> Result<Option<&Role>, String> {
        let Some(name) = name_in(arn, &self.account) else {
            return Err(format!("{arn} is not a role of account {}", self.account));
        };
        match self.roles.get(&name) {
            None => Err("it was not read".to_owned()),
            Some(Part::NotSeen { reason }) => Err(reason.clone()),
            Some(Part::Seen { value, .. }) => Ok(value.as_ref()),
        }
    }

    /// The log group that the stack in infra/ creates for the email events of an organization.
    pub fn stack_group(organization: &str) -> String {
        format!("/workmail/{organization}/email-events")
    }
}

impl Delivered<'_> {
    /// The ARN of the log group, bucket or stream that the delivery writes to.
    pub(crate) fn resource(&self) -> &str {
        &self.destination.delivery_destination_configuration.destination_resource_arn
    }

    /// The type of the destination: `CWL`, `S3` or `FH`.
    pub(crate) fn kind(&self) -> &str {
        self.destination.delivery_destination_type.as_deref().unwrap_or_default()
    }
}

/// The name of the log group in an ARN, with or without `:*` at its end.
pub fn group_name(arn: &str) -> Option<String> {
    Arn::parse(arn).ok()?.log_group_name().map(str::to_owned)
}

/// The name of the function in an ARN, and the qualifier (a version or an alias) where there is one.
pub fn function_name(arn: &str) -> Option<(&str, Option<&str>)> {
    Arn::parse(arn).ok()?.function_name()
}
