//! `mailtrail trace` over a million email events in small objects: the list, a journey, and what else reads the same bytes.
//!
//! The archive is made once, below `target/bench`, by the release binary, and stays there.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use mailtrail_samples::Traffic;
use serde_json::{Value, json};

use super::peak_kib;
use crate::shell::{cargo, output, run as run_command};
use crate::{project, python, target};

const PAYLOADS: usize = 10_000;
const EVENTS_OF_EACH: usize = 100;
const EVENTS: usize = PAYLOADS * EVENTS_OF_EACH;
/// A journey is asked for so often, and the median counts.
const JOURNEYS: usize = 9;
/// The list takes at most so many times as long as decompressing the same objects, one after the other.
const MOST_RATIO: f64 = 1.5;
const MOST_JOURNEY_SECONDS: f64 = 0.3;
const MOST_MIB: u64 = 300;
const BETWEEN_LOOKS: Duration = Duration::from_millis(2);

/// A run of the command.
struct Measured {
    seconds: f64,
    peak_mib: u64,
    stdout: Vec<u8>,
}

/// The figures of all questions.
pub(super) fn figures() -> anyhow::Result<Value> {
    run_command(&mut cargo(["build", "--locked", "--release", "--package", "mailtrail"]))?;
    let archive = archive()?;
    let objects = objects(&archive)?;
    // The first time, they come from the disk.
    decompress(&objects)?;
    let (decompressing, bytes) = decompress(&objects)?;
    let list = ask(&archive, &[])?;
    let all = ask(&archive, &["--json"])?;
    let (id, day) = middle_message(&all.stdout)?;
    let mut journeys = Vec::new();
    for _ in 0..JOURNEYS {
        journeys.push(ask(&archive, &["--detail", "--on", &day, "--trace-id", &id])?);
    }
    journeys.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
    let peaks = journeys.iter().chain([&list, &all]).map(|measured| measured.peak_mib);
    Ok(json!({
        "events": EVENTS,
        "objects": objects.len(),
        "decompressed_mb": bytes / 1_000_000,
        "decompressing_seconds": rounded(decompressing),
        "list_seconds": rounded(list.seconds),
        "list_ratio": rounded(list.seconds / decompressing),
        "all_json_seconds": rounded(all.seconds),
        "journey_seconds_median": rounded(journeys[JOURNEYS / 2].seconds),
        "peak_mib": peaks.max(),
        "duckdb": duckdb(&archive),
    }))
}

fn archive() -> anyhow::Result<PathBuf> {
    let folder = target().join("bench").join(format!("trace-{EVENTS}"));
    let (archive, complete) = (folder.join("archive"), folder.join("complete"));
    if complete.exists() {
        return Ok(archive);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let payloads = folder.join("payloads");
    fs::create_dir_all(&payloads)?;
    let mut traffic = Traffic::new(1);
    for number in 0..PAYLOADS {
        fs::write(payloads.join(format!("{number:06}.json.gz")), traffic.batch(EVENTS_OF_EACH).to_gzip())?;
    }
    run_command(Command::new(mailtrail()).arg("ingest").arg(&payloads).arg("--archive").arg(&archive))?;
    fs::remove_dir_all(&payloads)?;
    // Written last: a folder without it is half an archive.
    fs::write(complete, "")?;
    Ok(archive)
}

fn mailtrail() -> PathBuf {
    target().join("release/mailtrail")
}

/// The objects that hold email events.
fn objects(archive: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut folders = vec![archive.join("email_activity"), archive.join("base_event")];
    let mut objects = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let entry = entry?;
            if entry.file_type()?.is_dir() { folders.push(entry.path()) } else { objects.push(entry.path()) }
        }
    }
    Ok(objects)
}

/// How long decompressing takes, and how many bytes come out.
fn decompress(objects: &[PathBuf]) -> anyhow::Result<(f64, u64)> {
    let started = Instant::now();
    let mut bytes = 0;
    for object in objects {
        bytes += io::copy(&mut zstd::Decoder::new(File::open(object)?)?, &mut io::sink())?;
    }
    Ok((started.elapsed().as_secs_f64(), bytes))
}

/// The command, with its answer in a file.
fn ask(archive: &Path, arguments: &[&str]) -> anyhow::Result<Measured> {
    let answer = tempfile::NamedTempFile::new()?;
    let home = tempfile::tempdir()?;
    let started = Instant::now();
    let mut process = Command::new(mailtrail())
        .arg("trace")
        .args(arguments)
        .arg("--archive")
        .arg(archive)
        .env_clear()
        .env("HOME", home.path())
        .stdout(answer.reopen()?)
        .stderr(Stdio::null())
        .spawn()
        .context("failed to run mailtrail")?;
    let mut peak = 0;
    let status = loop {
        if let Some(status) = process.try_wait()? {
            break status;
        }
        // It may end between the two.
        peak = peak.max(peak_kib(process.id()).unwrap_or_default());
        std::thread::sleep(BETWEEN_LOOKS);
    };
    let seconds = started.elapsed().as_secs_f64();
    ensure!(status.success(), "mailtrail trace {arguments:?} ended with {status}");
    Ok(Measured { seconds, peak_mib: peak / 1024, stdout: fs::read(answer.path())? })
}

/// A trace id of the message in the middle of the list, and the day when it began.
fn middle_message(lines: &[u8]) -> anyhow::Result<(String, String)> {
    let lines: Vec<&[u8]> = lines.split(|byte| *byte == b'\n').collect();
    let message: Value = serde_json::from_slice(lines[lines.len() / 2])?;
    let id = message["trace_ids"][0].as_str().context("a message without a trace id")?;
    let day = message["first_time"].as_str().and_then(|time| time.get(..10)).context("no first_time")?;
    Ok((id.to_owned(), day.to_owned()))
}

/// The same list in SQL, where Python is there to run DuckDB.
fn duckdb(archive: &Path) -> Value {
    let figures = || -> anyhow::Result<Value> {
        let script = project().join("tests/duckdb_trace.py");
        let days = ["20200101", "20991231"];
        let text = output(python::command("python")?.arg(script).arg(archive).args(days))?;
        Ok(serde_json::from_str(&text)?)
    };
    figures().unwrap_or_else(|error| json!({"failed": format!("{error:#}")}))
}

fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

pub(super) fn print(figures: &Value) {
    println!("\n| trace over {EVENTS} email events | |\n|---|---:|");
    for (name, unit) in [
        ("objects", ""),
        ("decompressed_mb", "MB"),
        ("decompressing_seconds", "s"),
        ("list_seconds", "s"),
        ("list_ratio", ""),
        ("all_json_seconds", "s"),
        ("journey_seconds_median", "s"),
        ("peak_mib", "MiB"),
    ] {
        println!("| {name} | {} {unit} |", figures[name]);
    }
    println!("| the whole list by DuckDB | {} s |", figures["duckdb"]["seconds"]);
}

/// What does not reach what was promised.
pub(super) fn missed(figures: &Value) -> Vec<String> {
    let too_many = |name: &str, most: f64| figures[name].as_f64().is_none_or(|value| value > most);
    [
        (too_many("list_ratio", MOST_RATIO), "trace: the list takes more than 1.5 × decompressing"),
        (too_many("journey_seconds_median", MOST_JOURNEY_SECONDS), "trace: a journey takes more than 0.3 s"),
        (figures["peak_mib"].as_u64().is_none_or(|peak| peak > MOST_MIB), "trace: more than 300 MiB"),
    ]
    .into_iter()
    .filter(|(is_missed, _)| *is_missed)
    .map(|(_, text)| text.to_owned())
    .collect()
}
