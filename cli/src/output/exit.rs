//! How a command ends.

use std::process::ExitCode;

/// The exit code of a command. Wrong usage (2) ends the process before a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0
    Done,
    /// 1: the error says what failed.
    Failed,
    /// 3: done, and something needs attention.
    NeedsAttention,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::Failed => Self::FAILURE,
            Exit::NeedsAttention => Self::from(3),
        }
    }
}
