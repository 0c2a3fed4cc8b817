//! Payloads to an archive: what a function could not do, what could not be read, what another archive has.

use std::sync::Arc;

use bytes::Bytes;
use mailtrail_archive::is_quarantined;
use mailtrail_aws_client::{Deadline, Pace};
use mailtrail_clock::Time;
use mailtrail_config::IntakeConfig;
use mailtrail_pipeline::{Pipeline, preview};
use mailtrail_subscription::{Payload, Recognized, recognize};

use crate::{Counts, Fate, Found, Outcome, Selection};

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
    /// What archives them; nothing where it is a dry run.
    pipeline: Option<Pipeline>,
    pace: Arc<Pace>,
}

impl ToArchive {
    /// Payloads are interpreted by `config`. Without a pipeline it is a dry run.
    pub fn new(origin: Origin, config: IntakeConfig, pipeline: Option<Pipeline>, pace: Arc<Pace>) -> Self {
        Self { origin, config, pipeline, pace }
    }

    /// Archives the payloads in an object; nothing where it has no event that is asked for. `now` is the time of arrival.
    pub async fn redrive(&self, object: Found<'_>, now: Time) -> Option<Outcome> {
        let found = match self.payloads(object) {
            Ok(found) => found?,
            Err(reason) => return Some(Outcome::unreadable(&reason)),
        };
        Some(match &self.pipeline {
            None => self.preview(&found),
            Some(pipeline) => self.run(pipeline, &found, now).await,
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

    fn preview(&self, found: &[Payload]) -> Outcome {
        let mut outcome = Outcome::left(0);
        for payload in found {
            match preview(payload, &self.config) {
                Ok(preview) => {
                    outcome.counts.add(Counts {
                        events: preview.events,
                        refused: preview.refused,
                        left: preview.events - preview.refused,
                        ..Counts::default()
                    });
                    if let Some(reason) = preview.unreadable {
                        outcome.quarantined_payloads += 1;
                        outcome = outcome.because(&reason);
                    }
                }
                Err(error) => return outcome.failed(error),
            }
        }
        outcome
    }

    async fn run(&self, pipeline: &Pipeline, found: &[Payload], now: Time) -> Outcome {
        let mut outcome = Outcome::new(Fate::Already, Counts::default());
        for payload in found {
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
            self.pace.turns(u32::try_from(ledger.events).unwrap_or(u32::MAX)).await;
            if let Some(failure) = run.failure {
                return outcome.failed(failure);
            }
        }
        outcome
    }
}

fn recognized(bytes: &Bytes, limit: usize) -> Result<Vec<Payload>, String> {
    match recognize(bytes, limit) {
        Recognized::Payloads(_, found) => Ok(found),
        Recognized::Other(other) => Err(other.to_string()),
    }
}
