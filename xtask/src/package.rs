//! `cargo xtask package`: the functions as they are deployed.

use std::fs;

use anyhow::Context;
use clap::Args;

use crate::shell::run as run_command;
use crate::{project, python, target};

/// Every function.
const FUNCTIONS: [&str; 3] = ["cloudtrail-activity", "policy-audit", "workmail-events"];
/// Where the templates of infra/ take the packages from.
const PACKAGES: &str = "infra/packages";

#[derive(Args)]
pub(crate) struct Arguments {
    /// For arm64, as the templates say; needs the standard library of aarch64-unknown-linux-gnu.
    #[arg(long)]
    arm64: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut build = python::command("cargo-lambda")?;
    build.current_dir(project());
    build.args(["lambda", "build", "--release", "--output-format", "zip"]);
    build.args(FUNCTIONS.iter().flat_map(|name| ["--package", name]));
    if arguments.arm64 {
        // Without the check: it would call rustup, which is not ours to call.
        build.args(["--arm64", "--skip-target-check"]);
    }
    run_command(&mut build)?;
    collect()
}

/// Puts the packages where the templates expect them, and says how big they are: a cold start reads every byte.
fn collect() -> anyhow::Result<()> {
    let packages = project().join(PACKAGES);
    fs::create_dir_all(&packages).with_context(|| format!("cannot create {}", packages.display()))?;
    for name in FUNCTIONS {
        let built = target().join("lambda").join(name).join("bootstrap.zip");
        let package = packages.join(format!("{name}.zip"));
        let bytes = fs::copy(&built, &package)
            .with_context(|| format!("cannot copy {} to {}", built.display(), package.display()))?;
        println!("{PACKAGES}/{name}.zip: {} kB", bytes.div_ceil(1000));
    }
    Ok(())
}
