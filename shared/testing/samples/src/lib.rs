//! Realistic WorkMail traffic made from a seed, for tests, demo and bench, and the sample files in `events/`.
//!
//! Policy: pure. No clock, no I/O, no environment; the same call gives the same bytes, today and in years.
//! Addresses are those of the documentation domains, the account is the one of AWS's own examples. What is
//! known about the real shapes is in the documentation of WorkMail and CloudWatch Logs; nobody has published
//! a captured WorkMail log line.
//!
//! ```
//! let mut traffic = mailtrail_samples::Traffic::new(7);
//! let batch = traffic.batch(100);
//! assert_eq!(batch.events.len(), 100);
//! let invocation = batch.to_invocation(); // what CloudWatch Logs would hand to the function
//! ```

mod batch;
pub mod envelope;
mod files;
mod mail;
mod rng;
mod traffic;

pub use batch::{Batch, Event, event_id};
pub use envelope::REGION;
pub use files::{SampleFile, readme, sample_files};
pub use traffic::{START_MS, Traffic};

/// Account of every sample.
pub const OWNER: &str = "111122223333";
/// Log group of every email sample.
pub const LOG_GROUP: &str = "/aws/workmail/emailevents/example";
/// Log stream of every email sample. How WorkMail names its streams is not documented.
pub const LOG_STREAM: &str = "email-events";
/// Subscription filter of every sample.
pub const SUBSCRIPTION_FILTER: &str = "mailtrail-workmail-events";
/// The domain of the organization in every sample.
pub const INTERNAL_DOMAIN: &str = "example.com";

/// The batches of `mailtrail demo`: a working morning of a small company, all nine event names, and one line
/// that is no WorkMail event.
pub fn demo_batches() -> Vec<Batch> {
    const SIZES: [usize; 6] = [58, 71, 64, 90, 49, 68];
    const NINE: i64 = START_MS + 60 * 60 * 1000;
    let mut traffic = Traffic::new(2026).with_gap(150_000);
    traffic.plan(NINE, "log stream email-events: retention changed from 30 to 90 days".into());
    SIZES.iter().map(|events| traffic.batch(*events)).collect()
}
