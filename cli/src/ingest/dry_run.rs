//! What `mailtrail ingest --dry-run` says.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::outcome::{Outcome, ShapeCounts};
use crate::output::{self, Exit, Output};

/// The answer of `ingest --dry-run --json`. The counts have the names of the ledger; what a dry run cannot know, such as
/// what the archive has already, is not in it.
#[derive(Debug, Serialize)]
struct DryRun<'a> {
    #[expect(clippy::struct_field_names, reason = "the name in the JSON")]
    dry_run: bool,
    payloads: u64,
    control_messages: u64,
    control_events: u64,
    quarantined_payloads: u64,
    events: u64,
    refused: u64,
    skipped_files: u64,
    incomplete_files: u64,
    in_archive_before: u64,
    by_class: &'a BTreeMap<&'static str, u64>,
    by_shape: BTreeMap<&'static str, ShapeCounts>,
}

/// Writes what would become of the inputs: the summary for people and, if asked for, the counts as JSON.
pub(super) fn write(outcome: Outcome, summary: &str, json: bool) -> anyhow::Result<Exit> {
    Output::for_text(json || !outcome.is_complete()).write(summary)?;
    if json {
        let ledger = &outcome.ledger;
        output::json(&DryRun {
            dry_run: true,
            payloads: ledger.payloads,
            control_messages: ledger.control_messages,
            control_events: ledger.control_events,
            quarantined_payloads: ledger.quarantined_payloads,
            events: ledger.events,
            refused: ledger.refused,
            skipped_files: outcome.skipped_files(),
            incomplete_files: outcome.incomplete_files,
            in_archive_before: outcome.in_archive_before,
            by_class: &ledger.by_class,
            by_shape: outcome.shapes.iter().map(|(shape, counts)| (shape.name(), *counts)).collect(),
        })?;
    }
    outcome.end()
}
