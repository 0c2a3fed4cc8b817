//! Lambda function: audits the resource policies of CloudWatch Logs on a schedule, and makes room in them before
//! they are full.
//!
//! Wiring: settings → for each account and Region, side by side, the most pressing first: survey → report → archive →
//! (if it may, and must) apply → news. What there was no time for comes first in the next invocation. One account or Region that cannot be audited is reported, and the others are audited; an archive that takes no
//! report fails the invocation.

mod audit;
mod audits;
mod metrics;
mod notification;
mod remediate;
mod remediation;
mod runs;
mod settings;
mod targets;

use std::process::ExitCode;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use mailtrail_archive::Archive;
use mailtrail_aws_client::{Clients, Deadline};
use mailtrail_config::Environment;
use mailtrail_delivery::Topic;
use mailtrail_lambda::{Reporter, StartError, failed_to_start, start};
use serde_json::value::RawValue;

use crate::audit::{AuditResult, Auditor};
use crate::settings::Settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let environment = Environment::of_process();
    let reporter = Reporter::new(&environment, env!("CARGO_PKG_NAME"));
    let auditor = match open(&environment, reporter.clone()).await {
        Ok(auditor) => auditor,
        Err(error) => return failed_to_start(&environment, &reporter, &error).await,
    };
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

async fn open(environment: &Environment, reporter: Reporter) -> Result<Auditor, StartError> {
    let config = start(environment, &reporter)?;
    let clients = Clients::default();
    let archive = Archive::open(&config.archive, &clients).await?;
    let topic = match &config.topic {
        Some(arn) => Some(Topic::open(arn, &clients).await),
        None => None,
    };
    let settings = Settings::of(&config.policy_audit, &config.archive);
    Ok(Auditor { config: clients.config().await.clone(), archive, topic, settings, reporter })
}
