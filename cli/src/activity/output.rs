//! What was found, on stdout, in the form that is asked for.

use mailtrail_clock::Time;

use super::args::OutputArgs;
use super::event::Event;
use super::scan::{Answer, Found, Shown};
use super::summary::Summary;
use super::{csv, rows};
use crate::output::terminal_width;
use crate::reading::Tally;

/// So many records are put together before they are printed.
const AT_ONCE: usize = 1_000;

#[derive(Debug)]
pub(super) enum Output {
    /// A table a day, as wide as the terminal at most.
    Table {
        width: Option<usize>,
        is_first: bool,
    },
    /// The records themselves.
    Records,
    Csv {
        has_names: bool,
    },
    Summary {
        summary: Box<Summary>,
        json: bool,
    },
}

impl Output {
    pub(super) fn new(args: &OutputArgs) -> Self {
        if args.summary {
            Self::Summary { summary: Box::default(), json: args.json }
        } else if args.json {
            Self::Records
        } else if args.csv {
            Self::Csv { has_names: false }
        } else {
            Self::Table { width: terminal_width(), is_first: true }
        }
    }

    /// What it needs of each event.
    pub(super) fn shown(&self) -> Shown {
        match self {
            Self::Records => Shown::Records,
            Self::Table { .. } | Self::Csv { .. } => Shown::Events,
            Self::Summary { .. } => Shown::Counts,
        }
    }

    /// Counts an event where nothing else is asked for, and hands back any other.
    pub(super) fn count(&mut self, found: Found) -> Option<Found> {
        match (self, &found.answer) {
            (Self::Summary { summary, .. }, Answer::Counted(event)) => {
                summary.add(event);
                None
            }
            _ => Some(found),
        }
    }

    /// Takes what was found of a day.
    pub(super) fn add(&mut self, day: Time, found: Vec<Found>, tally: &Tally) -> anyhow::Result<()> {
        match self {
            Self::Table { width, is_first } => {
                let events: Vec<_> = events(found).collect();
                let parting = if std::mem::take(is_first) { "" } else { "\n" };
                let text = parting.to_owned() + &rows::day(day, &events, *width);
                tally.print(text.as_bytes(), true)?;
            }
            Self::Records => {
                for some in found.chunks(AT_ONCE) {
                    let lines: String =
                        some.iter().filter_map(record).flat_map(|record| [record, "\n"]).collect();
                    tally.print(mailtrail_plain_text::escape_json(&lines).as_bytes(), false)?;
                }
            }
            Self::Csv { has_names } => {
                let mut text = if std::mem::replace(has_names, true) { Vec::new() } else { csv::names()? };
                text.extend(csv::lines(events(found))?);
                tally.print(&text, false)?;
            }
            Self::Summary { .. } => {}
        }
        Ok(())
    }

    /// Prints what can be said at the end only.
    pub(super) fn end(self, tally: &Tally) -> anyhow::Result<()> {
        match self {
            Self::Csv { has_names: false } => tally.print(&csv::names()?, false)?,
            Self::Summary { summary, json: true } => tally.print(summary.json()?.as_bytes(), false)?,
            Self::Summary { summary, json: false } => tally.print(summary.text().as_bytes(), true)?,
            _ => {}
        }
        Ok(())
    }
}

fn events(found: Vec<Found>) -> impl Iterator<Item = Event> {
    found.into_iter().filter_map(|found| match found.answer {
        Answer::Event(event) => Some(*event),
        Answer::Record(_) | Answer::Counted(_) => None,
    })
}

fn record(found: &Found) -> Option<&str> {
    if let Answer::Record(line) = &found.answer { Some(line) } else { None }
}
