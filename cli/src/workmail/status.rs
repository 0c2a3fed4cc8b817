//! `mailtrail workmail status`: whether email events are logged, where, and when they expire.

use std::fmt::Write;

use aws_sdk_workmail::Client;
use mailtrail_aws_client::Deadline;
use mailtrail_policy_survey::Account;
use serde::Serialize;

use super::args::{Retention, StatusArgs};
use super::enable::retention;
use super::organizations::{self, EmailEvents, Organization};
use crate::output::{BOLD, ERROR, Exit, Output, SUCCESS, WARNING, json_lines, paint, plain};

/// The email event logging of one organization: a line of `--json`.
#[derive(Debug, Serialize)]
struct Status {
    organization: String,
    alias: String,
    /// `None` while logging is off.
    email_events: Option<Logging>,
    /// Why the configuration could not be read.
    unknown: Option<String>,
}

#[derive(Debug, Serialize)]
struct Logging {
    log_group: String,
    role: String,
    /// `None` where events never expire, and where the retention is not known (see `note`).
    retention_days: Option<i32>,
    note: Option<String>,
}

pub(super) async fn run(args: &StatusArgs) -> anyhow::Result<Exit> {
    let account = args.account.open().await?;
    let client = Client::new(&account.config);
    let organizations = match &args.organization {
        Some(name) => vec![organizations::find(&account, &client, name).await?],
        None => organizations::all(&account, &client).await?,
    };
    let mut statuses = Vec::new();
    for organization in organizations {
        statuses.push(status(&account, &client, organization).await);
    }
    let text = if args.json { json_lines(&statuses)? } else { text(&account, &statuses) };
    Output::Stdout.write(&text)?;
    let is_logged = |status: &Status| status.email_events.as_ref().is_some_and(|it| it.note.is_none());
    Ok(if statuses.iter().all(is_logged) { Exit::Done } else { Exit::NeedsAttention })
}

async fn status(account: &Account, client: &Client, organization: Organization) -> Status {
    let Organization { id, alias } = organization;
    let (email_events, unknown) =
        match organizations::email_events(account, client, &id, Deadline::NEVER).await {
            Ok(None) => (None, None),
            Ok(Some(events)) => (Some(logging(account, events).await), None),
            Err(error) => (None, Some(format!("workmail:{error}"))),
        };
    Status { organization: id, alias, email_events, unknown }
}

async fn logging(account: &Account, events: EmailEvents) -> Logging {
    let EmailEvents { log_group_arn, role_arn } = events;
    let (retention_days, note) = match retention(account, &log_group_arn).await {
        Ok(Some(Retention::Days(days))) => (Some(days), None),
        Ok(Some(Retention::Forever)) => (None, None),
        Ok(None) => (None, Some("the log group does not exist".to_owned())),
        Err(error) => (None, Some(format!("retention not known: logs:{error}"))),
    };
    Logging { log_group: log_group_arn, role: role_arn, retention_days, note }
}

fn text(account: &Account, statuses: &[Status]) -> String {
    let heading = format!("account {}, Region {}", account.id, account.region);
    let mut text = format!("{}\n", paint(BOLD, heading));
    if statuses.is_empty() {
        text.push_str("  no WorkMail organizations\n");
    }
    for status in statuses {
        let organization = format!("{} {}", paint(BOLD, plain(&status.alias)), plain(&status.organization));
        let (mark, result) = match (&status.email_events, &status.unknown) {
            (_, Some(reason)) => (paint(WARNING, "?"), format!("not known: {}", plain(reason))),
            (None, None) => (paint(ERROR, "✗"), "email events are not logged".to_owned()),
            (Some(logging), None) => (paint(SUCCESS, "✓"), of_logging(logging)),
        };
        // A `String` takes every write.
        let _infallible = writeln!(text, "  {mark} {organization}: {result}");
    }
    text
}

fn of_logging(logging: &Logging) -> String {
    let retention = match (&logging.note, logging.retention_days) {
        (Some(note), _) => paint(WARNING, plain(note)),
        (None, Some(1)) => "expiring after 1 day".to_owned(),
        (None, Some(days)) => format!("expiring after {days} days"),
        (None, None) => "never expiring".to_owned(),
    };
    let (log_group, role) = (plain(&logging.log_group), plain(&logging.role));
    format!("email events are logged, {retention}\n      log group {log_group}\n      role      {role}")
}
