//! The table of services: which logs where, under which model.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

const TABLE: &str = include_str!("services.json");

/// A name that is at least this similar to a service's (1 is the same) may be what was meant.
const SIMILAR: f64 = 0.8;

/// Where logs can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Destination {
    /// A log group.
    #[serde(rename = "cloudwatch-logs")]
    CloudWatchLogs,
    /// A bucket.
    S3,
    /// A Firehose stream.
    Firehose,
}

/// How a service gets the permission to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// Vended logs, set up through the service itself.
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-vended-logs-permissions.html>
    V1,
    /// Vended logs, set up by delivery source, delivery destination and delivery.
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-vended-logs-permissions-V2.html>
    V2,
    /// The service takes a role of the customer.
    Role,
    /// The service writes under its own principal, where a policy on the log group lets it.
    ResourcePolicy,
    /// In a way of the service's own: its page says how.
    Own,
}

/// A service, as far as its logs are concerned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// What it is called on the command line.
    pub id: String,
    /// What it is called by AWS.
    pub name: String,
    /// AWS's page about these logs.
    pub page: String,
    /// Where they can go.
    pub destinations: BTreeMap<Destination, Model>,
    /// What the name of a log group, bucket or stream must begin with.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub name_prefix: BTreeMap<Destination, String>,
    /// The only Region where the logs can be set up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// An id that a resource of the service can have, where any word will not do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// The service has ended; what it logged may still be there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ended: bool,
    /// V2: what logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Model role: the role that the service takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Model resource policy: whom the policy lets in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<Grant>,
    /// The actions that switch the logs on and off, where they are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switch: Option<Switch>,
    /// What else one should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A resource that logs, as V2 sees it. In ARNs, `{partition}`, `{region}` and `{account}` are the place's;
/// what else stands in braces is the resource's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The shape of its ARN.
    pub arn: String,
    /// What it can log; traces are left out, which go to X-Ray only.
    /// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliverySource.html>
    pub log_types: Vec<String>,
    /// What the caller must be allowed on that resource besides.
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-service-specific.html>
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorize: Option<String>,
    /// IAM's list knows no resource that the action could be limited to.
    /// <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub authorize_all: bool,
}

/// A role that a service takes to write into a log group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// What to call it, before what tells it from the roles for other log groups.
    pub name: String,
    /// The service.
    pub principal: String,
    /// On whose behalf it takes the role.
    pub source_arn: String,
    /// What it does with the log group.
    pub actions: Vec<String>,
    /// What it does that cannot be limited to a log group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub list_actions: Vec<String>,
}

/// A service that a log group's policy lets in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// The service.
    pub principal: String,
    /// On whose behalf it writes.
    pub source_arn: String,
}

/// What switches logs on and off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// Actions of IAM.
    pub actions: Vec<String>,
    /// The ARN of what they act on.
    pub resource: String,
}

/// All services that AWS lists, WorkMail's first.
///
/// AWS adds services, and moves them from V1 to V2: the table is of November 2026.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Where the facts are from.
    pages: BTreeMap<String, String>,
    services: Vec<Service>,
}

/// The table cannot be read, which a test excludes.
#[derive(Debug, thiserror::Error)]
#[error("the table of services cannot be read: {0}")]
pub struct Unreadable(#[from] serde_json::Error);

impl Catalogue {
    /// The table that comes with this library.
    pub fn embedded() -> Result<Self, Unreadable> {
        Ok(serde_json::from_str(TABLE)?)
    }

    /// Every service, WorkMail's first, the others by their ids.
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// AWS's pages that the whole table rests on; each service names its own besides.
    pub fn pages(&self) -> impl Iterator<Item = &str> {
        self.pages.values().map(String::as_str)
    }

    /// The service of this id.
    pub fn find(&self, id: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.id == id)
    }

    /// The ids that may have been meant by `text`, at most three, the likeliest first.
    pub fn nearest(&self, text: &str) -> Vec<&str> {
        let text = text.to_lowercase();
        let likeness = |service: &Service| {
            let holds =
                text.len() > 2 && (service.id.contains(&text) || service.name.to_lowercase().contains(&text));
            if holds { 1.0 } else { strsim::jaro_winkler(&service.id, &text) }
        };
        let mut near: Vec<_> =
            self.services.iter().map(|service| (likeness(service), service.id.as_str())).collect();
        near.retain(|(likeness, _)| *likeness >= SIMILAR);
        near.sort_by(|a, b| b.0.total_cmp(&a.0));
        near.into_iter().map(|(_, id)| id).take(3).collect()
    }
}

impl Service {
    /// How the ARN of what logs under this model looks; V1 asks for none.
    pub(crate) fn source_shape(&self, model: Model) -> Option<&str> {
        match model {
            Model::V2 => self.source.as_ref().map(|source| source.arn.as_str()),
            Model::Role => self.role.as_ref().map(|role| role.source_arn.as_str()),
            Model::ResourcePolicy => self.grant.as_ref().map(|grant| grant.source_arn.as_str()),
            Model::V1 | Model::Own => None,
        }
    }
}

impl Destination {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::CloudWatchLogs, Self::S3, Self::Firehose];

    /// Its name on the command line, and in the table.
    pub fn id(self) -> &'static str {
        match self {
            Self::CloudWatchLogs => "cloudwatch-logs",
            Self::S3 => "s3",
            Self::Firehose => "firehose",
        }
    }

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::CloudWatchLogs => "CloudWatch Logs",
            Self::S3 => "Amazon S3",
            Self::Firehose => "Amazon Data Firehose",
        }
    }

    /// What it is made of: a log group, a bucket, a stream.
    pub fn thing(self) -> &'static str {
        match self {
            Self::CloudWatchLogs => "log group",
            Self::S3 => "bucket",
            Self::Firehose => "stream",
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1 => "V1",
            Self::V2 => "V2",
            Self::Role => "role",
            Self::ResourcePolicy => "resource policy",
            Self::Own => "own",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn catalogue() -> Catalogue {
        Catalogue::embedded().unwrap()
    }

    #[test]
    fn every_service_has_an_id_of_its_own_a_page_of_aws_and_a_destination() {
        let catalogue = catalogue();
        let ids: BTreeSet<_> = catalogue.services().iter().map(|service| &service.id).collect();
        assert_eq!(ids.len(), catalogue.services().len());
        for service in catalogue.services() {
            assert!(service.page.starts_with("https://docs.aws.amazon.com/"), "{}", service.id);
            assert!(!service.destinations.is_empty(), "{}", service.id);
        }
        assert!(catalogue.pages().all(|page| page.starts_with("https://docs.aws.amazon.com/")));
    }

    #[test]
    fn a_service_has_what_its_models_need_and_nothing_else() {
        for service in catalogue().services() {
            let has = |model| service.destinations.values().any(|other| *other == model);
            assert_eq!(service.source.is_some(), has(Model::V2), "{}", service.id);
            assert_eq!(service.role.is_some(), has(Model::Role), "{}", service.id);
            assert_eq!(service.grant.is_some(), has(Model::ResourcePolicy), "{}", service.id);
            assert!(
                service.name_prefix.keys().all(|to| service.destinations.contains_key(to)),
                "{}",
                service.id
            );
        }
    }

    #[test]
    fn the_audit_logs_of_workmail_go_everywhere_under_v2() {
        let catalogue = catalogue();
        let workmail = catalogue.find("workmail").unwrap();
        assert!(Destination::ALL.iter().all(|to| workmail.destinations.get(to) == Some(&Model::V2)));
        assert_eq!(workmail.source.as_ref().unwrap().log_types.len(), 5);
    }

    #[test]
    fn a_slip_of_the_finger_finds_what_was_meant() {
        let catalogue = catalogue();
        assert_eq!(catalogue.nearest("workmial")[0], "workmail");
        assert_eq!(catalogue.nearest("WAF"), ["waf"]);
        assert!(catalogue.nearest("load balancer").contains(&"network-load-balancer"));
        assert!(catalogue.nearest("zzz").is_empty());
    }
}
