//! Streams: records on their way to somebody else, at least once.
//!
//! A stream is fed from the objects that were archived, so that what it gets is what the archive holds.
//! Every event of them ends as exactly one of: delivered, gated (no delivery tag), filtered (a class that
//! the stream does not ask for), or undelivered (kept, compressed, for `undelivered/`).

mod file;
mod firehose;
mod packing;
mod slim;
mod target;

use std::io;
use std::sync::Arc;

use bytes::Bytes;

use crate::StreamLedger;
use crate::tag_gate::{Gate, TagGate};
use file::FileStream;
use firehose::Firehose;
use mailtrail_archive::Object;
use mailtrail_archive::ObjectWriter;
use mailtrail_aws_client::failure::Failure;
use mailtrail_aws_client::{Deadline, RetryPolicy};
use packing::{Chunk, Packer};
pub use target::{Target, UnknownTarget};

/// A stream that is ready to take records.
#[derive(Debug)]
pub struct Stream {
    target: Target,
    sink: Sink,
}

#[derive(Debug)]
enum Sink {
    Firehose { stream: Firehose, gate: Arc<TagGate> },
    File(FileStream),
}

/// What became of the events of some objects in one stream.
#[derive(Debug)]
pub struct Delivery {
    /// The count.
    pub ledger: StreamLedger,
    /// The events that were not taken, as the body of an object; absent when there are none.
    pub undelivered: Option<Bytes>,
    /// Why they were not.
    pub failure: Option<Failure>,
}

impl Stream {
    /// A Firehose stream, behind the tag gate.
    pub fn firehose(
        target: Target,
        client: aws_sdk_firehose::Client,
        gate: Arc<TagGate>,
        retry_policy: RetryPolicy,
    ) -> Self {
        let stream = Firehose::new(client, target.name(), retry_policy);
        Self { sink: Sink::Firehose { stream, gate }, target }
    }

    /// A file that lines are appended to.
    pub fn file(target: Target, path: impl Into<std::path::PathBuf>) -> Self {
        Self { target, sink: Sink::File(FileStream::new(path.into())) }
    }

    /// Its name, in ledgers, metrics and folders.
    pub fn name(&self) -> String {
        self.target.name()
    }

    /// Sends the events of the objects.
    ///
    /// # Errors
    /// Only when an object that we made ourselves cannot be read, or compressed, in memory.
    pub async fn deliver(&self, objects: &[Object], deadline: Deadline) -> io::Result<Delivery> {
        let mut outbox = Outbox::new(self.name());
        let wanted: Vec<&Object> = objects.iter().filter(|object| self.target.wants(object.class)).collect();
        outbox.ledger.filtered = count(objects.iter()) - count(wanted.iter().copied());
        if wanted.is_empty() {
            // Nobody is asked for leave to send nothing: look-ups are scarce.
            return outbox.finish();
        }
        match self.gate(deadline).await {
            Gate::Open => self.send_all(&wanted, &mut outbox, deadline).await?,
            Gate::Closed => outbox.ledger.gated = count(wanted.iter().copied()),
            Gate::Unknown(failure) => {
                outbox.failure = Some(failure);
                for object in wanted {
                    outbox.keep_object(object)?;
                }
            }
        }
        outbox.finish()
    }

    async fn gate(&self, deadline: Deadline) -> Gate {
        match &self.sink {
            Sink::File(_) => Gate::Open,
            Sink::Firehose { stream, gate } => gate.ask(stream.name(), deadline).await,
        }
    }

    async fn send_all(&self, objects: &[&Object], outbox: &mut Outbox, deadline: Deadline) -> io::Result<()> {
        let mut packer = Packer::new(self.target.packing());
        for object in objects {
            let mut lines = object.lines()?;
            while let Some(line) = lines.next_line()? {
                if let Some(chunk) = packer.push(line, &object.key) {
                    self.send(chunk, outbox, deadline).await?;
                }
            }
        }
        for chunk in packer.finish() {
            self.send(chunk, outbox, deadline).await?;
        }
        Ok(())
    }

    /// Sends one chunk, as far as it goes. Once a stream has failed for good or the time is over, nothing
    /// more is tried: what follows is kept at once.
    async fn send(&self, chunk: Chunk, outbox: &mut Outbox, deadline: Deadline) -> io::Result<()> {
        if outbox.failure.is_some() {
            return outbox.keep(&chunk);
        }
        let events = chunk.events();
        let sent = match &self.sink {
            Sink::Firehose { stream, .. } => stream.send(chunk, deadline).await,
            Sink::File(file) => file.append(chunk).await,
        };
        match sent {
            Ok(()) => outbox.ledger.delivered += events,
            Err(rest) => {
                outbox.ledger.delivered += events - rest.chunk.events();
                outbox.failure = Some(rest.failure);
                outbox.keep(&rest.chunk)?;
            }
        }
        Ok(())
    }
}

/// What a stream did not take of a chunk, and why.
struct Rest {
    chunk: Chunk,
    failure: Failure,
}

/// Counts what leaves, and keeps what cannot.
struct Outbox {
    ledger: StreamLedger,
    /// Begun with the first event that stays behind, which in most runs none does.
    undelivered: Option<ObjectWriter>,
    failure: Option<Failure>,
}

impl Outbox {
    fn new(stream: String) -> Self {
        Self { ledger: StreamLedger::new(stream), undelivered: None, failure: None }
    }

    fn keep(&mut self, chunk: &Chunk) -> io::Result<()> {
        for record in chunk.records() {
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

    fn finish(mut self) -> io::Result<Delivery> {
        self.ledger.undelivered = self.undelivered.as_ref().map_or(0, ObjectWriter::events);
        let undelivered = self.undelivered.map(ObjectWriter::finish).transpose()?;
        Ok(Delivery { ledger: self.ledger, undelivered, failure: self.failure })
    }
}

fn count<'a>(objects: impl Iterator<Item = &'a Object>) -> u64 {
    objects.map(|object| object.events).sum()
}
