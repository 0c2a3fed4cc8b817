//! `functions/SETTINGS.md`: the reference of every environment variable, written from the constants.

use std::fmt::Write;
use std::fs;

use anyhow::{Context, ensure};
use mailtrail_telemetry::settings::ALL;

use crate::project;

pub(crate) const PATH: &str = "functions/SETTINGS.md";

pub(crate) fn write() -> anyhow::Result<()> {
    fs::write(project().join(PATH), page()).with_context(|| format!("cannot write {PATH}"))
}

pub(crate) fn check() -> anyhow::Result<()> {
    let found = fs::read_to_string(project().join(PATH)).with_context(|| format!("cannot read {PATH}"))?;
    ensure!(found == page(), "{PATH} is stale: run `cargo xtask generate`");
    Ok(())
}

fn page() -> String {
    let mut page = String::from(
        "# Settings of the functions\n\n\
         Environment variables, read once at start. A wrong archive setting stops the function; any other wrong one \
         is reported, counted as the metric `wrong_settings`, and left out. An empty variable counts as not set. The \
         standard variables of AWS (`AWS_REGION`, `AWS_ENDPOINT_URL`, …) keep their meaning.\n\n\
         This page is generated from `shared/telemetry/src/settings.rs` by `cargo xtask generate`.\n",
    );
    for variable in ALL {
        // A `String` takes every write.
        let _infallible = write!(
            page,
            "\n## `{}`\n\n{}\n\n* Allowed: {}\n* Default: {}\n* Example: `{}`\n",
            variable.name, variable.about, variable.allowed, variable.default, variable.example
        );
    }
    page
}
