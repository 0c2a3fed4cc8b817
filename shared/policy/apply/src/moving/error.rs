//! Why a move is not begun, or not gone on with.

use mailtrail_policy_survey::CallError;

use crate::error::Obstacle;

/// Why a move is not begun, or not gone on with.
#[derive(Debug)]
pub(crate) enum Hindrance {
    Obstacle(Obstacle),
    Call(CallError),
}

impl From<CallError> for Hindrance {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}
