//! `mailtrail ingest`: payloads into an archive, and to streams.

mod args;
pub(crate) mod help;

use std::sync::Arc;
use std::time::Instant;

use mailtrail_delivery::Target;

pub(crate) use args::IngestArgs;

use crate::inputs::Inputs;
use crate::intake::{Intake, progress};
use crate::outcome::Outcome;
use crate::output::Exit;
use crate::stop::Stop;
use crate::{connect, summary};

pub(crate) async fn run(args: IngestArgs) -> anyhow::Result<Exit> {
    let start = Instant::now();
    let Inputs { found, skipped } = Inputs::collect(&args.paths)?;
    let (stop, progress) = (Stop::default(), progress(found.len()));
    stop.listen(&progress)?;
    let pipeline = connect::pipeline(&args).await?;
    let intake = Intake { pipeline, stop, progress };
    let nothing = Outcome::of_streams(args.destinations.streams().map(Target::name));
    let outcome = Arc::new(intake).take_all(found, args.jobs, nothing).await?;

    let words = summary::of(&outcome, &args.destinations.describe_archive()?, skipped, start.elapsed());
    outcome.tell(&words, args.json)
}
