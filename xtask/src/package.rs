//! `cargo xtask package`: the functions as they are deployed.

use clap::Args;

use crate::python;
use crate::shell::run as run_command;

/// Every function.
const FUNCTIONS: [&str; 2] = ["cloudtrail-activity", "workmail-events"];

#[derive(Args)]
pub(crate) struct Arguments {
    /// For arm64, as the templates say; needs the standard library of aarch64-unknown-linux-gnu.
    #[arg(long)]
    arm64: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut build = python::command("cargo-lambda")?;
    build.current_dir(crate::project());
    build.args(["lambda", "build", "--release", "--output-format", "zip"]);
    build.args(FUNCTIONS.iter().flat_map(|name| ["--package", name]));
    if arguments.arm64 {
        // Without the check: it would call rustup, which is not ours to call.
        build.args(["--arm64", "--skip-target-check"]);
    }
    run_command(&mut build)
}
