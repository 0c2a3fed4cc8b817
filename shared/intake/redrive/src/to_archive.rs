//! Payloads to an archive: what a function could not do, what could not be read, what another archive has.

use std::sync::Arc;

use bytes::Bytes;
use mailtrail_archive::{ArchiveError, ArchiveReader, is_quarantined};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::Time;
use mailtrail_config::IntakeConfig;
use mailtrail_pipeline::{Pipeline, Preview, preview};
use mailtrail_subscription::{Payload, Recognized, recognize};

use crate::{Counts, Fate, Found, Outcome, Selection, Turns};

/// Where payloads come from, and so what becomes of one that cannot be read.
#[derive(Debug, Clone)]
pub enum Origin {
    /// The on-failure destination of the functions: what cannot be read is quarantined, as they would have done.
    Failures,
    /// The archive's own quarantine: what still cannot be read stays there.
    Quarantine,
    /// Raw copies of another archive, those with events that are asked for: what cannot be read stays there.
    Raw(Selection),
}

/// An archive that is to get payloads.
#[derive(Debug)]
pub struct ToArchive {
    origin: Origin,
    config: IntakeConfig,
    target: Target,
    turns: Arc<Turns>,
}

/// What gets payloads.
#[derive(Debug)]
pub enum Target {
    /// What archives them.
    Archive(Box<Pipeline>),
    /// Nothing, as it is a dry run: the archive is only looked at.
    DryRun(ArchiveReader),
}

impl ToArchive {
    /// Payloads are interpreted by `config`.
    pub fn new(origin: Origin, config: IntakeConfig, target: Target, turns: Arc<Turns>) -> Self {
        Self { origin, config, target, turns }
    }

    /// Archives the payloads in an object; nothing where it has no event that is asked for. `now` is the time of arrival.
    pub async fn redrive(&self, object: Found<'_>, now: Time) -> Option<Outcome> {
        let found = match self.payloads(object) {
            Ok(found) => found?,
            Err(reason) => return Some(Outcome::unreadable(&reason)),
        };
        Some(match &self.target {
            Target::DryRun(reader) => self.preview(reader, &found).await,
            Target::Archive(pipeline) => self.run(pipeline, &found, now).await,
        })
    }

    /// The payloads in an object, or why there are none that can be read; nothing where no event is asked for.
    fn payloads(&self, object: Found<'_>) -> Result<Option<Vec<Payload>>, String> {
        let limit = self.config.decoded_limit.bytes();
        match &self.origin {
            Origin::Failures => recognized(object.bytes, limit).map(Some),
            Origin::Quarantine => {
                if !is_quarantined(object.key.rsplit('/').next().unwrap_or_default(), object.bytes) {
                    return Err("its name is not the SHA-256 of its bytes".to_owned());
                }
                let found = recognized(object.bytes, limit)?;
                for payload in &found {
                    Selection::default().look_at(payload, limit).map_err(|reason| reason.to_string())?;
                }
                Ok(Some(found))
            }
            Origin::Raw(selection) => {
                object.raw_payloads(selection, limit).map_err(|reason| reason.to_string())
            }
        }
    }

    /// What would become of payloads, and what of them is there already, by its key.
    async fn preview(&self, reader: &ArchiveReader, found: &[Payload]) -> Outcome {
        let mut outcome = Outcome::new(Fate::Already, Counts::default());
        for payload in found {
            let preview = match preview(payload, &self.config) {
                Ok(preview) => preview,
                Err(error) => return outcome.failed(error),
            };
            let (already, is_whole) = match already(reader, &preview).await {
                Ok(already) => already,
                Err(error) => return outcome.failed(error),
            };
            let Preview { events, refused, unreadable, .. } = preview;
            let left = events - refused - already;
            outcome.counts.add(Counts { events, already, refused, left, ..Counts::default() });
            if !is_whole {
                outcome.fate = Fate::Left;
            }
            if let Some(reason) = unreadable {
                outcome.quarantined_payloads += 1;
                outcome = outcome.because(&reason);
            }
        }
        outcome
    }

    async fn run(&self, pipeline: &Pipeline, found: &[Payload], now: Time) -> Outcome {
        let mut outcome = Outcome::new(Fate::Already, Counts::default());
        for (at, payload) in found.iter().enumerate() {
            let run = pipeline.run(payload, now, Deadline::NEVER).await;
            let ledger = &run.ledger;
            outcome.counts.add(Counts {
                events: ledger.events,
                done: ledger.archived - ledger.already,
                already: ledger.already,
                refused: ledger.refused,
                left: ledger.events - ledger.archived - ledger.refused,
                ..Counts::default()
            });
            outcome.quarantined_payloads += ledger.quarantined_payloads;
            if let Some(problem) = run.problems.first() {
                outcome = outcome.because(problem);
            }
            if run.witnesses.iter().any(|witness| !witness.already) {
                outcome.fate = Fate::Done;
            }
            let (events, is_last) = (ledger.events, at + 1 == found.len());
            if let Some(failure) = run.failure {
                return outcome.failed(failure);
            }
            if !self.turns.wait(events).await && !is_last {
                return outcome.stopped();
            }
        }
        outcome
    }
}

/// How many events of a payload an archive has, and whether it has all objects of it. An event is archived where both copies
/// of it are.
async fn already(reader: &ArchiveReader, preview: &Preview) -> Result<(u64, bool), ArchiveError> {
    let (mut already, mut has_raw, mut is_whole) = (0, true, preview.unreadable.is_none());
    for key in &preview.raw_keys {
        has_raw &= reader.contains(key, Deadline::NEVER).await?;
    }
    for (key, events) in &preview.record_keys {
        let is_there = reader.contains(key, Deadline::NEVER).await?;
        already += if is_there && has_raw { *events } else { 0 };
        is_whole &= is_there;
    }
    Ok((already, is_whole && has_raw))
}

fn recognized(bytes: &Bytes, limit: usize) -> Result<Vec<Payload>, String> {
    match recognize(bytes, limit) {
        Recognized::Payloads(_, found) => Ok(found),
        Recognized::Other(other) => Err(other.to_string()),
    }
}
