//! Lambda function: audits the resource policies of CloudWatch Logs on a schedule, and makes room in them before
//! they are full.
//!
//! Wiring: settings → for each account and Region: survey → report → archive → (if it may, and must) apply → news.
//! One account or Region that cannot be audited is reported, and the others are audited; an archive that takes no
//! report fails the invocation.

mod audit;
mod metrics;
mod notification;
mod remediate;
mod remediation;
mod runs;
mod settings;

use std::process::ExitCode;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use mailtrail_aws_client::{Deadline, RetryPolicy, clients as aws};
use mailtrail_config::settings::Environment;
use mailtrail_delivery::Topic;
use mailtrail_function::Reporter;
use serde_json::value::RawValue;

use crate::audit::{AuditResult, Auditor};
use crate::settings::Settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let environment = Environment::of_process();
    let reporter = Reporter::new(&environment, env!("CARGO_PKG_NAME"));
    let settings = match Settings::read(&environment) {
        Ok(settings) => settings,
        Err(error) => return cannot_start(&reporter, &error.to_string()),
    };
    mailtrail_telemetry::init(settings.log_level);
    for error in &settings.left_out {
        reporter.setting_left_out(error);
    }
    let config = aws::config().await;
    let archive = match settings.archive.clone().open(&config) {
        Ok(archive) => archive,
        Err(error) => return cannot_start(&reporter, &error.to_string()),
    };
    let topic = settings
        .topic
        .clone()
        .map(|arn| Topic::new(aws::sns(&config, arn.region()), arn, RetryPolicy::default()));
    let auditor = Auditor { config, archive, topic, settings, reporter };
    let service = service_fn(async |event: LambdaEvent<Box<RawValue>>| {
        let deadline = Deadline::after(mailtrail_clock::until(event.context.deadline()));
        let done: Result<Vec<AuditResult>, Diagnostic> = auditor.audit_all(deadline).await;
        done
    });
    match lambda_runtime::run(service).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn cannot_start(reporter: &Reporter, reason: &str) -> ExitCode {
    reporter.cannot_start(reason);
    ExitCode::FAILURE
}
