//! What there is to redrive: the keys, and what cannot be listed.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::anyhow;
use mailtrail_archive::{
    Archive, ArchiveConfig, ArchiveReader, Listing, Location, QUARANTINE, RAW, S3Options, UNDELIVERED,
    raw_day, undelivered_folder, undelivered_of,
};
use mailtrail_aws_client::{Clients, Deadline, Pace};
use mailtrail_config::{Config, StreamTarget, settings};
use mailtrail_delivery::{Stream, open_streams};
use mailtrail_pipeline::Pipeline;
use mailtrail_redrive::{Origin, Selection, Source, ToArchive, ToStream};

use super::args::{
    FailuresArgs, LimitArgs, QuarantineArgs, RawArgs, RedriveArgs, RunArgs, UndeliveredArgs, What,
};
use super::work::{Redrive, Work};
use crate::interpretation;
use crate::reading::{self, Tally};

/// How the names of streams end that are files.
const FILE_ENDING: &str = ".ndjson";

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Objects {
    pub(super) keys: Vec<String>,
    /// What cannot be read, and why.
    pub(super) unreadable: Vec<(String, String)>,
    /// How much else cannot be read, and was named already.
    pub(super) named: u64,
}

impl Objects {
    /// Those of a listing that are of the expected form; others are not ours.
    fn add(&mut self, listing: Listing, is_expected: impl Fn(&str) -> bool) {
        self.keys.extend(listing.names.into_iter().filter(|key| is_expected(key)));
        let reasons = listing.unreadable.into_iter().map(|(key, error)| (key, error.failure.to_string()));
        self.unreadable.extend(reasons);
    }
}

/// What is to be done, and with which objects.
pub(super) async fn open(args: &RedriveArgs) -> anyhow::Result<(Redrive, Objects)> {
    let clients = Clients::default();
    match &args.what {
        What::Undelivered(args) => undelivered(args, &clients).await,
        What::Failures(args) => failures(args, &clients).await,
        What::Quarantine(args) => quarantine(args, &clients).await,
        What::Raw(args) => raw(args, &clients).await,
    }
}

async fn undelivered(args: &UndeliveredArgs, clients: &Clients) -> anyhow::Result<(Redrive, Objects)> {
    let archive = args.archive.config()?;
    let (reader, pace) = (open_reader(&archive, clients).await?, pace(args.run));
    let targets = args.targets().map_err(anyhow::Error::msg)?;
    let (mut found, mut streams) = (Objects::default(), BTreeMap::new());
    let Listing { names, unreadable } = reader.folders_readable(UNDELIVERED, Deadline::NEVER).await?;
    found.add(Listing { names: Vec::new(), unreadable }, |_| false);
    for folder in names {
        let Some(name) = folder.rsplit_once("stream=").map(|(_, name)| name.to_owned()) else { continue };
        let target = match targets.iter().find(|target| undelivered_folder(&target.name()) == folder) {
            Some(target) => target.clone(),
            None if !targets.is_empty() => continue,
            None => {
                let Some(target) = firehose(&name) else {
                    let reason = "not the name of a Firehose stream: give the stream with --stream";
                    found.unreadable.push((folder, reason.to_owned()));
                    continue;
                };
                target
            }
        };
        let to =
            to_stream(target, Source::Undelivered, (&archive, &reader), args.run, &pace, clients).await?;
        let is_ours = |key: &str| undelivered_of(key).is_some_and(|(stream, _)| stream == name);
        found.add(reader.list_readable(&folder, Deadline::NEVER).await?, is_ours);
        streams.insert(name.clone(), to);
    }
    Ok((Redrive { reader, work: Work::Undelivered(streams) }, found))
}

/// The Firehose stream of this name, if it can be one: who can write to an archive chooses the names of folders. Those that end
/// like the name of a file are of a file.
fn firehose(name: &str) -> Option<StreamTarget> {
    let target: StreamTarget = format!("firehose:{name}").parse().ok()?;
    (target.name() == name && !name.ends_with(FILE_ENDING)).then_some(target)
}

async fn failures(args: &FailuresArgs, clients: &Clients) -> anyhow::Result<(Redrive, Objects)> {
    if let Location::Directory(path) = &args.from
        && !path.is_dir()
    {
        return Err(anyhow!("failed to read `{}`: it is not a directory; check the path", path.display()));
    }
    let from = ArchiveConfig { location: args.from.clone(), s3: S3Options::default() };
    let reader = ArchiveReader::open(&from, clients).await;
    let mut found = Objects::default();
    found.add(reader.list_readable("", Deadline::NEVER).await?, |_| true);
    let archive = args.archive.config()?;
    let to = to_archive(Origin::Failures, &archive, args.run, args.limit, clients).await?;
    Ok((Redrive { reader, work: Work::ToArchive(to) }, found))
}

async fn quarantine(args: &QuarantineArgs, clients: &Clients) -> anyhow::Result<(Redrive, Objects)> {
    let archive = args.archive.config()?;
    let reader = open_reader(&archive, clients).await?;
    let mut found = Objects::default();
    found.add(reader.list_readable(QUARANTINE, Deadline::NEVER).await?, |key| {
        Path::new(key).extension().is_some_and(|extension| extension == "bin")
    });
    let to = to_archive(Origin::Quarantine, &archive, args.run, args.limit, clients).await?;
    Ok((Redrive { reader, work: Work::ToArchive(to) }, found))
}

async fn raw(args: &RawArgs, clients: &Clients) -> anyhow::Result<(Redrive, Objects)> {
    let archive = args.archive.config()?;
    let (reader, pace) = (open_reader(&archive, clients).await?, pace(args.run));
    let selection = Selection { range: args.range, log_groups: args.log_groups.clone() };
    let mut tally = Tally::start();
    tally.preparing("looking for raw copies");
    let partitions = reading::partitions(&reader, RAW, raw_day, &mut tally).await?;
    let partitions = reading::needed(&reader, partitions, args.range, args.run.jobs).await;
    let (keys, unreadable) = reading::keys(&reader, raw_day, partitions, args.run.jobs).await;
    let found = Objects { keys, unreadable, named: tally.count_of_unreadable() };
    drop(tally);
    let work = match (&args.stream, &args.to) {
        (Some(target), _) => {
            let of = (&archive, &reader);
            let to = to_stream(target.clone(), Source::Raw, of, args.run, &pace, clients).await?;
            Work::RawToStream(to, config(&archive, args.limit)?.intake, selection)
        }
        (None, Some(to)) => {
            let to = args.archive.at(to.clone());
            Work::ToArchive(to_archive(Origin::Raw(selection), &to, args.run, args.limit, clients).await?)
        }
        (None, None) => return Err(anyhow!("give --stream or --to")),
    };
    Ok((Redrive { reader, work }, found))
}

/// An archive that there is: where nothing lies, its address is more likely mistyped than that all is done.
async fn open_reader(archive: &ArchiveConfig, clients: &Clients) -> anyhow::Result<ArchiveReader> {
    let reader = ArchiveReader::open(archive, clients).await;
    let root = reader.folders_readable("", Deadline::NEVER).await?;
    if root.names.is_empty() && root.unreadable.is_empty() {
        return Err(anyhow!("there is nothing in {}: check the URL of the archive", archive.location));
    }
    Ok(reader)
}

async fn to_stream(
    target: StreamTarget,
    source: Source,
    (archive, reader): (&ArchiveConfig, &ArchiveReader),
    run: RunArgs,
    pace: &Arc<Pace>,
    clients: &Clients,
) -> anyhow::Result<ToStream> {
    let cache = Config::new(archive.location.clone()).tag_cache;
    let stream: Option<Stream> = open_streams(&[target], cache, clients).await.into_iter().next();
    let stream = stream.ok_or_else(|| anyhow!("no stream"))?;
    let writer = if run.dry_run { None } else { Some(Archive::open(archive, clients).await?) };
    Ok(ToStream::open(stream, source, reader.clone(), writer, Arc::clone(pace)).await?)
}

async fn to_archive(
    origin: Origin,
    archive: &ArchiveConfig,
    run: RunArgs,
    limit: LimitArgs,
    clients: &Clients,
) -> anyhow::Result<ToArchive> {
    let config = config(archive, limit)?;
    let pipeline = if run.dry_run { None } else { Some(Pipeline::open(&config, clients).await?) };
    Ok(ToArchive::new(origin, config.intake, pipeline, pace(run)))
}

fn config(archive: &ArchiveConfig, limit: LimitArgs) -> anyhow::Result<Config> {
    let mut config = interpretation::config(archive, &[(settings::DECODED_LIMIT.name, String::new())])?;
    config.intake.decoded_limit = limit.decoded_limit;
    Ok(config)
}

fn pace(run: RunArgs) -> Arc<Pace> {
    Arc::new(Pace::new(run.rate))
}
