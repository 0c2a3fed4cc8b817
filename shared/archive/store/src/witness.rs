//! What the ledger says of an object: a witness outside the archive.

use sha2::{Digest, Sha256};

use crate::Put;

/// The key of an object, and the hash of its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Its key.
    pub key: String,
    /// The SHA-256 of the bytes that were sent: 64 hexadecimal digits.
    pub sha256: String,
    /// Whether the object existed before. Then its bytes are these, unless another version wrote the same events: an answer
    /// may have been lost, or a process, before the object was named.
    pub already: bool,
}

impl Witness {
    /// Of an object that these bytes were sent for.
    pub fn new(key: impl Into<String>, body: &[u8], put: Put) -> Self {
        Self { key: key.into(), sha256: hex::encode(Sha256::digest(body)), already: put == Put::Already }
    }
}
