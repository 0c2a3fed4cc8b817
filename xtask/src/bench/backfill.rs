//! Backfills: how many events a second where CloudWatch Logs is no brake, and the command over a million events where it is.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::log_group::{self, EVENTS, LogGroup, PAGES_PER_SECOND};
use super::{of_crate, peak_kib};
use crate::shell::{cargo, run as run_command};
use crate::target;

const LEAST_EVENTS_PER_S: f64 = 20_000.0;
const MOST_SECONDS: f64 = 600.0;
const MOST_MIB: f64 = 200.0;
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);

/// Both.
pub(super) fn figures() -> anyhow::Result<Value> {
    let mut figures = of_crate("mailtrail-pull", "backfill")?;
    figures["command"] = command()?;
    Ok(figures)
}

/// The release binary over a log group that hands out its pages slowly.
fn command() -> anyhow::Result<Value> {
    run_command(&mut cargo(["build", "--locked", "--release", "--package", "mailtrail"]))?;
    let folder = tempfile::tempdir()?;
    let group = LogGroup::start()?;
    let started = Instant::now();
    let mut process = Command::new(target().join("release/mailtrail"))
        .args(["backfill", "--json", "--log-group", log_group::NAME, "--archive"])
        .arg(folder.path().join("archive"))
        .env_clear()
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "example")
        .env("AWS_ENDPOINT_URL", &group.endpoint)
        .stdout(Stdio::piped())
        .spawn()
        .context("failed to run mailtrail")?;
    let mut peak = 0;
    while process.try_wait()?.is_none() {
        // It may end between the two.
        peak = peak.max(peak_kib(process.id()).unwrap_or_default());
        std::thread::sleep(BETWEEN_LOOKS);
    }
    let seconds = started.elapsed().as_secs_f64();
    let output = process.wait_with_output()?;
    let answer: Value = serde_json::from_slice(&output.stdout).context("the command printed no JSON")?;
    ensure!(output.status.success() && answer["added"] == EVENTS, "not all events were added: {answer}");
    Ok(json!({
        "events": EVENTS,
        "pages_per_second": PAGES_PER_SECOND,
        "seconds": seconds.round(),
        "peak_mib": peak / 1024,
    }))
}

pub(super) fn print(figures: &Value) {
    println!("\n| backfill | |\n|---|---:|");
    for (name, unit) in [("added_per_second", "events/s"), ("compared_per_second", "events/s")] {
        println!("| {name}, where the source is no brake | {} {unit} |", figures[name]);
    }
    let command = &figures["command"];
    println!("| {EVENTS} events at {PAGES_PER_SECOND} pages of 1 MB a second | {} s |", command["seconds"]);
    println!("| its peak memory | {} MiB |", command["peak_mib"]);
}

/// What does not reach what was promised.
pub(super) fn missed(figures: &Value) -> Vec<String> {
    let command = &figures["command"];
    let too_few = |value: &Value| value.as_f64().is_none_or(|value| value < LEAST_EVENTS_PER_S);
    let too_many = |value: &Value, most: f64| value.as_f64().is_none_or(|value| value > most);
    [
        (too_few(&figures["added_per_second"]), "backfill: fewer than 20,000 events a second"),
        (too_many(&command["seconds"], MOST_SECONDS), "backfill: a million events take more than 10 minutes"),
        (too_many(&command["peak_mib"], MOST_MIB), "backfill: more than 200 MiB"),
    ]
    .into_iter()
    .filter(|(is_missed, _)| *is_missed)
    .map(|(_, text)| text.to_owned())
    .collect()
}
