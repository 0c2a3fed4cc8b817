//! `mailtrail ingest`: payloads into an archive, and to streams.

mod args;
pub(crate) mod help;

use std::sync::Arc;
use std::time::Instant;

use mailtrail_aws_client::Clients;
use mailtrail_config::{ArchiveConfig, Location, StreamTarget};
use mailtrail_pipeline::Pipeline;

pub(crate) use args::IngestArgs;

use crate::inputs::Inputs;
use crate::intake::{Intake, progress};
use crate::outcome::Outcome;
use crate::output::Exit;
use crate::stop::Stop;
use crate::summary;

pub(crate) async fn run(args: IngestArgs) -> anyhow::Result<Exit> {
    let start = Instant::now();
    let Inputs { found, skipped, unreadable } = Inputs::collect(&args.paths)?;
    let (stop, progress) = (Stop::default(), progress(found.len()));
    stop.listen(&progress)?;
    let config = args.config()?;
    let pipeline = Pipeline::open(&config, &Clients::default()).await?;
    // An invalid list was refused with the arguments.
    pipeline.refresh_watch_list().await;
    let intake = Intake { pipeline, stop, progress };
    let mut outcome = Outcome::of_streams(config.streams.iter().map(StreamTarget::name));
    for (file, reason) in unreadable {
        outcome.add_unreadable(file, reason);
    }
    let outcome = Arc::new(intake).process_all(found, args.jobs, outcome).await?;

    let text = summary::of(&outcome, &describe(&config.archive), skipped, start.elapsed());
    outcome.write(&text, args.json)
}

/// Where the archive is, for people.
fn describe(archive: &ArchiveConfig) -> String {
    match (&archive.location, &archive.s3.expected_owner) {
        (location @ Location::S3 { .. }, Some(owner)) => format!("{location}, a bucket of account {owner}"),
        (location, _) => location.to_string(),
    }
}
