//! `mailtrail directory diff`: what changed between two snapshots.

use std::fmt::Write;

use mailtrail_clock::now;
use mailtrail_directory::{Change, ChangeKind, Diff, FieldChange, Snapshot, diff};
use serde::Serialize;
use serde_json::Value;

use super::args::DiffArgs;
use super::times::Archived;
use super::warn;
use crate::output::{BOLD, ERROR, Exit, FAINT, Output, SUCCESS, WARNING, json_lines, paint, plain};

/// Two snapshots of an organization, and what changed between them: a line of `--json`.
#[derive(Debug, Serialize)]
struct Compared {
    organization: String,
    alias: Option<String>,
    before: String,
    after: String,
    #[serde(flatten)]
    diff: Diff,
}

pub(super) async fn run(args: &DiffArgs) -> anyhow::Result<Exit> {
    let mut archived = Archived::open(&args.archive).await?;
    let mut compared = Vec::new();
    let mut is_unknown = false;
    for (name, pair) in pairs(&mut archived, args).await? {
        if let Some((before, after)) = pair {
            compared.push(compare(&before, &after));
        } else {
            is_unknown = true;
            warn(&format!("of `{name}` there are no two snapshots to compare"));
        }
    }
    let output = if args.json { json_lines(&compared)? } else { compared.iter().map(text).collect() };
    Output::Stdout.write(&output)?;
    Ok(if is_unknown || archived.is_partial { Exit::NeedsAttention } else { Exit::Done })
}

type Pair = Option<(Snapshot, Snapshot)>;

/// The snapshots to compare, for each organization.
async fn pairs(archived: &mut Archived, args: &DiffArgs) -> anyhow::Result<Vec<(String, Pair)>> {
    if let (Some(before), Some(after)) = (&args.before, &args.after) {
        let (one, other) = (archived.read(before).await?, archived.read(after).await?);
        return Ok(vec![(after.organization.to_string(), one.zip(other))]);
    }
    let mut pairs = Vec::new();
    for id in archived.organizations(args.organization.as_deref()).await? {
        let until = args.range.until().unwrap_or(now());
        let after = archived.at(&id, until).await?;
        let since = args.range.since();
        // Without a time, the one before the last; with one, how it was then, or as it was first known.
        let before_last =
            after.as_ref().and_then(|it| mailtrail_clock::Time::from_millis(it.taken.millis() - 1));
        let mut before = match since.or(before_last) {
            Some(time) => archived.at(&id, time).await?,
            None => None,
        };
        if before.is_none()
            && since.is_some()
            && let Some(first) = archived.snapshots.taken.get(&id).and_then(|taken| taken.first().copied())
            && first <= until
        {
            warn(&format!(
                "of `{id}` the first snapshot was taken {}: what changed before is not known",
                first.rfc3339()
            ));
            archived.is_partial = true;
            before = archived.at(&id, first).await?;
        }
        pairs.push((id.to_string(), before.zip(after)));
    }
    Ok(pairs)
}

fn compare(before: &Snapshot, after: &Snapshot) -> Compared {
    Compared {
        organization: after.organization.id.to_string(),
        alias: after.organization.alias.clone(),
        before: before.key().to_string(),
        after: after.key().to_string(),
        diff: diff(before, after),
    }
}

fn text(compared: &Compared) -> String {
    let alias = compared.alias.as_deref().unwrap_or(&compared.organization);
    let mut text = format!("{}\n", paint(BOLD, plain(alias)));
    let mut add = |line: String| {
        // A `String` takes every write.
        let _infallible = writeln!(text, "{line}");
    };
    for key in [&compared.before, &compared.after] {
        add(format!("  {}", paint(FAINT, plain(key))));
    }
    if compared.before == compared.after {
        add(format!("  {} no other snapshot was saved in between", paint(SUCCESS, "=")));
    } else if compared.diff.is_empty() {
        add(format!("  {} nothing changed", paint(SUCCESS, "=")));
    }
    for change in &compared.diff.changes {
        add(format!("  {}", of_change(change)));
        change.fields.iter().for_each(|field| add(format!("      {}", of_field(field))));
    }
    for kind in &compared.diff.not_compared {
        add(format!("  {} not compared, as one of the two lacks it: {}", paint(WARNING, "!"), plain(kind)));
    }
    text
}

fn of_change(Change { change, kind, id, name, .. }: &Change) -> String {
    let mark = match change {
        ChangeKind::Added => paint(SUCCESS, "+"),
        ChangeKind::Removed => paint(ERROR, "-"),
        ChangeKind::Changed => paint(WARNING, "~"),
    };
    let name = name.as_ref().map(|name| format!(" {}", plain(name))).unwrap_or_default();
    format!("{mark} {kind}{name}  {}", paint(FAINT, plain(id)))
}

/// Of lists, only what is new or gone.
fn of_field(FieldChange { field, before, after }: &FieldChange) -> String {
    let name = field.replace('_', " ");
    let (Some(before), Some(after)) = (before.as_array(), after.as_array()) else {
        return format!("{}: {} → {}", plain(&name), value(before), value(after));
    };
    let only = |one: &[Value], other: &[Value], mark: &str| {
        let only = one.iter().filter(|it| !other.contains(it)).map(|it| format!("{mark}{}", value(it)));
        only.collect::<Vec<_>>()
    };
    let changes = [only(before, after, "-"), only(after, before, "+")].concat();
    format!("{}: {}", plain(&name), changes.join(", "))
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => plain(text),
        other => plain(&other.to_string()),
    }
}
