//! `mailtrail demo`: the main job, on this machine alone.
//!
//! The sample batches take the same path as everything else; the demo only chooses where they come from and
//! where they go, and explains what came out.

mod args;
pub(crate) mod help;
mod story;
mod text;
mod tree;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, anyhow};
use indicatif::ProgressBar;
use mailtrail_archive::Archive;
use mailtrail_delivery::{Stream, Target};
use mailtrail_normalize::InternalDomains;
use mailtrail_pipeline::{Options, Pipeline};
use url::Url;

pub(crate) use args::DemoArgs;

use crate::inputs::Input;
use crate::intake::Intake;
use crate::outcome::Outcome;
use crate::output::Exit;
use crate::stop::Stop;
use crate::summary;

pub(crate) async fn run(args: &DemoArgs) -> anyhow::Result<Exit> {
    let start = Instant::now();
    let places = Places::of(args.archive.as_deref());
    let stream = places.stream()?;
    let nothing = Outcome::of_streams([stream.name()]);
    let pipeline = Pipeline::new(Archive::directory(places.archive.clone())?, vec![stream], options());
    let intake = Intake { pipeline, stop: Stop::default(), progress: ProgressBar::hidden() };
    intake.stop.listen(&intake.progress)?;
    let outcome = Arc::new(intake).take_all(samples(), 1, nothing).await?;

    let words = if outcome.is_complete() {
        text::demo(&outcome, &places).context("cannot show the archive that was made")?
    } else {
        summary::of(&outcome, &places.archive.display().to_string(), 0, start.elapsed())
    };
    outcome.tell(&words, args.json)
}

/// Where the demo puts things.
struct Places {
    archive: PathBuf,
    stream: PathBuf,
    /// Whether they were chosen by `--archive`.
    chosen: bool,
}

impl Places {
    fn of(archive: Option<&Path>) -> Self {
        let Some(archive) = archive else {
            let folder = Path::new("mailtrail-demo");
            let (archive, stream) = (folder.join("archive"), folder.join("stream.ndjson"));
            return Self { archive, stream, chosen: false };
        };
        let mut stream = archive.as_os_str().to_owned();
        stream.push("-stream.ndjson");
        Self { archive: archive.to_owned(), stream: stream.into(), chosen: true }
    }

    /// The stream, by its URL, as `ingest` would get it.
    fn stream(&self) -> anyhow::Result<Stream> {
        let path = std::path::absolute(&self.stream)?;
        let url =
            Url::from_file_path(&path).map_err(|()| anyhow!("{} is no path for a stream", path.display()))?;
        let target: Target = url.as_str().parse()?;
        Ok(Stream::file(target, path))
    }
}

fn options() -> Options {
    Options {
        region: Some(mailtrail_samples::REGION.to_owned()),
        internal_domains: InternalDomains::new([mailtrail_samples::INTERNAL_DOMAIN]),
        ..Options::default()
    }
}

/// The sample batches, as CloudWatch Logs would send them.
fn samples() -> Vec<Input> {
    let payloads = mailtrail_samples::demo_batches().into_iter().map(|batch| batch.to_gzip().into());
    payloads.enumerate().map(|(at, payload)| Input::Sample(at + 1, payload)).collect()
}
