//! The catalogue of services: which logs each one delivers, where to, and under which model.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

const CATALOGUE: &str = include_str!("services.json");

/// The least Jaro-Winkler similarity (1 is equal) of a suggested service id.
const SIMILAR: f64 = 0.8;

/// A destination of logs.
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

/// How a service is allowed to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// Vended logs, set up through the service itself.
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-vended-logs-permissions.html>
    V1,
    /// Vended logs, set up by delivery source, delivery destination and delivery.
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-vended-logs-permissions-V2.html>
    V2,
    /// The service assumes a role of the customer.
    Role,
    /// The service writes with its own principal, as a resource policy on the log group allows.
    ResourcePolicy,
    /// By a mechanism of its own, which the page of the service describes.
    Own,
}

/// A service, or one kind of logs of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The id on the command line, in kebab case.
    pub id: String,
    /// The name that AWS uses.
    pub name: String,
    /// The page of AWS about these logs.
    pub page: String,
    /// The supported destinations, each with its model.
    pub destinations: BTreeMap<Destination, Model>,
    /// The required prefix of the name of a log group, bucket or stream.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub name_prefix: BTreeMap<Destination, String>,
    /// The only Region in which the logs can be configured, where there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// An example of a resource id, where ids have a format of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// Whether AWS has ended the service. Its log groups may still exist.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ended: bool,
    /// Model V2: the resource that logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Model role: the role that the service assumes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Model resource policy: the principal that the policy allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<Grant>,
    /// The actions that enable and disable the logs, where they are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switch: Option<Switch>,
    /// Remarks for the operator, one sentence or two each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A resource that logs, for a V2 delivery source. ARNs are templates: `{partition}`, `{region}` and `{account}` are those
/// of the setup, other placeholders those of the resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The template of the ARN.
    pub arn: String,
    /// The log types, without traces, which are delivered to X-Ray only.
    /// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliverySource.html>
    pub log_types: Vec<String>,
    /// The action on the resource that the caller needs in addition.
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-service-specific.html>
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorize: Option<String>,
    /// Whether the action supports no resource-level permissions, so that its resource is `*`.
    /// <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub authorize_all: bool,
}

/// A role that a service assumes to write to a log group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// The name of the role, without the suffix that makes it unique for its log group.
    pub name: String,
    /// The service principal.
    pub principal: String,
    /// The template of `aws:SourceArn` when the service assumes the role.
    pub source_arn: String,
    /// The actions on the log group.
    pub actions: Vec<String>,
    /// The actions that cannot be restricted to a log group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub list_actions: Vec<String>,
}

/// A principal that the resource policy of a log group allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// The service principal.
    pub principal: String,
    /// The template of `aws:SourceArn` when the service writes.
    pub source_arn: String,
}

/// The actions that enable and disable logs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// The IAM actions.
    pub actions: Vec<String>,
    /// The template of the ARN of their resource.
    pub resource: String,
}

/// All services that AWS lists, as of November 2026. AWS adds services, and moves them from V1 to V2.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// The pages of AWS that the whole catalogue is based on.
    pages: BTreeMap<String, String>,
    services: Vec<Service>,
}

/// The embedded catalogue is not valid. The tests exclude this.
#[derive(Debug, thiserror::Error)]
#[error("failed to read the catalogue of services: {0}")]
pub struct CatalogueError(#[from] serde_json::Error);

impl Catalogue {
    /// The catalogue that is part of this library.
    pub fn embedded() -> Result<Self, CatalogueError> {
        Ok(serde_json::from_str(CATALOGUE)?)
    }

    /// All services: those of WorkMail first, the others by id.
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// The pages of AWS that the whole catalogue is based on. Each service has a page of its own as well.
    pub fn pages(&self) -> impl Iterator<Item = &str> {
        self.pages.values().map(String::as_str)
    }

    /// The service with this id.
    pub fn find(&self, id: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.id == id)
    }

    /// The ids most similar to `text`, at most three, the most similar first.
    pub fn nearest(&self, text: &str) -> Vec<&str> {
        let text = text.to_lowercase();
        let similarity = |service: &Service| {
            let contains =
                text.len() > 2 && (service.id.contains(&text) || service.name.to_lowercase().contains(&text));
            if contains { 1.0 } else { strsim::jaro_winkler(&service.id, &text) }
        };
        let mut near: Vec<_> =
            self.services.iter().map(|service| (similarity(service), service.id.as_str())).collect();
        near.retain(|(similarity, _)| *similarity >= SIMILAR);
        near.sort_by(|a, b| b.0.total_cmp(&a.0));
        near.into_iter().map(|(_, id)| id).take(3).collect()
    }
}

impl Service {
    /// The template of the source ARN under this model; `None` for models without one.
    pub(crate) fn source_template(&self, model: Model) -> Option<&str> {
        match model {
            Model::V2 => self.source.as_ref().map(|source| source.arn.as_str()),
            Model::Role => self.role.as_ref().map(|role| role.source_arn.as_str()),
            Model::ResourcePolicy => self.grant.as_ref().map(|grant| grant.source_arn.as_str()),
            Model::V1 | Model::Own => None,
        }
    }
}

impl Destination {
    /// Every destination.
    pub const ALL: [Self; 3] = [Self::CloudWatchLogs, Self::S3, Self::Firehose];

    /// The id on the command line and in the catalogue.
    pub fn id(self) -> &'static str {
        match self {
            Self::CloudWatchLogs => "cloudwatch-logs",
            Self::S3 => "s3",
            Self::Firehose => "firehose",
        }
    }

    /// The name of the AWS service.
    pub fn name(self) -> &'static str {
        match self {
            Self::CloudWatchLogs => "CloudWatch Logs",
            Self::S3 => "Amazon S3",
            Self::Firehose => "Amazon Data Firehose",
        }
    }

    /// The kind of resource that receives the logs: log group, bucket or stream.
    pub fn resource_kind(self) -> &'static str {
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
    fn a_service_has_the_fields_of_its_models_and_no_others() {
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
    fn a_misspelt_id_finds_similar_ones() {
        let catalogue = catalogue();
        assert_eq!(catalogue.nearest("workmial")[0], "workmail");
        assert_eq!(catalogue.nearest("WAF"), ["waf"]);
        assert!(catalogue.nearest("load balancer").contains(&"network-load-balancer"));
        assert!(catalogue.nearest("zzz").is_empty());
    }
}
