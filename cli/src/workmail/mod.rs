//! `mailtrail workmail`: the logging of email events, shown and switched.
//!
//! `status` changes nothing. `enable` and `disable` read first, say what they would call, ask, and then call; what is
//! as it should be is left alone, so that they can be run again.

mod args;
mod change;
pub(crate) mod help;
pub(crate) mod organizations;

use std::fmt::Write;

use anyhow::{Context, bail};
use aws_sdk_workmail::Client;
use mailtrail_aws_client::Deadline;
use mailtrail_policy_survey::Account;
use serde::Serialize;

pub(crate) use args::WorkmailArgs;
use args::{DisableArgs, EnableArgs, Retention, StatusArgs, WorkmailCommand};
use organizations::{EmailEvents, Listed};

use crate::confirm::confirm;
use crate::output::{self, BAD, BOLD, Exit, GOOD, LOOK, Output, paint, plain};

/// How long WorkMail's own set-up has a log group keep its events.
/// <https://docs.aws.amazon.com/workmail/latest/adminguide/tracking.html>
const DEFAULT_DAYS: i32 = 30;

/// An organization, as `status` tells of it.
#[derive(Debug, Serialize)]
struct Status {
    organization: String,
    alias: String,
    /// Nothing: off.
    email_events: Option<Logging>,
    /// Why it is not known.
    unknown: Option<String>,
}

#[derive(Debug, Serialize)]
struct Logging {
    log_group: String,
    role: String,
    /// Nothing: for ever; or not known, see `note`.
    retention_days: Option<i32>,
    note: Option<String>,
}

pub(crate) async fn run(args: WorkmailArgs) -> anyhow::Result<Exit> {
    match args.command {
        WorkmailCommand::Status(args) => status(&args).await,
        WorkmailCommand::Enable(args) => enable(&args).await,
        WorkmailCommand::Disable(args) => disable(&args).await,
    }
}

async fn status(args: &StatusArgs) -> anyhow::Result<Exit> {
    let account = args.account.open().await?;
    let client = Client::new(&account.config);
    let listed = match &args.organization {
        Some(name) => vec![find(&account, &client, name).await?],
        None => organizations(&account, &client).await?,
    };
    let mut all = Vec::new();
    for organization in listed {
        all.push(of_organization(&account, &client, organization).await);
    }
    if args.json {
        let mut lines = String::new();
        for status in &all {
            lines += &(serde_json::to_string(status)? + "\n");
        }
        Output::Stdout.write(&lines)?;
    } else {
        Output::Stdout.write(&words(&account, &all))?;
    }
    let is_well = |status: &Status| status.email_events.as_ref().is_some_and(|it| it.note.is_none());
    Ok(if all.iter().all(is_well) { Exit::Done } else { Exit::NeedsALook })
}

async fn of_organization(account: &Account, client: &Client, organization: Listed) -> Status {
    let Listed { id, alias } = organization;
    let read = organizations::email_events(account, client, &id, Deadline::NEVER).await;
    let (email_events, unknown) = match read {
        Ok(None) => (None, None),
        Err(error) => (None, Some(format!("workmail:{error}"))),
        Ok(Some(EmailEvents { log_group_arn, role_arn })) => {
            let (retention_days, note) = match change::retention(account, &log_group_arn).await {
                Ok(Some(Retention::Days(days))) => (Some(days), None),
                Ok(Some(Retention::Forever)) => (None, None),
                Ok(None) => (None, Some("there is no such log group".to_owned())),
                Err(error) => (None, Some(format!("its retention is not known: logs:{error}"))),
            };
            (Some(Logging { log_group: log_group_arn, role: role_arn, retention_days, note }), None)
        }
    };
    Status { organization: id, alias, email_events, unknown }
}

fn words(account: &Account, all: &[Status]) -> String {
    let mut text =
        format!("{}\n", paint(BOLD, format_args!("account {}, Region {}", account.id, account.region)));
    if all.is_empty() {
        text.push_str("  there are no WorkMail organizations\n");
    }
    for status in all {
        let name = paint(BOLD, plain(&status.alias));
        let line = match (&status.email_events, &status.unknown) {
            (_, Some(reason)) => {
                format!("  {} {name} {}: not known: {}", paint(LOOK, "?"), status.organization, plain(reason))
            }
            (None, None) => {
                format!("  {} {name} {}: email events are not logged", paint(BAD, "✗"), status.organization)
            }
            (Some(logging), None) => {
                let kept = match (&logging.note, logging.retention_days) {
                    (Some(note), _) => paint(LOOK, plain(note)),
                    (None, Some(days)) => format!("kept {days} days"),
                    (None, None) => "kept for ever".to_owned(),
                };
                format!(
                    "  {} {name} {}: email events are logged, {kept}\n      to {}\n      by {}",
                    paint(GOOD, "✓"),
                    status.organization,
                    plain(&logging.log_group),
                    plain(&logging.role)
                )
            }
        };
        // A `String` takes every write.
        let _infallible = writeln!(text, "{line}");
    }
    text
}

async fn enable(args: &EnableArgs) -> anyhow::Result<Exit> {
    let change = &args.change;
    let account = change.account.open().await?;
    let client = Client::new(&account.config);
    let organization = find(&account, &client, &change.organization).await?;
    let plan = change::plan(&account, &client, &organization, args).await?;
    let words = Output::for_text(change.json);
    for note in &plan.notes {
        output::note(&format!("{} {}", paint(LOOK, "!"), plain(note)));
    }
    let exit = if plan.notes.is_empty() { Exit::Done } else { Exit::NeedsALook };
    if change.dry_run || plan.calls.is_empty() {
        words.write(&calls(&plan.calls, &organization))?;
        if change.json {
            say_json(&change::Outcome::of(&organization, &plan.calls, false, &plan.notes, &[]))?;
        }
        return Ok(exit);
    }
    Output::Stderr.write(&calls(&plan.calls, &organization))?;
    confirm(change.yes, &format!("Do this in account {}, Region {}?", account.id, account.region))?;
    for call in &plan.calls {
        call.make(&account, &client).await?;
        output::note(&format!("  {} {}", paint(GOOD, "✓"), call.operation()));
    }
    words.write(&format!(
        "{} email events of {} are logged to {}\n",
        paint(GOOD, "✓"),
        plain(&organization.alias),
        plain(&plan.log_group)
    ))?;
    if change.json {
        say_json(&change::Outcome::of(&organization, &plan.calls, true, &plan.notes, &[]))?;
    }
    Ok(exit)
}

async fn disable(args: &DisableArgs) -> anyhow::Result<Exit> {
    let change = &args.change;
    let account = change.account.open().await?;
    let client = Client::new(&account.config);
    let organization = find(&account, &client, &change.organization).await?;
    let words = Output::for_text(change.json);
    let read = organizations::email_events(&account, &client, &organization.id, Deadline::NEVER);
    let now = read.await.with_context(|| format!("organization {}", organization.id))?;
    let left_over = change::left_over(&account, &client, &organization, now.as_ref()).await;
    let to_make: Vec<change::Call> =
        now.iter().map(|_| change::Call::Disable { organization: organization.id.clone() }).collect();
    if change.dry_run || to_make.is_empty() {
        words.write(&calls(&to_make, &organization))?;
    } else {
        Output::Stderr.write(&calls(&to_make, &organization))?;
        let question = format!(
            "Stop logging email events of {} in account {}? Nothing can make up for them later.",
            organization.alias, account.id
        );
        confirm(change.yes, &question)?;
        for call in &to_make {
            call.make(&account, &client).await?;
        }
        let alias = plain(&organization.alias);
        words.write(&format!("{} email events of {alias} are not logged any more\n", paint(GOOD, "✓")))?;
    }
    for left in &left_over {
        words.write(&format!("  {} left over: {}\n", paint(LOOK, "!"), plain(&left.what)))?;
        if let Some(remove) = &left.remove {
            words.write(&format!("    {}\n", plain(remove)))?;
        }
    }
    if change.json {
        let done = !change.dry_run && !to_make.is_empty();
        say_json(&change::Outcome::of(&organization, &to_make, done, &[], &left_over))?;
    }
    Ok(if left_over.is_empty() { Exit::Done } else { Exit::NeedsALook })
}

fn calls(calls: &[change::Call], organization: &Listed) -> String {
    if calls.is_empty() {
        return format!("{}: nothing to do\n", plain(&organization.alias));
    }
    let line = |call: &change::Call| format!("{} {}\n", call.operation(), plain(&call.parameters()));
    calls.iter().map(line).collect()
}

fn say_json(outcome: &change::Outcome<'_>) -> anyhow::Result<()> {
    Output::Stdout.write(&(serde_json::to_string(outcome)? + "\n"))
}

async fn organizations(account: &Account, client: &Client) -> anyhow::Result<Vec<Listed>> {
    let listed = organizations::list(account, client, Deadline::NEVER).await;
    listed.with_context(|| format!("cannot list the WorkMail organizations in {}", account.region))
}

async fn find(account: &Account, client: &Client, name: &str) -> anyhow::Result<Listed> {
    let listed = organizations(account, client).await?;
    let found = listed.into_iter().find(|it| it.id == name || it.alias == name);
    let Some(found) = found else {
        bail!(
            "there is no WorkMail organization {name} in account {}, Region {}; see: mailtrail workmail status",
            account.id,
            account.region
        )
    };
    Ok(found)
}
