//! `mailtrail backfill`: what log groups have and the archive lacks.

pub(crate) mod args;
pub(crate) mod groups;
pub(crate) mod help;
mod print;
mod progress;

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::bail;
use mailtrail_archive::{Archive, ArchiveReader};
use mailtrail_aws_client::Clients;
use mailtrail_clock::now;
use mailtrail_config::{ArchiveConfig, Config, Environment, settings};
use mailtrail_pipeline::Pipeline;
use mailtrail_policy_survey::Account;
use mailtrail_pull::{
    Backfill, CloudWatch, LogGroup, Refusal, Report, Window, Writer, accounts, calls_per_second,
};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

pub(crate) use args::BackfillArgs;
use groups::Groups;
use progress::Progress;

use crate::interpretation;
use crate::output::{self, Exit, Output};

pub(crate) async fn run(args: BackfillArgs) -> anyhow::Result<Exit> {
    let account = args.account.open().await?;
    let archive = args.archive.config()?;
    let own = config(&archive, &account, &[])?.intake.own_log_groups;
    let groups = groups::find(&account, &args, &own).await?;
    let clients = Clients::default();
    let reader = ArchiveReader::open(&archive, &clients).await;
    check_account(&reader, &account, &archive).await?;

    let started = now();
    let mut wanted = Vec::new();
    for group in groups.wanted.values() {
        wanted.push((group.clone(), group.range(args.range.since(), args.range.until(), started)?));
    }
    let progress = Arc::new(Progress::start(wanted.iter().map(|(_, range)| *range))?);
    let backfill = Arc::new(open(&args, &account, &archive, &groups, reader, &clients).await?);
    let reports = run_all(&backfill, wanted, args.jobs, &progress).await?;
    progress.finish();
    write(reports, started, &args)
}

/// Runs the log groups, so many at a time: each on a thread of its own, as comparing is work for a processor.
async fn run_all(
    backfill: &Arc<Backfill<CloudWatch>>,
    wanted: Vec<(LogGroup, Window)>,
    jobs: usize,
    progress: &Arc<Progress>,
) -> anyhow::Result<Vec<Report>> {
    let (mut waiting, mut working, mut reports) = (wanted.into_iter(), JoinSet::new(), Vec::new());
    loop {
        while working.len() < jobs {
            let Some((group, range)) = waiting.next() else { break };
            let (backfill, progress, runtime) =
                (Arc::clone(backfill), Arc::clone(progress), Handle::current());
            working.spawn_blocking(move || runtime.block_on(backfill.run(&group, range, &*progress)));
        }
        let Some(report) = working.join_next().await else { break };
        reports.push(report?);
    }
    reports.sort_by(|one, other| one.group.name.cmp(&other.group.name));
    Ok(reports)
}

async fn open(
    args: &BackfillArgs,
    account: &Account,
    archive: &ArchiveConfig,
    groups: &Groups,
    reader: ArchiveReader,
    clients: &Clients,
) -> anyhow::Result<Backfill<CloudWatch>> {
    let config = config(archive, account, &groups.organizations)?;
    let decoded_limit = config.intake.decoded_limit.bytes();
    let writer = if args.dry_run {
        None
    } else {
        let mut config = config;
        config.intake.own_log_groups = groups.own.iter().cloned().collect();
        let pipeline = Arc::new(Pipeline::open(&config, clients).await?);
        Some(Writer { archive: Archive::open(archive, clients).await?, pipeline })
    };
    let local = account.calls.are_to_a_stand_in();
    let half = f64::from(calls_per_second(&account.region)) / 2.0;
    let rate = args.rate.or((!local).then_some(half));
    Ok(Backfill {
        source: CloudWatch::new(account.logs.clone(), rate, args.unmask),
        reader,
        writer,
        unmask: args.unmask,
        retry: account.calls.retry_policy(),
        decoded_limit,
    })
}

/// The archive, and how events are interpreted: as the functions of the same environment do.
fn config(archive: &ArchiveConfig, account: &Account, organizations: &[String]) -> anyhow::Result<Config> {
    let process = Environment::of_process();
    let organizations: Vec<&str> =
        organizations.iter().map(String::as_str).chain(process.list(settings::ORGANIZATIONS.name)).collect();
    let more = [
        (settings::ORGANIZATIONS.name, organizations.join(",")),
        (settings::AWS_REGION, account.region.clone()),
    ];
    interpretation::config(archive, &more)
}

/// One account writes one archive: without that, the roles and the readers of the other could not tell them apart.
pub(crate) async fn check_account(
    reader: &ArchiveReader,
    account: &Account,
    archive: &ArchiveConfig,
) -> anyhow::Result<()> {
    let accounts: BTreeSet<String> = accounts(reader).await?;
    match accounts.first() {
        Some(theirs) if !accounts.contains(&account.id) => Err(Refusal::OtherAccount {
            theirs: theirs.clone(),
            ours: account.id.clone(),
            archive: archive.location.to_string(),
        }
        .into()),
        _ => Ok(()),
    }
}

/// Writes what became of the log groups, and ends as the worst of them.
fn write(reports: Vec<Report>, started: mailtrail_clock::Time, args: &BackfillArgs) -> anyhow::Result<Exit> {
    let is_whole = reports.iter().all(|report| report.failure.is_none() && !report.was_stopped);
    let text: String = reports.iter().map(|report| print::report(report, started, args.dry_run)).collect();
    Output::for_text(args.json || args.is_step || !is_whole).write(&text)?;
    if args.json {
        output::json(&print::answer(&reports, started, args.dry_run))?;
    }
    if let Some(report) = reports.iter().find(|report| !report.counts().balance()) {
        bail!(
            "the counts do not balance, which is a bug in mailtrail; please report it: {:?}",
            report.counts()
        );
    }
    let needs_attention = reports.iter().any(|report| print::needs_attention(report, started, args.dry_run));
    let was_stopped = reports.iter().any(|report| report.was_stopped);
    if let Some(failure) = reports.into_iter().find_map(|report| report.failure) {
        return Err(anyhow::Error::new(failure)
            .context("stopped early; run the same command again, it goes on there"));
    }
    if was_stopped {
        bail!("stopped before the end; run the same command again: it goes on where it was");
    }
    Ok(if needs_attention { Exit::NeedsAttention } else { Exit::Done })
}
