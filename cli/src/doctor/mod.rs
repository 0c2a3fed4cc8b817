//! `mailtrail doctor`: what is wrong with the logging of an account, and how to mend it. Changes nothing.

mod args;
pub(crate) mod help;
mod print;
mod read;

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressFinish};
use mailtrail_doctor::{Facts, Severity, checks};

pub(crate) use args::DoctorArgs;

use crate::output::{Exit, Output};

pub(crate) async fn run(args: DoctorArgs) -> anyhow::Result<Exit> {
    if args.checks {
        Output::Stdout.write(&print::catalogue(args.json)?)?;
        return Ok(Exit::Done);
    }
    let facts = match &args.file {
        Some(path) => {
            let text = crate::policy::read(path)?;
            Facts::from_json(&text).with_context(|| path.display().to_string())?
        }
        None => look(&args).await?,
    };
    if let Some(path) = &args.save {
        save(&facts, path)?;
    }
    let findings = checks(&facts);
    if args.json {
        Output::Stdout.write(&print::lines(&findings)?)?;
    } else {
        Output::Stdout.write(&print::report(&facts, &findings, args.all))?;
    }
    let is_well = findings.iter().all(|finding| finding.severity == Severity::Ok);
    Ok(if is_well { Exit::Done } else { Exit::NeedsALook })
}

async fn look(args: &DoctorArgs) -> anyhow::Result<Facts> {
    let account = args.account.open().await?;
    let spinner = ProgressBar::new_spinner()
        .with_message(format!("reading account {} in {}", account.id, account.region))
        .with_finish(ProgressFinish::AndClear);
    if !spinner.is_hidden() {
        spinner.enable_steady_tick(Duration::from_millis(120));
    }
    let facts = read::Reader::new(&account).facts(&args.what).await;
    spinner.finish_and_clear();
    facts
}

fn save(facts: &Facts, path: &Path) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(facts)? + "\n";
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
