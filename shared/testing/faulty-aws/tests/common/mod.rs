//! The real clients, without retries of their own.
#![allow(clippy::expect_used, reason = "a test stops at its first surprise, in its helpers too")]
#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::fmt::Debug;

use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region, StalledStreamProtectionConfig};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use mailtrail_faulty_aws::{Config, FaultKind, Faults, FaultyAws};

/// A server with the bucket `archive` and the stream `events`.
pub(crate) fn server(faults: Faults) -> FaultyAws {
    let config = Config::default().bucket("archive").stream("events", &[("LogDeliveryEnabled", "true")]);
    FaultyAws::start(config.faults(faults)).expect("a free port")
}

/// The same, with one fault striking every request that it can.
pub(crate) fn server_with(kind: FaultKind) -> FaultyAws {
    server(Faults::none().with(kind, 1.0))
}

fn credentials() -> Credentials {
    Credentials::new("AKIAIOSFODNN7EXAMPLE", "example", None, None, "test")
}

pub(crate) fn s3(aws: &FaultyAws) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(credentials())
        .endpoint_url(aws.endpoint())
        .force_path_style(true)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(RetryConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    aws_sdk_s3::Client::from_conf(config.build())
}

pub(crate) fn firehose(aws: &FaultyAws) -> aws_sdk_firehose::Client {
    let config = aws_sdk_firehose::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(credentials())
        .endpoint_url(aws.endpoint())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(RetryConfig::disabled());
    aws_sdk_firehose::Client::from_conf(config.build())
}

pub(crate) fn sns(aws: &FaultyAws) -> aws_sdk_sns::Client {
    let config = aws_sdk_sns::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(credentials())
        .endpoint_url(aws.endpoint())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(RetryConfig::disabled());
    aws_sdk_sns::Client::from_conf(config.build())
}

/// How a call ended, as far as a test cares.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Success,
    /// The service answered with an error: status and code.
    Refused(u16, String),
    /// There was no answer, or none that could be read.
    NoAnswer,
}

pub(crate) fn refused(status: u16, code: &str) -> Ending {
    Ending::Refused(status, code.to_owned())
}

pub(crate) fn ending<T, E: ProvideErrorMetadata + Debug>(
    result: &Result<T, SdkError<E, aws_smithy_runtime_api::http::Response>>,
) -> Ending {
    match result {
        Ok(_) => Ending::Success,
        Err(SdkError::ServiceError(error)) => {
            let code = error.err().code().unwrap_or_default();
            Ending::Refused(error.raw().status().as_u16(), code.to_owned())
        }
        Err(_) => Ending::NoAnswer,
    }
}

/// `PutObject` into `archive` if the key is free.
pub(crate) async fn put_new(client: &aws_sdk_s3::Client, key: &str, body: &'static [u8]) -> Ending {
    let put = client.put_object().bucket("archive").key(key).if_none_match("*");
    ending(&put.body(ByteStream::from_static(body)).send().await)
}
