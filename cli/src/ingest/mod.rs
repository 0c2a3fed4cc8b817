//! `mailtrail ingest`: payloads into an archive, and to streams.

mod args;
mod dry_run;
pub(crate) mod help;

use std::sync::Arc;
use std::time::Instant;

use mailtrail_archive::ArchiveReader;
use mailtrail_aws_client::Clients;
use mailtrail_config::{ArchiveConfig, Location, StreamTarget};
use mailtrail_pipeline::Pipeline;

pub(crate) use args::IngestArgs;

use crate::inputs::{Identity, Inputs};
use crate::intake::{ArchivedEvents, Destination, Intake, progress};
use crate::outcome::Outcome;
use crate::output::Exit;
use crate::stop::Stop;
use crate::summary;

pub(crate) async fn run(args: IngestArgs) -> anyhow::Result<Exit> {
    let start = Instant::now();
    let clients = Clients::default();
    let inputs = Inputs::collect(&args.paths, own_archive(&args), &clients).await?;
    let Inputs { found, skipped, passed_over } = inputs;
    let (stop, progress) = (Stop::default(), progress(found.len()));
    stop.listen(&progress)?;
    let (destination, archived, mut outcome) = open(&args, &clients).await?;
    outcome.passed_over = passed_over;
    for file in &skipped {
        outcome.skip(file);
    }
    let intake = Intake {
        destination,
        keeps_unknown: args.quarantine,
        decoded_limit: args.decoded_limit.bytes(),
        origin: args.origin(),
        archive_location: args.location().cloned(),
        archived,
        stop,
        progress,
    };
    let outcome = Arc::new(intake).process_all(found, args.jobs, outcome).await?;
    let passed_over = outcome.passed_over;

    if args.dry_run {
        let text = summary::of_dry_run(&outcome, passed_over, start.elapsed());
        return dry_run::write(outcome, &text, args.json);
    }
    let text = summary::of(&outcome, &describe(&args.config()?.archive), passed_over, start.elapsed());
    outcome.write(&text, args.json)
}

/// Where the payloads go, what files are compared with, and the outcome before the first payload.
async fn open(
    args: &IngestArgs,
    clients: &Clients,
) -> anyhow::Result<(Destination, Option<ArchivedEvents>, Outcome)> {
    if args.dry_run {
        let archive = match args.location() {
            Some(_) => Some(ArchiveReader::open(&args.config()?.archive, clients).await),
            None => None,
        };
        let config = args.intake()?;
        let archived = ArchivedEvents::new(archive, config.clone(), false);
        return Ok((Destination::DryRun(config), Some(archived), Outcome::default()));
    }
    let config = args.config()?;
    let pipeline = Pipeline::open(&config, clients).await?;
    let archive = ArchiveReader::open(&config.archive, clients).await;
    let archived = ArchivedEvents::new(Some(archive), config.intake.clone(), true);
    let mut outcome = Outcome::of_streams(config.streams.iter().map(StreamTarget::name));
    // An invalid list was refused with the arguments.
    outcome.add_unread_names(&pipeline.refresh_watch_list().await);
    Ok((Destination::Pipeline(pipeline), Some(archived), outcome))
}

/// The folder of the archive, if it is one that exists.
fn own_archive(args: &IngestArgs) -> Option<Identity> {
    match args.location()? {
        Location::Directory(path) => Identity::of(path),
        Location::S3 { .. } => None,
    }
}

/// Where the archive is, for people.
fn describe(archive: &ArchiveConfig) -> String {
    match (&archive.location, &archive.s3.expected_owner) {
        (location @ Location::S3 { .. }, Some(owner)) => format!("{location}, a bucket of account {owner}"),
        (location, _) => location.to_string(),
    }
}
