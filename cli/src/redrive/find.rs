//! What there is to redrive: the keys, and what cannot be listed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::anyhow;
use mailtrail_archive::{
    ArchiveConfig, ArchiveReader, Listing, Location, QUARANTINE, RAW, S3Options, UNDELIVERED, raw_day,
    undelivered_folder, undelivered_of,
};
use mailtrail_aws_client::{Clients, Deadline};
use mailtrail_clock::Time;
use mailtrail_config::{Config, StreamTarget, settings};
use mailtrail_pipeline::Pipeline;
use mailtrail_redrive::{Origin, Selection, Source, Target, ToArchive, Turns};

use super::args::{
    FailuresArgs, LimitArgs, QuarantineArgs, RawArgs, RedriveArgs, RunArgs, UndeliveredArgs, What,
};
use super::destinations::Destinations;
use super::missing;
use super::work::{Redrive, Work};
use crate::interpretation;
use crate::reading::{self, Tally};
use crate::stop::Stop;

/// How the names of streams end that are files.
const FILE_ENDING: &str = ".ndjson";
/// How the names of payloads in quarantine end.
const PAYLOAD: &str = ".bin";

/// What is said of an object that is named otherwise than ours.
const FOREIGN: &str =
    "passed over: mailtrail gives no such name; move it out of the archive, or restore its name";

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Objects {
    pub(super) keys: Vec<String>,
    /// What cannot be read, and why.
    pub(super) unreadable: Vec<(String, String)>,
    /// How much else cannot be read, and was named already.
    pub(super) named: u64,
    /// What was asked for and is not there: an operator should look at it.
    pub(super) missing: Vec<String>,
    /// What else is worth knowing.
    pub(super) hints: Vec<String>,
}

impl Objects {
    /// What cannot be listed of a folder; the names are returned.
    fn listed(&mut self, listing: Listing) -> Vec<String> {
        let reasons = listing.unreadable.into_iter().map(|(key, error)| (key, error.failure.to_string()));
        self.unreadable.extend(reasons);
        listing.names
    }

    fn pass_over(&mut self, key: String) {
        self.unreadable.push((key, FOREIGN.to_owned()));
    }
}

/// What is to be done, and with which objects.
pub(super) async fn open(args: &RedriveArgs, stop: &Stop) -> anyhow::Result<(Redrive, Objects)> {
    let run = Opening { clients: Clients::default(), run: args.run(), stop };
    match &args.what {
        What::Undelivered(args) => run.undelivered(args).await,
        What::Failures(args) => run.failures(args).await,
        What::Quarantine(args) => run.quarantine(args).await,
        What::Raw(args) => run.raw(args).await,
    }
}

/// What all of them need.
pub(super) struct Opening<'a> {
    pub(super) clients: Clients,
    pub(super) run: RunArgs,
    stop: &'a Stop,
}

impl Opening<'_> {
    async fn undelivered(&self, args: &UndeliveredArgs) -> anyhow::Result<(Redrive, Objects)> {
        let archive = args.archive.config()?;
        let reader = self.reader(&archive).await?;
        let targets = args.targets().map_err(anyhow::Error::msg)?;
        let folder = |target: &StreamTarget| undelivered_folder(&target.name());
        let (mut found, mut by_stream) = (Objects::default(), BTreeMap::<String, Vec<String>>::new());
        for key in found.listed(reader.list_readable(UNDELIVERED, Deadline::NEVER).await?) {
            match undelivered_of(&key) {
                Some((stream, _)) => by_stream.entry(stream.to_owned()).or_default().push(key),
                None => found.pass_over(key),
            }
        }
        // What lies in the folder of a stream that is not given is none of this run's business.
        found.unreadable.retain(|(key, _)| {
            let mut of = targets.iter().map(folder);
            targets.is_empty() || folder_of_stream(key).is_none_or(|here| of.any(|given| given == here))
        });
        let (mut streams, mut others) = (BTreeMap::new(), Vec::new());
        let mut missing: Vec<&StreamTarget> = targets.iter().collect();
        let destinations = Destinations::new(self);
        for (name, keys) in by_stream {
            let here = format!("{UNDELIVERED}/stream={name}");
            missing.retain(|target| folder(target) != here);
            let target = match targets.iter().find(|target| folder(target) == here) {
                Some(target) => target.clone(),
                None if !targets.is_empty() => {
                    others.push(name);
                    continue;
                }
                None => {
                    let Some(target) = firehose(&name) else {
                        let reason = "not the name of a Firehose stream: give the stream with --stream";
                        found.unreadable.push((here, reason.to_owned()));
                        found.named += keys.len() as u64 - 1;
                        continue;
                    };
                    target
                }
            };
            let of = (&archive, &reader);
            let to = destinations.open(target, Source::Undelivered, of, args.claims).await?;
            found.keys.extend(keys);
            streams.insert(name, to);
        }
        for target in missing {
            let nothing = format!("nothing below {UNDELIVERED}/ is of the stream {target}");
            if others.is_empty() {
                found.hints.push(nothing);
            } else {
                let others = missing::there_is(&target.name(), others.iter().map(String::as_str));
                found.missing.push(format!("{nothing}; there is {others}"));
            }
        }
        Ok((Redrive { reader, work: Work::Undelivered(streams) }, found))
    }

    async fn failures(&self, args: &FailuresArgs) -> anyhow::Result<(Redrive, Objects)> {
        if let Location::Directory(path) = &args.from
            && !path.is_dir()
        {
            return Err(anyhow!(
                "failed to read `{}`: it is not a directory; check the path",
                path.display()
            ));
        }
        let from = ArchiveConfig { location: args.from.clone(), s3: S3Options::default() };
        let reader = ArchiveReader::open(&from, &self.clients).await;
        let mut found = Objects::default();
        found.keys = found.listed(reader.list_readable("", Deadline::NEVER).await?);
        if found.keys.is_empty() && found.unreadable.is_empty() {
            found.missing.extend(missing::beside(&args.from, &self.clients).await);
        }
        let archive = args.archive.config()?;
        let config = config(&archive, args.limit, args.region.region.clone())?;
        let work = self.to_archive(Origin::Failures, config).await?;
        Ok((Redrive { reader, work }, found))
    }

    async fn quarantine(&self, args: &QuarantineArgs) -> anyhow::Result<(Redrive, Objects)> {
        let archive = args.archive.config()?;
        let reader = self.reader(&archive).await?;
        let mut found = Objects::default();
        let names = found.listed(reader.list_readable(QUARANTINE, Deadline::NEVER).await?);
        let (payloads, others): (BTreeSet<_>, BTreeSet<_>) =
            names.into_iter().partition(|key| key.ends_with(PAYLOAD));
        for key in others {
            // What is wrong with a payload is told beside it.
            let payload = key.strip_suffix(".json").map(|stem| format!("{stem}{PAYLOAD}"));
            if !payload.is_some_and(|payload| payloads.contains(&payload)) {
                found.pass_over(key);
            }
        }
        found.keys = payloads.into_iter().collect();
        let config = config(&archive, args.limit, args.region.region.clone())?;
        let work = self.to_archive(Origin::Quarantine, config).await?;
        Ok((Redrive { reader, work }, found))
    }

    async fn raw(&self, args: &RawArgs) -> anyhow::Result<(Redrive, Objects)> {
        let archive = args.archive.config()?;
        let reader = self.reader(&archive).await?;
        let selection = Selection::new(args.range, args.log_groups.clone());
        let mut tally = Tally::start();
        tally.preparing("looking for raw copies");
        let partitions = reading::partitions(&reader, RAW, raw_day, &mut tally).await?;
        let days: BTreeSet<Time> = partitions.iter().map(|partition| partition.day).collect();
        let partitions = reading::needed(&reader, partitions, args.range, self.run.jobs).await;
        let (keys, unreadable) = reading::keys(&reader, raw_day, partitions, self.run.jobs).await;
        let named = tally.count_of_unreadable();
        drop(tally);
        let mut found = Objects { keys, unreadable, named, ..Objects::default() };
        if found.keys.is_empty() && found.unreadable.is_empty() {
            match missing::days(&days) {
                Some(days) => found.hints.push(days),
                None => found.missing.push(format!("there are no raw copies in {}", archive.location)),
            }
        }
        let config_of = |archive: &ArchiveConfig| config(archive, args.limit, None);
        let work = match (&args.stream, &args.to) {
            (Some(target), _) => {
                let of = (&archive, &reader);
                let to = Destinations::new(self).open(target.clone(), Source::Raw, of, args.claims).await?;
                Work::RawToStream(Box::new(to), config_of(&archive)?.intake, selection)
            }
            (None, Some(to)) => {
                let config = config_of(&args.archive.at(to.clone()))?;
                self.to_archive(Origin::Raw(selection), config).await?
            }
            (None, None) => return Err(anyhow!("give --stream or --to")),
        };
        Ok((Redrive { reader, work }, found))
    }

    /// An archive that there is: where nothing lies, or something else, its address is more likely mistyped than that all is done.
    async fn reader(&self, archive: &ArchiveConfig) -> anyhow::Result<ArchiveReader> {
        let reader = ArchiveReader::open(archive, &self.clients).await;
        let Listing { mut names, unreadable } = reader.folders_readable("", Deadline::NEVER).await?;
        names.extend(unreadable.into_iter().map(|(name, _)| name));
        match missing::archive(&archive.location, &names) {
            Some(reason) => Err(anyhow!("{reason}")),
            None => Ok(reader),
        }
    }

    async fn to_archive(&self, origin: Origin, config: Config) -> anyhow::Result<Work> {
        let target = if self.run.dry_run {
            Target::DryRun(ArchiveReader::open(&config.archive, &self.clients).await)
        } else {
            Target::Archive(Box::new(Pipeline::open(&config, &self.clients).await?))
        };
        let selection = match &origin {
            Origin::Raw(selection) => selection.clone(),
            Origin::Failures | Origin::Quarantine => Selection::default(),
        };
        let archive = Box::new(ToArchive::new(origin, config.intake, target, self.turns()));
        Ok(Work::ToArchive { archive, location: config.archive.location, selection })
    }

    /// The turns of all that this run sends.
    pub(super) fn turns(&self) -> Arc<Turns> {
        Arc::new(Turns::new(self.run.rate, self.stop.receiver()))
    }
}

/// The folder of a stream that a key lies in, or is, if it does.
fn folder_of_stream(key: &str) -> Option<&str> {
    let below = key.strip_prefix(UNDELIVERED)?.strip_prefix("/stream=")?;
    let name = below.split('/').next()?;
    Some(&key[..key.len() - below.len() + name.len()])
}

/// The Firehose stream of this name, if it can be one: who can write to an archive chooses the names of folders. Those that end
/// like the name of a file are of a file.
fn firehose(name: &str) -> Option<StreamTarget> {
    let target: StreamTarget = format!("firehose:{name}").parse().ok()?;
    (target.name() == name && !name.ends_with(FILE_ENDING)).then_some(target)
}

fn config(archive: &ArchiveConfig, limit: LimitArgs, region: Option<String>) -> anyhow::Result<Config> {
    let mut config = interpretation::config(archive, &[(settings::DECODED_LIMIT.name, String::new())])?;
    config.intake.decoded_limit = limit.decoded_limit;
    config.intake.region = region.or(config.intake.region);
    Ok(config)
}
