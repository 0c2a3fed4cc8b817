//! Running other programs.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};

/// Runs a program to its end, in the checkout, with what it prints in full view.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let words = words(command);
    let started = Instant::now();
    eprintln!("\n=== {words}");
    let status = command.status().with_context(|| format!("cannot run {words}"))?;
    if !status.success() {
        bail!("{words} failed ({status})");
    }
    eprintln!("=== done in {:.0?}", started.elapsed());
    Ok(())
}

/// Cargo, in the checkout.
pub(crate) fn cargo<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(crate::project()).args(arguments);
    command
}

fn words(command: &Command) -> String {
    let words: Vec<_> = std::iter::once(command.get_program()).chain(command.get_args()).collect();
    words.join(" ".as_ref()).to_string_lossy().into_owned()
}
