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
pub(crate) fn write_json<T: Serialize>(value: &T, path: Option<&Path>) -> anyhow::Result<()> {
    match path {
        Some(path) => write_json_values(std::slice::from_ref(value), path),
        None => output::json(value),
    }
}

/// Writes JSON values one after the other, indented, to a file, which is replaced if it exists.
pub(crate) fn write_json_values<T: Serialize>(values: &[T], path: &Path) -> anyhow::Result<()> {
    let mut text = String::new();
    for value in values {
        text += &serde_json::to_string_pretty(value)?;
        text.push('\n');
    }
    std::fs::write(path, text).with_context(|| format!("failed to write `{}`", path.display()))
}
