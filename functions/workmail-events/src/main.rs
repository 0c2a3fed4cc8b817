//! Lambda function: batches of `WorkMail` log groups, from CloudWatch Logs or Kinesis Data Streams, to the archive
//! and the streams.
//!
//! Wiring only: settings → parts → runtime. A wrong archive setting stops the function at start; any other is
//! reported, counted and left out.

mod answer;
mod handler;
mod reporter;
mod settings;

use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, service_fn};
use mailtrail_telemetry::settings::Environment;
use serde_json::value::RawValue;

use crate::handler::Handler;
use crate::reporter::Reporter;
use crate::settings::Settings;

// One invocation at a time, which waits for the network most of the time: one thread is enough.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let environment = Environment::of_process();
    let reporter = Reporter::new(&environment);
    let settings = match Settings::read(&environment) {
        Ok(settings) => settings,
        Err(error) => {
            reporter.cannot_start(&error.to_string());
            return ExitCode::FAILURE;
        }
    };
    mailtrail_telemetry::init(settings.log_level);
    for error in &settings.left_out {
        reporter.setting_left_out(error);
    }
    let pipeline = match settings.pipeline().await {
        Ok(pipeline) => pipeline,
        Err(error) => {
            reporter.cannot_start(&error.to_string());
            return ExitCode::FAILURE;
        }
    };
    let handler = Handler::new(pipeline, reporter);
    let service = service_fn(|event: LambdaEvent<Box<RawValue>>| handler.handle(event));
    match lambda_runtime::run(service).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
