//! Realistic WorkMail traffic generated from a seed, for tests, demo and benchmark, and the sample files in `events/`.
//!
//! Pure: no clock, no I/O, no environment. The same call gives the same bytes, on every machine and in every version.
//! Addresses are in the domains for documentation, and the account is the one of AWS's examples. The shapes follow the
//! documentation of WorkMail and CloudWatch Logs; no captured WorkMail log line has been published.
//!
//! ```
//! let mut traffic = mailtrail_samples::Traffic::new(7);
//! let batch = traffic.batch(100);
//! assert_eq!(batch.events.len(), 100);
//! let invocation = batch.to_invocation(); // what CloudWatch Logs would invoke the function with
//! ```

mod batch;
pub mod envelope;
mod example;
mod files;
pub mod journeys;
mod mail;
mod rng;
mod traffic;

pub use batch::{Batch, Event, event_id};
pub use envelope::REGION;
pub use example::{INTERNAL_DOMAIN, LOG_GROUP, LOG_STREAM, OWNER, SUBSCRIPTION_FILTER};
pub use files::{SampleFile, readme, sample_files};
pub use traffic::{START_MS, Traffic};

/// The batches of `mailtrail demo`: a morning of a small company, with all nine event names, and one line that is not a
/// WorkMail event.
pub fn demo_batches() -> Vec<Batch> {
    const SIZES: [usize; 6] = [58, 71, 64, 90, 49, 68];
    const NINE: i64 = START_MS + 60 * 60 * 1000;
    let mut traffic = Traffic::new(2026).with_gap(150_000);
    traffic.plan(NINE, "log stream email-events: retention changed from 30 to 90 days".into());
    SIZES.iter().map(|events| traffic.batch(*events)).collect()
}
