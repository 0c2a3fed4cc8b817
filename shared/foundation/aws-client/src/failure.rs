//! What went wrong with a call, and whether it is retried. Exceptions, where a call means something else by the same
//! answer: [`Failure::of_quota`] for calls that create things, and conflicts while a policy plan is applied (`session.rs`
//! of policy-apply).

use std::fmt;
use std::io;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// A failed attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// A short word: the service's error code, or one of ours.
    pub code: String,
    /// The words to it.
    pub message: String,
    /// Whether the same attempt may succeed later.
    pub retryable: bool,
}

/// Error codes of AWS that pass by themselves, whatever the HTTP status.
/// S3: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>;
/// Firehose: <https://docs.aws.amazon.com/firehose/latest/APIReference/CommonErrors.html>;
/// SNS: <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>.
const TRANSIENT: [&str; 16] = [
    "BandwidthLimitExceeded",
    "ConditionalRequestConflict",
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "KMSThrottling",
    "LimitExceededException",
    "OperationAborted",
    "RequestTimeout",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "SlowDown",
    "Throttled",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

impl Failure {
    /// A failure that may pass.
    pub fn transient(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), retryable: true }
    }

    /// A failure that stays until something is changed.
    pub fn permanent(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), retryable: false }
    }

    /// The same of a call for which a limit is a quota and not a rate: no wait helps against it. Of CloudWatch
    /// Logs' own words, `LimitExceededException` is one for what creates something.
    #[must_use]
    pub fn of_quota(self) -> Self {
        let retryable = self.retryable && self.code != "LimitExceededException";
        Self { retryable, ..self }
    }

    /// The deadline came first. Not retried here; the caller that set the deadline may retry.
    pub fn out_of_time() -> Self {
        Self::permanent("OutOfTime", "the time for this work ran out")
    }

    /// Whether the failure says nothing about the other side: we ran out of time.
    pub fn is_out_of_time(&self) -> bool {
        *self == Self::out_of_time()
    }

    /// Whether the service is telling us to come less often.
    pub fn is_throttling(&self) -> bool {
        matches!(
            self.code.as_str(),
            "LimitExceededException"
                | "SlowDown"
                | "Throttled"
                | "Throttling"
                | "ThrottlingException"
                | "TooManyRequestsException"
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

/// Judges an error of an AWS call.
///
/// A request that could not be built or signed stays wrong. A connection that failed, an answer that
/// broke off or came too late, and a service that says it is busy or broken are worth another try; the
/// calls that we make may all be repeated.
impl<E: ProvideErrorMetadata + std::error::Error + 'static> From<SdkError<E, HttpResponse>> for Failure {
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        match &error {
            SdkError::ServiceError(service) => {
                let code = service.err().code().unwrap_or("Unknown").to_owned();
                let message = service.err().message().unwrap_or("the service gives no reason").to_owned();
                let status = service.raw().status().as_u16();
                let retryable = status >= 500 || status == 429 || TRANSIENT.contains(&code.as_str());
                Self { code: code_or_status(code, status), message, retryable }
            }
            SdkError::TimeoutError(_) => Self::transient("Timeout", "the service did not answer in time"),
            SdkError::ResponseError(_) => {
                Self::transient("BrokenAnswer", "the service's answer cannot be read")
            }
            SdkError::DispatchFailure(dispatch) => {
                let error = dispatch.as_connector_error();
                // What is neither I/O nor time, and not called transient by the connector, is our own side: no
                // credentials, no certificate. What the connector says of it itself is `other`.
                if dispatch.is_io() || dispatch.is_timeout() || dispatch.as_other().is_some() {
                    Self::transient("NoConnection", causes(error.map(|error| error as _)))
                } else {
                    Self::permanent("NotSent", causes(error.and_then(std::error::Error::source)))
                }
            }
            _ => Self::permanent("BadRequest", causes(std::error::Error::source(&error))),
        }
    }
}

/// An answer without a code (S3's to `HEAD`) still has a status.
fn code_or_status(code: String, status: u16) -> String {
    if code == "Unknown" { format!("HTTP {status}") } else { code }
}

/// An error and everything below it, in one line.
fn causes(error: Option<&(dyn std::error::Error + 'static)>) -> String {
    let mut words = Vec::new();
    let mut next = error;
    while let Some(error) = next {
        words.push(error.to_string());
        next = error.source();
    }
    if words.is_empty() { "no reason is known".to_owned() } else { words.join(": ") }
}

/// Judges an error of the file system: none of them passes by itself within our time.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::permanent(format!("{:?}", error.kind()), error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_types::error::ErrorMetadata;

    use super::*;

    fn not_sent(error: ConnectorError) -> Failure {
        SdkError::<ErrorMetadata, HttpResponse>::dispatch_failure(error).into()
    }

    #[test]
    fn a_refused_connection_is_retried() {
        let refused = io::Error::new(io::ErrorKind::ConnectionRefused, "connection refused");
        let failure = not_sent(ConnectorError::io(refused.into()));
        assert_eq!((failure.code.as_str(), failure.retryable), ("NoConnection", true));
        assert!(failure.message.contains("connection refused"), "{failure:?}");
    }

    #[test]
    fn a_request_that_cannot_be_signed_is_our_own_fault_and_says_only_why() {
        let failure = not_sent(ConnectorError::other("no credentials".into(), None));
        assert_eq!(failure, Failure::permanent("NotSent", "no credentials"));
    }
}
