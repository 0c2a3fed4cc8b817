//! S3 that can be told to fail.

#![allow(clippy::unwrap_used, reason = "a helper of a test is a test")]

use std::time::Duration;

use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region, StalledStreamProtectionConfig};
use mailtrail_aws_client::RetryPolicy;
use mailtrail_faulty_aws::{Config, FaultyAws};

pub(crate) fn aws() -> FaultyAws {
    FaultyAws::start(Config::default().bucket("archive")).unwrap()
}

pub(crate) fn client(aws: &FaultyAws) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("AKIAIOSFODNN7EXAMPLE", "example", None, None, "test"))
        .endpoint_url(aws.endpoint())
        .force_path_style(true)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(RetryConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    aws_sdk_s3::Client::from_conf(config.build())
}

pub(crate) fn retry_policy() -> RetryPolicy {
    RetryPolicy { first: Duration::from_micros(10), longest: Duration::from_millis(1), tries: 40 }
}
