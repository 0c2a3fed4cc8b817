//! The Python programs that the tests use, in a folder of their own below `target/`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Context;
use sha2::{Digest, Sha256};

use crate::shell::run;
use crate::{project, target};

/// Every version pinned, every file hashed.
const REQUIREMENTS: &str = "tests/requirements/standins.txt";

/// A program of the environment, with the environment's others on its path.
pub(crate) fn command(name: &str) -> anyhow::Result<Command> {
    let programs = environment()?.join("bin");
    let mut command = Command::new(programs.join(name));
    #[expect(clippy::disallowed_methods, reason = "the path of programs, not a setting of ours")]
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{}:{path}", programs.display()));
    Ok(command)
}

/// The environment, made anew when the requirements change.
fn environment() -> anyhow::Result<PathBuf> {
    let requirements = project().join(REQUIREMENTS);
    let content =
        fs::read(&requirements).with_context(|| format!("cannot read {}", requirements.display()))?;
    let digest = Sha256::digest(content);
    let folder =
        target().join(format!("python-{:02x}{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2], digest[3]));
    // Written last: a folder without it is half an installation.
    let complete = folder.join("complete");
    if !complete.exists() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
        run(Command::new(folder.join("bin/pip"))
            .args(["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--requirement"])
            .arg(&requirements))?;
        fs::write(&complete, "")?;
    }
    Ok(folder)
}
