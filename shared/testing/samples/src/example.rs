//! The account and the organization of every sample.

/// The account of every sample: the id that AWS reserves for documentation.
pub const OWNER: &str = "111122223333";
/// The log group of every email sample.
pub const LOG_GROUP: &str = "/aws/workmail/emailevents/example";
/// The log stream of every email sample. The names that WorkMail uses are not documented.
pub const LOG_STREAM: &str = "email-events";
/// The subscription filter of every sample.
pub const SUBSCRIPTION_FILTER: &str = "mailtrail-workmail-events";
/// The domain of the organization in every sample.
pub const INTERNAL_DOMAIN: &str = "example.com";
