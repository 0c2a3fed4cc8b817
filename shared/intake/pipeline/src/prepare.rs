//! Everything up to the archive: a payload is decoded, parsed, mapped and compressed.

use bytes::Bytes;
use mailtrail_archive::Object;
use mailtrail_config::IntakeConfig;
use mailtrail_subscription::{BatchId, Kind, LogBatch, Payload, Undecodable, batches};
use mailtrail_watch::WatchList;
use thiserror::Error;

use crate::names::CurrentNames;
use crate::run::Run;
use crate::watch::BatchNotification;
use crate::{EncodeError, encode, raw, sign_ins};

/// What is written to the archive for a payload.
pub(crate) struct PreparedPayload {
    /// The id of all its events.
    pub(crate) id: BatchId,
    /// Key and body of the raw copy, and of the day pointers that tell where it is.
    pub(crate) raw: Vec<(String, Bytes)>,
    /// The records.
    pub(crate) objects: Vec<Object>,
    /// What is notified once the archive has it.
    pub(crate) notifications: Vec<BatchNotification>,
}

/// Why no records can be made of a payload.
#[derive(Debug, Error)]
pub enum PrepareError {
    /// It is not what CloudWatch Logs sends.
    #[error(transparent)]
    Undecodable(#[from] Undecodable),
    /// The records could not be encoded.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

/// Prepares a payload, and counts its events. Nothing where all its batches come from our own log groups. The decoded
/// text, which is the largest thing in memory, is dropped when this returns.
pub(crate) fn prepare(
    payload: &Payload,
    config: &IntakeConfig,
    watches: &WatchList,
    names: &CurrentNames,
    run: &mut Run,
) -> Result<Option<PreparedPayload>, PrepareError> {
    let text = payload.decode(config.decoded_limit.bytes())?;
    run.decoded_bytes = text.len() as u64;
    let batches = batches(&text)?;
    let region = payload.region.as_deref().or(config.region.as_deref());
    let (mut objects, mut notifications, mut refused) = (Vec::new(), Vec::new(), 0);
    for batch in &batches {
        if batch.kind == Kind::Control {
            run.ledger.control_events += batch.events.len() as u64;
            continue;
        }
        run.ledger.events += batch.events.len() as u64;
        if is_own(batch, config) {
            run.ledger.refused += batch.events.len() as u64;
            refused += 1;
        } else {
            let id = BatchId::of(std::slice::from_ref(batch));
            if watches.names_users() {
                names.learn(&sign_ins(batch, config));
            }
            let encoded = encode(batch, &id, region, config, watches, &names.get())?;
            notifications.extend(
                encoded
                    .notifications
                    .into_iter()
                    .map(|notification| BatchNotification::of(batch, &id, notification)),
            );
            objects.extend(encoded.objects);
        }
    }
    let control = batches.iter().all(|batch| batch.kind == Kind::Control);
    run.ledger.control_messages = u64::from(control);
    run.ledger.decoded_payloads = u64::from(!control);
    if refused == batches.len() {
        return Ok(None);
    }
    let id = BatchId::of(&batches);
    let raw = raw::objects(payload, &batches, region, &id).map_err(EncodeError::from)?;
    Ok(Some(PreparedPayload { id, raw, objects, notifications }))
}

fn is_own(batch: &LogBatch<'_>, config: &IntakeConfig) -> bool {
    config.own_log_groups.iter().any(|own| *own == batch.log_group)
}
