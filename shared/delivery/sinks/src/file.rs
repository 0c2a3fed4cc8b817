//! A file that lines are appended to.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use futures_util::future::BoxFuture;
use mailtrail_aws_client::Deadline;
use mailtrail_aws_client::failure::Failure;

use crate::packing::RecordBatch;
use crate::sink::{Sink, SinkLimits, Unsent};

/// A file has no limits of its own; these keep one write, and so the memory that it takes, small.
const LIMITS: SinkLimits = SinkLimits {
    record_bytes: usize::MAX,
    record_events: 500,
    batch_bytes: 4 * 1024 * 1024,
    batch_records: 500,
};

/// Appends lines to a file, which is created where it is missing.
#[derive(Debug)]
pub struct FileSink {
    path: PathBuf,
}

impl FileSink {
    /// Appends to the file at this path. Nothing is opened yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Appends a batch as a whole.
    async fn append(&self, batch: RecordBatch) -> Result<(), Unsent> {
        let path = self.path.clone();
        let lines: Vec<u8> = batch.records().iter().flat_map(|record| record.data.iter().copied()).collect();
        let appended = tokio::task::spawn_blocking(move || append(&path, &lines)).await;
        let failure = match appended {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => Failure::permanent(
                format!("{:?}", error.kind()),
                format!("failed to append to {}: {error}", self.path.display()),
            ),
            Err(error) => Failure::permanent("Cancelled", error.to_string()),
        };
        Err(Unsent { records: batch, failure })
    }
}

impl Sink for FileSink {
    fn limits(&self) -> SinkLimits {
        LIMITS
    }

    fn send(&self, batch: RecordBatch, _deadline: Deadline) -> BoxFuture<'_, Result<(), Unsent>> {
        Box::pin(self.append(batch))
    }
}

/// All of it or nothing: what was written before an error is cut off again, so that no half of a line stays. A process that
/// was stopped in the middle of a line leaves half of one: the next line begins after a line end.
fn append(path: &Path, lines: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
    // Several payloads are written at a time: without the lock, one writer could see another's half-written line.
    file.lock()?;
    let length = file.seek(SeekFrom::End(0))?;
    let written = append_lines(&mut file, length, lines);
    if written.is_err() {
        file.set_len(length)?;
    }
    written
}

fn append_lines(file: &mut File, length: u64, lines: &[u8]) -> io::Result<()> {
    if length > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    file.write_all(lines)?;
    file.sync_data()
}
