//! One object after the other: read it, and hand it to where it goes.

use std::collections::BTreeMap;

use mailtrail_archive::{ArchiveReader, undelivered_of};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::now;
use mailtrail_config::IntakeConfig;
use mailtrail_redrive::{Found, Ledger, Outcome, Selection, ToArchive, ToStream};

/// Where objects come from, and where they go.
#[derive(Debug)]
pub(super) struct Redrive {
    pub(super) reader: ArchiveReader,
    pub(super) work: Work,
}

#[derive(Debug)]
pub(super) enum Work {
    /// To the stream whose name is in the key.
    Undelivered(BTreeMap<String, ToStream>),
    /// The records of raw copies, to a stream.
    RawToStream(ToStream, IntakeConfig, Selection),
    /// Payloads, to an archive.
    ToArchive(ToArchive),
}

impl Redrive {
    /// What becomes of an object; nothing where it has no event that is asked for.
    pub(super) async fn object(&self, key: &str) -> Option<Outcome> {
        let bytes = match self.reader.get(key, Deadline::NEVER).await {
            Ok(bytes) => bytes,
            // The network is gone, or the service is: it is so for all objects.
            Err(error) if error.failure.retryable => return Some(Outcome::failed_to_read(error)),
            Err(error) => return Some(Outcome::unreadable(&error.failure)),
        };
        let found = Found { key, bytes: &bytes };
        match &self.work {
            Work::Undelivered(streams) => {
                let (stream, _) = undelivered_of(key)?;
                Some(streams.get(stream)?.undelivered(found, now()).await)
            }
            Work::RawToStream(stream, config, selection) => stream.raw(found, config, selection, now()).await,
            Work::ToArchive(archive) => archive.redrive(found, now()).await,
        }
    }

    /// The streams that have no delivery tag, if some events were gated.
    pub(super) fn gated_streams(&self, ledger: &Ledger) -> Vec<String> {
        let name = |stream: &ToStream| stream.is_gated().then(|| stream.stream().name());
        match &self.work {
            _ if ledger.counts.gated == 0 => Vec::new(),
            Work::Undelivered(streams) => streams.values().filter_map(name).collect(),
            Work::RawToStream(stream, ..) => name(stream).into_iter().collect(),
            Work::ToArchive(_) => Vec::new(),
        }
    }
}
