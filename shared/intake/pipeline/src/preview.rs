//! What a payload would become, without an archive: everything up to the first write.

use std::collections::BTreeMap;

use mailtrail_archive::Object;
use mailtrail_config::IntakeConfig;
use mailtrail_subscription::{Payload, Undecodable};
use mailtrail_watch::WatchList;

use crate::names::CurrentNames;
use crate::prepare::{PrepareError, prepare};
use crate::{EncodeError, Run};

/// The records of a payload, as a run would archive them; none of our own log groups.
///
/// # Errors
/// When it cannot be decoded, or the records could not be encoded.
pub fn records(payload: &Payload, config: &IntakeConfig) -> Result<Vec<Object>, PrepareError> {
    let prepared =
        prepare(payload, config, &WatchList::default(), &CurrentNames::new(0), &mut Run::default())?;
    Ok(prepared.map(|prepared| prepared.objects).unwrap_or_default())
}

/// What would become of a payload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preview {
    /// Log events in it.
    pub events: u64,
    /// Those of our own log groups, which would not be archived.
    pub refused: u64,
    /// Whether it is a health check of CloudWatch Logs.
    pub is_control_message: bool,
    /// Log events of health checks, which would be kept raw.
    pub control_events: u64,
    /// Events that would be archived, by class.
    pub by_class: BTreeMap<&'static str, u64>,
    /// The keys of the raw copy and of its day pointers.
    pub raw_keys: Vec<String>,
    /// The key of each object of records, and how many events it would have.
    pub record_keys: Vec<(String, u64)>,
    /// Why it would be quarantined.
    pub unreadable: Option<Undecodable>,
}

/// Decodes and normalises a payload as a run does, and writes nothing.
///
/// # Errors
/// When the records could not be encoded.
pub fn preview(payload: &Payload, config: &IntakeConfig) -> Result<Preview, EncodeError> {
    let mut run = Run::default();
    let (prepared, unreadable) =
        match prepare(payload, config, &WatchList::default(), &CurrentNames::new(0), &mut run) {
            Ok(prepared) => (prepared, None),
            Err(PrepareError::Undecodable(reason)) => (None, Some(reason)),
            Err(PrepareError::Encode(error)) => return Err(error),
        };
    let (raw, objects) = prepared.map(|prepared| (prepared.raw, prepared.objects)).unwrap_or_default();
    let mut by_class = BTreeMap::new();
    for object in &objects {
        *by_class.entry(object.class.name()).or_default() += object.events;
    }
    let raw_keys = raw.into_iter().map(|(key, _)| key).collect();
    let record_keys = objects.into_iter().map(|object| (object.key, object.events)).collect();
    let (events, refused, control_events) =
        (run.ledger.events, run.ledger.refused, run.ledger.control_events);
    let is_control_message = run.ledger.control_messages > 0;
    Ok(Preview {
        events,
        refused,
        is_control_message,
        control_events,
        by_class,
        raw_keys,
        record_keys,
        unreadable,
    })
}
