//! The arguments of `mailtrail permissions`.

use clap::{Args, ValueEnum};
use mailtrail_config::settings;
use mailtrail_permissions::{
    COVERAGE, Catalogue, DIRECTORY, Destination, Inputs, Policy, REDRIVE, Service, Setup, SetupError,
    coverage, directory, redrive,
};

use super::help;
use crate::args::{account_id, is_from_environment};

/// The policy of a caller, for a destination.
type CallerPolicy = fn(Destination, Inputs<'_>) -> Result<Policy, SetupError>;

/// Commands of mailtrail that stand in the place of a service.
const COMMANDS: [(&str, CallerPolicy); 3] =
    [(COVERAGE, coverage), (DIRECTORY, directory), (REDRIVE, redrive)];

#[derive(Debug, Args)]
pub(crate) struct PermissionsArgs {
    /// The id of the service that logs, as in --list; or `coverage`, `directory` or `redrive`, for the caller of that command
    #[arg(value_name = "SERVICE", required_unless_present = "list")]
    service: Option<String>,
    #[arg(value_name = "DESTINATION", help = help::DESTINATION, required_unless_present = "list",
          value_parser = destination)]
    destination: Option<Destination>,
    /// The account, 12 digits [default: an example]
    #[arg(long, value_name = "ACCOUNT", value_parser = account_id)]
    account: Option<String>,
    /// The Region [default: an example]
    #[arg(long, value_name = "REGION", env = settings::AWS_REGION, hide_env_values = true)]
    region: Option<String>,
    /// The log group, for the destination cloudwatch-logs [default: an example]
    #[arg(long, value_name = "NAME", conflicts_with_all = ["bucket", "stream"])]
    log_group: Option<String>,
    /// The bucket, for the destination s3 [default: an example]
    #[arg(long, value_name = "NAME", conflicts_with = "stream")]
    bucket: Option<String>,
    /// The Firehose stream, for the destination firehose [default: an example]
    #[arg(long, value_name = "NAME")]
    stream: Option<String>,
    /// Only this resource, such as a WorkMail organization [default: all resources of the service]
    #[arg(long, value_name = "ARN")]
    resource: Option<String>,
    /// The output format
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Json)]
    pub(super) format: Format,
    /// List all services with their destinations and models
    #[arg(long, conflicts_with_all = ["service", "destination", "account", "log_group", "bucket", "stream",
          "resource", "format"])]
    pub(super) list: bool,
    /// Print one JSON object on one line; with --list, one object a line
    #[arg(long, conflicts_with = "format")]
    pub(super) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// The policy documents, as one JSON object
    Json,
    /// A CloudFormation template with the policies, and under V2 the deliveries
    Cloudformation,
    /// A script of AWS CLI commands
    Cli,
}

impl PermissionsArgs {
    /// Checks the arguments against each other and against the catalogue.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.list {
            return Ok(());
        }
        if let Some(policy) = self.of_command() {
            return policy.map(drop);
        }
        let catalogue = Catalogue::embedded().map_err(|error| error.to_string())?;
        self.setup(&catalogue).map(|_| ())
    }

    /// The policy of the caller of a command, if that is asked for instead of a service.
    pub(super) fn of_command(&self) -> Option<Result<Policy, String>> {
        let (name, destination) = (self.service.as_deref()?, self.destination?);
        let (name, policy) = COMMANDS.iter().find(|(command, _)| *command == name)?;
        if self.format != Format::Json {
            return Some(Err(format!("{name} has one document: it is printed as JSON only")));
        }
        Some(self.name(destination).and_then(|name| {
            let region = self.region.as_deref().filter(|region| !region.is_empty());
            let (account, resource) = (self.account.as_deref(), self.resource.as_deref());
            policy(destination, Inputs { account, region, name, resource }).map_err(|error| error.to_string())
        }))
    }

    pub(super) fn setup<'a>(&self, catalogue: &'a Catalogue) -> Result<Setup<'a>, String> {
        let (Some(id), Some(destination)) = (&self.service, self.destination) else {
            return Err("missing service or destination: give both, or --list".to_owned());
        };
        let service = catalogue.find(id).ok_or_else(|| unknown(catalogue, id))?;
        let inputs = Inputs {
            account: self.account.as_deref(),
            region: self.region(service),
            name: self.name(destination)?,
            resource: self.resource.as_deref(),
        };
        Setup::new(service, destination, inputs).map_err(|error| error.to_string())
    }

    /// The Region. `AWS_REGION` does not apply to a service that can be configured in one other Region only.
    fn region(&self, service: &Service) -> Option<&str> {
        let region = self.region.as_deref()?;
        if service.region.is_some() && is_from_environment(region) { None } else { Some(region) }
    }

    /// The name of the log group, bucket or stream, from the option for the destination.
    fn name(&self, destination: Destination) -> Result<Option<&str>, String> {
        let options = [
            (Destination::CloudWatchLogs, "--log-group", &self.log_group),
            (Destination::S3, "--bucket", &self.bucket),
            (Destination::Firehose, "--stream", &self.stream),
        ];
        let mut name = None;
        for (of, option, value) in options {
            match value {
                Some(value) if of == destination => name = Some(value.as_str()),
                Some(_) => {
                    return Err(format!(
                        "{option} does not apply to the destination {destination}, only to {of}"
                    ));
                }
                None => {}
            }
        }
        Ok(name)
    }
}

fn unknown(catalogue: &Catalogue, id: &str) -> String {
    let near = catalogue.nearest(id);
    let hint = if near.is_empty() { String::new() } else { format!("did you mean {}? ", near.join(", ")) };
    format!("unknown service `{id}`; {hint}--list shows all services")
}

fn destination(text: &str) -> Result<Destination, String> {
    let found = Destination::ALL.into_iter().find(|destination| destination.id() == text);
    found.ok_or_else(|| format!("expected one of {}", Destination::ALL.map(Destination::id).join(", ")))
}
