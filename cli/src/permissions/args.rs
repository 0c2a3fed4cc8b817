//! The arguments of `mailtrail permissions`.

use clap::{Args, ValueEnum};
use mailtrail_config::settings;
use mailtrail_permissions::{Catalogue, Destination, Given, Service, Setup};

use super::help;
use crate::args::account_id;

#[derive(Debug, Args)]
pub(crate) struct PermissionsArgs {
    /// The service that logs: its id, as --list shows it
    #[arg(value_name = "SERVICE", required_unless_present = "list")]
    service: Option<String>,
    #[arg(value_name = "DESTINATION", help = help::DESTINATION, required_unless_present = "list",
          value_parser = destination)]
    destination: Option<Destination>,
    /// The account: twelve digits [default: an example]
    #[arg(long, value_name = "ACCOUNT", value_parser = account_id)]
    account: Option<String>,
    /// The Region [default: an example]
    #[arg(long, value_name = "REGION", env = settings::AWS_REGION, hide_env_values = true)]
    region: Option<String>,
    /// The log group of the destination cloudwatch-logs [default: an example]
    #[arg(long, value_name = "NAME", conflicts_with_all = ["bucket", "stream"])]
    log_group: Option<String>,
    /// The bucket of the destination s3 [default: an example]
    #[arg(long, value_name = "NAME", conflicts_with = "stream")]
    bucket: Option<String>,
    /// The Firehose stream of the destination firehose [default: an example]
    #[arg(long, value_name = "NAME")]
    stream: Option<String>,
    /// The resource that logs, and no other; WorkMail: the organization [default: all of the service]
    #[arg(long, value_name = "ARN")]
    resource: Option<String>,
    /// As what to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Json)]
    pub(super) format: Format,
    /// Show all services, where they can log to, and under which model
    #[arg(long, conflicts_with_all = ["service", "destination", "account", "log_group", "bucket", "stream",
          "resource", "format"])]
    pub(super) list: bool,
    /// Print the documents as one JSON object in one line; with --list, one object a line
    #[arg(long, conflicts_with = "format")]
    pub(super) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// One object, a key for each document
    Json,
    /// A template with the policies, and the deliveries of V2
    Cloudformation,
    /// Commands of the AWS CLI that do the same
    Cli,
}

impl PermissionsArgs {
    /// Checks what one argument says about another.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.list {
            return Ok(());
        }
        let catalogue = Catalogue::embedded().map_err(|error| error.to_string())?;
        self.setup(&catalogue).map(|_| ())
    }

    /// What is asked for.
    pub(super) fn setup<'a>(&self, catalogue: &'a Catalogue) -> Result<Setup<'a>, String> {
        let (Some(id), Some(destination)) = (&self.service, self.destination) else {
            return Err("name a service and a destination, or give --list".to_owned());
        };
        let service = catalogue.find(id).ok_or_else(|| unknown(catalogue, id))?;
        let given = Given {
            account: self.account.as_deref(),
            region: self.region(service),
            name: self.name(destination)?,
            resource: self.resource.as_deref(),
        };
        Setup::new(service, destination, given).map_err(|refused| refused.to_string())
    }

    /// The Region. That of the environment is not asked of a service that is set up in another only.
    fn region(&self, service: &Service) -> Option<&str> {
        let region = self.region.as_deref()?;
        let from_environment =
            std::env::vars_os().any(|(name, value)| name == settings::AWS_REGION && value == region);
        if from_environment && service.region.is_some() { None } else { Some(region) }
    }

    /// The name of the log group, bucket or stream: the option that belongs to the destination.
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
                    return Err(format!("{option} is for the destination {of}, and not for {destination}"));
                }
                None => {}
            }
        }
        Ok(name)
    }
}

fn unknown(catalogue: &Catalogue, id: &str) -> String {
    let near = catalogue.nearest(id);
    let instead = if near.is_empty() { String::new() } else { format!("did you mean {}? ", near.join(", ")) };
    format!("there is no service `{id}`; {instead}--list shows all of them")
}

fn destination(text: &str) -> Result<Destination, String> {
    let found = Destination::ALL.into_iter().find(|destination| destination.id() == text);
    found.ok_or_else(|| format!("logs go to {}", Destination::ALL.map(Destination::id).join(", ")))
}
