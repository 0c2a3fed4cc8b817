//! `cargo xtask policies`: plans for thousands of random accounts, proved by an evaluator that shares nothing with ours.

use clap::Args;

use crate::shell::{cargo, run as run_command};
use crate::{project, python, target};

/// Accounts in which something is wrong, each in a file, below `target/`.
const FOUND: &str = "policies";

#[derive(Args)]
pub(crate) struct Arguments {
    /// How many accounts.
    #[arg(long, default_value_t = 5_000)]
    accounts: u32,
    /// The seed of the first; the others follow.
    #[arg(long, default_value_t = 0)]
    seed: u32,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    run_command(&mut cargo(["build", "--locked", "--workspace", "--bins"]))?;
    let mut campaign = python::command("python")?;
    campaign
        .current_dir(project().join("tests"))
        .env("CARGO_TARGET_DIR", target())
        .args(["policy_campaign.py", "--accounts", &arguments.accounts.to_string()])
        .args(["--seed", &arguments.seed.to_string()])
        .arg("--found")
        .arg(target().join(FOUND));
    run_command(&mut campaign)
}
