//! What must be allowed, and to whom, for the logs of an AWS service to reach CloudWatch Logs, S3 or Firehose.
//!
//! Pure: no I/O, no clock. The table of services is data (`services.json`, with the page that each fact is
//! from); a [`Setup`] is one service, one destination and one place, checked; from it come the [`Documents`]
//! (policies, as they must be), and from both a template for CloudFormation or the commands of the AWS CLI.
//!
//! ```
//! use mailtrail_permissions::{Catalogue, Destination, Documents, Given, Setup};
//!
//! let catalogue = Catalogue::embedded()?;
//! let workmail = catalogue.find("workmail").unwrap();
//! let setup = Setup::new(workmail, Destination::CloudWatchLogs, Given::default())?;
//! let documents = Documents::of(&setup);
//! assert!(documents.caller_policy.is_some() && documents.log_group_policy.is_some());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Models
//!
//! | model | who writes the logs | what is granted |
//! |---|---|---|
//! | V1 | `delivery.logs.amazonaws.com` | the caller may create the delivery; a policy on the log group, bucket and key |
//! | V2 | the same | besides, delivery source, delivery destination and delivery are the caller's own |
//! | role | the service, with a role of the customer | a role, its trust, and that the caller may pass it |
//! | resource policy | the service, under its own principal | a policy on the log group |
//! | own | the service, in a way of its own | nothing that could be printed here: its page says what |
//!
//! # Confused deputies
//!
//! Wherever a policy of the customer lets a service in, it asks for `aws:SourceAccount` and `aws:SourceArn`,
//! of the same account: <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>.

mod catalogue;
mod documents;
mod place;
mod policy;
mod render;
mod setup;

pub use catalogue::{Catalogue, Destination, Model, Service, Unreadable};
pub use documents::Documents;
pub use place::Place;
pub use policy::{Policy, Statement};
pub use render::{cloudformation, commands};
pub use setup::{Given, Refused, Setup};
