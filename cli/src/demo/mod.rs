//! `mailtrail demo`: the main job, on this machine alone.
//!
//! The sample batches take the same path as everything else; the demo only chooses where they come from and
//! where they go, and explains what came out.

mod args;
pub(crate) mod help;
mod text;
mod tree;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, anyhow};
use indicatif::ProgressBar;
use mailtrail_aws_client::Clients;
use mailtrail_clock::{DAY, Time};
use mailtrail_config::{Config, IntakeConfig, Location, StreamTarget};
use mailtrail_import::FileOrigin;
use mailtrail_normalize::InternalDomains;
use mailtrail_pipeline::Pipeline;
use url::Url;

pub(crate) use args::DemoArgs;

use crate::inputs::{Input, PassedOver};
use crate::intake::{Destination, Intake};
use crate::outcome::Outcome;
use crate::output::Exit;
use crate::stop::Stop;
use crate::{summary, trace};

pub(crate) async fn run(args: &DemoArgs) -> anyhow::Result<Exit> {
    let start = Instant::now();
    let outputs = Outputs::of(args.archive.as_deref());
    let config = outputs.config()?;
    let empty = Outcome::of_streams(config.streams.iter().map(StreamTarget::name));
    let pipeline = Pipeline::open(&config, &Clients::default()).await?;
    let intake = Intake {
        destination: Destination::Pipeline(pipeline),
        keeps_unknown: true,
        decoded_limit: config.intake.decoded_limit.bytes(),
        origin: FileOrigin::default(),
        archive_location: None,
        archived: None,
        stop: Stop::default(),
        progress: ProgressBar::hidden(),
    };
    intake.stop.listen(&intake.progress)?;
    let outcome = Arc::new(intake).process_all(samples(), 1, empty).await?;

    let text = if outcome.is_complete() {
        let day = Time::from_millis(mailtrail_samples::START_MS / DAY * DAY).unwrap_or(Time::EPOCH);
        let journey = trace::most_eventful(&outputs.archive, day).await;
        journey
            .and_then(|journey| Ok(text::demo(&outcome, &outputs, journey.as_deref())?))
            .context("cannot show the archive that was made")?
    } else {
        summary::of(&outcome, &outputs.archive.display().to_string(), PassedOver::default(), start.elapsed())
    };
    outcome.write(&text, args.json)
}

/// What the demo writes.
struct Outputs {
    archive: PathBuf,
    stream: PathBuf,
    /// Whether `--archive` names the archive.
    is_named: bool,
}

impl Outputs {
    fn of(archive: Option<&Path>) -> Self {
        let Some(archive) = archive else {
            let folder = Path::new("mailtrail-demo");
            let (archive, stream) = (folder.join("archive"), folder.join("stream.ndjson"));
            return Self { archive, stream, is_named: false };
        };
        let mut stream = archive.as_os_str().to_owned();
        stream.push("-stream.ndjson");
        Self { archive: archive.to_owned(), stream: stream.into(), is_named: true }
    }

    /// What `ingest` would be told, with the stream by its URL.
    fn config(&self) -> anyhow::Result<Config> {
        let path = std::path::absolute(&self.stream)?;
        let url = Url::from_file_path(&path)
            .map_err(|()| anyhow!("invalid path for a stream `{}`: expected UTF-8", path.display()))?;
        let intake = IntakeConfig {
            region: Some(mailtrail_samples::REGION.to_owned()),
            internal_domains: InternalDomains::new([mailtrail_samples::INTERNAL_DOMAIN]),
            ..IntakeConfig::default()
        };
        let location = Location::Directory(self.archive.clone());
        Ok(Config { streams: vec![url.as_str().parse()?], intake, ..Config::new(location) })
    }
}

/// The sample batches, as CloudWatch Logs would send them.
fn samples() -> Vec<Input> {
    let payloads = mailtrail_samples::demo_batches().into_iter().map(|batch| batch.to_gzip().into());
    payloads.enumerate().map(|(at, payload)| Input::Sample(at + 1, payload)).collect()
}
