//! The path of one payload.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use mailtrail_archive::{
    Archive, ArchiveError, Object, Witness, about, digest_of_lines, quarantine, undelivered_key,
};
use mailtrail_aws_client::failure::Failure;
use mailtrail_aws_client::{Clients, Deadline};
use mailtrail_clock::Time;
use mailtrail_config::{Config, IntakeConfig, WatchListSource};
use mailtrail_delivery::{Ledger, Stream, StreamLedger, StreamOutcome, Topic, open_streams};
use mailtrail_normalize::MAPPING_VERSION;
use mailtrail_subscription::{Payload, Undecodable};
use mailtrail_watch::WatchList;

use crate::EncodeError;
use crate::names::CurrentNames;
use crate::prepare::{PrepareError, PreparedPayload, prepare};
use crate::run::{Problem, Run, RunError};
use crate::watch::announce;
use crate::watch_list::CurrentWatchList;

/// Time that is kept for writing what the streams did not accept.
const RESERVE_FOR_UNDELIVERED: Duration = Duration::from_secs(5);

/// Writes of one payload in progress at a time. Nearly all payloads have fewer objects.
const CONCURRENT_WRITES: usize = 16;

/// Archive, streams, topic and decisions, ready for payloads.
#[derive(Debug)]
pub struct Pipeline {
    archive: Archive,
    streams: Vec<Stream>,
    topic: Option<Topic>,
    config: IntakeConfig,
    watch_list: CurrentWatchList,
    names: CurrentNames,
    /// Whether the archive has its description already, as far as this process knows.
    described: AtomicBool,
}

impl Pipeline {
    /// The pipeline that an operator decided on: the one place where its parts are put together. Nothing is asked of
    /// AWS yet, and clients are made only where the archive, a stream or the topic needs one. The watch list and names are
    /// read by [`Self::refresh_watch_list`].
    ///
    /// # Errors
    /// When the archive is a directory that cannot be created or written to.
    pub async fn open(config: &Config, clients: &Clients) -> Result<Self, ArchiveError> {
        let archive = Archive::open(&config.archive, clients).await?;
        let streams = open_streams(&config.streams, config.tag_cache, clients).await;
        let topic = match &config.topic {
            Some(arn) => Some(Topic::open(arn, clients).await),
            None => None,
        };
        let watch_list = CurrentWatchList::new(config.watch_list.clone());
        Ok(Self { topic, watch_list, ..Self::new(archive, streams, config.intake.clone()) })
    }

    /// A pipeline of an archive and streams, without topic and watch list.
    pub fn new(archive: Archive, streams: Vec<Stream>, config: IntakeConfig) -> Self {
        let watch_list = CurrentWatchList::new(WatchListSource::None);
        // What is decoded comes on top of the names.
        let names = CurrentNames::new(config.decoded_limit.bytes() / 2);
        let described = AtomicBool::new(false);
        Self { archive, streams, topic: None, config, watch_list, names, described }
    }

    /// With a topic that is notified of watched events.
    #[must_use]
    pub fn with_topic(self, topic: Topic) -> Self {
        Self { topic: Some(topic), ..self }
    }

    /// Watches for the entries of this list from now on.
    pub fn watch(&self, list: WatchList) {
        self.watch_list.set(list);
    }

    /// Reads the watch list if it is due, and the names of the users that it may mean. Returns what is wrong: no event waits
    /// for a list or for names, and the last valid ones stay in use.
    pub async fn refresh_watch_list(&self) -> Vec<String> {
        let mut problems = self.watch_list.refresh(&self.archive).await;
        if !self.watch_list.get().is_empty() {
            problems.extend(self.names.refresh(&self.archive).await);
        }
        problems
    }

    /// Processes one payload from bytes to ledger. `now` is the time of its arrival.
    pub async fn run(&self, payload: &Payload, now: Time, deadline: Deadline) -> Run {
        let mut run = Run::default();
        run.ledger.payloads = 1;
        run.ledger.streams = self.streams.iter().map(|stream| StreamLedger::new(stream.name())).collect();
        if let Err(error) = self.process(payload, now, deadline, &mut run).await {
            run.failure = Some(error);
            // A payload that must be sent again is none of the three, and so no failed run balances.
            let ledger = &mut run.ledger;
            (ledger.decoded_payloads, ledger.control_messages, ledger.quarantined_payloads) = (0, 0, 0);
        }
        run
    }

    async fn process(
        &self,
        payload: &Payload,
        now: Time,
        deadline: Deadline,
        run: &mut Run,
    ) -> Result<(), RunError> {
        match prepare(payload, &self.config, &self.watch_list.get(), &self.names, run) {
            Ok(None) => Ok(()),
            Ok(Some(prepared)) => {
                self.store(&prepared, deadline, run).await?;
                let sending = deadline.reserve(RESERVE_FOR_UNDELIVERED);
                let announced = announce(self.topic.as_ref(), &prepared.notifications, sending);
                let (streamed, watched) = tokio::join!(self.stream(&prepared, deadline, run), announced);
                run.watched = watched;
                streamed
            }
            Err(PrepareError::Undecodable(reason)) => {
                self.quarantine(payload, reason, now, deadline, run).await
            }
            Err(PrepareError::Encode(error)) => Err(error.into()),
        }
    }

    async fn quarantine(
        &self,
        payload: &Payload,
        reason: Undecodable,
        now: Time,
        deadline: Deadline,
        run: &mut Run,
    ) -> Result<(), RunError> {
        let quarantined =
            quarantine(&self.archive, payload, reason, now, deadline, &mut run.witnesses).await?;
        run.ledger.quarantined_payloads = 1;
        run.problems.push(Problem::Quarantined(quarantined));
        Ok(())
    }

    /// Writes the raw copy and the objects side by side, and waits for all of them to end before it returns: a failed
    /// write must not cancel another one half-way.
    async fn store(
        &self,
        prepared: &PreparedPayload,
        deadline: Deadline,
        run: &mut Run,
    ) -> Result<(), RunError> {
        let described = self.described.load(Ordering::Relaxed);
        let about = if described { Vec::new() } else { about::files(MAPPING_VERSION).to_vec() };
        let put = |(key, body): (String, Bytes)| self.put(key, body, deadline);
        let about = stream::iter(about.into_iter().map(put)).buffered(CONCURRENT_WRITES).collect::<Vec<_>>();
        let raw = prepared.raw.iter().cloned().map(put);
        let raw = stream::iter(raw).buffered(CONCURRENT_WRITES).collect::<Vec<_>>();
        let records = prepared.objects.iter().map(|object| (object.key.clone(), object.body.clone()));
        let records = stream::iter(records.map(put)).buffered(CONCURRENT_WRITES).collect::<Vec<_>>();
        let (about, raw, records) = tokio::join!(about, raw, records);
        let mut failure = None;
        for put in about {
            match put {
                // The words of what is there may be those of another version.
                Ok(witness) => run.witnesses.extend(Some(witness).filter(|witness| !witness.already)),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        let mut has_raw_copy = true;
        for put in raw {
            match put {
                Ok(witness) => run.witnesses.push(witness),
                Err(error) => {
                    has_raw_copy = false;
                    failure = failure.or(Some(error));
                }
            }
        }
        for (object, put) in prepared.objects.iter().zip(records) {
            match put {
                Ok(witness) => {
                    // An event is archived where both copies of it are.
                    if has_raw_copy {
                        count(&mut run.ledger, object, witness.already);
                    }
                    run.objects.push(object.key.clone());
                    run.witnesses.push(witness);
                }
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        self.described.store(failure.is_none(), Ordering::Relaxed);
        failure.map_or(Ok(()), |error| Err(error.into()))
    }

    async fn put(&self, key: String, body: Bytes, deadline: Deadline) -> Result<Witness, ArchiveError> {
        let put = self.archive.put(&key, body.clone(), deadline).await?;
        Ok(Witness::new(key, &body, put))
    }

    /// Sends the events to all streams, and keeps what each did not take, whatever becomes of the others.
    async fn stream(
        &self,
        prepared: &PreparedPayload,
        deadline: Deadline,
        run: &mut Run,
    ) -> Result<(), RunError> {
        let sending = deadline.reserve(RESERVE_FOR_UNDELIVERED);
        let deliver = |stream| Stream::deliver(stream, &prepared.objects, sending);
        let deliveries = join_all(self.streams.iter().map(deliver)).await;
        let mut failure = None;
        for (at, delivery) in deliveries.into_iter().enumerate() {
            let kept = match delivery {
                Ok(delivery) => self.keep_undelivered(prepared, delivery, at, deadline, run).await,
                Err(error) => Err(EncodeError::from(error).into()),
            };
            if let Err(error) = kept {
                failure.get_or_insert(error);
            }
        }
        failure.map_or(Ok(()), Err)
    }

    /// Counts what became of the events in the stream at this position, and keeps what it did not take.
    async fn keep_undelivered(
        &self,
        prepared: &PreparedPayload,
        delivery: StreamOutcome,
        at: usize,
        deadline: Deadline,
        run: &mut Run,
    ) -> Result<(), RunError> {
        let StreamOutcome { ledger, undelivered, failure } = delivery;
        let (stream, events) = (ledger.stream.clone(), ledger.undelivered);
        run.ledger.streams[at] = ledger;
        let Some(body) = undelivered else { return Ok(()) };
        let lines = digest_of_lines(&body).map_err(EncodeError::from)?;
        let key = undelivered_key(&stream, prepared.id.time(), lines);
        run.witnesses.push(self.put(key.clone(), body, deadline).await?);
        let failure = failure.unwrap_or_else(Failure::out_of_time);
        run.problems.push(Problem::Undelivered { stream, events, key, failure });
        Ok(())
    }
}

fn count(ledger: &mut Ledger, object: &Object, existed: bool) {
    ledger.archived += object.events;
    ledger.already += if existed { object.events } else { 0 };
    *ledger.by_class.entry(object.class.name()).or_default() += object.events;
}
