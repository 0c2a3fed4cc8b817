//! What was read of an account in one Region, and what was not: the snapshot file.
//!
//! Each part was either seen or not, for a reason that names the call. Nothing is concluded from a part that was not
//! seen. Of a function's environment only the variables that the checks need are kept, and of log events nothing.

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_aws_types::{Arn, AwsPartition};
use mailtrail_resource_policy::inventory::{Delivery, DeliveryDestination, DeliverySource, Inventory, Part};
use serde::{Deserialize, Serialize};

use crate::parts::{
    AccountFilter, Archive, Bucket, Function, Key, LogGroup, Organization, Role, Stream, Template,
};

/// What a snapshot file says it is.
pub const FORMAT: &str = "mailtrail-doctor/1";

/// Everything that the checks go by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// [`FORMAT`].
    pub format: String,
    /// 12 digits.
    pub account: String,
    /// `eu-west-1`
    pub region: String,
    /// When reading began, in milliseconds since 1970.
    pub at: i64,
    /// The `WorkMail` organizations that are not deleted.
    pub organizations: Part<Vec<Organization>>,
    /// Policies, log groups and deliveries.
    pub inventory: Inventory,
    /// What `WorkMail`'s deliveries may look like.
    pub templates: Part<Vec<Template>>,
    /// Subscription filters of the whole account.
    pub account_filters: Part<Vec<AccountFilter>>,
    /// Documents of the account's data protection policies.
    pub account_masking: Part<Vec<String>>,
    /// The log groups that are looked at one by one.
    pub log_groups: Vec<LogGroup>,
    /// Functions that log groups are subscribed to, and those that were named.
    pub functions: Vec<Function>,
    /// The functions that read the Kinesis data streams that filters send to: their ARNs, by that of the stream.
    pub stream_readers: BTreeMap<String, Part<Vec<String>>>,
    /// Firehose streams that functions or deliveries write to, and those that were named.
    pub streams: Vec<Stream>,
    /// Buckets of archives and of deliveries.
    pub buckets: Vec<Bucket>,
    /// KMS keys, by what names them: id, ARN, alias.
    pub keys: BTreeMap<String, Key>,
    /// Roles, by name: seen and there, seen and not there, or not seen.
    pub roles: BTreeMap<String, Part<Option<Role>>>,
    /// The archives of the functions, and one that was named.
    pub archives: Vec<Archive>,
    /// Log groups that were named, to be archived besides those of `WorkMail`.
    pub named_groups: BTreeSet<String>,
    /// Functions that were named: they count as mailtrail's whatever their settings are.
    pub named_functions: BTreeSet<String>,
}

/// A log type of an organization and what delivers it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Delivered<'a> {
    pub(crate) source: &'a DeliverySource,
    pub(crate) delivery: &'a Delivery,
    pub(crate) destination: &'a DeliveryDestination,
}

/// Why a file is no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum NotFacts {
    /// It is no JSON, or other JSON.
    #[error("it is no snapshot of the doctor: {0}")]
    Json(#[from] serde_json::Error),
    /// It is another file, or one of another version.
    #[error("its format is `{0}`, and not `{FORMAT}`; write one with: mailtrail doctor --save FILE")]
    Format(String),
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            format: FORMAT.to_owned(),
            account: String::new(),
            region: String::new(),
            at: 0,
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
            archives: Vec::new(),
            named_groups: BTreeSet::new(),
            named_functions: BTreeSet::new(),
        }
    }
}

impl Facts {
    /// Reads a snapshot file.
    ///
    /// # Errors
    /// When it is none, or one of another version.
    pub fn from_json(text: &str) -> Result<Self, NotFacts> {
        #[derive(Deserialize)]
        struct Head {
            #[serde(default)]
            format: String,
        }

        let Head { format } = serde_json::from_str(text)?;
        if format == FORMAT { Ok(serde_json::from_str(text)?) } else { Err(NotFacts::Format(format)) }
    }

    /// The log groups that are to be archived: of email events, of audit logs, and those that were named.
    pub fn wanted_groups(&self) -> BTreeSet<String> {
        let mut groups = self.named_groups.clone();
        let organizations = self.organizations.seen().into_iter().flatten();
        let events = organizations.filter_map(|organization| organization.email_events.seen()?.as_ref());
        groups.extend(events.filter_map(|events| group_name(&events.log_group_arn)));
        groups.extend(self.delivered().filter_map(|delivered| group_name(delivered.resource())));
        groups
    }

    /// The deliveries of `WorkMail` with both their ends.
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

    /// The ARNs that filters send to: those of log groups, and those of the whole account.
    pub fn filter_destinations(&self) -> BTreeSet<String> {
        let of_groups = self.log_groups.iter().filter_map(|group| group.filters.seen()).flatten();
        let of_groups = of_groups.map(|filter| filter.destination_arn.clone());
        let of_account = self.account_filters.seen().into_iter().flatten();
        of_groups.chain(of_account.map(AccountFilter::destination)).collect()
    }

    /// The ARNs of what `WorkMail`'s deliveries write to, of one kind: `S3`, `FH`, `CWL`.
    pub fn delivery_targets(&self, kind: &str) -> BTreeSet<String> {
        let of_kind = self.delivered().filter(|delivered| delivered.kind() == kind);
        of_kind.map(|delivered| delivered.resource().to_owned()).collect()
    }

    /// A log group that was looked at.
    pub(crate) fn log_group(&self, name: &str) -> Option<&LogGroup> {
        self.log_groups.iter().find(|group| group.name == name)
    }

    /// A function that was looked at, by its ARN, with or without version or alias.
    pub(crate) fn function(&self, arn: &str) -> Option<&Function> {
        let (name, _) = function_name(arn)?;
        self.functions.iter().find(|function| function.name == name)
    }

    /// A bucket that was looked at.
    pub(crate) fn bucket(&self, name: &str) -> Option<&Bucket> {
        self.buckets.iter().find(|bucket| bucket.name == name)
    }

    /// The ARN of something in this account and Region.
    pub(crate) fn arn(&self, service: &str, rest: &str) -> String {
        let partition = AwsPartition::of_region(&self.region);
        format!("arn:{partition}:{service}:{}:{}:{rest}", self.region, self.account)
    }

    /// A command of the AWS CLI, for this Region.
    pub(crate) fn aws(&self, command: &str) -> String {
        format!("aws {command} --region {}", self.region)
    }
}

impl Delivered<'_> {
    /// The ARN of what it writes to.
    pub(crate) fn resource(&self) -> &str {
        &self.destination.delivery_destination_configuration.destination_resource_arn
    }

    /// `CWL`, `S3`, `FH`.
    pub(crate) fn kind(&self) -> &str {
        self.destination.delivery_destination_type.as_deref().unwrap_or_default()
    }
}

/// The name of the log group that an ARN names, with or without `:*`.
pub fn group_name(arn: &str) -> Option<String> {
    Arn::parse(arn).ok()?.log_group_name().map(str::to_owned)
}

/// The name of the function that an ARN names, and the version or alias, if it names one.
pub fn function_name(arn: &str) -> Option<(&str, Option<&str>)> {
    Arn::parse(arn).ok()?.function_name()
}
