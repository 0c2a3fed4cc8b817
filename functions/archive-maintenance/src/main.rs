//! Lambda function: compares the archive with the log groups on a schedule, and fills gaps where it may.
//!
//! Wiring: settings → log groups that are subscribed → days that are due → compare → (if it may) fill, and compare again →
//! archive → news. What there was no time for comes first in the next invocation. A log group or a day that cannot be
//! compared is reported, and the others are compared; an archive that does not take what was found fails the invocation. Beside
//! it, where that is on: WorkMail organizations → their directories → archive. Organizations that are gone get a closing note.

mod compare;
mod directory;
mod due;
mod ending;
mod fill;
mod findings;
mod log_groups;
mod maintenance;
mod metrics;
mod notification;
mod observer;
mod run;
mod silence;
mod witness;

use std::process::ExitCode;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use mailtrail_archive::Archive;
use mailtrail_aws_client::{Clients, Deadline};
use mailtrail_config::Environment;
use mailtrail_delivery::Topic;
use mailtrail_lambda::{Reporter, StartError, failed_to_start, start};
use serde_json::value::RawValue;

use crate::maintenance::{Answer, Maintenance};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let environment = Environment::of_process();
    let reporter = Reporter::new(&environment, env!("CARGO_PKG_NAME"));
    let maintenance = match open(&environment, reporter.clone()).await {
        Ok(maintenance) => maintenance,
        Err(error) => return failed_to_start(&environment, &reporter, &error).await,
    };
    let service = service_fn(async |event: LambdaEvent<Box<RawValue>>| {
        let deadline = Deadline::after(mailtrail_clock::until(event.context.deadline()));
        let done: Result<Answer, Diagnostic> = Box::pin(maintenance.run(deadline)).await;
        done
    });
    match lambda_runtime::run(service).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

async fn open(environment: &Environment, reporter: Reporter) -> Result<Maintenance, StartError> {
    let config = start(environment, &reporter)?;
    let clients = Clients::default();
    let archive = Archive::open(&config.archive, &clients).await?;
    let topic = match &config.topic {
        Some(arn) => Some(Topic::open(arn, &clients).await),
        None => None,
    };
    Ok(Maintenance { clients, config, archive, topic, reporter })
}
