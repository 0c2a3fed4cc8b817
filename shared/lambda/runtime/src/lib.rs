//! What the Lambda functions have in common: how they start, handle an invocation, report and respond.
//!
//! environment → [`Config`](mailtrail_config::Config) → [`Pipeline::open`] → runtime. An invalid archive setting stops a function at start; any
//! other invalid setting is ignored, reported and counted.

mod handler;
mod objects;
mod reporter;
mod response;
mod start;

pub use reporter::Reporter;
pub use start::{StartError, failed_to_start, start};

use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, service_fn};
use mailtrail_aws_client::Clients;
use mailtrail_config::Environment;
use mailtrail_pipeline::Pipeline;
use serde_json::value::RawValue;

use crate::handler::Handler;

/// Runs a function of the pipeline until Lambda ends it. `name` is its name in reports where Lambda does not set one.
pub async fn run(name: &str) -> ExitCode {
    let environment = Environment::of_process();
    let reporter = Reporter::new(&environment, name);
    let handler = match open(&environment, reporter.clone()).await {
        Ok(handler) => handler,
        Err(error) => return failed_to_start(&environment, &reporter, &error).await,
    };
    handler.refresh_watch_list().await;
    let service = service_fn(|event: LambdaEvent<Box<RawValue>>| handler.handle(event));
    match lambda_runtime::run(service).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

async fn open(environment: &Environment, reporter: Reporter) -> Result<Handler, StartError> {
    let config = start(environment, &reporter)?;
    let pipeline = Pipeline::open(&config, &Clients::default()).await?;
    Ok(Handler::new(pipeline, reporter, config.kinesis_failures))
}
