//! Streams: records on their way to a sink, at least once.
//!
//! A stream is fed from the objects that were archived, so that what it gets is what the archive holds.
//! Every event of them ends as exactly one of: delivered, gated (the sink is closed), filtered (the stream does not
//! accept its class), or undelivered (kept, compressed, for `undelivered/`).

use std::io;

use bytes::Bytes;
use mailtrail_archive::{Object, ObjectWriter};
use mailtrail_aws_client::Deadline;
use mailtrail_aws_client::failure::Failure;
use mailtrail_config::StreamTarget;
use mailtrail_ocsf::Class;

use crate::StreamLedger;
use crate::packing::{Packer, RecordBatch};
use crate::sink::{Gate, Sink};

/// What an operator wants a sink to get.
#[derive(Debug)]
pub struct Stream {
    target: StreamTarget,
    sink: Box<dyn Sink>,
}

/// What became of the events of some objects in one stream.
#[derive(Debug)]
pub struct StreamOutcome {
    /// The counts.
    pub ledger: StreamLedger,
    /// The events that were not delivered, as the body of an object, if there are any.
    pub undelivered: Option<Bytes>,
    /// Why they were not.
    pub failure: Option<Failure>,
}

impl Stream {
    /// A stream into a sink.
    pub fn new(target: StreamTarget, sink: impl Sink + 'static) -> Self {
        Self { target, sink: Box::new(sink) }
    }

    /// Its name, in ledgers, metrics and folders.
    pub fn name(&self) -> String {
        self.target.name()
    }

    /// Whether it is to get events of this class.
    pub fn accepts(&self, class: Class) -> bool {
        self.target.accepts(class)
    }

    /// Whether it may be sent to now.
    pub async fn gate(&self, deadline: Deadline) -> Gate {
        self.sink.gate(deadline).await
    }

    /// Sends the events of the objects.
    ///
    /// # Errors
    /// Only when an object that we made ourselves cannot be read, or compressed, in memory.
    pub async fn deliver(&self, objects: &[Object], deadline: Deadline) -> io::Result<StreamOutcome> {
        let mut delivery = DeliveryBuilder::new(self.name());
        let accepted: Vec<&Object> = objects.iter().filter(|object| self.accepts(object.class)).collect();
        delivery.ledger.filtered = count(objects.iter()) - count(accepted.iter().copied());
        if accepted.is_empty() {
            // Look-ups of tags are limited: without anything to send, the gate is not asked.
            return delivery.finish();
        }
        match self.gate(deadline).await {
            Gate::Open => self.send_all(&accepted, &mut delivery, deadline).await?,
            Gate::Closed => delivery.ledger.gated = count(accepted.iter().copied()),
            Gate::Unknown(failure) => {
                delivery.failure = Some(failure);
                for object in accepted {
                    delivery.keep_object(object)?;
                }
            }
        }
        delivery.finish()
    }

    async fn send_all(
        &self,
        objects: &[&Object],
        delivery: &mut DeliveryBuilder,
        deadline: Deadline,
    ) -> io::Result<()> {
        let mut packer = Packer::new(self.sink.limits(), self.target.packing());
        for object in objects {
            let mut lines = object.lines()?;
            while let Some(line) = lines.next_line()? {
                if let Some(batch) = packer.push(line, &object.key) {
                    self.send(batch, delivery, deadline).await?;
                }
            }
        }
        for batch in packer.finish() {
            self.send(batch, delivery, deadline).await?;
        }
        Ok(())
    }

    /// Sends one batch. Once a stream has failed for good or the time is over, nothing more is tried: what follows is
    /// kept at once.
    async fn send(
        &self,
        batch: RecordBatch,
        delivery: &mut DeliveryBuilder,
        deadline: Deadline,
    ) -> io::Result<()> {
        if delivery.failure.is_some() {
            return delivery.keep(&batch);
        }
        let events = batch.events();
        match self.sink.send(batch, deadline).await {
            Ok(()) => delivery.ledger.delivered += events,
            Err(unsent) => {
                delivery.ledger.delivered += events - unsent.records.events();
                delivery.failure = Some(unsent.failure);
                delivery.keep(&unsent.records)?;
            }
        }
        Ok(())
    }
}

/// Counts what is delivered, and keeps what is not.
struct DeliveryBuilder {
    ledger: StreamLedger,
    /// Begun with the first event that is not delivered; in most runs there is none.
    undelivered: Option<ObjectWriter>,
    failure: Option<Failure>,
}

impl DeliveryBuilder {
    fn new(stream: String) -> Self {
        Self { ledger: StreamLedger::new(stream), undelivered: None, failure: None }
    }

    fn keep(&mut self, batch: &RecordBatch) -> io::Result<()> {
        for record in batch.records() {
            self.undelivered()?.write_lines(&record.data, record.events)?;
        }
        Ok(())
    }

    fn keep_object(&mut self, object: &Object) -> io::Result<()> {
        let mut lines = object.lines()?;
        while let Some(line) = lines.next_line()? {
            let undelivered = self.undelivered()?;
            undelivered.write_lines(line, 1)?;
            undelivered.write_lines(b"\n", 0)?;
        }
        Ok(())
    }

    fn undelivered(&mut self) -> io::Result<&mut ObjectWriter> {
        let writer = self.undelivered.take().map_or_else(|| ObjectWriter::new(None), Ok)?;
        Ok(self.undelivered.insert(writer))
    }

    fn finish(mut self) -> io::Result<StreamOutcome> {
        self.ledger.undelivered = self.undelivered.as_ref().map_or(0, ObjectWriter::events);
        let undelivered = self.undelivered.map(ObjectWriter::finish).transpose()?;
        Ok(StreamOutcome { ledger: self.ledger, undelivered, failure: self.failure })
    }
}

fn count<'a>(objects: impl Iterator<Item = &'a Object>) -> u64 {
    objects.map(|object| object.events).sum()
}
