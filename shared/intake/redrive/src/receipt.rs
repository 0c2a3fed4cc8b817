//! Receipts: what a stream confirmed of an object, below `redrive/` of the archive.
//!
//! An archive is written once, and nothing in it is deleted: what was redriven stays where it is, and a receipt beside it
//! says so. It names the object by its key and its SHA-256, and the lines that were to be sent by theirs.

use bytes::Bytes;
use mailtrail_clock::Time;
use serde::{Deserialize, Serialize};

/// The version of receipts. The first one did not say the Region and the account of a stream.
const FORMAT: u32 = 2;

/// What a stream confirmed of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    format: u32,
    /// The key of the object.
    pub object: String,
    /// The SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// The stream: its ARN, or the whole path of a file.
    pub stream: String,
    /// The first half of the SHA-256 of the lines that were to be sent, 32 hexadecimal digits.
    pub lines: String,
    /// How many events the stream confirmed; at least one.
    pub delivered: u64,
    /// How many it did not confirm, or is not to get.
    pub left: u64,
    /// The object that those are in.
    pub left_in: Option<String>,
    /// When, as RFC 3339 writes it.
    pub time: String,
}

impl Receipt {
    /// A receipt for lines of an object, of which the stream confirmed so many, at a time.
    pub(crate) fn new(of: &crate::Sending<'_>, delivered: u64, left_in: Option<String>, time: Time) -> Self {
        Self {
            format: FORMAT,
            object: of.object.to_owned(),
            sha256: of.sha256.to_owned(),
            stream: of.stream.to_owned(),
            lines: of.lines.to_owned(),
            delivered,
            left: of.events - delivered,
            left_in,
            time: time.rfc3339(),
        }
    }

    /// The receipt in an object, or what it is instead.
    pub(crate) fn parse(json: &[u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Version {
            format: u32,
        }
        let version =
            serde_json::from_slice::<Version>(json).map_err(|error| format!("not a receipt: {error}"))?;
        if version.format < FORMAT {
            return Err("of an earlier version of mailtrail, which did not say the Region and the account of the stream: \
                        look whether the stream has the events; if it has not, move the receipt away"
                .to_owned());
        }
        if version.format > FORMAT {
            return Err("of a later version of mailtrail: use that one".to_owned());
        }
        serde_json::from_slice(json).map_err(|error| format!("not a receipt: {error}"))
    }

    /// The bytes of the object.
    pub(crate) fn to_json(&self) -> Bytes {
        // Text and numbers always become JSON.
        let mut json = serde_json::to_vec_pretty(self).unwrap_or_default();
        json.push(b'\n');
        json.into()
    }
}
