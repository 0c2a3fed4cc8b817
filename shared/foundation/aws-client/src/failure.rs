//! What went wrong with a call, and whether it is retried: the one place that decides it. What to do about it is beside it
//! ([`Failure::advice`]). Exceptions, where a call means something else by the same answer: [`Failure::of_quota`] for calls
//! that create things, and conflicts while a policy plan is applied (`session.rs` of policy-apply).

use std::error::Error;
use std::fmt;
use std::io;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use mailtrail_aws_types::Region;

/// A failed attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// A short word: the service's error code, or one of ours.
    pub code: String,
    /// The words to it.
    pub message: String,
    /// Whether the same attempt may succeed later.
    pub retryable: bool,
    /// The Region to ask instead, where the service named it: rare, and so on the heap.
    pub region: Option<Box<Region>>,
}

/// Error codes of AWS that pass by themselves, whatever the HTTP status.
/// S3: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>;
/// Firehose: <https://docs.aws.amazon.com/firehose/latest/APIReference/CommonErrors.html>;
/// SNS: <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>.
const TRANSIENT: [&str; 13] = [
    "ConditionalRequestConflict",
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "InternalServerException",
    "KMSThrottling",
    "OperationAborted",
    "PriorRequestNotComplete",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "TransactionInProgressException",
];

/// Error codes by which a service asks to be called less often; they pass, too.
const THROTTLING: [&str; 13] = [
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "Throttled",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// The code of an answer that is not the service's, or not whole: a page of a proxy, a body that broke off.
pub(crate) const BROKEN_ANSWER: &str = "BrokenAnswer";
/// The code of a call that did not leave this machine.
pub(crate) const NOT_SENT: &str = "NotSent";

impl Failure {
    /// A failure that may pass.
    pub fn transient(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), retryable: true, region: None }
    }

    /// A failure that stays until something is changed.
    pub fn permanent(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), retryable: false, region: None }
    }

    /// An answer of 200 that does not say what it must. It proves nothing, so the call is repeated.
    pub fn broken_answer(message: impl Into<String>) -> Self {
        Self::transient(BROKEN_ANSWER, message)
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

    /// Whether nothing was sent: there are no credentials, or no address to send to.
    pub fn was_not_sent(&self) -> bool {
        self.code == NOT_SENT
    }

    /// Whether the service is telling us to come less often.
    pub fn is_throttling(&self) -> bool {
        THROTTLING.contains(&self.code.as_str())
    }

    /// Judges an answer that is an error, or that the SDK could not read.
    fn of_answer(error: &impl ProvideErrorMetadata, answer: &HttpResponse) -> Self {
        let status = answer.status().as_u16();
        let may_pass = status >= 500 || status == 429 || status == 408;
        let region = region_of(answer, error.message());
        if let Some(code) = error.code() {
            let retryable = may_pass || TRANSIENT.contains(&code) || THROTTLING.contains(&code);
            let message = error.message().unwrap_or("the service gives no reason").to_owned();
            return Self { code: code.to_owned(), message, retryable, region };
        }
        // A service refuses with a code; S3 answers `HEAD` with the status alone, and redirects with the Region. What has
        // neither was not written by AWS: a success that cannot be read, the page of a proxy or captive portal, half an error.
        let has_body = answer.body().bytes().is_some_and(|body| !body.is_empty());
        if has_body || status < 300 || (status < 400 && region.is_none()) {
            return Self::broken_answer(format!("the answer (HTTP {status}) is not one of the service"));
        }
        let message = "the service gives no reason".to_owned();
        Self { code: format!("HTTP {status}"), message, retryable: may_pass, region }
    }

    /// Judges a request that brought no answer of HTTP.
    fn of_connector(error: &ConnectorError) -> Self {
        let reason = causes(Some(error));
        // An answer that is no HTTP; the connector leaves open what that means.
        if find::<hyper::Error>(error).is_some_and(|error| error.is_parse() || error.is_parse_status()) {
            return Self::broken_answer(reason);
        }
        // What is neither I/O nor time, and not called transient by the connector, is our own side: no credentials, no
        // Region, no certificate. What the connector says of it itself is `other`.
        if !(error.is_io() || error.is_timeout() || error.as_other().is_some()) {
            return Self::permanent(NOT_SENT, causes(error.source()));
        }
        // The type of a resolver's error is not public; this text is a constant of the HTTP client.
        let code = if reason.contains("dns error") { "UnknownHost" } else { "NoConnection" };
        Self::transient(code, reason)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

/// Judges an error of an AWS call.
///
/// A request that could not be built or signed stays wrong. A connection that failed, an answer that broke off, came too
/// late or is none of the service's, and a service that says it is busy or broken are worth another try; the calls that we
/// make may all be repeated.
impl<E: ProvideErrorMetadata + Error + 'static> From<SdkError<E, HttpResponse>> for Failure {
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        match &error {
            SdkError::ServiceError(service) => Self::of_answer(service.err(), service.raw()),
            SdkError::TimeoutError(_) => Self::transient("Timeout", "the service did not answer in time"),
            SdkError::ResponseError(_) => {
                Self::broken_answer(format!("the answer cannot be read: {}", causes(error.source())))
            }
            SdkError::DispatchFailure(dispatch) => dispatch
                .as_connector_error()
                .map_or_else(|| Self::permanent(NOT_SENT, causes(None)), Self::of_connector),
            _ => Self::permanent("BadRequest", causes(error.source())),
        }
    }
}

/// The Region that a bucket is in, where S3 says that it is another than ours: in a header, or in the text
/// "…; expecting 'eu-west-1'". Only the name of a Region is taken from the answer, as anyone may have written it.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html>
fn region_of(answer: &HttpResponse, message: Option<&str>) -> Option<Box<Region>> {
    if !(300..=400).contains(&answer.status().as_u16()) {
        return None;
    }
    let expected = || message?.split_once("expecting '")?.1.split_once('\'').map(|(region, _)| region);
    let region: Region = answer.headers().get("x-amz-bucket-region").or_else(expected)?.parse().ok()?;
    Some(Box::new(region))
}

/// The first error of a type in a chain of causes.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// An error and everything below it, in one line.
fn causes(error: Option<&(dyn Error + 'static)>) -> String {
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
#[path = "failure/tests.rs"]
mod tests;
