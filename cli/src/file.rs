//! Files that commands read and write besides the archive.

use std::io::Read;
use std::path::Path;

use anyhow::Context;
use serde::Serialize;

use crate::output;

/// The text of a file, or of standard input for `-`.
pub(crate) fn read(path: &Path) -> anyhow::Result<String> {
    if path.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("failed to read standard input")?;
        return Ok(text);
    }
    std::fs::read_to_string(path).with_context(|| format!("failed to read `{}`", path.display()))
}

/// Writes JSON: indented to a file, which is replaced if it exists, or as one line to stdout.
pub(crate) fn write_json(value: &impl Serialize, path: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = path else { return output::json(value) };
    let text = serde_json::to_string_pretty(value)? + "\n";
    std::fs::write(path, text).with_context(|| format!("failed to write `{}`", path.display()))
}
