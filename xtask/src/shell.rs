//! Running other programs.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};

/// Runs a program to its end, in the checkout, with what it prints in full view.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let words = command_line(command);
    let started = Instant::now();
    eprintln!("\n=== {words}");
    let status = command.status().with_context(|| format!("failed to run {words}"))?;
    if !status.success() {
        bail!("{words} failed ({status})");
    }
    eprintln!("=== done in {:.0?}", started.elapsed());
    Ok(())
}

/// Runs a program to its end, in silence, and returns what it printed on stdout.
pub(crate) fn output(command: &mut Command) -> anyhow::Result<String> {
    let words = command_line(command);
    let output = command.output().with_context(|| format!("failed to run {words}"))?;
    if !output.status.success() {
        bail!("{words} failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("{words} printed invalid UTF-8"))
}

/// Cargo, in the checkout.
pub(crate) fn cargo<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(crate::project()).args(arguments);
    command
}

fn command_line(command: &Command) -> String {
    let words: Vec<_> = std::iter::once(command.get_program()).chain(command.get_args()).collect();
    words.join(" ".as_ref()).to_string_lossy().into_owned()
}
