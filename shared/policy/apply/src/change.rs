//! What is changed, as data: so that it can be shown, written down before it is done, looked at afterwards, and undone.

use std::collections::BTreeMap;
use std::fmt;

use mailtrail_resource_policy::arn::ResourcePattern;
use mailtrail_resource_policy::plan::{PolicyScope, Write};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::call::Call;
use crate::setting::Setting;

/// The tag by which a log group that a run created is known: the id of the journal of that run.
pub const CREATED_BY: &str = "mailtrail:made-by";
/// The tag of a log group that another one stands in for: the name of that.
pub const SUPERSEDED_BY: &str = "mailtrail:superseded-by";

/// The action that a permission allows.
pub(crate) const INVOKE_FUNCTION: &str = "lambda:InvokeFunction";
/// The principal that a permission is for
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html>).
pub(crate) const LOGS_PRINCIPAL: &str = "logs.amazonaws.com";

/// One change, which one call makes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum Change {
    /// A resource policy.
    Policy(PolicyChange),
    /// Where a delivery destination writes to.
    Destination(DestinationChange),
    /// A log group comes, or goes.
    LogGroup(LogGroupChange),
    /// A function may be invoked for a log group, or may not any more.
    Permission(PermissionChange),
    /// A tag.
    Tag(TagChange),
    /// A setting of a log group that the run created.
    Setting(Setting),
}

/// A resource policy before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyChange {
    /// Which one.
    #[serde(rename = "place")]
    pub scope: PolicyScope,
    /// The document before; `None`: there is no policy.
    pub before: Option<String>,
    /// The document after; `None`: the policy is deleted.
    pub after: Option<String>,
    /// The revision before, of a log group's policy, where the plan knew it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_revision_id: Option<String>,
}

/// A delivery destination before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DestinationChange {
    /// Its name, which stays.
    pub name: String,
    /// Its format, which stays.
    pub output_format: Option<String>,
    /// The ARN that it writes to before.
    pub before: String,
    /// The ARN that it writes to after.
    pub after: String,
}

/// A log group that comes, or goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogGroupChange {
    /// Whether it is there after.
    pub present: bool,
    /// What it is made of.
    pub group: NewLogGroup,
}

/// What a log group is made of: what can be set only then, or best then. The members are named as `CreateLogGroup`
/// names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewLogGroup {
    /// Its name.
    pub log_group_name: String,
    /// Its class; it can never be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_group_class: Option<String>,
    /// Its KMS key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// Its tags, [`CREATED_BY`] among them.
    pub tags: BTreeMap<String, String>,
}

/// A statement in the policy of a function, by which CloudWatch Logs may invoke it for one log group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionChange {
    /// Whether it is there after.
    pub present: bool,
    /// The ARN of the function, without a version or an alias.
    pub function: String,
    /// The version or alias that is invoked, if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<String>,
    /// The id of the statement; it follows from function and log group.
    pub statement_id: String,
    /// The ARN of the log group, with `:*`.
    pub source_arn: String,
    /// Its account.
    pub source_account: String,
}

/// A tag before and after; `None`: it is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagChange {
    /// The ARN of a log group, without `:*`.
    pub resource_arn: String,
    /// The key.
    pub key: String,
    /// Its value before.
    pub before: Option<String>,
    /// Its value after.
    pub after: Option<String>,
}

impl Change {
    /// The change that undoes this one; `None` where it goes with the log group that it belongs to.
    pub fn reverse(&self) -> Option<Self> {
        Some(match self {
            Self::Policy(change) => Self::Policy(PolicyChange {
                scope: change.scope.clone(),
                before: change.after.clone(),
                after: change.before.clone(),
                expected_revision_id: None,
            }),
            Self::Destination(change) => Self::Destination(DestinationChange {
                before: change.after.clone(),
                after: change.before.clone(),
                ..change.clone()
            }),
            Self::LogGroup(change) => {
                Self::LogGroup(LogGroupChange { present: !change.present, ..change.clone() })
            }
            Self::Permission(change) => {
                Self::Permission(PermissionChange { present: !change.present, ..change.clone() })
            }
            Self::Tag(change) => Self::Tag(TagChange {
                before: change.after.clone(),
                after: change.before.clone(),
                ..change.clone()
            }),
            Self::Setting(setting) => Self::Setting(setting.reverse()?),
        })
    }

    /// The name of the log group that the change belongs to, if it belongs to one.
    pub(crate) fn log_group(&self) -> Option<&str> {
        let named = |arn| ResourcePattern::new(arn).log_group().map(|group| group.name);
        match self {
            Self::Policy(PolicyChange { scope: PolicyScope::LogGroup(arn), .. }) => named(arn),
            Self::LogGroup(made) => Some(&made.group.log_group_name),
            Self::Permission(permission) => named(&permission.source_arn),
            Self::Setting(setting) => Some(setting.log_group()),
            Self::Policy(_) | Self::Destination(_) | Self::Tag(_) => None,
        }
    }

    /// The call that makes the change.
    pub fn call(&self) -> Call {
        let (service, operation, parameters) = match self {
            Self::Policy(change) => change.call(),
            Self::Destination(change) => (
                "logs",
                "PutDeliveryDestination",
                json!({
                    "name": change.name,
                    "outputFormat": change.output_format,
                    "deliveryDestinationConfiguration": { "destinationResourceArn": change.after },
                }),
            ),
            Self::LogGroup(LogGroupChange { present: true, group }) => {
                ("logs", "CreateLogGroup", json!(group))
            }
            Self::LogGroup(LogGroupChange { present: false, group }) => {
                ("logs", "DeleteLogGroup", json!({ "logGroupName": group.log_group_name }))
            }
            Self::Permission(change) => change.call(),
            Self::Tag(TagChange { resource_arn, key, after: Some(value), .. }) => {
                ("logs", "TagResource", json!({ "resourceArn": resource_arn, "tags": { key: value } }))
            }
            Self::Tag(TagChange { resource_arn, key, after: None, .. }) => {
                ("logs", "UntagResource", json!({ "resourceArn": resource_arn, "tagKeys": [key] }))
            }
            Self::Setting(setting) => return setting.call(),
        };
        Call { service: service.to_owned(), operation: operation.to_owned(), parameters: given(parameters) }
    }
}

/// Parameters that are given: one that is null is one that is left out.
fn given(mut parameters: Value) -> Value {
    if let Value::Object(members) = &mut parameters {
        members.retain(|_, value| !value.is_null());
    }
    parameters
}

impl PolicyChange {
    fn call(&self) -> (&'static str, &'static str, Value) {
        let (name, arn) = match &self.scope {
            PolicyScope::Account(name) => (Some(name), None),
            PolicyScope::LogGroup(arn) => (None, Some(arn)),
        };
        let operation = if self.after.is_some() { "PutResourcePolicy" } else { "DeleteResourcePolicy" };
        let parameters = json!({
            "policyName": name,
            "resourceArn": arn,
            "policyDocument": self.after,
            "expectedRevisionId": self.expected_revision_id,
        });
        ("logs", operation, parameters)
    }
}

impl From<&Write> for PolicyChange {
    fn from(write: &Write) -> Self {
        Self {
            scope: write.scope.clone(),
            before: write.before.clone(),
            after: write.after.clone(),
            expected_revision_id: write.expected_revision_id.clone(),
        }
    }
}

impl PermissionChange {
    fn call(&self) -> (&'static str, &'static str, Value) {
        let mut parameters = json!({
            "FunctionName": self.function,
            "Qualifier": self.qualifier,
            "StatementId": self.statement_id,
        });
        if !self.present {
            return ("lambda", "RemovePermission", parameters);
        }
        parameters["Action"] = json!(INVOKE_FUNCTION);
        parameters["Principal"] = json!(LOGS_PRINCIPAL);
        parameters["SourceArn"] = json!(self.source_arn);
        parameters["SourceAccount"] = json!(self.source_account);
        ("lambda", "AddPermission", parameters)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Policy(PolicyChange { scope, before: None, .. }) => write!(f, "create {}", named(scope)),
            Self::Policy(PolicyChange { scope, after: None, .. }) => write!(f, "delete {}", named(scope)),
            Self::Policy(PolicyChange { scope, .. }) => write!(f, "write {}", named(scope)),
            Self::Destination(DestinationChange { name, after, .. }) => {
                write!(f, "point the delivery destination {name} to {after}")
            }
            Self::LogGroup(LogGroupChange { present: true, group }) => {
                write!(f, "create the log group {}", group.log_group_name)
            }
            Self::LogGroup(LogGroupChange { present: false, group }) => {
                write!(
                    f,
                    "delete the log group {}, which this run created and nothing was delivered to",
                    group.log_group_name
                )
            }
            Self::Permission(PermissionChange { present: true, function, source_arn, .. }) => {
                write!(f, "allow {source_arn} to invoke {function}")
            }
            Self::Permission(PermissionChange { function, source_arn, .. }) => {
                write!(f, "no longer allow {source_arn} to invoke {function}")
            }
            Self::Tag(TagChange { resource_arn, key, after: Some(value), .. }) => {
                write!(f, "tag {resource_arn} with {key}={value}")
            }
            Self::Tag(TagChange { resource_arn, key, .. }) => {
                write!(f, "remove the tag {key} from {resource_arn}")
            }
            Self::Setting(setting) => setting.fmt(f),
        }
    }
}

fn named(scope: &PolicyScope) -> String {
    match scope {
        PolicyScope::Account(name) => format!("the account's policy {name}"),
        PolicyScope::LogGroup(arn) => format!("the policy of {arn}"),
    }
}
