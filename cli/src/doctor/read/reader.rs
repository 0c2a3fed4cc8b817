//! Calls to one account, with a failure as part of the result.

use std::future::Future;

use mailtrail_aws_client::Deadline;
use mailtrail_clock::now;
use mailtrail_doctor::Part;
use mailtrail_policy_survey::{Account, CallError};

/// The answer of a call, unless `check` finds that it is not about what was asked (see [`mailtrail_policy_survey::answers`]).
///
/// Some answers do not say what they are about: `GetFunctionConcurrency`, `ListTagsForDeliveryStream`, `HeadBucket`,
/// `GetBucketPolicy`, `GetBucketEncryption`, `GetKeyPolicy`, the lists of the policies of a role, and those of WorkMail.
pub(super) async fn checked<T>(
    read: impl Future<Output = Result<T, CallError>>,
    check: impl FnOnce(&T) -> Result<(), CallError>,
) -> Result<T, CallError> {
    let answer = read.await?;
    check(&answer)?;
    Ok(answer)
}

/// Reads one account in one Region.
pub(in crate::doctor) struct Reader<'a> {
    pub(in crate::doctor) account: &'a Account,
    pub(in crate::doctor) deadline: Deadline,
}

impl Reader<'_> {
    /// The result of a call, or the call that failed and its resource.
    pub(super) async fn part<T>(
        &self,
        service: &str,
        resource: &str,
        read: impl Future<Output = Result<T, CallError>>,
    ) -> Part<T> {
        let at = now().millis();
        match read.await {
            Ok(value) => Part::Seen { at, value },
            Err(error) => {
                let CallError { operation, failure } = error;
                Part::NotSeen { reason: format!("{service}:{operation} on {resource}: {failure}") }
            }
        }
    }

    /// The result of a call; `None` where the error code means that the resource does not exist.
    pub(super) async fn part_if_exists<T>(
        &self,
        service: &str,
        resource: &str,
        missing: &[&str],
        read: impl Future<Output = Result<T, CallError>>,
    ) -> Part<Option<T>> {
        let found = async {
            match read.await {
                Ok(value) => Ok(Some(value)),
                Err(error) if missing.contains(&error.failure.code.as_str()) => Ok(None),
                Err(error) => Err(error),
            }
        };
        self.part(service, resource, found).await
    }
}
