//! `mailtrail policy apply` and `rollback`.

use anyhow::{Context, anyhow, bail};
use mailtrail_archive::{Archive, ArchiveConfig, ArchiveReader, Location, S3Options};
use mailtrail_aws_client::{Clients, Deadline};
use mailtrail_policy_apply::{
    Apply, ApplyError, Call, DryRun, End, Event, Next, Options, Outcome, option_words,
};
use mailtrail_policy_survey::Account;
use mailtrail_resource_policy::plan::Plan;
use serde_json::json;

use super::args::{ApplyArgs, ChangeArgs, RollbackArgs};
use super::preview;
use crate::confirm::confirm;
use crate::file;
use crate::output::{self, ERROR, Exit, FAINT, Output, SUCCESS, WARNING, count, paint, plain};

/// Applies a plan, or resumes a run.
pub(super) async fn run(args: &ApplyArgs) -> anyhow::Result<Exit> {
    apply(args).await.map_err(|error| advised(&args.change, error))
}

/// Rolls a run back.
pub(super) async fn rollback(args: &RollbackArgs) -> anyhow::Result<Exit> {
    undo(args).await.map_err(|error| advised(&args.change, error))
}

/// An error with the commands by which people can go on.
fn advised(change: &ChangeArgs, error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref::<ApplyError>() {
        Some(error) => anyhow!(change.commands().advise(error)),
        None => error,
    }
}

async fn apply(args: &ApplyArgs) -> anyhow::Result<Exit> {
    let change = &args.change;
    let account = change.survey.open().await?;
    let options = Options { wait: args.wait, ..Options::at(&account) };
    let outcome = match (&args.plan, &args.resume) {
        (Some(path), _) => {
            let plan = read(change, path)?;
            let told = mailtrail_policy_apply::dry_run(&account, &plan, Deadline::NEVER).await?;
            if args.dry_run {
                return write_calls(&told, change);
            }
            if plan.is_empty() {
                output::note("the plan has no steps: nothing to do");
                if change.json {
                    file::write_json(&json!({ "journal": null, "end": End::Done, "changes": 0 }), None)?;
                }
                return Ok(Exit::Done);
            }
            refuse_unproved(&told, None)?;
            let reader = ArchiveReader::open(&config(change)?, &Clients::default()).await;
            mailtrail_policy_apply::check_none_open(&account, &reader, Deadline::NEVER).await?;
            ask(change, &account, &told, "Carry this out")?;
            let archive = archive(change).await?;
            Apply::new(&account, &archive, options).as_shown(&told).run(&plan, &mut tell).await?
        }
        (None, Some(journal)) => {
            let reader = existing(change).await?;
            let told =
                mailtrail_policy_apply::dry_resume(&account, &reader, journal, Deadline::NEVER).await?;
            refuse_unproved(&told, Some(journal))?;
            ask(change, &account, &told, &format!("Resume {}", plain(journal)))?;
            let archive = archive(change).await?;
            Apply::new(&account, &archive, options).as_shown(&told).resume(journal, &mut tell).await?
        }
        (None, None) => bail!("no plan is named"),
    };
    end(&outcome, &account, change.json)
}

async fn undo(args: &RollbackArgs) -> anyhow::Result<Exit> {
    let (change, journal) = (&args.change, &args.journal);
    let account = change.survey.open().await?;
    let reader = existing(change).await?;
    let told = mailtrail_policy_apply::dry_rollback(&account, &reader, journal, Deadline::NEVER).await?;
    if args.dry_run {
        return write_calls(&told, change);
    }
    ask(change, &account, &told, &format!("Roll back {}", plain(journal)))?;
    let archive = archive(change).await?;
    let apply = Apply::new(&account, &archive, Options::at(&account));
    end(&apply.rollback(journal, &mut tell).await?, &account, change.json)
}

/// What would not be safe, or is not what the plan was made of, is not asked about.
fn refuse_unproved(told: &DryRun, resumed: Option<&str>) -> Result<(), ApplyError> {
    if told.stops.is_empty() {
        return Ok(());
    }
    Err(ApplyError::Stale { why: told.stops.clone(), journal: resumed.map(str::to_owned) })
}

/// Shows what will be written, and asks. Where nothing will be, there is nothing to ask.
fn ask(change: &ChangeArgs, account: &Account, told: &DryRun, what: &str) -> anyhow::Result<()> {
    Output::Stderr.write(&preview::text(told, &account.id, &account.region))?;
    if told.calls.is_empty() {
        return Ok(());
    }
    confirm(change.yes, &format!("{what} in account {}, Region {}?", account.id, account.region))
}

fn read(change: &ChangeArgs, path: &std::path::Path) -> anyhow::Result<Plan> {
    let text = file::read(path)?;
    serde_json::from_str(&text).with_context(|| {
        let create = change.commands().line(Next::Plan);
        format!("invalid plan `{}`; create one with: {create}", path.display())
    })
}

fn config(change: &ChangeArgs) -> anyhow::Result<ArchiveConfig> {
    let s3 =
        S3Options { expected_owner: change.archive_owner.clone(), kms_key: change.archive_kms_key.clone() };
    let Some(location) = change.archive.clone() else { bail!("no archive is named") };
    Ok(ArchiveConfig { location, s3 })
}

/// The archive, which is created where it is missing.
async fn archive(change: &ChangeArgs) -> anyhow::Result<Archive> {
    Ok(Archive::open(&config(change)?, &Clients::default()).await?)
}

/// The archive that a journal is in, to read: nothing is written to a place that may be mistyped.
async fn existing(change: &ChangeArgs) -> anyhow::Result<ArchiveReader> {
    let config = config(change)?;
    if let Location::Directory(path) = &config.location
        && !path.exists()
    {
        bail!("there is no archive `{}`", path.display());
    }
    Ok(ArchiveReader::open(&config, &Clients::default()).await)
}

/// What happens, as it does.
fn tell(event: Event) {
    output::note(&match event {
        Event::Journal { id } => paint(FAINT, format_args!("journal {}", plain(&id))),
        Event::Proved { requests } => {
            let requests = count(requests as u64, "request");
            format!(
                "{} proved for the current policies, over {requests}: no access is lost",
                paint(SUCCESS, "✓")
            )
        }
        Event::Step { number, of, what } => format!("step {number} of {of}: {}", plain(&what)),
        Event::Doing { what } => paint(FAINT, format_args!("  … {}", plain(&what))),
        Event::Done { what, already } => {
            let already = if already { " (was done before)" } else { "" };
            format!("  {} {}{already}", paint(SUCCESS, "✓"), plain(&what))
        }
        Event::Waiting { what } => paint(FAINT, format_args!("  … waiting {}", plain(&what))),
        Event::Note { what } => format!("  {} {}", paint(WARNING, "·"), plain(&what)),
    });
}

fn write_calls(calls: &DryRun, change: &ChangeArgs) -> anyhow::Result<Exit> {
    if change.json {
        file::write_json(calls, None)?;
    } else {
        let call = |call: &Call| {
            format!("{} {} {}\n", call.service, call.operation, plain(&call.parameters.to_string()))
        };
        Output::Stdout.write(&calls.calls.iter().map(call).collect::<String>())?;
    }
    if let Err(refused) = refuse_unproved(calls, None) {
        output::note(&format!("{} {}", paint(ERROR, "✗"), plain(&change.commands().advise(&refused))));
    }
    for line in calls.left.iter().chain(&calls.kept).chain(&calls.not_copied) {
        output::note(&format!("{} {}", paint(WARNING, "!"), plain(line)));
    }
    let is_clean = calls.stops.is_empty() && calls.left.is_empty() && calls.kept.is_empty();
    Ok(if is_clean { Exit::Done } else { Exit::NeedsAttention })
}

fn end(outcome: &Outcome, account: &Account, json: bool) -> anyhow::Result<Exit> {
    let words = Output::for_text(json);
    let changes = count(outcome.changes as u64, "change");
    let unverified = outcome.moves.iter().filter(|moved| moved.seen.is_none()).count();
    let is_clean = outcome.left.is_empty() && outcome.kept.is_empty() && unverified == 0;
    let mark = if is_clean { paint(SUCCESS, "✓") } else { paint(WARNING, "!") };
    let more = |number: usize, what: &str| {
        if number == 0 { String::new() } else { format!(", {number} {what}") }
    };
    let (left, kept) = (more(outcome.left.len(), "left to you"), more(outcome.kept.len(), "left as it is"));
    let head = match outcome.end {
        End::Done if outcome.changes == 0 && unverified == 0 => format!("{mark} nothing to do{left}"),
        End::RolledBack if outcome.changes == 0 && outcome.kept.is_empty() => {
            format!("{mark} nothing to undo")
        }
        End::Done => {
            let moves = count(unverified as u64, "move");
            let moves = if unverified == 0 { String::new() } else { format!(", {moves} not verified") };
            format!("{mark} {changes} made{moves}{left}")
        }
        End::RolledBack => format!("{mark} {changes} undone{kept}"),
        End::Stopped => format!("{} stopped", paint(ERROR, "✗")),
    };
    words.write(&format!("{head}; journal {}\n", plain(&outcome.journal)))?;
    for line in to_look_at(outcome, account) {
        words.write(&format!("  {} {}\n", paint(WARNING, "!"), plain(&line)))?;
    }
    if json {
        file::write_json(outcome, None)?;
    }
    Ok(if outcome.end == End::Stopped || !is_clean { Exit::NeedsAttention } else { Exit::Done })
}

/// What needs attention.
fn to_look_at(outcome: &Outcome, account: &Account) -> Vec<String> {
    let mut lines = Vec::new();
    for moved in &outcome.moves {
        if moved.seen.is_none() {
            let group = option_words(&[("--log-group-name", &moved.to), ("--region", &account.region)]);
            lines.push(format!(
                "{} has no events yet, so the move is not verified; look again with: aws logs \
                 describe-log-streams{group} --order-by LastEventTime --descending --limit 1",
                moved.to
            ));
        }
        lines.extend(moved.not_copied.iter().map(|what| format!("{}: {what}", moved.to)));
    }
    lines.extend(outcome.left.iter().chain(&outcome.kept).cloned());
    if let Some(refused) = &outcome.refused {
        lines.push(format!("{} cannot be re-pointed in place: {}", refused.destination, refused.reason));
        lines.extend(refused.bridge.iter().cloned());
    }
    lines
}

#[cfg(test)]
#[path = "advice_tests.rs"]
mod tests;
