//! `mailtrail doctor`: checks the logging of accounts, and says how to fix what is wrong. Changes nothing, but for a probe.

mod args;
pub(crate) mod help;
mod print;
mod probe;
mod read;

use std::time::Duration;

use anyhow::Context;
use futures_util::{StreamExt, stream};
use indicatif::{ProgressBar, ProgressFinish};
use mailtrail_doctor::{Facts, Finding, Severity, checks};
use serde::Serialize;

pub(crate) use args::DoctorArgs;

use crate::args::Target;
use crate::file;
use crate::output::{self, Exit, Output, json_lines};

/// How many accounts and Regions are read at a time.
const SIDE_BY_SIDE: usize = 8;

/// The findings of one account and Region.
#[derive(Debug)]
struct Report {
    facts: Facts,
    findings: Vec<Finding>,
}

/// A line of `--json`.
#[derive(Debug, Serialize)]
struct JsonFinding<'a> {
    account: &'a str,
    region: &'a str,
    #[serde(flatten)]
    finding: &'a Finding,
}

pub(crate) async fn run(args: DoctorArgs) -> anyhow::Result<Exit> {
    if args.checks {
        Output::Stdout.write(&print::catalogue(args.json)?)?;
        return Ok(Exit::Done);
    }
    if args.probe.probe {
        return probe::run(&args).await;
    }
    let (all, failed) = match &args.file {
        Some(path) => {
            let text = file::read(path)?;
            (Facts::all_from_json(&text).with_context(|| path.display().to_string())?, false)
        }
        None => read_accounts(&args).await?,
    };
    if let Some(path) = &args.save {
        file::write_json_values(&all, path)?;
    }
    let report = |facts: Facts| Report { findings: checks(&facts), facts };
    let reports: Vec<Report> = all.into_iter().map(report).collect();
    if args.json {
        let lines = reports.iter().flat_map(|Report { facts, findings }| {
            let line = |finding| JsonFinding { account: &facts.account, region: &facts.region, finding };
            findings.iter().map(line)
        });
        Output::Stdout.write(&json_lines(lines)?)?;
    } else {
        Output::Stdout.write(&print::report(&reports, args.all))?;
    }
    let mut findings = reports.iter().flat_map(|report| &report.findings);
    Ok(match findings.any(|finding| finding.severity > Severity::Note) {
        _ if failed => Exit::Failed,
        true => Exit::NeedsAttention,
        false => Exit::Done,
    })
}

/// What was read of each account and Region, and whether some could not be read at all: these are named on stderr.
///
/// # Errors
/// When there is only one, and it cannot be read.
async fn read_accounts(args: &DoctorArgs) -> anyhow::Result<(Vec<Facts>, bool)> {
    let targets = args.accounts.targets().await?;
    let spinner = ProgressBar::new_spinner().with_finish(ProgressFinish::AndClear);
    if !spinner.is_hidden() {
        spinner.enable_steady_tick(Duration::from_millis(120));
    }
    let read: Vec<_> = stream::iter(&targets)
        .map(|target| read_account(args, target, &spinner))
        .buffered(SIDE_BY_SIDE)
        .collect()
        .await;
    spinner.finish_and_clear();
    if let [_] = targets.as_slice() {
        return Ok((read.into_iter().collect::<anyhow::Result<_>>()?, false));
    }
    let (mut all, mut failed) = (Vec::new(), false);
    for (target, facts) in targets.iter().zip(read) {
        match facts {
            Ok(facts) => all.push(facts),
            Err(error) => {
                failed = true;
                let role = target.assume_role.as_deref().unwrap_or("the account of the caller");
                output::error(&error.context(format!("failed to read {role} in {}", target.region)));
            }
        }
    }
    Ok((all, failed))
}

async fn read_account(args: &DoctorArgs, target: &Target, spinner: &ProgressBar) -> anyhow::Result<Facts> {
    let account = target.open().await?;
    spinner.set_message(format!("reading account {} in {}", account.id, account.region));
    let facts = read::facts(&account, &args.scope).await?;
    Ok(Facts { assumed_role: target.assume_role.clone(), ..facts })
}
