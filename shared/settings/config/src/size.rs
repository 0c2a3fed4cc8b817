//! Sizes in bytes.

use std::str::FromStr;

use bytesize::ByteSize;
use thiserror::Error;

/// The largest decoded payload, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodedLimit(usize);

/// Text that is not a size, or a size that is too small.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("invalid size `{0}`: expected bytes, or a number with a unit (64MiB, 1GiB), at least 64KiB")]
pub struct InvalidSize(String);

impl DecodedLimit {
    /// The limit where nothing is set and the memory is not known: 64 MiB.
    pub const DEFAULT: Self = Self(64 << 20);
    /// [`Self::DEFAULT`] as text.
    pub const DEFAULT_TEXT: &str = "64MiB";
    /// The smallest batches of CloudWatch Logs must fit: 64 KiB.
    const MIN: usize = 64 << 10;

    /// A quarter of a memory size in MB: the decoded payload, the index of its events and the compressors must fit
    /// beside each other.
    pub(crate) fn of_memory(megabytes: usize) -> Self {
        Self(megabytes.saturating_mul(1 << 20) / 4)
    }

    /// In bytes.
    pub fn bytes(self) -> usize {
        self.0
    }
}

impl Default for DecodedLimit {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl FromStr for DecodedLimit {
    type Err = InvalidSize;

    fn from_str(text: &str) -> Result<Self, InvalidSize> {
        let bytes = text.parse::<ByteSize>().ok().and_then(|size| usize::try_from(size.as_u64()).ok());
        let bytes = bytes.filter(|&bytes| bytes >= Self::MIN);
        bytes.map(Self).ok_or_else(|| InvalidSize(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bytes_or_have_a_unit() {
        for (text, bytes) in [
            ("67108864", 64 << 20),
            ("64MiB", 64 << 20),
            ("64 MB", 64_000_000),
            ("1GiB", 1 << 30),
            ("65536", 65536),
        ] {
            assert_eq!(text.parse(), Ok(DecodedLimit(bytes)), "{text}");
        }
        assert_eq!(DecodedLimit::DEFAULT_TEXT.parse(), Ok(DecodedLimit::DEFAULT));
        for text in ["", "0", "-1", "65535", "63KiB", "much", "64 apples", "99999999999999999999"] {
            assert!(text.parse::<DecodedLimit>().is_err(), "{text}");
        }
    }
}
