//! The arguments of `mailtrail demo`.

use std::path::PathBuf;

use clap::Args;
use mailtrail_archive::Location;

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Folder for the archive [default: mailtrail-demo/archive]
    #[arg(long, value_name = "DIR", value_parser = directory)]
    pub(crate) archive: Option<PathBuf>,
    /// Print the ledger as one JSON object on stdout, and the rest on stderr
    #[arg(long)]
    pub(crate) json: bool,
}

fn directory(text: &str) -> Result<PathBuf, String> {
    match text.parse::<Location>().map_err(|error| error.to_string())? {
        Location::Directory(path) => Ok(path),
        Location::S3 { .. } => Err("the demo stays on this machine: give a directory".to_owned()),
    }
}
