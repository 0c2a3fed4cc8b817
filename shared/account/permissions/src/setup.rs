//! One service, one destination, one place: what permissions are asked for, checked.

use mailtrail_aws_types::{BucketName, InvalidIdentifier, LogGroupName, VENDED_LOGS_PREFIX};
use sha2::{Digest, Sha256};

use crate::catalogue::{Destination, Model, Service};
use crate::place::{EXAMPLE_ACCOUNT, EXAMPLE_REGION, Place};

/// What the asker has given. What is missing is filled by an example, and [`Setup::examples`] names it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Given<'a> {
    /// Twelve digits.
    pub account: Option<&'a str>,
    /// Like `eu-west-1`.
    pub region: Option<&'a str>,
    /// The name of the log group, bucket or stream.
    pub name: Option<&'a str>,
    /// The ARN of the resource that logs.
    pub resource: Option<&'a str>,
}

/// What to set up. Everything in it can be.
#[derive(Debug, Clone)]
pub struct Setup<'a> {
    pub(crate) service: &'a Service,
    pub(crate) destination: Destination,
    pub(crate) model: Model,
    pub(crate) place: Place,
    /// Of the log group, bucket or stream.
    pub(crate) name: String,
    resource: Option<String>,
    examples: Vec<&'static str>,
}

/// Why that cannot be set up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The service does not log there.
    #[error("{service} does not log to {destination}; it logs to {has}")]
    Destination {
        /// Its id.
        service: String,
        /// What was asked for.
        destination: Destination,
        /// What it has.
        has: String,
    },
    /// The account or the Region cannot be.
    #[error(transparent)]
    Place(#[from] InvalidIdentifier),
    /// The service is set up in another Region only.
    #[error("{service} is set up in {only} only, not in {region}")]
    Region {
        /// Its id.
        service: String,
        /// Where it can be set up.
        only: String,
        /// What was asked for.
        region: String,
    },
    /// No log group, bucket or stream can have that name.
    #[error("`{name}` cannot be the name of a {thing}: {rule}")]
    Name {
        /// What was asked for.
        name: String,
        /// What it is the name of.
        thing: &'static str,
        /// How such names are.
        rule: String,
    },
    /// A resource is given, and none is asked for.
    #[error("{service} takes no resource: its permissions are for all that logs")]
    NoResource {
        /// Its id.
        service: String,
    },
    /// That is not a resource which logs so.
    #[error("`{resource}` is not what logs here: give an ARN like {shape}")]
    Resource {
        /// What was asked for.
        resource: String,
        /// How its ARN looks.
        shape: String,
    },
}

impl<'a> Setup<'a> {
    /// Checks what is asked for, and fills in what is not given.
    pub fn new(service: &'a Service, destination: Destination, given: Given<'_>) -> Result<Self, Refused> {
        let Some(model) = service.destinations.get(&destination).copied() else {
            let has: Vec<_> = service.destinations.keys().map(|to| to.id()).collect();
            return Err(Refused::Destination {
                service: service.id.clone(),
                destination,
                has: has.join(", "),
            });
        };
        let mut examples = Vec::new();
        let mut or_example = |value: Option<&str>, what, example: String| {
            if value.is_none() {
                examples.push(what);
            }
            value.map_or(example, str::to_owned)
        };
        let account = or_example(given.account, "account", EXAMPLE_ACCOUNT.to_owned());
        let region = match (&service.region, given.region) {
            (Some(only), Some(region)) if only != region => {
                let (service, only, region) = (service.id.clone(), only.clone(), region.to_owned());
                return Err(Refused::Region { service, only, region });
            }
            (Some(only), _) => only.clone(),
            (None, region) => or_example(region, "Region", EXAMPLE_REGION.to_owned()),
        };
        let place = Place::new(&account, &region)?;
        let name = or_example(given.name, destination.thing(), example_name(service, destination));
        check_name(service, destination, &name)?;
        let resource = match given.resource {
            Some(resource) => Some(check_resource(service, model, &place, resource)?),
            None => None,
        };
        if model == Model::V2 && resource.is_none() {
            examples.push("resource that logs");
        }
        Ok(Self { service, destination, model, place, name, resource, examples })
    }

    /// The service.
    pub fn service(&self) -> &Service {
        self.service
    }

    /// How the service gets the permission to write there.
    pub fn model(&self) -> Model {
        self.model
    }

    /// What was not given, and is an example in what is made of this.
    pub fn examples(&self) -> &[&'static str] {
        &self.examples
    }

    /// The ARN of what logs: the one that was given, or a pattern of all that the service can have here.
    pub(crate) fn source_arn(&self, shape: &str) -> String {
        self.resource.clone().unwrap_or_else(|| self.place.fill(shape, "*"))
    }

    /// The ARN of the one resource that logs, for calls that take no pattern.
    pub(crate) fn one_source_arn(&self, shape: &str) -> String {
        self.resource.clone().unwrap_or_else(|| {
            let example = self.service.example.as_deref().unwrap_or("EXAMPLE");
            self.place.fill(shape, example)
        })
    }

    /// Tells names of things for this destination from those for another: who puts a policy, a delivery
    /// destination or a role under a name that is there replaces it, and its logs stop.
    pub(crate) fn mark(&self) -> String {
        mark(&[self.place.region(), &self.destination_arn()])
    }

    /// The ARN of the log group, bucket or stream, as a delivery destination and as WorkMail have it.
    pub(crate) fn destination_arn(&self) -> String {
        match self.destination {
            Destination::CloudWatchLogs => self.place.logs(&format!("log-group:{}:*", self.name)),
            Destination::S3 => self.place.s3(&self.name),
            Destination::Firehose => self.place.stream(&self.name),
        }
    }
}

/// Eight hexadecimal digits that depend on all of these.
pub(crate) fn mark(of: &[&str]) -> String {
    let digest = Sha256::digest(of.join(" "));
    hex::encode(&digest[..4])
}

/// Of vended logs under `/aws/vendedlogs/`, so that one entry in a resource policy is enough for all log groups.
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

fn check_name(service: &Service, destination: Destination, name: &str) -> Result<(), Refused> {
    let is_stream = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let (possible, rule) = match destination {
        Destination::CloudWatchLogs => (LogGroupName::is_valid(name), LogGroupName::EXPECTED),
        Destination::S3 => (BucketName::is_valid(name), BucketName::EXPECTED),
        // https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html
        Destination::Firehose => (
            (1..=64).contains(&name.len()) && name.chars().all(is_stream),
            "1 to 64 letters, digits, and _ . -",
        ),
    };
    let refused = |rule: String| Refused::Name { name: name.to_owned(), thing: destination.thing(), rule };
    if !possible {
        return Err(refused(rule.to_owned()));
    }
    match service.name_prefix.get(&destination) {
        Some(prefix) if !name.starts_with(prefix.as_str()) => {
            Err(refused(format!("for {} it must begin with {prefix}", service.id)))
        }
        _ => Ok(()),
    }
}

/// The resource must be of the service, and of the place: a condition that names another account than the one
/// beside it lets nobody in.
fn check_resource(service: &Service, model: Model, place: &Place, resource: &str) -> Result<String, Refused> {
    let Some(shape) = service.source_shape(model) else {
        return Err(Refused::NoResource { service: service.id.clone() });
    };
    let shape = place.fill(shape, "*");
    let head = shape.split('*').next().unwrap_or_default();
    let is_plain = resource.chars().all(|c| c.is_ascii_alphanumeric() || "-_/:.+=@".contains(c));
    if resource.starts_with(head)
        && (resource.len() > head.len() || head == shape)
        && (is_plain || resource == shape)
    {
        return Ok(resource.to_owned());
    }
    Err(Refused::Resource { resource: resource.to_owned(), shape })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalogue;

    fn refusal(service: &str, destination: Destination, given: Given<'_>) -> String {
        let catalogue = Catalogue::embedded().unwrap();
        let refused = Setup::new(catalogue.find(service).unwrap(), destination, given);
        refused.map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn a_destination_that_a_service_lacks_is_refused_with_those_that_it_has() {
        assert_eq!(
            refusal("elasticache", Destination::S3, Given::default()),
            "elasticache does not log to s3; it logs to cloudwatch-logs, firehose"
        );
    }

    #[test]
    fn names_that_cannot_be_are_refused() {
        let name = |name| Given { name: Some(name), ..Given::default() };
        let too_long = "a".repeat(513);
        for group in ["", "a b", "a*", "aws/x", "it's", &too_long] {
            assert!(refusal("workmail", Destination::CloudWatchLogs, name(group)).contains("log group"));
        }
        for bucket in ["ab", "Trail", "-trail", "trail.", "a/b", "a..b", "192.0.2.1"] {
            assert!(refusal("workmail", Destination::S3, name(bucket)).contains("bucket"), "{bucket}");
        }
        let catalogue = Catalogue::embedded().unwrap();
        for bucket in ["a.b", "192.0.2.1.example", "192-0-2-1"] {
            let workmail = catalogue.find("workmail").unwrap();
            assert!(Setup::new(workmail, Destination::S3, name(bucket)).is_ok(), "{bucket}");
        }
        assert!(refusal("workmail", Destination::Firehose, name("a/b")).contains("stream"));
        assert_eq!(
            refusal("waf", Destination::CloudWatchLogs, name("/aws/vendedlogs/waf")),
            "`/aws/vendedlogs/waf` cannot be the name of a log group: for waf it must begin with aws-waf-logs-"
        );
    }

    #[test]
    fn a_service_of_one_region_is_set_up_there() {
        let elsewhere = Given { region: Some("eu-west-1"), ..Given::default() };
        assert_eq!(
            refusal("cloudfront", Destination::S3, elsewhere),
            "cloudfront is set up in us-east-1 only, not in eu-west-1"
        );
    }

    #[test]
    fn a_resource_of_another_account_or_service_is_refused() {
        let resource = |resource| Given {
            account: Some("111122223333"),
            region: Some("eu-west-1"),
            resource: Some(resource),
            ..Given::default()
        };
        for wrong in [
            "arn:aws:workmail:eu-west-1:444455556666:organization/m-1",
            "arn:aws:workmail:us-east-1:111122223333:organization/m-1",
            "arn:aws:workmail:eu-west-1:111122223333:organization/",
            "arn:aws:workmail:eu-west-1:111122223333:organization/m-1'",
            "arn:aws:s3:::example",
        ] {
            let said = refusal("workmail", Destination::S3, resource(wrong));
            assert!(said.ends_with("like arn:aws:workmail:eu-west-1:111122223333:organization/*"), "{said}");
        }
        let flow_log = "arn:aws:ec2:eu-west-1:111122223333:vpc-flow-log/fl-1";
        for (service, given) in [("waf", "arn:aws:s3:::example"), ("vpc-flow-logs", flow_log)] {
            assert!(refusal(service, Destination::S3, resource(given)).contains("no resource"), "{service}");
        }
    }

    #[test]
    fn what_is_not_given_is_an_example_and_named() {
        let catalogue = Catalogue::embedded().unwrap();
        let workmail = catalogue.find("workmail").unwrap();
        let setup = Setup::new(workmail, Destination::S3, Given::default()).unwrap();
        assert_eq!(setup.examples(), ["account", "Region", "bucket", "resource that logs"]);
        let given = Given {
            account: Some("111122223333"),
            region: Some("eu-west-1"),
            name: Some("example-trail"),
            resource: Some("arn:aws:workmail:eu-west-1:111122223333:organization/m-1"),
        };
        assert!(Setup::new(workmail, Destination::S3, given).unwrap().examples().is_empty());
    }
}
