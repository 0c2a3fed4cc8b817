//! The arguments of `mailtrail demo`.

use std::path::PathBuf;

use clap::Args;
use mailtrail_archive::Location;

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// The directory of the archive [default: mailtrail-demo/archive]
    #[arg(long, value_name = "DIR", value_parser = directory)]
    pub(crate) archive: Option<PathBuf>,
    /// Print the ledger as one JSON object on stdout, and everything else on stderr
    #[arg(long)]
    pub(crate) json: bool,
}

fn directory(text: &str) -> Result<PathBuf, String> {
    match text.parse::<Location>().map_err(|error| error.to_string())? {
        Location::Directory(path) => Ok(path),
        Location::S3 { .. } => Err("expected a directory: the demo writes to this machine only".to_owned()),
    }
}
