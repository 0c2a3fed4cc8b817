//! AWS Regions.

use serde::{Deserialize, Serialize};

use crate::AwsPartition;
use crate::text::checked_text;

/// The name of a Region, such as `eu-west-1`
/// (<https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>).
///
/// Only the form is checked, because AWS adds Regions: two or more words of at least two lower-case letters and then
/// a number, joined by hyphens, at most 32 characters. Availability Zones (`eu-west-1a`), Local Zones
/// (`us-west-2-lax-1a`) and pseudo-Regions (`aws-global`) are not Regions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region(String);

/// Far longer than any Region's name is, and short enough for a folder and an ARN.
const MAX_LENGTH: usize = 32;

impl Region {
    const KIND: &str = "Region";
    /// What is valid, as a noun phrase for messages.
    pub const EXPECTED: &str = "a name like eu-west-1";

    /// Whether a text has the form of a Region's name.
    pub fn is_valid(text: &str) -> bool {
        let is_word = |word: &str| word.len() >= 2 && word.bytes().all(|byte| byte.is_ascii_lowercase());
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let Some((words, number)) = text.rsplit_once('-') else { return false };
        text.len() <= MAX_LENGTH && is_number(number) && words.contains('-') && words.split('-').all(is_word)
    }

    /// The partition that the Region belongs to.
    pub fn partition(&self) -> AwsPartition {
        AwsPartition::of_region(&self.0)
    }
}

checked_text!(Region);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_two_words_or_more_and_a_number() {
        for text in ["eu-west-1", "us-gov-east-1", "ap-southeast-10", "eusc-de-east-1", "us-isob-west-1"] {
            assert!(Region::is_valid(text), "{text}");
        }
        for text in [
            "",
            "..",
            "../../etc",
            "eu",
            "eu-west",
            "west-1",
            "a-1",
            "a-b-1",
            "EU-WEST-1",
            "eu--1",
            "eu--west-1",
            "-eu-west-1",
            "eu-west-1-",
            "eu-west-1a",
            "eu-west-1*",
            "eu-west-1/x",
            "us-west-2-lax-1",
            "us-west-2-lax-1a",
            "aws-global",
            "eu-west-111111111111111111111111111",
        ] {
            assert!(!Region::is_valid(text), "{text}");
        }
    }

    #[test]
    fn an_invalid_region_is_named_with_an_example() {
        let error = "eu".parse::<Region>().unwrap_err();
        assert_eq!(error.to_string(), "invalid Region `eu`: expected a name like eu-west-1");
    }
}
