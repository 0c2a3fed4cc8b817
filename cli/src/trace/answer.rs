//! The messages that were found, on stdout, in the form that is asked for.

use std::collections::BTreeSet;

use mailtrail_clock::Time;
use mailtrail_plain_text::shell_word;
use mailtrail_trace::Message;
use serde_json::json;

use super::args::{OutputArgs, TraceArgs, What};
use super::groups::Groups;
use super::last_list::{LastList, content_hash};
use super::sorted::{Sorted, order};
use super::{csv, journey, list};
use crate::output::{FAINT, NUMBER, Zone, count, json_line, paint, terminal_width};
use crate::reading::Tally;

/// Messages of a list, unless asked otherwise.
const LIMIT: usize = 100;
/// Bytes that are put together before they are printed.
const AT_ONCE: usize = 64 << 10;

pub(super) struct Answer {
    messages: u64,
    form: Form,
    zone: Zone,
    rows: Rows,
}

/// How a message is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    List,
    Journey,
    Json,
    Csv,
}

enum Form {
    /// The latest messages, in order.
    Latest {
        messages: Vec<Message>,
        limit: usize,
    },
    /// The texts of all of them.
    All(Sorted),
    Groups(Groups),
    Count,
    /// The message to which the most different things happened; of several the first.
    MostEventful(Option<Box<Message>>),
}

impl Answer {
    /// For [`super::most_eventful`].
    pub(super) fn of_most_eventful() -> Self {
        Self { messages: 0, form: Form::MostEventful(None), zone: Zone::UTC, rows: Rows::Journey }
    }

    /// That message, with its journey.
    pub(super) fn most_eventful(self) -> Option<String> {
        let Form::MostEventful(message) = self.form else { return None };
        message.map(|message| journey::text(&message, &self.zone))
    }

    pub(super) fn new(args: &TraceArgs, is_detailed: bool) -> Self {
        let OutputArgs { limit, json, csv, count, group_by, tz, .. } = &args.output;
        let limit = limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
        let rows = match (*json, *csv) {
            (true, _) => Rows::Json,
            (_, true) => Rows::Csv,
            _ if is_detailed => Rows::Journey,
            _ => Rows::List,
        };
        let form = if let Some(by) = group_by {
            Form::Groups(Groups::new(*by))
        } else if *count {
            Form::Count
        } else if limit.is_none() && matches!(rows, Rows::Json | Rows::Csv) {
            Form::All(Sorted::default())
        } else {
            Form::Latest { messages: Vec::new(), limit: limit.unwrap_or(LIMIT) }
        };
        let zone = match (tz, rows) {
            (Some(zone), _) => zone.clone(),
            (None, Rows::Json | Rows::Csv) => Zone::UTC,
            (None, _) => Zone::for_people(),
        };
        Self { messages: 0, form, zone, rows }
    }

    /// How many messages are shown, the latest of all; nothing where all are, or where they are counted.
    pub(super) fn limit(&self) -> Option<usize> {
        match &self.form {
            Form::Latest { limit, .. } => Some(*limit),
            _ => None,
        }
    }

    /// Whether as many messages are shown as are asked for, and none of them begins before a time.
    pub(super) fn begins_at(&self, since: Time) -> bool {
        match &self.form {
            Form::Latest { messages, limit } => {
                messages.len() == *limit && messages.iter().all(|message| message.first_time >= since)
            }
            _ => true,
        }
    }

    /// How many messages were found.
    pub(super) fn messages(&self) -> u64 {
        self.messages
    }

    /// Takes messages, in order of time.
    pub(super) fn take(&mut self, found: Vec<Message>) -> anyhow::Result<()> {
        self.messages += found.len() as u64;
        match &mut self.form {
            Form::Count => {}
            Form::MostEventful(most) => {
                for message in found {
                    if most.as_ref().is_none_or(|most| kinds_and_events(most) < kinds_and_events(&message)) {
                        *most = Some(Box::new(message));
                    }
                }
            }
            Form::Groups(groups) => found.iter().for_each(|message| groups.add(message, &self.zone)),
            Form::Latest { messages, limit } => {
                messages.extend(found);
                messages.sort_by_cached_key(order);
                messages.drain(..messages.len().saturating_sub(*limit));
            }
            Form::All(sorted) => {
                let (rows, zone) = (self.rows, &self.zone);
                let texts = found.iter().map(|message| Ok((order(message), text(message, rows, zone)?)));
                sorted.add(texts.collect::<anyhow::Result<Vec<_>>>()?)?;
            }
        }
        Ok(())
    }

    /// Prints what was found: `is_whole`, if all that there are were.
    pub(super) fn end(self, args: &TraceArgs, is_whole: bool, tally: &Tally) -> anyhow::Result<()> {
        let Self { messages: found, form, zone, rows } = self;
        if rows == Rows::Csv && !matches!(form, Form::Groups(_) | Form::Count) {
            tally.print(&csv::names()?, false)?;
        }
        match form {
            Form::Count if rows == Rows::Json => {
                tally.print(json_line(&json!({"messages": found}))?.as_bytes(), false)?;
            }
            Form::MostEventful(_) => {}
            Form::Count => tally.print(format!("{found}\n").as_bytes(), false)?,
            Form::Groups(groups) => match rows {
                Rows::Json => tally.print(&groups.json()?, false)?,
                Rows::Csv => tally.print(&groups.csv()?, false)?,
                _ if found > 0 => tally.print(groups.text().as_bytes(), true)?,
                _ => {}
            },
            Form::All(sorted) => {
                let mut some = Vec::new();
                sorted.for_each(|text| {
                    some.extend(text);
                    if some.len() < AT_ONCE {
                        return Ok(());
                    }
                    tally.print(&std::mem::take(&mut some), false)
                })?;
                tally.print(&some, false)?;
            }
            Form::Latest { messages, .. } => {
                show(&messages, rows, &zone, args, tally)?;
                let shown = messages.len();
                if !is_whole {
                    tally.note("--limit N shows the latest N messages; --count counts all of them");
                } else if found > shown as u64 {
                    let all = paint(NUMBER, count(found, "message"));
                    tally.note(&format!("the latest {shown} of {all} are shown; --limit N shows N of them"));
                }
            }
        }
        Ok(())
    }
}

/// The latest messages.
fn show(
    messages: &[Message],
    rows: Rows,
    zone: &Zone,
    args: &TraceArgs,
    tally: &Tally,
) -> anyhow::Result<()> {
    if rows == Rows::List && !messages.is_empty() {
        tally.print(list::text(messages, zone, terminal_width()).as_bytes(), true)?;
        if !zone.is_utc() {
            tally.note(&paint(FAINT, format_args!("times in {}", zone.name())));
        }
        if LastList::of(messages, args).save() {
            let mut archives = String::new();
            for location in args.archives.locations() {
                archives.push_str(" --archive ");
                archives.push_str(&shell_word(&location.to_string()));
            }
            let number = messages.len();
            tally.note(&paint(
                FAINT,
                format_args!("the journey of the last one: mailtrail trace{archives} {number}"),
            ));
        }
        return Ok(());
    }
    for (message, number) in messages.iter().zip(0..) {
        if number > 0 && rows == Rows::Journey {
            tally.print(b"\n", false)?;
        }
        tally.print(&text(message, rows, zone)?, rows == Rows::Journey)?;
        if let Some(What::Number(number)) = args.what {
            let is_known = LastList::load()?.contains(number, &content_hash(message));
            if !is_known {
                tally.note("the message has changed since the list was made: more of its events are archived, or fewer can be read");
            }
        }
    }
    Ok(())
}

/// How many kinds of events tell of it, and how many events.
fn kinds_and_events(message: &Message) -> (usize, usize) {
    let kinds: BTreeSet<&str> = message.journey.iter().flatten().map(|step| step.event.as_str()).collect();
    (kinds.len(), message.events)
}

fn text(message: &Message, rows: Rows, zone: &Zone) -> anyhow::Result<Vec<u8>> {
    Ok(match rows {
        Rows::Json => json_line(message)?.into_bytes(),
        Rows::Csv => csv::lines(message, zone)?,
        Rows::Journey => journey::text(message, zone).into_bytes(),
        Rows::List => list::text(std::slice::from_ref(message), zone, None).into_bytes(),
    })
}
