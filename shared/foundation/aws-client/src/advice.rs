//! What to do about a failed call, by its cause: only what can be known from the answer.

use std::borrow::Cow;

use crate::failure::{BROKEN_ANSWER, Failure, NOT_SENT};

/// Why a call failed, as far as it decides what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// There are no credentials, or they cannot be loaded.
    NoCredentials,
    /// The credentials were valid once.
    CredentialsExpired,
    /// The credentials are unknown to AWS, or the signature made with them is wrong.
    CredentialsInvalid,
    /// Our clock differs from that of AWS.
    ClockSkew,
    /// What is asked for is in another Region.
    OtherRegion,
    /// The caller may not.
    Denied,
    /// The name of the service's host leads nowhere.
    UnknownHost,
    /// No connection, or no answer in time.
    Unreachable,
    /// An answer that is not the service's.
    BrokenAnswer,
    /// Too many calls, for as long as we tried.
    Throttled,
}

impl Cause {
    /// The cause that an error code of AWS, or one of ours, stands for.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>,
    /// <https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html>
    fn of(failure: &Failure) -> Option<Self> {
        Some(match failure.code.as_str() {
            NOT_SENT => Self::NoCredentials,
            "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" => Self::CredentialsExpired,
            "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture" => Self::ClockSkew,
            // One code for two causes: the text tells which.
            "InvalidSignatureException" | "SignatureDoesNotMatch" | "AuthFailure"
                if is_of_time(&failure.message) =>
            {
                Self::ClockSkew
            }
            "AuthFailure"
            | "IncompleteSignature"
            | "IncompleteSignatureException"
            | "InvalidAccessKeyId"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "InvalidToken"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException"
            | "SignatureDoesNotMatch"
            | "UnrecognizedClientException" => Self::CredentialsInvalid,
            "AuthorizationHeaderMalformed"
            | "IllegalLocationConstraintException"
            | "PermanentRedirect"
            | "TemporaryRedirect" => Self::OtherRegion,
            _ if failure.region.is_some() => Self::OtherRegion,
            "AccessDenied"
            | "AccessDeniedException"
            | "AuthorizationError"
            | "AuthorizationErrorException"
            | "HTTP 403" => Self::Denied,
            "UnknownHost" => Self::UnknownHost,
            "NoConnection" | "Timeout" => Self::Unreachable,
            BROKEN_ANSWER => Self::BrokenAnswer,
            _ if failure.is_throttling() => Self::Throttled,
            _ => return None,
        })
    }

    /// What to do; where a command shows or mends the cause, it stands at the end.
    fn advice(self) -> &'static str {
        match self {
            Self::NoCredentials => {
                "choose a profile with AWS_PROFILE, or see where credentials are looked for with: aws configure list"
            }
            Self::CredentialsExpired => {
                "the credentials have expired; renew them, for a profile of IAM Identity Center with: aws sso login"
            }
            Self::CredentialsInvalid => {
                "AWS does not accept the credentials here (nor does it in a Region that the account has not enabled); see which are \
                 used with: aws configure list"
            }
            Self::ClockSkew => {
                "the clock of this machine differs from that of AWS; see what it shows with: date -u"
            }
            Self::OtherRegion => {
                "it is in another Region; see which one is set with: aws configure get region"
            }
            Self::Denied => "allow the call; see which identity makes it with: aws sts get-caller-identity",
            Self::UnknownHost => {
                "there is no host of this name: check the network, and the Region and endpoint that are set: aws configure list"
            }
            Self::Unreachable => "check the network, and AWS_ENDPOINT_URL if it is set",
            Self::BrokenAnswer => {
                "a proxy or captive portal may have answered instead of AWS: check the network, and AWS_ENDPOINT_URL if it is set"
            }
            Self::Throttled => "AWS limits how often this may be called: try again later",
        }
    }
}

/// "Signature expired: … is now earlier than …", "Signature not yet current: …".
fn is_of_time(message: &str) -> bool {
    message.contains("Signature expired") || message.contains("Signature not yet current")
}

impl Failure {
    /// What to do about it, where the answer tells the cause. Without a full stop; a command to paste is at its end.
    pub fn advice(&self) -> Option<Cow<'static, str>> {
        let cause = Cause::of(self)?;
        Some(match (&self.region, cause) {
            (Some(region), Cause::OtherRegion) => {
                format!("it is in another Region; set that one with: export AWS_REGION={region}").into()
            }
            _ => cause.advice().into(),
        })
    }

    /// Whether what is asked for is in another Region.
    pub fn is_of_other_region(&self) -> bool {
        Cause::of(self) == Some(Cause::OtherRegion)
    }

    /// Whether every other call would fail alike, now: for want of credentials, time or a connection, and not for what was
    /// asked.
    pub fn concerns_all_calls(&self) -> bool {
        self.retryable
            || self.is_out_of_time()
            || Cause::of(self).is_some_and(|cause| !matches!(cause, Cause::Denied | Cause::OtherRegion))
    }

    /// Whether the caller may not.
    pub fn is_denied(&self) -> bool {
        Cause::of(self) == Some(Cause::Denied)
    }
}
