//! `cargo xtask backfills`: log groups whose pages cannot be trusted, a subscription, and backfills that are killed, from as many
//! seeds as wanted. The archive is compared with what was logged, event by event.

use clap::Args;

use crate::shell::{cargo, run as run_command};

#[derive(Args)]
pub(crate) struct Arguments {
    /// How many log groups.
    #[arg(long, default_value_t = 10_000)]
    log_groups: u32,
    /// The seed of the first; the others follow.
    #[arg(long, default_value_t = 0)]
    seed: u32,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let seeds = format!("{}..{}", arguments.seed, arguments.seed + arguments.log_groups);
    // The whole workspace, so that the features are those that everything else is built with.
    let mut tests = cargo(["test", "--locked", "--workspace", "--test", "hostile_log_groups"]);
    run_command(tests.env("MAILTRAIL_BACKFILL_SEEDS", seeds))
}
