//! `cargo xtask journeys`: journeys of messages from a seed, as payloads, and what a perfect trace says of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use mailtrail_samples::journeys::{Journey, JourneyEvent, Journeys};
use mailtrail_samples::{Batch, Event, event_id};
use serde_json::{Value, json};

/// How long after its last event a log group is still written to, in milliseconds.
const LATER: i64 = 60 * 60 * 1000;
/// What is written there: nothing of any recipient.
const LAST_LINE: &str =
    r#"{"traceId":"last","event":{"eventName":"RULE_APPLIED","ruleName":"none","ruleActions":[]}}"#;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The same seed gives the same journeys.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many; the forms take turns.
    #[arg(long, default_value_t = 380)]
    count: usize,
    /// Leave out an event of each.
    #[arg(long)]
    incomplete: bool,
    /// Where to write a payload of each log group, and truth.json.
    directory: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let directory = &arguments.directory;
    fs::create_dir_all(directory).with_context(|| format!("cannot create {}", directory.display()))?;
    let journeys: Vec<Journey> = Journeys::new(arguments.seed).take(arguments.count).collect();
    let missing = |number: usize, journey: &Journey| -> BTreeSet<usize> {
        // The distance between journeys of one form is a multiple of their number.
        let turn = number / Journeys::forms();
        arguments.incomplete.then(|| turn % journey.events.len()).into_iter().collect()
    };
    let last = journeys.iter().flat_map(|journey| &journey.events).map(|logged| logged.event.timestamp).max();
    let as_of = last.unwrap_or_default() + LATER;
    let (mut logged, mut truth): (Vec<JourneyEvent>, Vec<Value>) = (Vec::new(), Vec::new());
    for (number, journey) in journeys.iter().enumerate() {
        let missing = missing(number, journey);
        let messages = journey.expected(&missing, as_of, false);
        truth.push(json!({"form": journey.form, "messages": messages}));
        let there = journey.events.iter().enumerate().filter(|(index, _)| !missing.contains(index));
        logged.extend(there.map(|(_, event)| event.clone()));
    }
    for (number, batch) in batches(&logged, as_of).into_iter().enumerate() {
        write(&directory.join(format!("{number}.json.gz")), &batch.to_gzip())?;
    }
    write(&directory.join("truth.json"), &serde_json::to_vec_pretty(&truth)?)?;
    println!("{} journeys, and what is true of them, are in {}", arguments.count, directory.display());
    Ok(())
}

/// The events of each log group, and one more as of then.
fn batches(logged: &[JourneyEvent], as_of: i64) -> Vec<Batch> {
    let log_groups: BTreeSet<&'static str> = logged.iter().map(|logged| logged.log_group).collect();
    let of = |log_group: &'static str| {
        let own = logged.iter().filter(|logged| logged.log_group == log_group);
        let mut events: Vec<Event> = own.map(|logged| logged.event.clone()).collect();
        events.push(Event { id: event_id(as_of, 0), timestamp: as_of, message: LAST_LINE.to_owned() });
        events.sort_by(|one, other| one.id.cmp(&other.id));
        Batch { log_group: log_group.to_owned(), ..Batch::of(events) }
    };
    log_groups.into_iter().map(of).collect()
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
