//! `mailtrail policy apply` and `rollback`.

use anyhow::{Context, bail};
use mailtrail_archive::{Archive, ArchiveConfig, S3Options};
use mailtrail_aws_client::{Clients, Deadline};
use mailtrail_policy_apply::{Apply, ApplyError, Call, DryRun, End, Event, Options, Outcome};
use mailtrail_policy_survey::Account;
use mailtrail_resource_policy::plan::Plan;
use serde_json::json;

use super::args::{ApplyArgs, ChangeArgs, RollbackArgs};
use super::preview;
use crate::confirm::confirm;
use crate::file;
use crate::output::{self, ERROR, Exit, FAINT, Output, SUCCESS, WARNING, count, paint, plain};

pub(super) async fn run(args: &ApplyArgs) -> anyhow::Result<Exit> {
    let change = &args.change;
    let account = change.survey.open().await?;
    let options = Options { wait: args.wait, ..Options::at(&account) };
    let outcome = match (&args.plan, &args.resume) {
        (Some(path), _) => {
            let plan = read(path)?;
            let told = mailtrail_policy_apply::dry_run(&account, &plan, Deadline::NEVER).await?;
            if args.dry_run {
                return write_calls(&told, change.json);
            }
            if plan.is_empty() {
                output::note("the plan has no steps: nothing to do");
                if change.json {
                    file::write_json(&json!({ "journal": null, "end": End::Done, "changes": 0 }), None)?;
                }
                return Ok(Exit::Done);
            }
            ask(change, &account, &told, None)?;
            let archive = archive(change).await?;
            Apply::new(&account, &archive, options).as_shown(&told).run(&plan, &mut tell).await?
        }
        (None, Some(journal)) => {
            let archive = archive(change).await?;
            let apply = Apply::new(&account, &archive, options);
            let told = apply.dry_resume(journal).await?;
            ask(change, &account, &told, Some(journal))?;
            apply.as_shown(&told).resume(journal, &mut tell).await?
        }
        (None, None) => bail!("no plan is named"),
    };
    end(&outcome, change.json)
}

pub(super) async fn rollback(args: &RollbackArgs) -> anyhow::Result<Exit> {
    let (change, journal) = (&args.change, &args.journal);
    let account = change.survey.open().await?;
    let archive = archive(change).await?;
    let apply = Apply::new(&account, &archive, Options::at(&account));
    let told = apply.dry_rollback(journal).await?;
    if args.dry_run {
        return write_calls(&told, change.json);
    }
    Output::Stderr.write(&preview::text(&told, &account.id, &account.region))?;
    confirm(
        change.yes,
        &format!("Roll back {} in account {}, Region {}?", plain(journal), account.id, account.region),
    )?;
    end(&apply.rollback(journal, &mut tell).await?, change.json)
}

/// Shows what will be written, and asks. What would not be safe, or is not what the plan was made of, is not asked
/// about.
fn ask(change: &ChangeArgs, account: &Account, told: &DryRun, resumed: Option<&str>) -> anyhow::Result<()> {
    if !told.stops.is_empty() {
        let journal = resumed.map(str::to_owned);
        return Err(ApplyError::Stale { why: told.stops.clone(), journal }.into());
    }
    Output::Stderr.write(&preview::text(told, &account.id, &account.region))?;
    let place = format!("account {}, Region {}", account.id, account.region);
    let question = match resumed {
        Some(journal) => format!("Resume {} in {place}?", plain(journal)),
        None => format!("Carry this out in {place}?"),
    };
    confirm(change.yes, &question)
}

fn read(path: &std::path::Path) -> anyhow::Result<Plan> {
    let text = file::read(path)?;
    serde_json::from_str(&text).with_context(|| {
        format!(
            "invalid plan `{}`; create one with: mailtrail policy plan --output plan.json",
            path.display()
        )
    })
}

async fn archive(change: &ChangeArgs) -> anyhow::Result<Archive> {
    let s3 =
        S3Options { expected_owner: change.archive_owner.clone(), kms_key: change.archive_kms_key.clone() };
    let Some(location) = change.archive.clone() else { bail!("no archive is named") };
    Ok(Archive::open(&ArchiveConfig { location, s3 }, &Clients::default()).await?)
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

fn write_calls(calls: &DryRun, json: bool) -> anyhow::Result<Exit> {
    if json {
        file::write_json(calls, None)?;
    } else {
        let call = |call: &Call| {
            format!("{} {} {}\n", call.service, call.operation, plain(&call.parameters.to_string()))
        };
        Output::Stdout.write(&calls.calls.iter().map(call).collect::<String>())?;
    }
    for line in calls.stops.iter().chain(&calls.left).chain(&calls.not_copied) {
        output::note(&format!("{} {}", paint(WARNING, "!"), plain(line)));
    }
    let is_clean = calls.stops.is_empty() && calls.left.is_empty();
    Ok(if is_clean { Exit::Done } else { Exit::NeedsAttention })
}

fn end(outcome: &Outcome, json: bool) -> anyhow::Result<Exit> {
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
        End::Done => {
            let moves = count(unverified as u64, "move");
            let moves = if unverified == 0 { String::new() } else { format!(", {moves} not verified") };
            format!("{mark} {changes} made{moves}{left}")
        }
        End::RolledBack => format!("{mark} {changes} undone{kept}"),
        End::Stopped => format!("{} stopped", paint(ERROR, "✗")),
    };
    words.write(&format!("{head}; journal {}\n", plain(&outcome.journal)))?;
    for line in to_look_at(outcome) {
        words.write(&format!("  {} {}\n", paint(WARNING, "!"), plain(&line)))?;
    }
    if json {
        file::write_json(outcome, None)?;
    }
    Ok(if outcome.end == End::Stopped || !is_clean { Exit::NeedsAttention } else { Exit::Done })
}

/// What needs attention.
fn to_look_at(outcome: &Outcome) -> Vec<String> {
    let mut lines = Vec::new();
    for moved in &outcome.moves {
        if moved.seen.is_none() {
            lines.push(format!(
                "{} has no events yet, so the move is not verified; look again with: aws logs describe-log-streams \
                 --log-group-name {} --order-by LastEventTime --descending --limit 1",
                moved.to, moved.to
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
