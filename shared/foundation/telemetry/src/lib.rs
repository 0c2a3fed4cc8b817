//! Log lines and metrics of the functions.
//!
//! * One type per thing that happens ([`report`]): its log line and its metrics are the same JSON object (CloudWatch's
//!   Embedded Metric Format), so they cannot tell different stories.
//! * No addresses, no subjects, no message text: a report holds counts, names of our own, keys of objects and
//!   reasons from a short list.

pub mod metrics;
pub mod report;

mod log_level;

pub use log_level::LogLevel;

/// Sends the log lines of libraries, as JSON, to standard output, from this level up.
///
/// Their debug output may contain what they send, so `debug` and `trace` are not offered.
pub fn init(level: LogLevel) {
    use tracing_subscriber::filter::LevelFilter;
    let level = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
    };
    tracing_subscriber::fmt().json().with_max_level(level).with_ansi(false).init();
}
