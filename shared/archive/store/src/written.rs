//! What a write left in the archive, for the ledger: a witness outside the archive.

use sha2::{Digest, Sha256};

/// An object that was written, and did not exist before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenObject {
    /// Its key.
    pub key: String,
    /// The SHA-256 of its bytes as they are stored: 64 hexadecimal digits.
    pub sha256: String,
}

impl WrittenObject {
    /// The object of these bytes.
    pub fn new(key: impl Into<String>, body: &[u8]) -> Self {
        Self { key: key.into(), sha256: hex::encode(Sha256::digest(body)) }
    }
}
