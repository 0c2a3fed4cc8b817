//! What every function begins with, and how one that does not start says so.

use std::process::ExitCode;
use std::time::Duration;

use lambda_runtime_api_client::body::Body;
use lambda_runtime_api_client::{PooledClient, build_request};
use mailtrail_archive::ArchiveError;
use mailtrail_config::{Config, Environment, SettingError};
use serde_json::json;
use thiserror::Error;

use crate::Reporter;

/// Where the Runtime API is, as `host:port`. Set by Lambda.
const RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";
/// How long Lambda may take to accept the error of a start.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Why a function does not start: only the archive can stop it.
#[derive(Debug, Error)]
pub enum StartError {
    /// A setting of the archive is missing or invalid.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The archive cannot be opened.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

impl StartError {
    /// What Lambda shows as the type of the error.
    fn error_type(&self) -> &'static str {
        match self {
            Self::Setting(_) => "InvalidSetting",
            Self::Archive(_) => "ArchiveUnavailable",
        }
    }
}

/// Reads the settings, sets up the log of libraries, and reports each setting that is ignored.
///
/// # Errors
/// When the function must not start.
pub fn start(environment: &Environment, reporter: &Reporter) -> Result<Config, StartError> {
    let config = Config::from_environment(environment)?;
    mailtrail_telemetry::init(config.log_level);
    for error in &config.ignored_settings {
        reporter.ignored_setting(error);
    }
    Ok(config)
}

/// Says why the function does not start: in its log, and to Lambda, which otherwise only knows that a process ended.
/// Returns the code to exit with.
pub async fn failed_to_start(environment: &Environment, reporter: &Reporter, error: &StartError) -> ExitCode {
    reporter.failed_to_start(&error.to_string());
    if environment.get(RUNTIME_API).is_some() {
        let told = tokio::time::timeout(TIMEOUT, tell_lambda(error)).await;
        if !matches!(told, Ok(Ok(()))) {
            reporter.failed_to_start("Lambda did not accept the error of the start");
        }
    }
    ExitCode::FAILURE
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-initerror>
async fn tell_lambda(error: &StartError) -> Result<(), lambda_runtime::Error> {
    let body =
        json!({ "errorType": error.error_type(), "errorMessage": error.to_string(), "stackTrace": [] });
    let request = build_request()
        .method("POST")
        .uri("/2018-06-01/runtime/init/error")
        .header("content-type", "application/json")
        .header("lambda-runtime-function-error-type", format!("Runtime.{}", error.error_type()))
        .body(Body::from(body.to_string()))?;
    let answer = PooledClient::builder().build().call(request).await?;
    if answer.status().is_success() { Ok(()) } else { Err(format!("HTTP {}", answer.status()).into()) }
}
