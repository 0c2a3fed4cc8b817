//! A stream into a file: lines appended.

use std::fs::OpenOptions;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use super::Rest;
use super::packing::Chunk;
use mailtrail_aws_client::failure::Failure;

#[derive(Debug)]
pub(super) struct FileStream {
    path: PathBuf,
}

impl FileStream {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Appends a chunk as a whole.
    pub(super) async fn append(&self, chunk: Chunk) -> Result<(), Rest> {
        let path = self.path.clone();
        let lines: Vec<u8> = chunk.records().iter().flat_map(|record| record.data.iter().copied()).collect();
        let appended = tokio::task::spawn_blocking(move || append(&path, &lines)).await;
        let failure = match appended {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => Failure::permanent(
                format!("{:?}", error.kind()),
                format!("cannot append to {}: {error}", self.path.display()),
            ),
            Err(error) => Failure::permanent("Cancelled", error.to_string()),
        };
        Err(Rest { chunk, failure })
    }
}

/// A process that was stopped in the middle of a line leaves half of one: the next begins on its own.
fn append(path: &std::path::Path, lines: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
    // Payloads are taken side by side: without it, one writer could see another's half-written line.
    file.lock()?;
    if file.seek(SeekFrom::End(0))? > 0 {
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
