//! Answers of AWS, held against what was asked.
//!
//! An endpoint ignores parameters that it does not know: a Region, a partition or an emulator from before a feature
//! answers as though they had not been sent. So each answer must say itself what it is about: which scope, ARN, name,
//! account and Region. One that says something else, or nothing, is not an answer to the question: what was asked for
//! is unknown, and nothing is concluded from it or written.

use aws_sdk_cloudwatchlogs::types::LogStream;
use mailtrail_aws_client::failure::Failure;
use mailtrail_resource_policy::arn;

use crate::calls::CallError;
use crate::clients::Account;

/// The error code of an answer that is not about what was asked. Ours, not one of AWS.
pub const UNEXPECTED_ANSWER: &str = "UnexpectedAnswer";

/// The error of an answer to another question.
pub fn unexpected(operation: &'static str, message: impl Into<String>) -> CallError {
    CallError { operation, failure: Failure::permanent(UNEXPECTED_ANSWER, message) }
}

/// Checks that an answer is about what was asked for.
///
/// # Errors
/// When it is about something else, or does not say.
pub fn expect(
    operation: &'static str,
    what: &'static str,
    asked: &str,
    said: Option<&str>,
) -> Result<(), CallError> {
    match said {
        Some(said) if said == asked => Ok(()),
        Some(said) => Err(unexpected(
            operation,
            format!("asked for the {what} {asked}, and the answer is about {said}"),
        )),
        None => Err(unexpected(
            operation,
            format!("asked for the {what} {asked}, and the answer does not name it"),
        )),
    }
}

impl Account {
    /// Checks that an answer is about a log group, named by its name, or by its ARN with or without `:*`.
    ///
    /// # Errors
    /// When it is about another log group, or does not say.
    pub fn expect_log_group(
        &self,
        operation: &'static str,
        name: &str,
        said: Option<&str>,
    ) -> Result<(), CallError> {
        let named = said.map(|said| said.strip_suffix(":*").unwrap_or(said));
        if named == Some(self.log_group_arn(name).as_str()) {
            return Ok(());
        }
        expect(operation, "log group", name, named)
    }

    /// Checks that log streams that were listed are of a log group, by their ARNs.
    ///
    /// # Errors
    /// When one is of another log group, or does not say.
    pub fn expect_log_streams(
        &self,
        operation: &'static str,
        group: &str,
        streams: &[LogStream],
    ) -> Result<(), CallError> {
        streams.iter().try_for_each(|stream| {
            let of_group = stream.arn().and_then(|arn| arn.split_once(":log-stream:"));
            self.expect_log_group(operation, group, of_group.map(|(group, _)| group))
        })
    }

    /// Checks that something that was listed belongs to this account, Region and partition.
    ///
    /// # Errors
    /// When it belongs to others, or does not say.
    pub fn expect_here(
        &self,
        operation: &'static str,
        service: &str,
        said: Option<&str>,
    ) -> Result<(), CallError> {
        let Self { id, region, .. } = self;
        let here = format!("arn:{}:{service}:{region}:{id}:", arn::partition(region));
        match said {
            Some(said) if said.starts_with(&here) => Ok(()),
            Some(said) => {
                Err(unexpected(operation, format!("asked in account {id}, Region {region}; got {said}")))
            }
            None => Err(unexpected(
                operation,
                format!("asked in account {id}, Region {region}; got something without an ARN"),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_one_only_if_it_names_what_was_asked_for() {
        let of = |said| expect("GetDelivery", "delivery", "a", said).map_err(|error| error.to_string());
        assert_eq!(of(Some("a")), Ok(()));
        assert_eq!(
            of(Some("b")).unwrap_err(),
            "GetDelivery: UnexpectedAnswer: asked for the delivery a, and the answer is about b"
        );
        assert!(of(None).unwrap_err().contains("does not name it"));
    }
}
