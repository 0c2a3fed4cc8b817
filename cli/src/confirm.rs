//! The confirmation before a change.

use std::io::{self, BufRead, IsTerminal};

use anyhow::bail;

use crate::output::Output;

/// Asks on the terminal, unless `yes` already answers. Without a terminal, `yes` is required.
pub(crate) fn confirm(yes: bool, question: &str) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        bail!("stdin is not a terminal: pass --yes to answer yes to: {question}");
    }
    Output::Stderr.write(&format!("{question} [y/N] "))?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    if answer.trim().eq_ignore_ascii_case("y") || answer.trim().eq_ignore_ascii_case("yes") {
        return Ok(());
    }
    bail!("not confirmed: nothing was changed")
}
