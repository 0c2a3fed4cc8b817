//! From which level up the log lines of libraries are printed.

use std::str::FromStr;

use thiserror::Error;

/// From which level up the log lines of libraries are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogLevel {
    /// Failures only.
    Error,
    /// Also what may become a failure.
    #[default]
    Warn,
    /// Also what happens in the ordinary course.
    Info,
}

/// Text that is not a level.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("invalid log level `{0}`: expected error, warn or info")]
pub struct InvalidLogLevel(String);

impl FromStr for LogLevel {
    type Err = InvalidLogLevel;

    fn from_str(text: &str) -> Result<Self, InvalidLogLevel> {
        match text {
            "error" => Ok(Self::Error),
            "warn" => Ok(Self::Warn),
            "info" => Ok(Self::Info),
            _ => Err(InvalidLogLevel(text.to_owned())),
        }
    }
}
