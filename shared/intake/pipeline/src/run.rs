//! One payload on its way.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use mailtrail_archive::{
    Archive, ArchiveError, Object, Put, Quarantined, about, quarantine, undelivered_key,
};
use mailtrail_aws_client::Deadline;
use mailtrail_aws_client::failure::Failure;
use mailtrail_clock::Time;
use mailtrail_delivery::{Ledger, Stream, StreamLedger, Topic};
use mailtrail_normalize::MAPPING_VERSION;
use mailtrail_subscription::{BatchId, Kind, LogBatch, Payload, Undecodable, batches};
use mailtrail_watch::WatchList;

use crate::watch::{BatchNotification, Watched, announce};
use crate::{EncodeError, Options, encode, raw};

/// What is kept of the time for writing down what the streams did not take.
const RESERVE_FOR_UNDELIVERED: Duration = Duration::from_secs(5);

/// Writes of one payload under way at a time. Nearly all payloads have fewer objects.
const CONCURRENT_WRITES: usize = 16;

/// Archive, streams and decisions, ready to take payloads.
#[derive(Debug)]
pub struct Pipeline {
    archive: Archive,
    streams: Vec<Stream>,
    options: Options,
    topic: Option<Topic>,
    watches: RwLock<Arc<WatchList>>,
    /// Whether the archive describes itself already, as far as this process knows.
    described: AtomicBool,
}

/// What became of one payload.
#[derive(Debug, Default)]
pub struct Run {
    /// The count. It balances if and only if there is no failure.
    pub ledger: Ledger,
    /// What somebody should look at.
    pub problems: Vec<Problem>,
    /// Bytes after decoding.
    pub decoded_bytes: u64,
    /// Objects that now hold the events, by key.
    pub objects: Vec<String>,
    /// Who or what was seen that somebody watches.
    pub watched: Vec<Watched>,
    /// Why the payload is not archived as a whole. Whoever sent it must send it again.
    pub failure: Option<RunError>,
}

/// Why a payload is not archived.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The archive did not take an object.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// An object could not be made.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

/// What goes to the archive: the raw copy, and the records.
struct Parcel {
    id: BatchId,
    /// The raw copy, and the day pointers that tell where it is.
    raw: Vec<(String, Bytes)>,
    objects: Vec<Object>,
    notifications: Vec<BatchNotification>,
}

/// Why there is no parcel.
enum Unprepared {
    Undecodable(Undecodable),
    Encode(EncodeError),
}

impl From<Undecodable> for Unprepared {
    fn from(reason: Undecodable) -> Self {
        Self::Undecodable(reason)
    }
}

impl From<EncodeError> for Unprepared {
    fn from(error: EncodeError) -> Self {
        Self::Encode(error)
    }
}

/// Something that did not stop the run, and needs a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// A payload that cannot be read is in quarantine.
    Quarantined(Quarantined),
    /// A stream did not take events; they are kept in this object.
    Undelivered {
        /// The stream.
        stream: String,
        /// How many events.
        events: u64,
        /// Where they are.
        key: String,
        /// Why.
        failure: Failure,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quarantined(Quarantined { key, reason, .. }) => write!(f, "{reason}; it is kept in {key}"),
            Self::Undelivered { stream, events, key, failure } => {
                write!(
                    f,
                    "the stream {stream} did not take {events} events ({failure}); they are kept in {key}"
                )
            }
        }
    }
}

impl Pipeline {
    /// A pipeline into an archive and any number of streams.
    pub fn new(archive: Archive, streams: Vec<Stream>, options: Options) -> Self {
        let (described, watches) = (AtomicBool::new(false), RwLock::default());
        Self { archive, streams, options, topic: None, watches, described }
    }

    /// With a topic to announce sightings to.
    #[must_use]
    pub fn announcing_to(self, topic: Option<Topic>) -> Self {
        Self { topic, ..self }
    }

    /// Watches for the entries of this list from now on.
    pub fn watch(&self, list: WatchList) {
        *self.watches.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(list);
    }

    fn watches(&self) -> Arc<WatchList> {
        Arc::clone(&self.watches.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The archive.
    pub fn archive(&self) -> &Archive {
        &self.archive
    }

    /// Takes one payload from bytes to ledger. `now` is the time of its arrival.
    pub async fn run(&self, payload: &Payload, now: Time, deadline: Deadline) -> Run {
        let mut run = Run::default();
        run.ledger.payloads = 1;
        run.ledger.streams = self.streams.iter().map(|stream| StreamLedger::new(stream.name())).collect();
        if let Err(error) = self.take(payload, now, deadline, &mut run).await {
            run.failure = Some(error);
            // A payload that must come again is none of the three, and so no failed run balances.
            let ledger = &mut run.ledger;
            (ledger.decoded_payloads, ledger.control_messages, ledger.quarantined_payloads) = (0, 0, 0);
        }
        run
    }

    async fn take(
        &self,
        payload: &Payload,
        now: Time,
        deadline: Deadline,
        run: &mut Run,
    ) -> Result<(), RunError> {
        match self.prepare(payload, run) {
            Ok(None) => Ok(()),
            Ok(Some(parcel)) => {
                self.store(&parcel, deadline, run).await?;
                let sending = deadline.reserve(RESERVE_FOR_UNDELIVERED);
                let announced = announce(self.topic.as_ref(), &parcel.notifications, sending);
                let (streamed, watched) = tokio::join!(self.stream(&parcel, deadline, run), announced);
                run.watched = watched;
                streamed
            }
            Err(Unprepared::Undecodable(reason)) => {
                self.quarantine(payload, reason, now, deadline, run).await
            }
            Err(Unprepared::Encode(error)) => Err(error.into()),
        }
    }

    /// Everything up to the archive: decodes, parses, maps, compresses. The decoded text, which is the
    /// largest thing in memory, is gone when this returns.
    fn prepare(&self, payload: &Payload, run: &mut Run) -> Result<Option<Parcel>, Unprepared> {
        let text = payload.decode(self.options.decoded_limit)?;
        run.decoded_bytes = text.len() as u64;
        let batches = batches(&text)?;
        let region = payload.region.as_deref().or(self.options.region.as_deref());
        let (mut objects, mut notifications, mut refused) = (Vec::new(), Vec::new(), 0);
        let watches = self.watches();
        for batch in batches.iter().filter(|batch| batch.kind == Kind::Data) {
            run.ledger.events += batch.events.len() as u64;
            if self.is_own(batch) {
                run.ledger.refused += batch.events.len() as u64;
                refused += 1;
            } else {
                let id = BatchId::of(std::slice::from_ref(batch));
                let encoded = encode(batch, &id, region, &self.options, &watches)?;
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
        Ok(Some(Parcel { id, raw, objects, notifications }))
    }

    async fn quarantine(
        &self,
        payload: &Payload,
        reason: Undecodable,
        now: Time,
        deadline: Deadline,
        run: &mut Run,
    ) -> Result<(), RunError> {
        let quarantined = quarantine(&self.archive, payload, reason, now, deadline).await?;
        run.ledger.quarantined_payloads = 1;
        run.problems.push(Problem::Quarantined(quarantined));
        Ok(())
    }

    /// Writes the raw copy and the objects side by side, and sees them all end before it returns: a failed
    /// write must not cancel another one half-way.
    async fn store(&self, parcel: &Parcel, deadline: Deadline, run: &mut Run) -> Result<(), RunError> {
        let described = self.described.load(Ordering::Relaxed);
        let about = if described { Vec::new() } else { about::files(MAPPING_VERSION).to_vec() };
        let put = |(key, body): (String, Bytes)| async move { self.archive.put(&key, body, deadline).await };
        let whole = about.into_iter().chain(parcel.raw.iter().cloned());
        let whole = stream::iter(whole.map(put)).buffered(CONCURRENT_WRITES).collect::<Vec<_>>();
        let records = parcel.objects.iter().map(|object| (object.key.clone(), object.body.clone()));
        let records = stream::iter(records.map(put)).buffered(CONCURRENT_WRITES).collect::<Vec<_>>();
        let (whole, records) = tokio::join!(whole, records);
        let mut failure = None;
        for (object, put) in parcel.objects.iter().zip(records) {
            match put {
                Ok(put) => {
                    count(&mut run.ledger, object, put);
                    run.objects.push(object.key.clone());
                }
                Err(error) => failure = Some(error),
            }
        }
        let failure = whole.into_iter().find_map(Result::err).or(failure);
        self.described.store(failure.is_none(), Ordering::Relaxed);
        failure.map_or(Ok(()), |error| Err(error.into()))
    }

    async fn stream(&self, parcel: &Parcel, deadline: Deadline, run: &mut Run) -> Result<(), RunError> {
        let sending = deadline.reserve(RESERVE_FOR_UNDELIVERED);
        let deliver = |stream| Stream::deliver(stream, &parcel.objects, sending);
        let deliveries = join_all(self.streams.iter().map(deliver)).await;
        for (delivery, ledger) in deliveries.into_iter().zip(&mut run.ledger.streams) {
            let delivery = delivery.map_err(EncodeError::from)?;
            let name = ledger.stream.clone();
            *ledger = delivery.ledger;
            if let Some(body) = delivery.undelivered {
                let key = undelivered_key(&name, parcel.id.time(), parcel.id);
                self.archive.put(&key, body, deadline).await?;
                let failure = delivery.failure.unwrap_or_else(Failure::out_of_time);
                run.problems.push(Problem::Undelivered {
                    stream: name,
                    events: ledger.undelivered,
                    key,
                    failure,
                });
            }
        }
        Ok(())
    }

    fn is_own(&self, batch: &LogBatch<'_>) -> bool {
        self.options.own_log_groups.iter().any(|own| *own == batch.log_group)
    }
}

fn count(ledger: &mut Ledger, object: &Object, put: Put) {
    ledger.archived += object.events;
    ledger.already += if put == Put::Already { object.events } else { 0 };
    *ledger.by_class.entry(object.class.name()).or_default() += object.events;
}
