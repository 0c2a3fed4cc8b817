//! How many files or objects a command works on at a time.

use clap::builder::RangedU64ValueParser;

/// From 1 to 64: each job holds a decoded payload or object in memory, and a thread.
pub(crate) fn jobs() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=64)
}
