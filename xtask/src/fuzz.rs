//! `cargo xtask fuzz`: foreign bytes by the million, for a bounded time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use clap::Args;

use crate::shell::{cargo, run as run_command};
use crate::{project, target};

/// `cargo fuzz`, from the crate registry, installed below `target/`.
const CARGO_FUZZ: &str = "0.13.2";
const TARGETS: [&str; 4] = ["wire", "import", "normalize", "filter_pattern"];
/// A message may be 1 MiB; shorter ones find more in the same time.
const LARGEST_INPUT: u32 = 64 * 1024;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Seconds for each target.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let tool = cargo_fuzz()?;
    for name in TARGETS {
        let corpus = corpus(name)?;
        let mut fuzz = Command::new(&tool);
        fuzz.current_dir(project().join("xtask")).args(["fuzz", "run", name]).arg(corpus);
        fuzz.args([
            "--",
            &format!("-max_total_time={}", arguments.seconds),
            &format!("-max_len={LARGEST_INPUT}"),
        ]);
        // Sanitizers are unstable options; the stable compiler takes them when told so.
        run_command(fuzz.env("RUSTC_BOOTSTRAP", "1"))?;
    }
    Ok(())
}

fn cargo_fuzz() -> anyhow::Result<PathBuf> {
    let root = target().join("tools");
    let tool = root.join("bin/cargo-fuzz");
    if !tool.exists() {
        let root = root.to_string_lossy();
        run_command(&mut cargo([
            "install",
            "cargo-fuzz",
            "--locked",
            "--version",
            CARGO_FUZZ,
            "--root",
            &root,
        ]))?;
    }
    Ok(tool)
}

/// The samples, for the fuzzer to begin with.
fn corpus(name: &str) -> anyhow::Result<PathBuf> {
    let corpus = project().join("xtask/fuzz/corpus").join(name);
    fs::create_dir_all(&corpus).with_context(|| format!("cannot create {}", corpus.display()))?;
    for sample in mailtrail_samples::sample_files() {
        if sample.bytes.len() <= LARGEST_INPUT as usize {
            let file = Path::new(&sample.name).to_string_lossy().replace('/', "-");
            fs::write(corpus.join(file), &sample.bytes)?;
        }
    }
    Ok(corpus)
}
