//! `cargo xtask storm`: batches by the hundred thousand through services that misbehave in every way that there is.
//!
//! The storm is that of the pipeline's tests, which run some hundred batches; what was sent is compared with the archive,
//! the streams and the topic, record by record.

use std::process::Stdio;

use anyhow::{Context, bail};
use clap::Args;
use serde_json::Value;

use crate::shell::cargo;

/// What must be zero.
const FAULTS_OF_OURS: [&str; 6] = ["lost", "twice", "altered", "invented", "unbalanced", "unwitnessed"];

#[derive(Args)]
pub(crate) struct Arguments {
    /// How many batches to send.
    #[arg(long, default_value_t = 100_000)]
    batches: u32,
    /// The seed of the first storm; each further one has the next.
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// The profile to build with: `dev` begins sooner, and takes longer.
    #[arg(long, default_value = "release")]
    profile: String,
    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let (batches, seed) = (arguments.batches.to_string(), arguments.seed.to_string());
    // The whole workspace, so that the features are those that everything else is built with.
    let mut bench =
        cargo(["bench", "--locked", "--workspace", "--bench", "storm", "--profile", &arguments.profile]);
    bench.args(["--", "--batches", &batches, "--seed", &seed]);
    let output = bench.stderr(Stdio::inherit()).output().context("failed to run cargo bench")?;
    let figures: Value = serde_json::from_slice(&output.stdout).context("the storm printed no JSON")?;
    if arguments.json {
        println!("{figures}");
    } else {
        print(&figures);
    }
    if FAULTS_OF_OURS.iter().any(|name| figures[name] != 0) || !output.status.success() {
        bail!("the storm did damage; each seed that did is named above");
    }
    Ok(())
}

fn print(figures: &Value) {
    println!("\n| the storm | |\n|---|---:|");
    for (name, value) in figures.as_object().into_iter().flatten().filter(|(_, value)| !value.is_object()) {
        println!("| {name} | {value} |");
    }
    println!("\n| fault | requests that it struck |\n|---|---:|");
    for (kind, count) in figures["faults"].as_object().into_iter().flatten() {
        println!("| {kind} | {count} |");
    }
}
