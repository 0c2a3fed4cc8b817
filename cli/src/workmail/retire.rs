//! `mailtrail workmail retire`: closes an organization.
//!
//! Save the directory while `WorkMail` answers, fill the gaps, compare, and write down what there is and what is missing. Each step
//! goes on where an earlier run ended, and leaves what is done already. Without the note, nothing is closed: what failed keeps it from
//! being written.

use std::collections::BTreeSet;
use std::fmt::Write;

use anyhow::{anyhow, bail};
use aws_sdk_workmail::Client;
use mailtrail_archive::{Archive, ArchiveReader};
use mailtrail_aws_client::{Clients, Deadline};
use mailtrail_aws_types::OrganizationId;
use mailtrail_clock::{Time, TimeRange};
use mailtrail_policy_survey::Account;
use mailtrail_pull::LogGroup;
use mailtrail_retirement::{ClosingNote, Missing, MissingKind, Standing};
use serde::Serialize;

use super::archived::{Archived, LogGroups, warn};
use super::args::RetireArgs;
use super::organizations;
use super::to_do::{date, with_archive};
use crate::backfill::args::Named;
use crate::backfill::groups::{audit_logs, group_of};
use crate::backfill::{self, BackfillArgs, check_account};
use crate::confirm::confirm;
use crate::coverage::{self, CoverageArgs};
use crate::directory::{self, SaveArgs};
use crate::output::{self, ERROR, Exit, FAINT, Output, SUCCESS, WARNING, paint, plain};

/// The organization that is closed.
struct Target {
    id: OrganizationId,
    alias: String,
    /// Whether `ListOrganizations` has it; nothing where it was not answered.
    is_listed: Option<bool>,
}

/// The object of `--json`.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    /// The key of the closing note; `None` in a dry run.
    key: Option<&'a str>,
    /// Whether an earlier run wrote it.
    already: bool,
    /// What the note says, or would say.
    note: &'a ClosingNote,
}

pub(super) async fn run(args: &RetireArgs) -> anyhow::Result<Exit> {
    let account = args.account.open().await?;
    let (config, clients) = (args.archive.config()?, Clients::default());
    let reader = ArchiveReader::open(&config, &clients).await;
    check_account(&reader, &account, &config).await?;
    let archived = Archived::read(&reader, &account).await?;
    let target = find(&account, args, &archived).await?;
    if let Some(exit) = already(&archived, &target, args)? {
        return Ok(exit);
    }
    let ended = ended(&archived, &target);
    let groups = log_groups(&account, &archived, &target).await?;
    let output = Output::for_text(args.json);
    if args.dry_run {
        let note = note(&account, &archived, &target, &groups, ended).await?;
        output.write(&steps(&target, &groups))?;
        output.write(&missing_text(&note.missing, args))?;
        return answer(args, None, false, &note);
    }
    Output::Stderr.write(&steps(&target, &groups))?;
    confirm(args.yes, &question(&target, &account))?;
    let archive = Archive::open(&config, &clients).await?;
    let failed = work(&account, &archived, &target, &groups, args).await;
    // What the steps have kept is read again: the note says what the archive has, and not what a step claims.
    let archived = Archived::read(&reader, &account).await?;
    let mut note = note(&account, &archived, &target, &groups, ended).await?;
    note.missing.extend(failed);
    let refused: BTreeSet<MissingKind> = note.missing.iter().map(|it| it.kind).collect();
    let refused: Vec<&str> =
        refused.iter().filter(|kind| !args.accept_missing.contains(kind)).map(|kind| kind.word()).collect();
    output.write(&missing_text(&note.missing, args))?;
    if !refused.is_empty() {
        let id = &target.id;
        let accept = format!("workmail retire --organization {id} --accept-missing {}", refused.join(","));
        let [status, accept] = [format!("workmail status --organization {id}"), accept]
            .map(|command| with_archive(&account, &args.archive, &command));
        bail!(
            "no closing note was written, as something is missing ({}); what mends it: {status}; accept it with: {accept}",
            refused.join(", ")
        );
    }
    let mut organizations = archived.organizations;
    let key = organizations.close(&archive, note.clone()).await?;
    let name = plain(&target.alias);
    output.write(&format!("{} {name} {} is closed: {key}\n", paint(SUCCESS, "✓"), target.id))?;
    answer(args, Some(&key), false, &note)
}

/// The organization by id or alias: as `WorkMail` lists it, or as the archive knows it.
async fn find(account: &Account, args: &RetireArgs, archived: &Archived<'_>) -> anyhow::Result<Target> {
    let client = Client::new(&account.config);
    let listed = match organizations::all(account, &client).await {
        Ok(listed) => Some(listed),
        Err(error) => {
            warn(&format!("{error:#}; going on with what the archive knows"));
            None
        }
    };
    let name = &args.organization;
    let found = listed.iter().flatten().find(|it| it.id == *name || it.alias == *name);
    if let Some(found) = found {
        let id = found.id.parse().map_err(|_| anyhow!("invalid id of an organization `{}`", found.id))?;
        return Ok(Target { id, alias: found.alias.clone(), is_listed: Some(true) });
    }
    let mut known = archived.known().into_iter().filter(|(id, alias)| id.as_str() == name || alias == name);
    match (known.next(), known.next()) {
        (Some((id, alias)), None) => Ok(Target { id, alias, is_listed: listed.map(|_| false) }),
        (Some((one, _)), Some((other, _))) => {
            bail!("`{name}` is the alias of several organizations: give --organization {one} or {other}")
        }
        (None, _) => Err(organizations::unknown(account, name)),
    }
}

/// What is done already: a closing note stands, whatever became of the organization after it.
fn already(archived: &Archived<'_>, target: &Target, args: &RetireArgs) -> anyhow::Result<Option<Exit>> {
    let standing = archived.standing(&target.id);
    let Some((key, note)) = archived.organizations.note(&target.id) else { return Ok(None) };
    let is_back = match standing {
        Standing::Ended { is_listed, .. } => target.is_listed == Some(true) && !is_listed,
        Standing::Returned { .. } if target.is_listed == Some(true) => true,
        // It came back, and is gone again: that is another end.
        Standing::Returned { .. } | Standing::Listed | Standing::Gone { .. } => return Ok(None),
    };
    let output = Output::for_text(args.json);
    let (mark, ended) = (paint(SUCCESS, "✓"), date(note.ended));
    output.write(&format!("{mark} already closed: it ended on {ended}, see {key}\n"))?;
    if is_back {
        warn("the organization is there again: its closing note stands, and its days are compared again");
    }
    output.write(&missing_text(&note.missing, args))?;
    let exit = answer(args, Some(key), true, note)?;
    Ok(Some(if is_back { Exit::NeedsAttention } else { exit }))
}

/// When it ended: when it was first missing, or now.
fn ended(archived: &Archived<'_>, target: &Target) -> Time {
    match (archived.standing(&target.id), target.is_listed) {
        (Standing::Gone { since, .. }, Some(false) | None) => since,
        _ => archived.now,
    }
}

async fn log_groups(
    account: &Account,
    archived: &Archived<'_>,
    target: &Target,
) -> anyhow::Result<LogGroups> {
    let mut named = BTreeSet::new();
    if target.is_listed == Some(true) {
        let client = Client::new(&account.config);
        let id = target.id.as_str();
        let events = organizations::email_events(account, &client, id, Deadline::NEVER).await?;
        named.extend(events.and_then(|events| group_of(&events.log_group_arn)));
        named.extend(audit_logs(account, id).await?.into_iter().map(|log| log.log_group));
    }
    archived.log_groups(account, &target.id, &target.alias, named).await
}

/// Saves the directory, if there is one to read, and fills and compares the log groups that exist. Returns what failed.
async fn work(
    account: &Account,
    archived: &Archived<'_>,
    target: &Target,
    groups: &LogGroups,
    args: &RetireArgs,
) -> Vec<Missing> {
    let existing: Vec<&LogGroup> = groups.values().flatten().collect();
    let mut failed = Vec::new();
    let mut fail = |kind, text: String| {
        output::note(&format!("{} {}", paint(ERROR, "✗"), plain(&text)));
        failed.push(Missing { kind, text });
    };
    if target.is_listed == Some(true) {
        step("save the directory", &account.region);
        match save_directory(account, target, args).await {
            Ok(Exit::Done) => {}
            Ok(_) => fail(MissingKind::Names, "the directory was not read as a whole".to_owned()),
            Err(error) => fail(MissingKind::Names, format!("the directory was not saved: {error:#}")),
        }
    }
    let Some(since) = existing.iter().filter_map(|group| oldest(group, archived.now)).min() else {
        return failed;
    };
    let named = || {
        let name = |group: &&LogGroup| Named { name: group.name.clone(), place: None };
        existing.iter().map(name).collect::<Vec<_>>()
    };
    let (archive, caller) = (args.archive.clone(), args.account.clone());
    let entries = archived.entries(&target.id, groups);
    step("fill the gaps", &account.region);
    let fill = BackfillArgs::step(named(), entries, archive.clone(), caller.clone());
    if let Err(error) = Box::pin(backfill::run(fill)).await {
        fail(MissingKind::Gap, format!("the backfill failed: {error:#}"));
    }
    step("compare each day, and save the metrics", &account.region);
    let range = TimeRange::new(Some(since), None).unwrap_or_default();
    let compare = CoverageArgs::step(named(), range, archive, caller);
    match Box::pin(coverage::run(compare)).await {
        // Gaps and silent days are kept, and so told.
        Ok(Exit::Done | Exit::NeedsAttention) => {}
        Ok(Exit::Failed) => fail(MissingKind::Unknown, "the comparison failed".to_owned()),
        Err(error) => fail(MissingKind::Unknown, format!("the comparison failed: {error:#}")),
    }
    failed
}

async fn save_directory(account: &Account, target: &Target, args: &RetireArgs) -> anyhow::Result<Exit> {
    let here = args.account.target(&account.region);
    let save = SaveArgs::step(&target.id, here, args.archive.clone())?;
    Box::pin(directory::save(&save)).await
}

/// The day of the oldest event that a log group can have.
fn oldest(group: &LogGroup, now: Time) -> Option<Time> {
    let kept = group.oldest(now).unwrap_or_default();
    Time::from_millis(kept.max(group.oldest_possible()).max(0))
}

async fn note(
    account: &Account,
    archived: &Archived<'_>,
    target: &Target,
    groups: &LogGroups,
    ended: Time,
) -> anyhow::Result<ClosingNote> {
    let Target { id, alias, is_listed } = target;
    let holdings = archived.holdings(account, id, alias, groups, Some(ended)).await?;
    Ok(ClosingNote::of(holdings, ended, *is_listed, archived.now.max(ended)))
}

fn answer(args: &RetireArgs, key: Option<&str>, already: bool, note: &ClosingNote) -> anyhow::Result<Exit> {
    if args.json {
        output::json(&Answer { key, already, note })?;
    }
    Ok(if note.missing.is_empty() { Exit::Done } else { Exit::NeedsAttention })
}

fn step(text: &str, region: &str) {
    output::note(&paint(FAINT, format!("{text} ({region})")));
}

fn question(target: &Target, account: &Account) -> String {
    let Target { id, alias, is_listed } = target;
    let still = match is_listed {
        Some(true) => {
            " It is still there: what it logs from tomorrow on is archived, and no longer compared."
        }
        _ => "",
    };
    format!("Close the organization {} {id} of account {}?{still}", plain(alias), account.id)
}

/// What is done, in its order.
fn steps(target: &Target, groups: &LogGroups) -> String {
    let listed = match target.is_listed {
        Some(true) => "WorkMail has it",
        Some(false) => "WorkMail has it no longer",
        None => "WorkMail did not answer",
    };
    let mut text = format!("{} {}: {listed}\n", plain(&target.alias), target.id);
    text += match target.is_listed {
        Some(true) => "  directory: save it\n",
        Some(false) => "  directory: cannot be read any more; its newest snapshot is the last one\n",
        None => "  directory: not read, as WorkMail did not answer\n",
    };
    for (name, group) in groups {
        let what = match group {
            Some(_) => "archive what is missing, then compare each day",
            None => "is gone; what earlier comparisons found stays",
        };
        // A `String` takes every write.
        let _infallible = writeln!(text, "  log group {}: {what}", plain(name));
    }
    if groups.is_empty() {
        text += "  no log group of it is known\n";
    }
    text + "  then write the closing note\n"
}

fn missing_text(missing: &[Missing], args: &RetireArgs) -> String {
    let line = |Missing { kind, text }: &Missing| {
        let accepted = if args.accept_missing.contains(kind) { " (accepted)" } else { "" };
        format!("  {} {kind}: {}{accepted}\n", paint(WARNING, "!"), plain(text))
    };
    missing.iter().map(line).collect()
}
