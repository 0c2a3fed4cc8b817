//! The arguments of `mailtrail activity`.

use clap::Args;
use mailtrail_clock::Time;

use super::filter::Filter;
use crate::args::jobs;
use crate::reading::ReadArgs;

#[derive(Debug, Args)]
pub(crate) struct ActivityArgs {
    #[command(flatten)]
    pub(super) reading: ReadArgs,
    /// How many objects to work on at a time, up to 64
    #[arg(long, value_name = "N", default_value = "4",
          value_parser = jobs())]
    pub(super) jobs: usize,
    #[command(flatten)]
    pub(super) filter: Filter,
    /// Also show what was done with the access keys that the calls found issued, and with the keys issued in turn
    #[arg(long, conflicts_with_all = ["not_owner", "impersonated"])]
    pub(super) follow: bool,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "How to show it")]
pub(super) struct OutputArgs {
    /// Counts instead of events: by identity, event name, service, address and error; first and last seen
    #[arg(long)]
    pub(super) summary: bool,
    /// Print the OCSF records as they are in the archive, with names as enrichments, one per line; with --summary, one JSON object
    #[arg(long)]
    pub(super) json: bool,
    /// Print CSV with a header line; a cell that a spreadsheet would read as a formula starts with a '
    #[arg(long, conflicts_with_all = ["json", "summary"])]
    pub(super) csv: bool,
}

impl ActivityArgs {
    /// Fills in what follows from the clock, and checks what one option says about another.
    pub(crate) fn complete(&mut self, now: Time) -> Result<(), String> {
        if self.follow && !self.filter.is_narrow() {
            return Err(
                "--follow needs an identity to follow: give --user, --role, --access-key or another filter"
                    .to_owned(),
            );
        }
        self.reading.complete(now)
    }
}
