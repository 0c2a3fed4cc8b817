//! Events as CSV: a line of names, and a line for each event.
//!
//! Much of it is what callers chose (user agents, session names, parameters), and a spreadsheet takes a cell
//! that begins with `=`, `+`, `-`, `@`, a tab or a carriage return for a formula. Such a cell gets an apostrophe
//! in front, which spreadsheets do not show. Control characters are written as escapes, so that CSV may be
//! looked at on a terminal, and an event is one line.

use mailtrail_activity::Outcome;

use super::event::Event;
use crate::output::plain;

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
];
const COLUMNS: usize = 22;

/// The line of names.
pub(super) fn names() -> anyhow::Result<Vec<u8>> {
    written(|csv| csv.write_record(NAMES))
}

/// The lines of these events.
pub(super) fn lines(events: impl IntoIterator<Item = Event>) -> anyhow::Result<Vec<u8>> {
    written(|csv| events.into_iter().try_for_each(|event| csv.write_record(cells(event))))
}

fn written(write: impl FnOnce(&mut csv::Writer<Vec<u8>>) -> csv::Result<()>) -> anyhow::Result<Vec<u8>> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    write(&mut csv)?;
    Ok(csv.into_inner()?)
}

fn cells(event: Event) -> [String; COLUMNS] {
    let status = match event.outcome {
        Outcome::Success => "success",
        Outcome::Failure => "failure",
        Outcome::Unknown => "",
    };
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
    ]
    .map(|cell| harmless(&cell))
}

fn harmless(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    format!("{}{}", if formula { "'" } else { "" }, plain(cell))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"] {
            assert_eq!(harmless(formula), format!("'{formula}"));
        }
        for cell in ["", "a=b", "'=1", "2001:db8::1"] {
            assert_eq!(harmless(cell), cell);
        }
    }

    #[test]
    fn a_cell_has_no_power_over_the_terminal() {
        assert_eq!(harmless("\r=1\u{1b}[2J\n"), "'\\r=1\\u{1b}[2J\\n");
    }
}
