//! Clients of AWS: one HTTP stack (rustls on ring), one retry loop (ours).
//!
//! The SDK's own retries are off. They cannot see the partial failures of Firehose, do not know our deadline, and
//! would multiply with the retries that we need anyway.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use tokio::sync::OnceCell;

/// How long a connection may take to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long one attempt of a call may take, from first byte to last: a 6 MB object over a slow line takes its time.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// What all clients share, from the standard variables and files of AWS. Nothing is connected yet.
pub async fn config() -> SdkConfig {
    let http =
        aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .build();
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts)
        .load()
        .await
}

/// Makes clients when they are needed. The configuration of AWS is loaded with the first of them, and only then: what
/// works on one machine alone must not look for credentials.
#[derive(Debug, Default)]
pub struct Clients {
    config: OnceCell<SdkConfig>,
}

impl Clients {
    /// Clients with a configuration that is loaded already.
    pub fn new(config: SdkConfig) -> Self {
        Self { config: OnceCell::new_with(Some(config)) }
    }

    /// The configuration that all clients share.
    pub async fn config(&self) -> &SdkConfig {
        self.config.get_or_init(config).await
    }

    /// An S3 client.
    pub async fn s3(&self) -> aws_sdk_s3::Client {
        s3(self.config().await)
    }

    /// A Firehose client.
    pub async fn firehose(&self) -> aws_sdk_firehose::Client {
        firehose(self.config().await)
    }

    /// An SNS client for the Region of a topic, which need not be the caller's.
    pub async fn sns(&self, region: &str) -> aws_sdk_sns::Client {
        sns(self.config().await, region)
    }
}

/// A Firehose client.
pub fn firehose(config: &SdkConfig) -> aws_sdk_firehose::Client {
    aws_sdk_firehose::Client::new(config)
}

/// An SNS client for a Region.
pub fn sns(config: &SdkConfig, region: &str) -> aws_sdk_sns::Client {
    let config = aws_sdk_sns::config::Builder::from(config).region(Region::new(region.to_owned()));
    aws_sdk_sns::Client::from_conf(config.build())
}

/// An S3 client. A stand-in behind another endpoint has no host name per bucket, so there the bucket goes into the
/// path.
pub fn s3(config: &SdkConfig) -> aws_sdk_s3::Client {
    let builder = aws_sdk_s3::config::Builder::from(config);
    aws_sdk_s3::Client::from_conf(builder.force_path_style(config.endpoint_url().is_some()).build())
}
