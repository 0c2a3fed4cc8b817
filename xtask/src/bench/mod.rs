//! `cargo xtask bench`: the processor against its floor, the import of files, backfills, traces, and the function's memory and start.

mod backfill;
mod function;
mod log_group;
mod trace;

use std::fs;
use std::process::Stdio;

use anyhow::{Context, ensure};
use clap::Args;
use serde_json::{Value, json};

use crate::shell::cargo;

/// What a log file of CloudTrail has to be read with on one core, in MB decoded a second.
const LEAST_IMPORT_MB_PER_S: f64 = 100.0;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
    /// Only these figures; may be repeated [default: all]
    #[arg(long = "only", value_name = "FIGURES", value_parser = BENCHES.map(|bench| bench.name))]
    only: Vec<String>,
}

/// Something that is measured on its own.
struct Bench {
    name: &'static str,
    measure: fn() -> anyhow::Result<Value>,
    print: fn(&Value),
    /// What does not reach what was promised of it.
    missed: fn(&Value) -> Vec<String>,
}

const BENCHES: [Bench; 5] = [
    Bench {
        name: "processor",
        measure: || of_crate("mailtrail-pipeline", "processor"),
        print: print_processor,
        missed: |_| Vec::new(),
    },
    Bench {
        name: "import",
        measure: || of_crate("mailtrail-import", "cloudtrail"),
        print: print_import,
        missed: missed_by_import,
    },
    Bench { name: "backfill", measure: backfill::figures, print: backfill::print, missed: backfill::missed },
    Bench { name: "trace", measure: trace::figures, print: trace::print, missed: trace::missed },
    Bench { name: "function", measure: function::figures, print: function::print, missed: |_| Vec::new() },
];

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let is_wanted = |name: &str| arguments.only.is_empty() || arguments.only.iter().any(|only| only == name);
    let mut all = serde_json::Map::new();
    let mut missed = Vec::new();
    for bench in BENCHES.iter().filter(|bench| is_wanted(bench.name)) {
        let figures = (bench.measure)()?;
        if !arguments.json {
            (bench.print)(&figures);
        }
        missed.extend((bench.missed)(&figures));
        all.insert(bench.name.to_owned(), figures);
    }
    if arguments.json {
        println!("{}", json!(all));
    }
    ensure!(missed.is_empty(), "missed: {}", missed.join("; "));
    Ok(())
}

/// The figures of a bench of a crate, which has a process of its own.
fn of_crate(package: &str, bench: &str) -> anyhow::Result<Value> {
    let mut bench = cargo(["bench", "--locked", "--package", package, "--bench", bench, "--", "--json"]);
    let output = bench.stderr(Stdio::inherit()).output().context("failed to run cargo bench")?;
    ensure!(output.status.success(), "the bench `{bench:?}` failed");
    serde_json::from_slice(&output.stdout).context("the bench printed no JSON")
}

/// The largest resident memory of a process so far.
fn peak_kib(process: u32) -> anyhow::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse()?)
}

fn print_processor(figures: &Value) {
    println!("\n| events | decoded | records | archived | processor | floor | ratio | decoded input |");
    println!("|---:|---:|---:|---:|---:|---:|---:|---:|");
    for row in figures.as_array().into_iter().flatten() {
        let number = |name: &str| row[name].as_f64().unwrap_or(f64::NAN);
        println!(
            "| {} | {:.1} kB | {:.1} kB | {:.1} kB | {:.3} ms | {:.3} ms | {:.2} | {:.0} MB/s |",
            row["events"],
            number("decoded_bytes") / 1e3,
            number("record_bytes") / 1e3,
            number("archived_bytes") / 1e3,
            number("processor_us") / 1e3,
            number("floor_us") / 1e3,
            number("ratio"),
            number("decoded_mb_per_s")
        );
    }
}

const IMPORTS: [&str; 2] = ["plain_mb_per_s", "gzip_mb_per_s"];

fn print_import(figures: &Value) {
    println!("\n| a log file of CloudTrail into payloads | |\n|---|---:|");
    for name in IMPORTS {
        println!("| {name} | {} MB/s decoded |", figures[name]);
    }
}

fn missed_by_import(figures: &Value) -> Vec<String> {
    let slow = IMPORTS
        .into_iter()
        .filter(|name| figures[name].as_f64().is_none_or(|rate| rate < LEAST_IMPORT_MB_PER_S));
    slow.map(|name| format!("import: {name} is below {LEAST_IMPORT_MB_PER_S}")).collect()
}
