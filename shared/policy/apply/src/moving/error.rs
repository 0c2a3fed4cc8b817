//! Why a move is not begun, or not gone on with.

use mailtrail_policy_survey::CallError;

use crate::error::MoveBlocked;

/// Why a move is not begun, or not gone on with.
#[derive(Debug)]
pub(crate) enum MoveError {
    Blocked(MoveBlocked),
    Call(CallError),
}

impl From<CallError> for MoveError {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}
