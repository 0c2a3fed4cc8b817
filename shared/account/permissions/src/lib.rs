//! The permissions that deliver the logs of an AWS service to CloudWatch Logs, S3 or Firehose.
//!
//! Pure: no I/O, no clock. The [`Catalogue`] of services is data (`services.json`, with the page of AWS for each fact). A
//! [`Setup`] is a validated combination of service, destination, account and Region. [`Documents`] are the policies for
//! a setup, and [`cloudformation`] and [`commands`] render both as a template and as a script for the AWS CLI.
//!
//! ```
//! use mailtrail_permissions::{Catalogue, Destination, Documents, Inputs, Setup};
//!
//! let catalogue = Catalogue::embedded()?;
//! let workmail = catalogue.find("workmail").unwrap();
//! let setup = Setup::new(workmail, Destination::CloudWatchLogs, Inputs::default())?;
//! let documents = Documents::of(&setup);
//! assert!(documents.caller_policy.is_some() && documents.log_group_policy.is_some());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Models
//!
//! | model | who writes the logs | what is granted |
//! |---|---|---|
//! | V1 | `delivery.logs.amazonaws.com` | the caller may create the delivery; policies on the log group, bucket and key |
//! | V2 | `delivery.logs.amazonaws.com` | the same, and the caller creates delivery source, destination and delivery |
//! | role | the service, with a role of the customer | the role, its trust policy, and that the caller may pass it |
//! | resource policy | the service, with its own principal | a resource policy on the log group |
//! | own | the service, by a mechanism of its own | nothing here; the page of the service describes it |
//!
//! # Confused deputies
//!
//! Every customer policy that allows a service something has conditions on `aws:SourceAccount` and `aws:SourceArn` of the
//! same account: <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>.

mod account_region;
mod catalogue;
mod coverage;
mod directory;
mod documents;
mod policy;
mod redrive;
mod render;
mod setup;

pub use account_region::AccountRegion;
pub use catalogue::{Catalogue, CatalogueError, Destination, Model, Service};
pub use coverage::{COVERAGE, coverage};
pub use directory::{DIRECTORY, directory};
pub use documents::Documents;
pub use policy::{Policy, Statement};
pub use redrive::{REDRIVE, redrive};
pub use render::{cloudformation, commands};
pub use setup::{Inputs, Setup, SetupError};
