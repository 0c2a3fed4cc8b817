//! The identifiers of AWS, each parsed once, where it enters the program.
//!
//! A value of [`AccountId`], [`Region`], [`LogGroupName`] or [`BucketName`] keeps the rules that AWS has for it, so
//! code behind the border does not check again, and can put it into a path, an ARN or a message as it is. Each type
//! also has `is_valid` for borrowed text that does not need a value of its own. [`Arn`] borrows from the text that it
//! was parsed from. [`glob`] has the two wildcard languages that AWS identifiers are matched by.

mod account;
mod arn;
mod bucket;
mod end_of_support;
mod error;
pub mod glob;
mod log_delivery;
mod log_group;
mod organization;
mod partition;
mod region;
mod text;

pub use account::AccountId;
pub use arn::Arn;
pub use bucket::BucketName;
pub use end_of_support::days_until_end_of_support;
pub use error::InvalidIdentifier;
pub use glob::StarPattern;
pub use log_delivery::{DELIVERY_TAG, DELIVERY_TAG_CONDITION};
pub use log_group::{LogGroupName, VENDED_LOGS_PREFIX};
pub use organization::OrganizationId;
pub use partition::AwsPartition;
pub use region::Region;
