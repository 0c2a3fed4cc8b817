//! What was read of one part of an account.

use mailtrail_resource_policy::inventory::Part;

use crate::calls::CallError;

/// A part that was read, and when that began; or why it was not.
pub(crate) async fn part<T>(read: impl Future<Output = Result<T, CallError>>) -> Part<T> {
    let at = mailtrail_clock::now().millis();
    match read.await {
        Ok(value) => Part::Seen { at, value },
        Err(error) => Part::NotSeen { reason: error.to_string() },
    }
}
