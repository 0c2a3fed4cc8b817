//! Buckets of Amazon S3.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::text::checked_text;

/// The name of a general-purpose bucket: 3 to 63 lower-case letters, digits, dots and hyphens, a letter or digit at
/// both ends, no two dots in a row, and not the form of an IPv4 address
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>). Prefixes and suffixes that AWS
/// reserves are left for S3 to refuse.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BucketName(String);

impl BucketName {
    const KIND: &str = "bucket name";
    /// What is valid, as a noun phrase for messages.
    pub const EXPECTED: &str =
        "3 to 63 lower-case letters, digits, dots and hyphens, no two dots in a row, and no IP address";

    /// Whether a bucket can have this name.
    pub fn is_valid(text: &str) -> bool {
        let is_alphanumeric = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let bytes = text.as_bytes();
        (3..=63).contains(&bytes.len())
            && bytes.iter().all(|byte| is_alphanumeric(byte) || b".-".contains(byte))
            && bytes.first().is_some_and(is_alphanumeric)
            && bytes.last().is_some_and(is_alphanumeric)
            && !text.contains("..")
            && text.parse::<Ipv4Addr>().is_err()
    }
}

checked_text!(BucketName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_naming_rules_of_s3_are_kept() {
        for text in ["abc", "example-archive", "example.com", "1-2", &"a".repeat(63)] {
            assert!(BucketName::is_valid(text), "{text}");
        }
        for text in ["", "ab", "Trail", "-trail", "trail.", "a/b", "a..b", "192.0.2.1", &"a".repeat(64)] {
            assert!(!BucketName::is_valid(text), "{text}");
        }
    }
}
