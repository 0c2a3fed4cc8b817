//! What the Lambda functions have in common: how they start, handle an invocation, report and respond.
//!
//! environment → [`Config`] → [`Pipeline::open`] → runtime. An invalid archive setting stops a function at start; any
//! other invalid setting is ignored, reported and counted.

mod handler;
mod reporter;
mod response;

pub use reporter::Reporter;

use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, service_fn};
use mailtrail_aws_client::Clients;
use mailtrail_config::{Config, Environment};
use mailtrail_pipeline::Pipeline;
use serde_json::value::RawValue;

use crate::handler::Handler;

/// Runs a function of the pipeline until Lambda ends it. `name` is its name in reports where Lambda does not set one.
pub async fn run(name: &str) -> ExitCode {
    let environment = Environment::of_process();
    let reporter = Reporter::new(&environment, name);
    let Some(config) = start(&environment, &reporter) else { return ExitCode::FAILURE };
    let pipeline = match Pipeline::open(&config, &Clients::default()).await {
        Ok(pipeline) => pipeline,
        Err(error) => {
            reporter.failed_to_start(&error.to_string());
            return ExitCode::FAILURE;
        }
    };
    let handler = Handler::new(pipeline, reporter);
    handler.refresh_watch_list().await;
    let service = service_fn(|event: LambdaEvent<Box<RawValue>>| handler.handle(event));
    match lambda_runtime::run(service).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// What every function begins with: its settings, the log of libraries, and a report of each setting that is ignored.
/// Nothing where the function must not start, which is then reported.
pub fn start(environment: &Environment, reporter: &Reporter) -> Option<Config> {
    match Config::from_environment(environment) {
        Ok(config) => {
            mailtrail_telemetry::init(config.log_level);
            for error in &config.ignored_settings {
                reporter.ignored_setting(error);
            }
            Some(config)
        }
        Err(error) => {
            reporter.failed_to_start(&error.to_string());
            None
        }
    }
}
