//! A validated combination of service, destination, account, Region and resource.

use mailtrail_aws_types::{BucketName, InvalidIdentifier, LogGroupName, VENDED_LOGS_PREFIX};
use sha2::{Digest, Sha256};

use crate::account_region::{AccountRegion, EXAMPLE_ACCOUNT, EXAMPLE_REGION};
use crate::catalogue::{Destination, Model, Service};

/// The id of WorkMail email events in the catalogue. The call that enables them names one organization.
pub(crate) const EMAIL_EVENTS: &str = "workmail-events";

/// The inputs of a setup. A missing one is replaced by an example, and [`Setup::examples`] names it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Inputs<'a> {
    /// The account id, 12 digits.
    pub account: Option<&'a str>,
    /// The Region, such as `eu-west-1`.
    pub region: Option<&'a str>,
    /// The name of the log group, bucket or stream.
    pub name: Option<&'a str>,
    /// The ARN of the resource that logs.
    pub resource: Option<&'a str>,
}

/// A validated setup.
#[derive(Debug, Clone)]
pub struct Setup<'a> {
    pub(crate) service: &'a Service,
    pub(crate) destination: Destination,
    pub(crate) model: Model,
    pub(crate) account_region: AccountRegion,
    /// The name of the log group, bucket or stream.
    pub(crate) name: String,
    resource: Option<String>,
    examples: Vec<&'static str>,
}

/// Why a combination of inputs is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The service does not support the destination.
    #[error("{service} does not support the destination {destination}; supported: {supported}")]
    Destination {
        /// The id of the service.
        service: String,
        /// The requested destination.
        destination: Destination,
        /// The supported destinations, separated by commas.
        supported: String,
    },
    /// The account id or the Region is invalid.
    #[error(transparent)]
    AccountRegion(#[from] InvalidIdentifier),
    /// The service can be configured in another Region only.
    #[error("{service} can be configured only in {only}, not in {region}")]
    Region {
        /// The id of the service.
        service: String,
        /// The only Region.
        only: String,
        /// The requested Region.
        region: String,
    },
    /// The name of the log group, bucket or stream is invalid.
    #[error("invalid {kind} name `{name}`: expected {rule}")]
    Name {
        /// The requested name.
        name: String,
        /// Log group, bucket or stream.
        kind: &'static str,
        /// The rule for such names.
        rule: String,
    },
    /// A resource is given for a service that accepts none.
    #[error("{service} accepts no resource: its permissions cover every resource of the service")]
    NoResource {
        /// The id of the service.
        service: String,
    },
    /// The ARN is not one of a resource that logs.
    #[error("invalid resource `{resource}`: expected an ARN such as {pattern}")]
    Resource {
        /// The requested resource.
        resource: String,
        /// The pattern of valid ARNs.
        pattern: String,
    },
}

impl<'a> Setup<'a> {
    /// Validates the inputs, and replaces missing ones by examples.
    pub fn new(
        service: &'a Service,
        destination: Destination,
        inputs: Inputs<'_>,
    ) -> Result<Self, SetupError> {
        let Some(model) = service.destinations.get(&destination).copied() else {
            let supported: Vec<_> = service.destinations.keys().map(|to| to.id()).collect();
            return Err(SetupError::Destination {
                service: service.id.clone(),
                destination,
                supported: supported.join(", "),
            });
        };
        let mut examples = Vec::new();
        let mut or_example = |value: Option<&str>, what, example: String| {
            if value.is_none() {
                examples.push(what);
            }
            value.map_or(example, str::to_owned)
        };
        let account = or_example(inputs.account, "account", EXAMPLE_ACCOUNT.to_owned());
        let region = match (&service.region, inputs.region) {
            (Some(only), Some(region)) if only != region => {
                let (service, only, region) = (service.id.clone(), only.clone(), region.to_owned());
                return Err(SetupError::Region { service, only, region });
            }
            (Some(only), _) => only.clone(),
            (None, region) => or_example(region, "Region", EXAMPLE_REGION.to_owned()),
        };
        let account_region = AccountRegion::new(&account, &region)?;
        let name = or_example(inputs.name, destination.resource_kind(), example_name(service, destination));
        validate_name(service, destination, &name)?;
        let resource = match inputs.resource {
            Some(resource) => Some(validate_resource(service, model, &account_region, resource)?),
            None => None,
        };
        let needs_one = model == Model::V2 || service.id == EMAIL_EVENTS;
        if needs_one && resource.is_none() {
            examples.push("resource that logs");
        }
        Ok(Self { service, destination, model, account_region, name, resource, examples })
    }

    /// The service of the setup.
    pub fn service(&self) -> &Service {
        self.service
    }

    /// The model of the service for this destination.
    pub fn model(&self) -> Model {
        self.model
    }

    /// The inputs that are examples.
    pub fn examples(&self) -> &[&'static str] {
        &self.examples
    }

    /// The ARN of the resource that logs: the given one, or a pattern for all resources in the account and Region.
    pub(crate) fn source_arn(&self, template: &str) -> String {
        self.resource.clone().unwrap_or_else(|| self.account_region.fill(template, "*"))
    }

    /// The ARN of one resource that logs, for calls that accept no pattern.
    pub(crate) fn one_source_arn(&self, template: &str) -> String {
        self.resource.clone().unwrap_or_else(|| {
            let example = self.service.example.as_deref().unwrap_or("EXAMPLE");
            self.account_region.fill(template, example)
        })
    }

    /// A suffix that makes the names of policies, delivery destinations and roles unique for this destination. Without
    /// it, a second setup would replace those of the first, and its logs would stop.
    pub(crate) fn suffix(&self) -> String {
        suffix(&[self.account_region.region(), &self.destination_arn()])
    }

    /// The ARN of the log group, bucket or stream, in the form that delivery destinations and WorkMail use.
    pub(crate) fn destination_arn(&self) -> String {
        match self.destination {
            Destination::CloudWatchLogs => self.account_region.logs(&format!("log-group:{}:*", self.name)),
            Destination::S3 => self.account_region.s3(&self.name),
            Destination::Firehose => self.account_region.stream(&self.name),
        }
    }
}

/// Eight hexadecimal digits of a SHA-256 over all of these.
pub(crate) fn suffix(of: &[&str]) -> String {
    let digest = Sha256::digest(of.join(" "));
    hex::encode(&digest[..4])
}

/// Log groups of vended logs are under `/aws/vendedlogs/`, so that one entry in a resource policy covers all of them.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-CloudWatchLogs.html>
fn example_name(service: &Service, destination: Destination) -> String {
    let prefix = service.name_prefix.get(&destination).map(String::as_str);
    let is_vended = matches!(service.destinations.get(&destination), Some(Model::V1 | Model::V2));
    match (destination, prefix) {
        (_, Some(prefix)) => format!("{prefix}example"),
        (Destination::CloudWatchLogs, None) if is_vended => {
            format!("{VENDED_LOGS_PREFIX}{}/example", service.id)
        }
        (Destination::CloudWatchLogs, None) => format!("/example/{}", service.id),
        (Destination::S3, None) => "amzn-s3-demo-bucket".to_owned(),
        (Destination::Firehose, None) => "example".to_owned(),
    }
}

fn validate_name(service: &Service, destination: Destination, name: &str) -> Result<(), SetupError> {
    validate_form(destination, name)?;
    match service.name_prefix.get(&destination) {
        Some(prefix) if !name.starts_with(prefix.as_str()) => Err(invalid_name(
            destination,
            name,
            format!("a name that begins with {prefix} for {}", service.id),
        )),
        _ => Ok(()),
    }
}

/// Whether a log group, bucket or stream may have this name, whatever it is for.
pub(crate) fn validate_form(destination: Destination, name: &str) -> Result<(), SetupError> {
    let is_stream = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let (is_valid, rule) = match destination {
        Destination::CloudWatchLogs => (LogGroupName::is_valid(name), LogGroupName::EXPECTED),
        Destination::S3 => (BucketName::is_valid(name), BucketName::EXPECTED),
        // https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html
        Destination::Firehose => (
            (1..=64).contains(&name.len()) && name.chars().all(is_stream),
            "1 to 64 letters, digits and _ . -",
        ),
    };
    if is_valid { Ok(()) } else { Err(invalid_name(destination, name, rule.to_owned())) }
}

fn invalid_name(destination: Destination, name: &str, rule: String) -> SetupError {
    SetupError::Name { name: name.to_owned(), kind: destination.resource_kind(), rule }
}

/// The resource must be one of the service, the account and the Region: conditions on two accounts never both match.
fn validate_resource(
    service: &Service,
    model: Model,
    account_region: &AccountRegion,
    resource: &str,
) -> Result<String, SetupError> {
    let Some(template) = service.source_template(model) else {
        return Err(SetupError::NoResource { service: service.id.clone() });
    };
    let pattern = account_region.fill(template, "*");
    let head = pattern.split('*').next().unwrap_or_default();
    let is_plain = resource.chars().all(|c| c.is_ascii_alphanumeric() || "-_/:.+=@".contains(c));
    if resource.starts_with(head)
        && (resource.len() > head.len() || head == pattern)
        && (is_plain || resource == pattern)
    {
        return Ok(resource.to_owned());
    }
    Err(SetupError::Resource { resource: resource.to_owned(), pattern })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalogue;

    fn rejection(service: &str, destination: Destination, inputs: Inputs<'_>) -> String {
        let catalogue = Catalogue::embedded().unwrap();
        let rejected = Setup::new(catalogue.find(service).unwrap(), destination, inputs);
        rejected.map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn an_unsupported_destination_is_rejected_with_the_supported_ones() {
        assert_eq!(
            rejection("elasticache", Destination::S3, Inputs::default()),
            "elasticache does not support the destination s3; supported: cloudwatch-logs, firehose"
        );
    }

    #[test]
    fn invalid_names_are_rejected() {
        let name = |name| Inputs { name: Some(name), ..Inputs::default() };
        let too_long = "a".repeat(513);
        for group in ["", "a b", "a*", "aws/x", "it's", &too_long] {
            assert!(rejection("workmail", Destination::CloudWatchLogs, name(group)).contains("log group"));
        }
        for bucket in ["ab", "Trail", "-trail", "trail.", "a/b", "a..b", "192.0.2.1"] {
            assert!(rejection("workmail", Destination::S3, name(bucket)).contains("bucket"), "{bucket}");
        }
        let catalogue = Catalogue::embedded().unwrap();
        for bucket in ["a.b", "192.0.2.1.example", "192-0-2-1"] {
            let workmail = catalogue.find("workmail").unwrap();
            assert!(Setup::new(workmail, Destination::S3, name(bucket)).is_ok(), "{bucket}");
        }
        assert!(rejection("workmail", Destination::Firehose, name("a/b")).contains("stream"));
        assert_eq!(
            rejection("waf", Destination::CloudWatchLogs, name("/aws/vendedlogs/waf")),
            "invalid log group name `/aws/vendedlogs/waf`: expected a name that begins with aws-waf-logs- for waf"
        );
    }

    #[test]
    fn a_service_of_one_region_is_configured_there() {
        let elsewhere = Inputs { region: Some("eu-west-1"), ..Inputs::default() };
        assert_eq!(
            rejection("cloudfront", Destination::S3, elsewhere),
            "cloudfront can be configured only in us-east-1, not in eu-west-1"
        );
    }

    #[test]
    fn a_resource_of_another_account_or_service_is_rejected() {
        let resource = |resource| Inputs {
            account: Some("111122223333"),
            region: Some("eu-west-1"),
            resource: Some(resource),
            ..Inputs::default()
        };
        for wrong in [
            "arn:aws:workmail:eu-west-1:444455556666:organization/m-1",
            "arn:aws:workmail:us-east-1:111122223333:organization/m-1",
            "arn:aws:workmail:eu-west-1:111122223333:organization/",
            "arn:aws:workmail:eu-west-1:111122223333:organization/m-1'",
            "arn:aws:s3:::example",
        ] {
            let message = rejection("workmail", Destination::S3, resource(wrong));
            assert!(
                message.ends_with("such as arn:aws:workmail:eu-west-1:111122223333:organization/*"),
                "{message}"
            );
        }
        let flow_log = "arn:aws:ec2:eu-west-1:111122223333:vpc-flow-log/fl-1";
        for (service, given) in [("waf", "arn:aws:s3:::example"), ("vpc-flow-logs", flow_log)] {
            assert!(
                rejection(service, Destination::S3, resource(given)).contains("no resource"),
                "{service}"
            );
        }
    }

    #[test]
    fn missing_inputs_are_examples_and_named() {
        let catalogue = Catalogue::embedded().unwrap();
        let workmail = catalogue.find("workmail").unwrap();
        let setup = Setup::new(workmail, Destination::S3, Inputs::default()).unwrap();
        assert_eq!(setup.examples(), ["account", "Region", "bucket", "resource that logs"]);
        // The script of the email events enables them for one organization.
        let events = catalogue.find(EMAIL_EVENTS).unwrap();
        let setup = Setup::new(events, Destination::CloudWatchLogs, Inputs::default()).unwrap();
        assert_eq!(setup.examples(), ["account", "Region", "log group", "resource that logs"]);
        let inputs = Inputs {
            account: Some("111122223333"),
            region: Some("eu-west-1"),
            name: Some("example-trail"),
            resource: Some("arn:aws:workmail:eu-west-1:111122223333:organization/m-1"),
        };
        assert!(Setup::new(workmail, Destination::S3, inputs).unwrap().examples().is_empty());
    }
}
