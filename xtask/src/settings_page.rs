//! `functions/SETTINGS.md`: the reference of every setting, generated from the constants.

use std::fs;

use anyhow::{Context, ensure};
use mailtrail_config::settings::{MAINTENANCE, PIPELINE, POLICY_AUDIT, Setting};

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
         Environment variables, read once at start. An invalid archive setting stops the function; any other invalid \
         setting is ignored, reported, and counted as the metric `wrong_settings`. An empty variable counts as not set. \
         The standard variables of AWS (`AWS_REGION`, `AWS_ENDPOINT_URL`, …) keep their meaning.\n\n\
         This page is generated from `shared/settings/config/src/settings/` by `cargo xtask generate`.\n",
    );
    let part = |heading: &str, variables: &[Setting]| {
        let entries: String = variables.iter().map(entry).collect();
        format!("\n## {heading}\n{entries}")
    };
    page.push_str(&part("workmail-events and cloudtrail-activity", PIPELINE));
    page.push_str(&part("policy-audit", POLICY_AUDIT));
    page.push_str(
        "\nIt reads `MAILTRAIL_ARCHIVE`, `MAILTRAIL_ARCHIVE_OWNER`, `MAILTRAIL_ARCHIVE_KMS_KEY`, `MAILTRAIL_TOPIC` \
         and `MAILTRAIL_LOG`, too.\n",
    );
    page.push_str(&part("archive-maintenance", MAINTENANCE));
    page.push_str(
        "\nIt reads `MAILTRAIL_ARCHIVE`, `MAILTRAIL_ARCHIVE_OWNER`, `MAILTRAIL_ARCHIVE_KMS_KEY`, \
         `MAILTRAIL_INTERNAL_DOMAINS`, `MAILTRAIL_ORGANIZATIONS`, `MAILTRAIL_SOURCES`, `MAILTRAIL_COLUMNS`, \
         `MAILTRAIL_TOPIC`, `MAILTRAIL_OWN_LOG_GROUPS`, `MAILTRAIL_DECODED_LIMIT` and `MAILTRAIL_LOG`, too.\n",
    );
    page
}

fn entry(setting: &Setting) -> String {
    let Setting { name, meaning, example, .. } = setting;
    let (allowed, default) = (setting.allowed(), setting.default());
    format!(
        "\n### `{name}`\n\n{meaning}\n\n* Allowed: {allowed}\n* Default: {default}\n* Example: `{example}`\n"
    )
}
