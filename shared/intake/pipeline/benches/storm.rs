//! Any number of batches through storms, each of some hundred batches and with a seed of its own: one JSON object with the
//! figures of all, and exit code 1 if anything was lost, altered, invented, there twice or not accounted for.
//!
//! `cargo xtask storm` runs it. The storm is that of the tests.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, reason = "a bench")]

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "../tests/faults/setup.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod setup;
#[path = "../tests/faults/storm/mod.rs"]
mod storm;

use std::process::ExitCode;

use serde_json::{Map, Value, json};

use crate::storm::Figures;

/// Batches of one storm: the server keeps everything in memory until it is compared.
const BATCHES_OF_A_STORM: usize = 500;

fn main() -> ExitCode {
    let batches = argument("--batches").unwrap_or(BATCHES_OF_A_STORM);
    let seed = argument("--seed").unwrap_or(1) as u64;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (mut sum, mut left, mut storms) = (Figures::default(), batches, 0);
    while left > 0 {
        let size = left.min(BATCHES_OF_A_STORM);
        let figures = runtime.block_on(storm::storm(seed + storms, size));
        if !figures.is_sound() {
            eprintln!("seed {}: {figures:?}", seed + storms);
        }
        sum.add(figures);
        left -= size;
        storms += 1;
        if storms.is_multiple_of(10) {
            eprintln!("{} of {batches} batches in {:.0} s", batches - left, sum.seconds);
        }
    }
    println!("{}", json(&mut sum, seed));
    if sum.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The number after an argument.
fn argument(name: &str) -> Option<usize> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1).map(|number| number.parse().unwrap())
}

fn json(figures: &mut Figures, seed: u64) -> Value {
    let mut object = Map::new();
    object.insert("seed".to_owned(), json!(seed));
    for (name, count) in figures.counts() {
        object.insert(name.to_owned(), json!(*count));
    }
    object.insert("seconds".to_owned(), json!((figures.seconds * 10.0).round() / 10.0));
    object.insert("faults".to_owned(), json!(figures.faults));
    Value::Object(object)
}
