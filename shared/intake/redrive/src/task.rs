//! Lines of an object on their way to a stream.

use std::io;

use bytes::Bytes;
use mailtrail_archive::{Object, digest_of_lines, receipt_key, undelivered_folder};
use sha2::{Digest, Sha256};

use crate::lines::{Uids, joined, uids};
use crate::{Found, Sending, Source};

/// Where lines go, and where they come from: what a receipt is of, besides the object.
#[derive(Debug, Clone)]
pub(crate) struct Destination {
    pub(crate) source: Source,
    /// The name of the stream.
    pub(crate) name: String,
    /// Its ARN, or the whole path of a file.
    pub(crate) address: String,
}

/// Lines of an object on their way to the stream.
pub(crate) struct Task<'a> {
    pub(crate) found: Found<'a>,
    pub(crate) destination: &'a Destination,
    sha256: String,
    /// The folder of what the stream did not take.
    pub(crate) folder: String,
    /// The digest of the lines that the receipt is of, and how many they are.
    lines: String,
    pub(crate) events: u64,
    pub(crate) receipt_key: String,
    /// Where a receipt of the first version would be.
    pub(crate) earlier_receipt_key: String,
    pub(crate) accepted: Vec<Object>,
    pub(crate) filtered: Vec<Object>,
}

impl<'a> Task<'a> {
    /// The lines of an object, by class, of which the stream accepts some.
    pub(crate) fn new(
        found: Found<'a>,
        destination: &'a Destination,
        objects: Vec<Object>,
        is_accepted: impl Fn(&Object) -> bool,
    ) -> io::Result<Self> {
        let Destination { source, name, address } = destination;
        // What the stream did not take is one object, whatever it accepts today. Of raw copies, each choice is one.
        let of_receipt =
            objects.iter().filter(|object| *source == Source::Undelivered || is_accepted(object));
        let events = of_receipt.clone().map(|object| object.events).sum();
        let lines = digest_of_lines(&joined(of_receipt.map(|object| &object.body)))?;
        let sha256 = hex::encode(Sha256::digest(found.bytes));
        let key = |of: &[&str]| receipt_key(source.name(), name, of, &lines);
        let (receipt_key, earlier_receipt_key) =
            (key(&[found.key, &sha256, address]), key(&[found.key, &sha256]));
        let folder = undelivered_folder(name);
        let (accepted, filtered) = objects.into_iter().partition(|object| is_accepted(object));
        Ok(Self {
            found,
            destination,
            sha256,
            folder,
            lines,
            events,
            receipt_key,
            earlier_receipt_key,
            accepted,
            filtered,
        })
    }

    pub(crate) fn sending(&self) -> Sending<'_> {
        Sending {
            object: self.found.key,
            sha256: &self.sha256,
            stream: &self.destination.address,
            folder: &self.folder,
            lines: &self.lines,
            events: self.events,
        }
    }

    /// The events that the receipt is of.
    pub(crate) fn uids(&self) -> io::Result<Uids> {
        let filtered = match self.destination.source {
            Source::Undelivered => &self.filtered[..],
            Source::Raw => &[],
        };
        uids(self.accepted.iter().chain(filtered))
    }

    /// What is to stay among what the stream did not take: what it did not confirm, and, where it was there before, what it is not
    /// to get.
    pub(crate) fn rest(&self, undelivered: Option<&Bytes>) -> Bytes {
        let filtered = match self.destination.source {
            Source::Undelivered => &self.filtered[..],
            Source::Raw => &[],
        };
        joined(undelivered.into_iter().chain(filtered.iter().map(|object| &object.body)))
    }
}
