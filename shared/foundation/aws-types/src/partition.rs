//! The partitions of AWS.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::InvalidIdentifier;

/// A partition of AWS: a group of Regions with accounts, and ARNs, of its own
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>). It follows from the Region:
/// [`AwsPartition::of_region`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum AwsPartition {
    /// `aws`: the commercial Regions.
    Aws,
    /// `aws-cn`: China.
    China,
    /// `aws-eusc`: the European Sovereign Cloud.
    EuropeanSovereignCloud,
    /// `aws-us-gov`: AWS `GovCloud` (US).
    GovCloud,
    /// `aws-iso`: isolated Regions of the US.
    Iso,
    /// `aws-iso-b`: isolated Regions of the US.
    IsoB,
    /// `aws-iso-e`: isolated Regions in Europe.
    IsoE,
    /// `aws-iso-f`: isolated Regions of the US.
    IsoF,
}

impl AwsPartition {
    /// Every partition that AWS's own client libraries list (`partitions.json` of botocore).
    pub const ALL: [Self; 8] = [
        Self::Aws,
        Self::China,
        Self::EuropeanSovereignCloud,
        Self::GovCloud,
        Self::Iso,
        Self::IsoB,
        Self::IsoE,
        Self::IsoF,
    ];

    /// How the names of the Regions of each partition begin, of those that are not in `aws`. `partitions.json` of
    /// botocore has them as patterns, which `tests/test_permissions.py` holds these against.
    const REGION_PREFIXES: [(&str, Self); 7] = [
        ("cn-", Self::China),
        ("eu-isoe-", Self::IsoE),
        ("eusc-", Self::EuropeanSovereignCloud),
        ("us-gov-", Self::GovCloud),
        ("us-iso-", Self::Iso),
        ("us-isob-", Self::IsoB),
        ("us-isof-", Self::IsoF),
    ];

    /// The partition that a Region belongs to, by the start of its name; `aws` for every name without one of the
    /// known starts.
    pub fn of_region(region: &str) -> Self {
        let found = Self::REGION_PREFIXES.iter().find(|(prefix, _)| region.starts_with(prefix));
        found.map_or(Self::Aws, |(_, partition)| *partition)
    }

    /// The second part of an ARN: `aws-cn`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::China => "aws-cn",
            Self::EuropeanSovereignCloud => "aws-eusc",
            Self::GovCloud => "aws-us-gov",
            Self::Iso => "aws-iso",
            Self::IsoB => "aws-iso-b",
            Self::IsoE => "aws-iso-e",
            Self::IsoF => "aws-iso-f",
        }
    }
}

impl fmt::Display for AwsPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for AwsPartition {
    type Err = InvalidIdentifier;

    fn from_str(text: &str) -> Result<Self, InvalidIdentifier> {
        let expected = "aws, aws-cn, aws-eusc, aws-us-gov, aws-iso, aws-iso-b, aws-iso-e or aws-iso-f";
        let found = Self::ALL.into_iter().find(|partition| partition.as_str() == text);
        found.ok_or_else(|| InvalidIdentifier::new("partition", text, expected))
    }
}

impl TryFrom<String> for AwsPartition {
    type Error = InvalidIdentifier;

    fn try_from(text: String) -> Result<Self, InvalidIdentifier> {
        text.parse()
    }
}

impl From<AwsPartition> for &'static str {
    fn from(partition: AwsPartition) -> Self {
        partition.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_partition_follows_from_the_region() {
        for (region, expected) in [
            ("us-east-1", "aws"),
            ("eu-west-1", "aws"),
            ("cn-northwest-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("eusc-de-east-1", "aws-eusc"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("us-isof-south-1", "aws-iso-f"),
        ] {
            assert_eq!(AwsPartition::of_region(region).as_str(), expected, "{region}");
        }
    }

    #[test]
    fn every_partition_is_parsed_from_its_name_and_written_as_it() {
        for partition in AwsPartition::ALL {
            assert_eq!(partition.to_string().parse(), Ok(partition));
            let json = serde_json::to_string(&partition).unwrap();
            assert_eq!(serde_json::from_str::<AwsPartition>(&json).unwrap(), partition);
            let listed = "x".parse::<AwsPartition>().unwrap_err();
            assert!(listed.expected().contains(partition.as_str()), "{listed}");
        }
        assert!("AWS".parse::<AwsPartition>().is_err());
    }
}
