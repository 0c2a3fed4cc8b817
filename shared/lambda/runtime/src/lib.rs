//! What the functions of the pipeline have in common: settings → parts → runtime.
//!
//! A wrong archive setting stops a function at start; any other is reported, counted and left out.

mod answer;
mod archive;
mod handler;
mod reporter;
mod settings;
pub mod values;
mod watching;

pub use archive::ArchiveSettings;
pub use reporter::Reporter;

use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, service_fn};
use mailtrail_config::settings::Environment;
use serde_json::value::RawValue;

use crate::handler::Handler;
use crate::settings::Settings;

/// Runs a function until Lambda ends it. `name` is what it is called where Lambda gives it no name.
pub async fn run(name: &str) -> ExitCode {
    let environment = Environment::of_process();
    let reporter = Reporter::new(&environment, name);
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
    let (pipeline, watching) = match settings.parts().await {
        Ok(parts) => parts,
        Err(error) => {
            reporter.cannot_start(&error.to_string());
            return ExitCode::FAILURE;
        }
    };
    let handler = Handler::new(pipeline, watching, reporter);
    handler.refresh_watches().await;
    let service = service_fn(|event: LambdaEvent<Box<RawValue>>| handler.handle(event));
    match lambda_runtime::run(service).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
