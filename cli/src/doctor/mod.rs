//! `mailtrail doctor`: checks the logging of an account, and says how to fix what is wrong. Changes nothing.

mod args;
pub(crate) mod help;
mod print;
mod read;

use std::time::Duration;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressFinish};
use mailtrail_doctor::{Facts, Severity, checks};

pub(crate) use args::DoctorArgs;

use crate::file;
use crate::output::{Exit, Output, json_lines};

pub(crate) async fn run(args: DoctorArgs) -> anyhow::Result<Exit> {
    if args.checks {
        Output::Stdout.write(&print::catalogue(args.json)?)?;
        return Ok(Exit::Done);
    }
    let facts = match &args.file {
        Some(path) => {
            let text = file::read(path)?;
            Facts::from_json(&text).with_context(|| path.display().to_string())?
        }
        None => read_account(&args).await?,
    };
    if let Some(path) = &args.save {
        file::write_json(&facts, Some(path))?;
    }
    let findings = checks(&facts);
    if args.json {
        Output::Stdout.write(&json_lines(&findings)?)?;
    } else {
        Output::Stdout.write(&print::report(&facts, &findings, args.all))?;
    }
    let in_order = findings.iter().all(|finding| finding.severity == Severity::Ok);
    Ok(if in_order { Exit::Done } else { Exit::NeedsAttention })
}

async fn read_account(args: &DoctorArgs) -> anyhow::Result<Facts> {
    let account = args.account.open().await?;
    let spinner = ProgressBar::new_spinner()
        .with_message(format!("reading account {} in {}", account.id, account.region))
        .with_finish(ProgressFinish::AndClear);
    if !spinner.is_hidden() {
        spinner.enable_steady_tick(Duration::from_millis(120));
    }
    let facts = read::facts(&account, &args.scope).await;
    spinner.finish_and_clear();
    facts
}
