//! Snapshots as bytes, and back from bytes that are not trusted.

use std::io::{self, Read};

use serde::Deserialize;
use thiserror::Error;

use crate::{FORMAT, Snapshot, SnapshotKey};

/// The most JSON that is read, in bytes. A user has some 500 bytes, with many aliases and permissions 2,000.
pub const LARGEST: u64 = 128 << 20;
/// That of the other objects of the archive.
const LEVEL: i32 = 6;
/// The largest window that is read, as a power of two; our own have at most 4 MiB.
const LARGEST_WINDOW_LOG: u32 = 25;

/// Why an object cannot be used as a snapshot.
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// It is not zstd, was changed, or was cut off.
    #[error("failed to decompress: {0}")]
    Compression(io::Error),
    /// It is far larger than any organization.
    #[error("it has more than {LARGEST} bytes of JSON")]
    TooLarge,
    /// A later program wrote it.
    #[error("its format is {0}, and this program reads formats up to {FORMAT}; update mailtrail")]
    LaterFormat(u64),
    /// It says something else than a snapshot does.
    #[error("invalid snapshot: {0}")]
    Content(serde_json::Error),
    /// Its name is not that of a snapshot, or not of this one.
    #[error("its name is of another organization or time than its content")]
    OtherKey,
}

/// What every format has.
#[derive(Deserialize)]
struct Header {
    format: u64,
}

impl Snapshot {
    /// The object of an archive: JSON, compressed by zstd, with a checksum. Equal content has equal bytes if it is
    /// [`Self::sorted`].
    ///
    /// # Errors
    /// When the memory does not suffice.
    pub fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let mut encoder = zstd::Encoder::new(Vec::new(), LEVEL)?;
        encoder.include_checksum(true)?;
        serde_json::to_writer(&mut encoder, self)?;
        io::Write::write_all(&mut encoder, b"\n")?;
        encoder.finish()
    }

    /// The snapshot in an object of an archive; its lists are sorted, whatever program wrote it.
    ///
    /// # Errors
    /// When the object is not the snapshot that its key names, or cannot be read by this program.
    pub fn from_object(key: &str, object: &[u8]) -> Result<Self, SnapshotError> {
        let mut decoder = zstd::Decoder::with_buffer(object).map_err(SnapshotError::Compression)?;
        decoder.window_log_max(LARGEST_WINDOW_LOG).map_err(SnapshotError::Compression)?;
        let mut json = Vec::new();
        let read = decoder.take(LARGEST + 1).read_to_end(&mut json).map_err(SnapshotError::Compression)?;
        if read as u64 > LARGEST {
            return Err(SnapshotError::TooLarge);
        }
        let snapshot = Self::from_json(&json)?;
        match SnapshotKey::parse(key) {
            Some(key) if key == snapshot.key() => Ok(snapshot),
            _ => Err(SnapshotError::OtherKey),
        }
    }

    fn from_json(json: &[u8]) -> Result<Self, SnapshotError> {
        let Header { format } = serde_json::from_slice(json).map_err(SnapshotError::Content)?;
        if format > u64::from(FORMAT) {
            return Err(SnapshotError::LaterFormat(format));
        }
        let snapshot: Self = serde_json::from_slice(json).map_err(SnapshotError::Content)?;
        Ok(snapshot.sorted())
    }
}
