//! Asking before something is changed.

use std::io::{self, BufRead, IsTerminal};

use anyhow::bail;

use crate::output::Output;

/// Asks, unless that was answered before. Whoever cannot be asked must have said yes.
pub(crate) fn confirm(yes: bool, question: &str) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        bail!("nobody is there to be asked: say --yes, or --dry-run to see what would be done");
    }
    Output::Stderr.write(&format!("{question} [y/N] "))?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    if answer.trim().eq_ignore_ascii_case("y") || answer.trim().eq_ignore_ascii_case("yes") {
        return Ok(());
    }
    bail!("nothing was changed")
}
