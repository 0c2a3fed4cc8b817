//! `mailtrail doctor`: checks the logging of accounts, and says how to fix what is wrong. Changes nothing, but for a probe.

mod args;
pub(crate) mod help;
mod print;
mod probe;
mod read;

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, bail};
use futures_util::{StreamExt, stream};
use indicatif::{ProgressBar, ProgressFinish};
use mailtrail_aws_types::Arn;
use mailtrail_clock::now;
use mailtrail_doctor::{Facts, Finding, Severity, UNKNOWN_ACCOUNT, checks_of_all};
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
    let all = match &args.file {
        Some(path) => {
            let text = file::read(path)?;
            Facts::all_from_json(&text).with_context(|| path.display().to_string())?
        }
        None => read_accounts(&args).await?,
    };
    if let Some(path) = &args.save {
        file::write_json_values(&all, path)?;
    }
    let findings = checks_of_all(&all);
    let report = |(facts, findings)| Report { facts, findings };
    let reports: Vec<Report> = all.into_iter().zip(findings).map(report).collect();
    if args.json {
        let lines = reports.iter().flat_map(|Report { facts, findings }| {
            let line = |finding| JsonFinding { account: &facts.account, region: &facts.region, finding };
            findings.iter().map(line)
        });
        Output::Stdout.write(&json_lines(lines)?)?;
    } else {
        Output::Stdout.write(&print::report(&reports, args.all))?;
    }
    let is_unread = args.file.is_none() && reports.iter().any(|report| report.facts.unread.is_some());
    let mut findings = reports.iter().flat_map(|report| &report.findings);
    Ok(match findings.any(|finding| finding.severity > Severity::Note) {
        _ if is_unread => Exit::Failed,
        true => Exit::NeedsAttention,
        false => Exit::Done,
    })
}

/// What was read of each account and Region. Those that could not be read at all are named on stderr too.
///
/// # Errors
/// When there is only one, and it cannot be read; when an organization that is asked for is in none of them.
async fn read_accounts(args: &DoctorArgs) -> anyhow::Result<Vec<Facts>> {
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
        let all: Vec<Facts> = read.into_iter().collect::<anyhow::Result<_>>()?;
        expect_organizations(&args.scope.organizations, &all)?;
        return Ok(all);
    }
    let mut all: Vec<Facts> = targets
        .iter()
        .zip(read)
        .map(|(target, facts)| facts.unwrap_or_else(|error| unread(target, error)))
        .collect();
    name_accounts(&mut all);
    expect_organizations(&args.scope.organizations, &all)?;
    // Nothing was asked of a Region without the organization.
    let is_only_about_organizations = !args.scope.organizations.is_empty()
        && args.scope.log_groups.is_empty()
        && args.scope.functions.is_empty()
        && args.scope.streams.is_empty();
    if is_only_about_organizations {
        all.retain(|facts| facts.organizations.seen().is_none_or(|found| !found.is_empty()));
    }
    Ok(all)
}

/// The place of an account and Region of which nothing could be read, which is also said on stderr.
fn unread(target: &Target, error: anyhow::Error) -> Facts {
    let role = target.assume_role.as_deref();
    let reason = format!("{error:#}");
    let whose = role.unwrap_or("the account of the caller");
    output::error(&error.context(format!("failed to read {whose} in {}", target.region)));
    let account = role.and_then(|role| Arn::parse(role).ok()).map(|role| role.account().to_owned());
    Facts {
        account: account.unwrap_or_else(|| UNKNOWN_ACCOUNT.to_owned()),
        region: target.region.clone(),
        assumed_role: target.assume_role.clone(),
        at: now().millis(),
        unread: Some(reason),
        ..Facts::default()
    }
}

/// The account of the caller is known where another Region of it was read.
fn name_accounts(all: &mut [Facts]) {
    let of_caller = all.iter().find(|it| it.assumed_role.is_none() && it.unread.is_none());
    let Some(account) = of_caller.map(|it| it.account.clone()) else { return };
    for facts in all.iter_mut().filter(|it| it.assumed_role.is_none()) {
        facts.account.clone_from(&account);
    }
}

/// Each organization that is asked for must be in one of the accounts and Regions, as far as these say.
fn expect_organizations(named: &[String], all: &[Facts]) -> anyhow::Result<()> {
    let has = |facts: &Facts, name: &String| {
        let found = facts.organizations.seen();
        found.is_none_or(|found| found.iter().any(|it| it.id == *name || it.alias == *name))
    };
    match named.iter().find(|name| !all.iter().any(|facts| has(facts, name))) {
        None => Ok(()),
        Some(name) => {
            let regions: BTreeSet<&str> = all.iter().map(|facts| facts.region.as_str()).collect();
            let regions: Vec<&str> = regions.into_iter().collect();
            bail!("unknown WorkMail organization `{name}` in {}", regions.join(", "))
        }
    }
}

async fn read_account(args: &DoctorArgs, target: &Target, spinner: &ProgressBar) -> anyhow::Result<Facts> {
    let account = target.open().await?;
    spinner.set_message(format!("reading account {} in {}", account.id, account.region));
    let facts = read::facts(&account, &args.scope).await;
    Ok(Facts { assumed_role: target.assume_role.clone(), ..facts })
}
