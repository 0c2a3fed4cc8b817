//! `mailtrail workmail status`: whether email events are logged, where, and when they expire; how long there is time; and what an
//! archive has, as far as comparisons have found it.

use std::collections::BTreeSet;
use std::fmt::Write;

use aws_sdk_workmail::Client;
use mailtrail_archive::ArchiveReader;
use mailtrail_aws_client::{Clients, Deadline};
use mailtrail_aws_types::{OrganizationId, days_until_end_of_support};
use mailtrail_clock::now;
use mailtrail_doctor::group_name;
use mailtrail_policy_survey::Account;
use mailtrail_retirement::{Holdings, Standing, Step, countdown};
use serde::Serialize;

use super::archived::{Archived, warn};
use super::args::{Retention, StatusArgs};
use super::enable::retention;
use super::organizations::{self, EmailEvents, Organization};
use super::to_do::{date, to_do};
use crate::backfill::groups::audit_logs;
use crate::output::{BOLD, ERROR, Exit, FAINT, Output, SUCCESS, WARNING, json_lines, paint, plain};

/// What is known of one organization: a line of `--json`.
#[derive(Debug, Serialize)]
struct Status {
    organization: String,
    alias: String,
    /// Whether `ListOrganizations` has it; nothing where it was not answered.
    listed: Option<bool>,
    /// Days until the end of support; negative after it.
    days_left: i64,
    /// `None` while logging is off.
    email_events: Option<Logging>,
    /// Why the configuration could not be read.
    unknown: Option<String>,
    /// What the archive has; `None` without an archive.
    archive: Option<InArchive>,
}

/// What an archive has of an organization.
#[derive(Debug, Serialize)]
struct InArchive {
    /// `listed`, `gone`, `ended` or `returned`
    standing: &'static str,
    /// The day of its end, where a closing note says so.
    ended: Option<String>,
    /// The key of the closing note.
    note: Option<String>,
    #[serde(flatten)]
    holdings: Holdings,
    /// What is to be done.
    to_do: Vec<Step>,
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
    let has_archive = args.archive.location().is_ok();
    let listed = match organizations::all(&account, &client).await {
        Ok(listed) => Some(listed),
        // What the archive has is known all the same.
        Err(error) if has_archive => {
            warn(&format!("{error:#}"));
            None
        }
        Err(error) => return Err(error),
    };
    let is_meant =
        |id: &str, alias: &str| args.organization.as_ref().is_none_or(|name| *name == id || *name == alias);
    let mut statuses = Vec::new();
    for organization in listed.iter().flatten().filter(|it| is_meant(&it.id, &it.alias)) {
        statuses.push(status(&account, &client, organization.clone()).await);
    }
    if has_archive {
        let reader = ArchiveReader::open(&args.archive.config()?, &Clients::default()).await;
        let archived = Archived::read(&reader, &account).await?;
        for (id, alias) in archived.known() {
            let is_known = statuses.iter().any(|status| status.organization == id.as_str());
            if !is_known && is_meant(id.as_str(), &alias) {
                statuses.push(Status::absent(id.as_str(), alias, listed.as_ref().map(|_| false)));
            }
        }
        for status in &mut statuses {
            status.archive = in_archive(&account, args, &archived, status).await?;
        }
    }
    if let Some(name) = args.organization.as_ref().filter(|_| statuses.is_empty()) {
        return Err(organizations::unknown(&account, name));
    }
    let text = if args.json { json_lines(&statuses)? } else { text(&account, &statuses) };
    Output::Stdout.write(&text)?;
    Ok(if listed.is_some() && statuses.iter().all(Status::is_well) {
        Exit::Done
    } else {
        Exit::NeedsAttention
    })
}

impl Status {
    /// An organization that is not listed.
    fn absent(id: &str, alias: String, listed: Option<bool>) -> Self {
        let days_left = days_until_end_of_support(now().millis());
        let (email_events, unknown, archive) = (None, None, None);
        Self { organization: id.to_owned(), alias, listed, days_left, email_events, unknown, archive }
    }

    fn is_well(&self) -> bool {
        let is_logged = self.email_events.as_ref().is_some_and(|it| it.note.is_none());
        let has_ended = self.archive.as_ref().is_some_and(|it| it.ended.is_some());
        let is_archived = self.archive.as_ref().is_none_or(|it| it.to_do.is_empty());
        (is_logged || has_ended) && is_archived
    }
}

async fn in_archive(
    account: &Account,
    args: &StatusArgs,
    archived: &Archived<'_>,
    status: &Status,
) -> anyhow::Result<Option<InArchive>> {
    let Ok(id) = status.organization.parse::<OrganizationId>() else { return Ok(None) };
    let of_email = status.email_events.as_ref().and_then(|logging| group_name(&logging.log_group));
    let mut named: BTreeSet<String> = of_email.into_iter().collect();
    if status.listed == Some(true) {
        match audit_logs(account, &status.organization).await {
            Ok(audit) => named.extend(audit.into_iter().map(|log| log.log_group)),
            Err(error) => warn(&format!("failed to read where `{id}` delivers its audit logs: {error}")),
        }
    }
    let groups = archived.log_groups(account, &id, &status.alias, named).await?;
    let standing = archived.standing(&id);
    let ended = standing.ended();
    let holdings = archived.holdings(account, &id, &status.alias, &groups, ended).await?;
    let to_do = to_do(account, &args.archive, &holdings, standing, status.listed);
    let standing = match standing {
        Standing::Listed => "listed",
        Standing::Gone { .. } => "gone",
        Standing::Ended { .. } => "ended",
        Standing::Returned { .. } => "returned",
    };
    let note = archived.organizations.note(&id).map(|(key, _)| key.to_owned());
    Ok(Some(InArchive { standing, ended: ended.map(date), note, holdings, to_do }))
}

async fn status(account: &Account, client: &Client, organization: Organization) -> Status {
    let Organization { id, alias } = organization;
    let (email_events, unknown) =
        match organizations::email_events(account, client, &id, Deadline::NEVER).await {
            Ok(None) => (None, None),
            Ok(Some(events)) => (Some(logging(account, events).await), None),
            Err(error) => (None, Some(format!("workmail:{error}"))),
        };
    Status { email_events, unknown, ..Status::absent(&id, alias, Some(true)) }
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
        return text;
    }
    // A `String` takes every write.
    let _infallible = writeln!(text, "  {}", countdown(days_until_end_of_support(now().millis())));
    for status in statuses {
        let organization = format!("{} {}", paint(BOLD, plain(&status.alias)), plain(&status.organization));
        let (mark, result) = match (&status.email_events, &status.unknown, status.listed) {
            (_, Some(reason), _) => (paint(WARNING, "?"), format!("not known: {}", plain(reason))),
            (Some(logging), None, _) => (paint(SUCCESS, "✓"), of_logging(logging)),
            (None, None, Some(true)) => (paint(ERROR, "✗"), "email events are not logged".to_owned()),
            (None, None, Some(false)) => (paint(FAINT, "–"), "WorkMail has no such organization".to_owned()),
            (None, None, None) => (paint(WARNING, "?"), "WorkMail did not answer".to_owned()),
        };
        let _infallible = writeln!(text, "  {mark} {organization}: {result}");
        if let Some(archive) = &status.archive {
            text += &of_archive(archive);
        }
    }
    text
}

fn of_archive(archive: &InArchive) -> String {
    let mut text = String::new();
    let mut line = |line: String| {
        // A `String` takes every write.
        let _infallible = writeln!(text, "      {line}");
    };
    match (&archive.ended, archive.standing) {
        (Some(ended), _) => {
            line(format!("ended on {ended}; see {}", archive.note.as_deref().unwrap_or_default()));
        }
        (None, "returned") => line("it had ended, and is there again; its closing note stands".to_owned()),
        _ => {}
    }
    let Holdings { until, log_groups, snapshot, .. } = &archive.holdings;
    line(format!("in the archive, up to {until}:"));
    for group in log_groups {
        let range = match (group.first_day, group.last_day) {
            (Some(first), Some(last)) => format!("{first} to {last}"),
            _ => "no event".to_owned(),
        };
        line(format!("  {}: {range}; {}", plain(&group.log_group), group.text()));
    }
    if log_groups.is_empty() {
        line("  no log group of it is known".to_owned());
    }
    line(match snapshot {
        Some(snapshot) => format!("  names: read {} days ago, {}", snapshot.age_days, snapshot.key),
        None => "  names: never saved".to_owned(),
    });
    for Step { reason, command } in &archive.to_do {
        line(format!("{} {reason}:", paint(WARNING, "!")));
        line(format!("  {command}"));
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
