//! How an activity ended: one rule for all classes.

use std::borrow::Cow;

use mailtrail_normalize::says_failure;
use mailtrail_ocsf::{Class, Status};

use crate::activity::Source;
use crate::{ActivityFields, Attribute};

/// How an activity ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Outcome {
    /// It did what was asked.
    Success,
    /// It was refused, or failed.
    Failure,
    /// The source does not say.
    #[default]
    Unknown,
}

impl Outcome {
    /// The outcome, and of a failure what says so:
    ///
    /// 1. `status`, where it is Failure;
    /// 2. the answer of the operation, where it says `"<operation>": "Failure"`, whatever the status;
    /// 3. an error code or message, where no status says Success.
    ///
    /// A call in CloudTrail without any of these succeeded, unless the record was cut off.
    pub(crate) fn of<'r>(
        fields: &'r ActivityFields<'_>,
        source: Source,
        operation: &str,
    ) -> (Self, Option<Attribute<'r>>) {
        let status = |status: &Status<'_>| fields.status_id == Some(status.id());
        let failed = |path: Cow<'static, str>, value: &'r str| {
            (Self::Failure, Some(Attribute { path, value: Cow::Borrowed(value) }))
        };
        if status(&Status::FAILURE) {
            return failed(Cow::Borrowed("status"), "Failure");
        }
        if let Some(path) = failed_answer(fields, operation) {
            return failed(path, "Failure");
        }
        if status(&Status::SUCCESS) {
            return (Self::Success, None);
        }
        // Mail events have codes and words for much that is no failure.
        if let Some((path, value)) = error(fields).filter(|_| fields.class_uid != Class::EmailActivity.uid())
        {
            return failed(Cow::Borrowed(path), value);
        }
        let is_whole_call = source == Source::CloudTrail
            && fields.unmapped.get("eventName").is_some()
            && !fields.metadata.is_truncated;
        (if is_whole_call { Self::Success } else { Self::Unknown }, None)
    }
}

fn failed_answer(fields: &ActivityFields<'_>, operation: &str) -> Option<Cow<'static, str>> {
    if operation.is_empty() {
        return None;
    }
    if fields.api.response.data.get().is_some_and(|answer| says_failure(answer, operation)) {
        return Some(Cow::Borrowed("api.response.data"));
    }
    ["responseElements", "serviceEventDetails"].iter().find_map(|object| {
        let key = format!("{object}.{operation}");
        let is_failure = fields.unmapped.get(&key)?.eq_ignore_ascii_case("Failure");
        is_failure.then(|| Cow::Owned(format!("unmapped.{key}")))
    })
}

fn error<'r>(fields: &'r ActivityFields<'_>) -> Option<(&'static str, &'r str)> {
    let said = [
        ("status_code", fields.status_code.get()),
        ("status_detail", fields.status_detail.get()),
        ("unmapped.errorCode", fields.unmapped.get("errorCode")),
        ("unmapped.errorMessage", fields.unmapped.get("errorMessage")),
        ("unmapped.auth_failed_reason", fields.unmapped.get("auth_failed_reason")),
        ("unmapped.error_message", fields.unmapped.get("error_message")),
    ];
    said.into_iter().find_map(|(path, value)| Some((path, value?)))
}
