//! Whatever comes in: no panic, nothing lost, nothing invented, nothing outside the archive, and a repeated run changes
//! nothing.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise, in its helpers too")]

mod any_batches;
mod any_bytes;
mod archived;
#[path = "../common/mod.rs"]
mod common;
mod generated;

use std::collections::BTreeMap;

use bytes::Bytes;
use common::{Key, now, tree};
use mailtrail_archive::Archive;
use mailtrail_aws_client::Deadline;
use mailtrail_config::{IntakeConfig, StreamTarget};
use mailtrail_delivery::{FileSink, Stream};
use mailtrail_pipeline::{Pipeline, Run};
use mailtrail_subscription::{Payload, payloads};
use tempfile::TempDir;

/// An archive in a folder, and a stream into a file beside it.
pub(crate) struct TestEnv {
    folder: TempDir,
    options: IntakeConfig,
}

impl TestEnv {
    pub(crate) fn new(region: Option<&str>) -> Self {
        let options = IntakeConfig { region: region.map(str::to_owned), ..IntakeConfig::default() };
        Self { folder: tempfile::tempdir().unwrap(), options }
    }

    /// Runs every payload of an input, in a process of its own.
    pub(crate) fn run(&self, input: &[u8]) -> Vec<(Payload, Run)> {
        let archive = self.folder.path().join("archive");
        let stream = self.folder.path().join("stream.ndjson");
        let target: StreamTarget = format!("file://{}", stream.display()).parse().unwrap();
        let archive = Archive::directory(archive).unwrap();
        let pipeline =
            Pipeline::new(archive, vec![Stream::new(target, FileSink::new(stream))], self.options.clone());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let run = |payload: Payload| {
            let run = runtime.block_on(pipeline.run(&payload, now(), Deadline::NEVER));
            assert!(run.failure.is_none(), "{:?}", run.failure);
            assert!(run.ledger.balanced() && run.ledger.payloads == 1, "{:?}", run.ledger);
            (payload, run)
        };
        payloads(&Bytes::copy_from_slice(input)).into_iter().map(run).collect()
    }

    /// The archive, every key of which must be of the contract.
    pub(crate) fn tree(&self) -> BTreeMap<String, Bytes> {
        let tree = tree(&self.folder.path().join("archive"));
        for key in tree.keys() {
            Key::parse(key);
        }
        tree
    }

    pub(crate) fn streamed(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.folder.path().join("stream.ndjson")).unwrap_or_default();
        sorted(text.lines().map(str::to_owned))
    }
}

pub(crate) fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort_unstable();
    items
}
