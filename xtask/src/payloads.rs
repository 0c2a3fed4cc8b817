//! `cargo xtask payloads`: realistic traffic of any size, from a seed.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use mailtrail_samples::Traffic;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The same seed gives the same payloads.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many payloads.
    #[arg(long, default_value_t = 100)]
    count: usize,
    /// Log events of each.
    #[arg(long, default_value_t = 100)]
    events: usize,
    /// Where to write them.
    directory: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let directory = &arguments.directory;
    fs::create_dir_all(directory).with_context(|| format!("cannot create {}", directory.display()))?;
    let mut traffic = Traffic::new(arguments.seed);
    for number in 0..arguments.count {
        let path = directory.join(format!("{number:06}.json.gz"));
        let payload = traffic.batch(arguments.events).to_gzip();
        fs::write(&path, payload).with_context(|| format!("cannot write {}", path.display()))?;
    }
    println!("{} payloads of {} events are in {}", arguments.count, arguments.events, directory.display());
    Ok(())
}
