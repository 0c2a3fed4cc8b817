//! Clients of AWS: one HTTP stack (rustls on ring), one retry loop (ours).
//!
//! The SDK's own retries are off. They cannot see the partial failures of Firehose, know nothing of our
//! deadline, and would multiply with the loop that we need anyway.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

/// A connection that is not there by then will not come.
const CONNECT: Duration = Duration::from_secs(3);
/// One attempt of a call, from first byte to last: a 6 MB object over a slow line takes its time.
const ATTEMPT: Duration = Duration::from_secs(30);

/// What all clients share, from the standard variables and files of AWS. Nothing is connected yet.
pub async fn config() -> SdkConfig {
    let http =
        aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let timeouts =
        TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(ATTEMPT).build();
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts)
        .load()
        .await
}

/// An S3 client. A stand-in behind another endpoint has no names per bucket, so there the bucket goes
/// into the path.
pub fn s3(config: &SdkConfig) -> aws_sdk_s3::Client {
    let builder = aws_sdk_s3::config::Builder::from(config);
    aws_sdk_s3::Client::from_conf(builder.force_path_style(config.endpoint_url().is_some()).build())
}

/// An SNS client for the Region of a topic, which need not be ours.
pub fn sns(config: &SdkConfig, region: &str) -> aws_sdk_sns::Client {
    let region = Region::new(region.to_owned());
    aws_sdk_sns::Client::from_conf(aws_sdk_sns::config::Builder::from(config).region(region).build())
}

/// A Firehose client.
pub fn firehose(config: &SdkConfig) -> aws_sdk_firehose::Client {
    aws_sdk_firehose::Client::new(config)
}
