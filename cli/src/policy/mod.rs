//! `mailtrail policy`: the resource policies of CloudWatch Logs, looked at, planned and changed.
//!
//! `snapshot`, `audit` and `plan` change nothing; `audit` and `plan` also work on a file, without AWS. `apply` and
//! `rollback` keep a journal in the archive, and go by it.

mod apply;
mod args;
pub(crate) mod help;
mod preview;
mod print;
mod source;
mod steps;

use anyhow::{Context, bail};
use mailtrail_archive::{ArchiveConfig, ArchiveReader, Location, S3Options};
use mailtrail_aws_client::Clients;
use mailtrail_policy_report::Report;
use mailtrail_policy_survey::{Artifact, ReportStore};
use mailtrail_resource_policy::forecast::History;
use mailtrail_resource_policy::inventory::Inventory;
use mailtrail_resource_policy::plan::Options;
use serde::Deserialize;

pub(crate) use args::PolicyArgs;
use args::{AuditArgs, HistoryArgs, PlanArgs, PolicyCommand, SnapshotArgs};

use crate::file;
use crate::output::{Exit, Output, plain};
use mailtrail_clock::now;

pub(crate) async fn run(args: PolicyArgs) -> anyhow::Result<Exit> {
    match args.command {
        PolicyCommand::Snapshot(args) => snapshot(&args).await,
        PolicyCommand::Audit(args) => audit(&args).await,
        PolicyCommand::Plan(args) => plan(&args).await,
        PolicyCommand::Apply(args) => apply::run(&args).await,
        PolicyCommand::Rollback(args) => apply::rollback(&args).await,
    }
}

/// Everything that an audit needs, in one file.
async fn snapshot(args: &SnapshotArgs) -> anyhow::Result<Exit> {
    let inventory = args.survey.survey().await?;
    let unseen = source::unseen(&inventory);
    file::write_json(&inventory, args.output.as_deref())?;
    for part in unseen.iter().chain(&source::silent_services(&inventory)) {
        crate::output::note(&format!("not read: {}", plain(part)));
    }
    Ok(if unseen.is_empty() { Exit::Done } else { Exit::NeedsAttention })
}

/// Sizes, findings, forecast.
async fn audit(args: &AuditArgs) -> anyhow::Result<Exit> {
    let inventory = args.source.inventory().await?;
    let report = report(&inventory, &args.history, &args.limits.options(), args.limits.days).await?;
    if args.json {
        file::write_json(&report, None)?;
    } else {
        Output::Stdout.write(&print::report(&report, &plain(&args.plan_command())))?;
    }
    Ok(if report.needs_attention() { Exit::NeedsAttention } else { Exit::Done })
}

/// The plan of an audit, proved.
async fn plan(args: &PlanArgs) -> anyhow::Result<Exit> {
    let inventory = args.source.inventory().await?;
    let report = report(&inventory, &args.history, &args.options(), args.limits.days).await?;
    let Some(plan) = report.plan else { bail!(report.no_plan.unwrap_or_default()) };
    for unused in args.unused_names(&plan) {
        crate::output::note(&plain(&unused));
    }
    if let Some(path) = &args.output {
        file::write_json(&plan, Some(path))?;
    }
    if args.json {
        file::write_json(&plan, None)?;
    } else {
        Output::Stdout.write(&steps::plan(&plan))?;
        if !plan.is_empty() {
            Output::Stdout.write(&format!("  {}\n", plain(&args.apply_hint())))?;
        }
    }
    let is_met = plan.unmet.is_empty() && plan.refused.is_empty();
    Ok(if is_met { Exit::Done } else { Exit::NeedsAttention })
}

/// What an inventory tells, after the sizes that earlier audits of the function saw.
async fn report(
    inventory: &Inventory,
    past: &HistoryArgs,
    options: &Options,
    days: i64,
) -> anyhow::Result<Report> {
    let history = match (&past.archive, &inventory.account, &inventory.region) {
        (Some(archive), Some(account), Some(region)) => {
            earlier(archive, past.archive_owner.as_deref(), account, region).await?
        }
        _ => History::default(),
    };
    Ok(Report::of(inventory, &history, options, days, now().millis()))
}

/// The sizes that earlier audits of the function saw.
async fn earlier(
    archive: &Location,
    owner: Option<&str>,
    account: &str,
    region: &str,
) -> anyhow::Result<History> {
    #[derive(Default, Deserialize)]
    struct Earlier {
        history: History,
    }

    let s3 = S3Options { expected_owner: owner.map(str::to_owned), kms_key: None };
    let config = ArchiveConfig { location: archive.clone(), s3 };
    let reader = ArchiveReader::open(&config, &Clients::default()).await;
    let kept = ReportStore::of(region, account);
    let latest = kept.latest(Artifact::Report, &reader, mailtrail_aws_client::Deadline::NEVER).await?;
    let Some(json) = latest else { return Ok(History::default()) };
    let earlier: Earlier = serde_json::from_slice(&json).context("failed to parse the latest report")?;
    Ok(earlier.history)
}
