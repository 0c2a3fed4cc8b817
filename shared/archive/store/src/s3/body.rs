//! The bytes of an object, while they arrive.

use std::io::{self, Read};

use aws_sdk_s3::primitives::ByteStream;
use bytes::{Buf, Bytes};
use tokio::runtime::Handle;

/// Read on a thread that may block, while the runtime receives.
#[derive(Debug)]
pub(crate) struct Body {
    stream: ByteStream,
    runtime: Handle,
    rest: Bytes,
}

impl Body {
    /// Must be called inside the runtime.
    pub(super) fn new(stream: ByteStream) -> Self {
        Self { stream, runtime: Handle::current(), rest: Bytes::new() }
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self.runtime.block_on(self.stream.next()) {
                Some(some) => self.rest = some.map_err(io::Error::other)?,
                None => return Ok(0),
            }
        }
        let length = self.rest.len().min(buffer.len());
        self.rest.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}
