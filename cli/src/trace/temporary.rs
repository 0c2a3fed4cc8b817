//! What does not fit into memory: in files without a name, which are gone when the process ends, however it ends.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, Write};

/// Fast, and enough to make a fifth of what records are.
const LEVEL: i32 = 1;
/// 256 KiB: many files are written side by side.
const WINDOW_LOG: u32 = 18;

/// Chunks of bytes, written one after the other.
pub(super) struct Writer(zstd::Encoder<'static, BufWriter<File>>);

/// The same chunks, in the same order.
pub(super) struct Chunks(zstd::Decoder<'static, BufReader<File>>);

impl Writer {
    pub(super) fn new() -> io::Result<Self> {
        let mut encoder = zstd::Encoder::new(BufWriter::new(tempfile::tempfile()?), LEVEL)?;
        encoder.window_log(WINDOW_LOG)?;
        Ok(Self(encoder))
    }

    pub(super) fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        let length = u32::try_from(chunk.len()).map_err(io::Error::other)?;
        self.0.write_all(&length.to_le_bytes())?;
        self.0.write_all(chunk)
    }

    /// Ends writing, to read from the beginning.
    pub(super) fn finish(self) -> io::Result<Chunks> {
        let mut file = self.0.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(Chunks(zstd::Decoder::new(file)?))
    }
}

impl Chunks {
    fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut length = [0; 4];
        match self.0.read_exact(&mut length) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let length = usize::try_from(u32::from_le_bytes(length)).map_err(io::Error::other)?;
        let mut chunk = vec![0; length];
        self.0.read_exact(&mut chunk)?;
        Ok(Some(chunk))
    }
}

impl Iterator for Chunks {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_read_as_they_were_written() {
        let chunks = [Vec::new(), b"one".to_vec(), vec![0; 100_000], b"\n".to_vec()];
        let mut writer = Writer::new().unwrap();
        for chunk in &chunks {
            writer.write(chunk).unwrap();
        }
        let read: Vec<Vec<u8>> = writer.finish().unwrap().map(Result::unwrap).collect();
        assert_eq!(read, chunks);
        assert!(Writer::new().unwrap().finish().unwrap().next().is_none());
    }
}
