//! JSON to a file, or to standard output.

use std::path::Path;

use anyhow::Context;
use serde::Serialize;

use crate::output::Output;

/// Writes JSON to a file, or as one line to stdout.
pub(super) fn write_json(value: &impl Serialize, path: Option<&Path>) -> anyhow::Result<()> {
    match path {
        Some(path) => std::fs::write(path, serde_json::to_string_pretty(value)? + "\n")
            .with_context(|| format!("failed to write `{}`", path.display())),
        None => Output::Stdout.write(&(serde_json::to_string(value)? + "\n")),
    }
}
