//! Events as CSV: a line of names, and a line for each event.
//!
//! Much of it is what callers chose: user agents, session names, parameters.

use mailtrail_activity::Outcome;

use super::event::Event;
use crate::output::csv_lines;

const NAMES: [&str; COLUMNS] = [
    "time",
    "who",
    "identity",
    "role",
    "session",
    "access_key",
    "service",
    "event",
    "target",
    "owner",
    "source",
    "user_agent",
    "status",
    "error",
    "error_detail",
    "via",
    "account",
    "region",
    "log_group",
    "uid",
    "also_in",
    "partial",
    "user_name",
    "owner_name",
    "names",
];
const COLUMNS: usize = 25;

/// The line of names.
pub(super) fn names() -> anyhow::Result<Vec<u8>> {
    csv_lines([NAMES])
}

/// The lines of these events.
pub(super) fn lines(events: impl IntoIterator<Item = Event>) -> anyhow::Result<Vec<u8>> {
    csv_lines(events.into_iter().map(cells))
}

fn cells(event: Event) -> [String; COLUMNS] {
    let status = match event.outcome {
        Outcome::Success => "success",
        Outcome::Failure => "failure",
        Outcome::Unknown => "",
    };
    let names = event.names.iter().map(|(id, name)| format!("{id} = {name}"));
    [
        event.time.rfc3339(),
        event.who,
        event.identity,
        event.role,
        event.session,
        event.access_key,
        event.service,
        event.name,
        event.target,
        event.owner,
        event.source,
        event.user_agent,
        status.to_owned(),
        event.error,
        event.error_detail,
        event.via,
        event.account,
        event.region,
        event.log_group,
        event.uid,
        event.also_in.join(" "),
        if event.is_partial { "true".to_owned() } else { String::new() },
        event.user_name,
        event.owner_name,
        names.collect::<Vec<_>>().join("; "),
    ]
}
