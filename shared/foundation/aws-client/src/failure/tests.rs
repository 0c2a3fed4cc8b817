//! Answers and errors as the SDK hands them over, and what is made of them.

use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;

use super::*;

/// What the SDK makes of an answer: its code and message, where it could read them.
fn answered(
    status: u16,
    code: Option<&str>,
    message: &str,
    body: &str,
    headers: &[(&'static str, &'static str)],
) -> Failure {
    let mut answer = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body));
    for &(name, value) in headers {
        answer.headers_mut().insert(name, value);
    }
    let mut error = ErrorMetadata::builder();
    if let Some(code) = code {
        error = error.code(code).message(message);
    }
    SdkError::service_error(error.build(), answer).into()
}

fn refused(status: u16, code: &str, message: &str) -> Failure {
    answered(status, Some(code), message, "{}", &[])
}

fn not_sent(error: ConnectorError) -> Failure {
    SdkError::<ErrorMetadata, HttpResponse>::dispatch_failure(error).into()
}

const PORTAL: &str = "<html><body>Sign in to the network</body></html>";

#[test]
fn what_was_not_written_by_the_service_is_tried_again() {
    let cases = [
        (200, PORTAL, "a success that cannot be read"),
        (200, "", "a success that says nothing, to a call that must say something"),
        (302, "", "a redirect to a page of sign-in"),
        (307, PORTAL, "a redirect with a page"),
        (403, PORTAL, "a proxy"),
        (407, PORTAL, "a proxy that asks for a password"),
        (404, "<Error><Code>NoSuchBuck", "half an error"),
        (511, PORTAL, "network authentication required"),
    ];
    for (status, body, what) in cases {
        let failure = answered(status, None, "", body, &[]);
        assert_eq!((failure.code.as_str(), failure.retryable), ("BrokenAnswer", true), "{what}");
        assert!(failure.message.contains(&status.to_string()), "{failure}");
    }
}

#[test]
fn a_status_alone_is_an_answer_of_s3_to_head() {
    for (status, retryable) in
        [(403, false), (404, false), (408, true), (429, true), (500, true), (503, true)]
    {
        let failure = answered(status, None, "", "", &[]);
        assert_eq!((failure.code, failure.retryable), (format!("HTTP {status}"), retryable));
    }
}

#[test]
fn the_code_decides_whether_to_try_again_whatever_the_status() {
    for code in TRANSIENT.iter().chain(&THROTTLING) {
        assert!(refused(400, code, "").retryable, "{code}");
    }
    for code in
        ["AccessDenied", "ExpiredToken", "NoSuchBucket", "RequestTimeTooSkewed", "ValidationException"]
    {
        assert!(!refused(400, code, "").retryable, "{code}");
        assert!(
            refused(503, code, "").retryable,
            "{code}: a service that is down means no code that it says"
        );
    }
}

#[test]
fn each_cause_has_its_own_advice() {
    let expired_signature = "Signature expired: 20261120T101502Z is now earlier than 20261120T102002Z";
    let cases = [
        (refused(400, "ExpiredToken", "The provided token has expired."), "aws sso login"),
        (refused(400, "ExpiredTokenException", "expired"), "aws sso login"),
        (refused(403, "RequestTimeTooSkewed", "too large"), "date -u"),
        (refused(403, "InvalidSignatureException", expired_signature), "date -u"),
        (refused(403, "SignatureDoesNotMatch", "Signature not yet current: …"), "date -u"),
        (refused(403, "SignatureDoesNotMatch", "Check your key and signing method."), "aws configure list"),
        (refused(403, "InvalidAccessKeyId", "does not exist"), "aws configure list"),
        (refused(400, "UnrecognizedClientException", "invalid token"), "aws configure list"),
        (refused(403, "AccessDenied", "Access Denied"), "aws sts get-caller-identity"),
        (refused(400, "AccessDeniedException", "not authorized"), "aws sts get-caller-identity"),
        (refused(301, "PermanentRedirect", "elsewhere"), "aws configure get region"),
        (refused(400, "ThrottlingException", "Rate exceeded"), "try again later"),
        (Failure::transient("Timeout", ""), "check the network, and AWS_ENDPOINT_URL if it is set"),
        (answered(200, None, "", PORTAL, &[]), "check the network, and AWS_ENDPOINT_URL if it is set"),
        (Failure::permanent("NotSent", "no credentials"), "aws configure list"),
    ];
    for (failure, end) in cases {
        let advice = failure.advice().unwrap();
        assert!(advice.ends_with(end), "{failure}: {advice}");
        let is_of_credentials = advice.contains("credentials");
        let may_be = ["sso", "configure list"].iter().any(|word| advice.contains(word));
        assert!(!is_of_credentials || may_be, "{failure}: {advice}");
    }
    for code in ["ValidationException", "NoSuchBucket", "InternalError", "OutOfTime"] {
        assert_eq!(refused(400, code, "").advice(), None, "{code}: nothing is known of it");
    }
}

#[test]
fn the_region_that_s3_names_is_what_to_set() {
    let header = ("x-amz-bucket-region", "eu-central-1");
    let malformed =
        "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'";
    for failure in [
        answered(301, Some("PermanentRedirect"), "elsewhere", "<Error/>", &[header]),
        answered(400, Some("AuthorizationHeaderMalformed"), malformed, "<Error/>", &[]),
        answered(301, None, "", "", &[header]),
    ] {
        assert!(!failure.retryable && failure.is_of_other_region(), "{failure:?}");
        assert!(failure.advice().unwrap().ends_with("export AWS_REGION=eu-central-1"), "{failure:?}");
    }
}

#[test]
fn only_the_name_of_a_region_is_taken_from_an_answer() {
    let header = ("x-amz-bucket-region", "eu-west-1; touch /tmp/x");
    let failure = answered(301, Some("PermanentRedirect"), "expecting '$(id)'", "<Error/>", &[header]);
    assert_eq!(failure.region, None);
    assert!(failure.advice().unwrap().ends_with("aws configure get region"));
}

#[test]
fn a_refused_connection_is_retried() {
    let refused = io::Error::new(io::ErrorKind::ConnectionRefused, "connection refused");
    let failure = not_sent(ConnectorError::io(refused.into()));
    assert_eq!((failure.code.as_str(), failure.retryable), ("NoConnection", true));
    assert!(failure.message.contains("connection refused"), "{failure:?}");
}

#[test]
fn a_host_that_does_not_exist_is_told_from_a_network_that_is_down() {
    let unknown =
        io::Error::other("dns error: failed to lookup address information: Name or service not known");
    let failure = not_sent(ConnectorError::io(unknown.into()));
    assert_eq!((failure.code.as_str(), failure.retryable), ("UnknownHost", true));
    assert!(failure.advice().unwrap().starts_with("there is no host of this name"));
}

#[test]
fn a_request_that_cannot_be_signed_is_our_own_fault_and_says_only_why() {
    let failure = not_sent(ConnectorError::other("no credentials".into(), None));
    assert_eq!(failure, Failure::permanent("NotSent", "no credentials"));
}
