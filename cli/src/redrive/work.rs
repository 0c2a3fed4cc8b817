//! One object after the other: read it, and hand it to where it goes.

use std::collections::BTreeMap;

use mailtrail_archive::{ArchiveError, ArchiveReader, Location, undelivered_of};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::now;
use mailtrail_config::IntakeConfig;
use mailtrail_plain_text::shell_word;
use mailtrail_redrive::{Found, Ledger, Outcome, Selection, ToArchive, ToStream};

use super::missing;

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
    RawToStream(Box<ToStream>, IntakeConfig, Selection),
    /// Payloads, to the archive at this place; of raw copies, those of this selection.
    ToArchive { archive: Box<ToArchive>, location: Location, selection: Selection },
}

impl Redrive {
    /// What becomes of an object; nothing where it has no event that is asked for.
    pub(super) async fn object(&self, key: &str) -> Option<Outcome> {
        let bytes = match self.reader.get(key, Deadline::NEVER).await {
            Ok(bytes) => bytes,
            // The network is gone, or the service is: it is so for all objects.
            Err(error) if error.failure.retryable => return Some(Outcome::failed_to_read(error)),
            Err(error) => return Some(self.unreadable(key, &error)),
        };
        let found = Found { key, bytes: &bytes };
        match &self.work {
            Work::Undelivered(streams) => {
                let (stream, _) = undelivered_of(key)?;
                Some(streams.get(stream)?.undelivered(found).await)
            }
            Work::RawToStream(stream, config, selection) => stream.raw(found, config, selection).await,
            Work::ToArchive { archive, .. } => archive.redrive(found, now()).await,
        }
    }

    /// The log groups that were asked for and that nothing is of.
    pub(super) fn missing(&self) -> Vec<String> {
        match &self.work {
            Work::Undelivered(_) => Vec::new(),
            Work::RawToStream(.., selection) | Work::ToArchive { selection, .. } => {
                missing::log_groups(selection)
            }
        }
    }

    /// What cannot be read, and what can be done.
    fn unreadable(&self, key: &str, error: &ArchiveError) -> Outcome {
        let failure = &error.failure;
        let Work::ToArchive { location, .. } = &self.work else { return Outcome::unreadable(failure) };
        if failure.code != "FileTooLarge" {
            return Outcome::unreadable(failure);
        }
        let (object, archive) = (format!("{}/{key}", self.reader.location()), location.to_string());
        let (object, archive) = (shell_word(&object), shell_word(&archive));
        Outcome::unreadable(&format!(
            "{failure}; archive it by itself: mailtrail ingest --archive {archive} --decoded-limit 1GiB {object}"
        ))
    }

    /// The streams that have no delivery tag, if some events were gated.
    pub(super) fn gated_streams(&self, ledger: &Ledger) -> Vec<String> {
        let name = |stream: &ToStream| stream.is_gated().then(|| stream.stream().name());
        match &self.work {
            _ if ledger.counts.gated == 0 => Vec::new(),
            Work::Undelivered(streams) => streams.values().filter_map(name).collect(),
            Work::RawToStream(stream, ..) => name(stream).into_iter().collect(),
            Work::ToArchive { .. } => Vec::new(),
        }
    }
}
