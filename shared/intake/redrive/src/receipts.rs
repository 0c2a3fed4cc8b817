//! What is below `redrive/` of an archive: the claims and receipts of one stream.

use std::collections::BTreeSet;

use bytes::Bytes;
use mailtrail_archive::{
    Archive, ArchiveError, ArchiveReader, Put, claim_key, digest_of_lines, receipts_folder, undelivered_key,
};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::Time;
use mailtrail_pipeline::EncodeError;

use crate::claim::{Claim, LASTS};
use crate::lines::{LinesError, are_among, by_class, uids};
use crate::task::{Destination, Task};
use crate::{Due, Found, Receipt, RedriveError, Source, due};

/// The claims and receipts of one stream.
#[derive(Debug)]
pub(crate) struct Receipts {
    reader: ArchiveReader,
    /// The keys of all of them when the run began.
    known: BTreeSet<String>,
    /// A number that no other run has.
    run: String,
    clock: fn() -> Time,
    /// When the run began, if it is not to wait for claims that were made before.
    taken_over: Option<Time>,
    /// What is left of raw copies lies among what the stream did not take.
    undelivered: Destination,
}

/// What became of an object before.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Before {
    /// Nothing.
    Nothing,
    /// The stream confirmed all of it, but for so many events, of which nothing is confirmed.
    Confirmed { left: u64 },
    /// That is not known, because of this receipt, and why.
    Doubtful(String),
}

/// Whether an object is ours to send.
#[derive(Debug)]
pub(crate) enum Claimed {
    /// It is, by the claim of this number.
    Ours(u32),
    /// It is not, and the reason.
    Not(String),
}

impl Receipts {
    /// Reads which there are.
    ///
    /// # Errors
    /// When they cannot be listed: then it is not known what was sent.
    pub(crate) async fn open(
        reader: ArchiveReader,
        destination: &Destination,
        clock: fn() -> Time,
        takes_over: bool,
    ) -> Result<Self, ArchiveError> {
        let undelivered = Destination { source: Source::Undelivered, ..destination.clone() };
        let mut known = BTreeSet::new();
        for source in [destination.source, Source::Undelivered] {
            let folder = receipts_folder(source.name(), &destination.name);
            known.extend(reader.list(&folder, Deadline::NEVER).await?);
        }
        let run = format!("{:032x}", fastrand::u128(..));
        Ok(Self { reader, known, run, clock, taken_over: takes_over.then(clock), undelivered })
    }

    /// What became of the lines before. A receipt counts where the rest that it speaks of is there.
    pub(crate) async fn before(
        &self,
        task: &Task<'_>,
        archive: Option<&Archive>,
    ) -> Result<Before, RedriveError> {
        let mut rest = match self.receipt(task, archive).await? {
            Due::Now => return Ok(Before::Nothing),
            Due::Doubtful(reason) => return Ok(Before::Doubtful(reason)),
            Due::Already(None) => return Ok(Before::Confirmed { left: 0 }),
            Due::Already(Some(rest)) => rest,
        };
        let mut whole = task.uids().map_err(EncodeError::from)?;
        let mut receipt_key = task.receipt_key.clone();
        // Each rest is smaller than what it was left of, so this has an end.
        loop {
            let doubtful = |reason| Ok(Before::Doubtful(doubt(&receipt_key, reason)));
            let Some(bytes) = self.existing(&rest.key).await? else {
                return doubtful("the object with the rest is missing");
            };
            let objects = match by_class(&rest.key, &bytes) {
                Ok(objects) => objects,
                Err(LinesError::Compress(error)) => return Err(EncodeError::from(error).into()),
                Err(LinesError::Unreadable(reason)) => {
                    return doubtful(&format!("the object with the rest: {reason}"));
                }
            };
            let part = uids(objects.iter()).map_err(EncodeError::from)?;
            if part.values().sum::<u64>() != rest.events || !are_among(&part, &whole) {
                return doubtful(&format!("`{}` has other events than those that are left", rest.key));
            }
            let left = Before::Confirmed { left: rest.events };
            if task.destination.source == Source::Undelivered {
                return Ok(left);
            }
            let found = Found { key: &rest.key, bytes: &bytes };
            let task = Task::new(found, &self.undelivered, objects, |_| true).map_err(EncodeError::from)?;
            let next = match self.receipt(&task, archive).await? {
                Due::Now => return Ok(left),
                Due::Doubtful(reason) => return Ok(Before::Doubtful(reason)),
                Due::Already(None) => return Ok(Before::Confirmed { left: 0 }),
                Due::Already(Some(next)) => next,
            };
            (whole, rest, receipt_key) = (part, next, task.receipt_key);
        }
    }

    /// What the receipt says that there is.
    async fn receipt(&self, task: &Task<'_>, archive: Option<&Archive>) -> Result<Due, ArchiveError> {
        let mut is_there = self.known.contains(&task.receipt_key);
        // Another run may have written it meanwhile, and what no receipt can be written over must be found before sending.
        if let Some(archive) = archive.filter(|_| !is_there) {
            is_there = archive.contains(&task.receipt_key, Deadline::NEVER).await?;
        }
        let key = if is_there {
            &task.receipt_key
        } else if self.known.contains(&task.earlier_receipt_key) {
            &task.earlier_receipt_key
        } else {
            return Ok(Due::Now);
        };
        let receipt = self.reader.get(key, Deadline::NEVER).await?;
        Ok(match due(&task.sending(), Some(&receipt)) {
            Due::Doubtful(reason) => Due::Doubtful(doubt(key, &reason)),
            due => due,
        })
    }

    async fn existing(&self, key: &str) -> Result<Option<Bytes>, ArchiveError> {
        let is_there = self.reader.contains(key, Deadline::NEVER).await?;
        if is_there { self.reader.get(key, Deadline::NEVER).await.map(Some) } else { Ok(None) }
    }

    /// Writes down that this run is about to send the lines, unless another one is.
    pub(crate) async fn claim(&self, archive: &Archive, task: &Task<'_>) -> Result<Claimed, ArchiveError> {
        let key = |number| claim_key(&task.receipt_key, number);
        let mut number = 1;
        while self.known.contains(&key(number + 1)) {
            number += 1;
        }
        loop {
            let (key, now) = (key(number), (self.clock)());
            let is_new = !self.known.contains(&key);
            let claim = Claim::new(&self.run, now, LASTS).to_json();
            if is_new && archive.put(&key, claim, Deadline::NEVER).await? == Put::Written {
                return Ok(Claimed::Ours(number));
            }
            let there = match Claim::parse(&self.reader.get(&key, Deadline::NEVER).await?) {
                Ok(there) => there,
                Err(reason) => return Ok(Claimed::Not(format!("not sent, because of `{key}`: {reason}"))),
            };
            // An answer may have been lost: then it was written by the try before.
            if is_new && there.run == self.run {
                return Ok(Claimed::Ours(number));
            }
            if let Some(until) = there.holds(&self.run, now, self.taken_over) {
                let reason = format!(
                    "not sent: another run has it in hand until {until}, or died; run the same command again after that, \
                     or with --take-over"
                );
                return Ok(Claimed::Not(reason));
            }
            number += 1;
        }
    }

    /// Ends a claim of this run, after which nothing was confirmed.
    pub(crate) async fn release(
        &self,
        archive: &Archive,
        task: &Task<'_>,
        number: u32,
    ) -> Result<(), ArchiveError> {
        let over = Claim::new(&self.run, (self.clock)(), std::time::Duration::ZERO).to_json();
        archive.put(&claim_key(&task.receipt_key, number + 1), over, Deadline::NEVER).await.map(drop)
    }

    /// Writes down what the stream confirmed, after the rest is in an object of its own.
    pub(crate) async fn confirm(
        &self,
        archive: &Archive,
        task: &Task<'_>,
        delivered: u64,
        rest: &Bytes,
    ) -> Result<(), RedriveError> {
        let mut left_in = None;
        if !rest.is_empty() {
            let lines = digest_of_lines(rest).map_err(EncodeError::from)?;
            let key = undelivered_key(&task.destination.name, task.found.time(), lines);
            archive.put(&key, rest.clone(), Deadline::NEVER).await?;
            left_in = Some(key);
        }
        let receipt = Receipt::new(&task.sending(), delivered, left_in, (self.clock)());
        // Where it is there already, another run sent the same at the same time: the stream has it twice, and the receipt
        // that was first stands.
        archive.put(&task.receipt_key, receipt.to_json(), Deadline::NEVER).await?;
        Ok(())
    }
}

fn doubt(receipt: &str, reason: &str) -> String {
    format!("its receipt `{receipt}`: {reason}")
}
