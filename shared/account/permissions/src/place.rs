//! An account in a Region, and the ARNs there.

use mailtrail_aws_types::{AccountId, InvalidIdentifier, Region};

/// An account that documentation may show.
pub(crate) const EXAMPLE_ACCOUNT: &str = "111122223333";
/// A Region where WorkMail is.
pub(crate) const EXAMPLE_REGION: &str = "us-east-1";

/// An account in a Region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    account: AccountId,
    region: Region,
}

impl Place {
    /// An account of twelve digits, in a Region like `eu-west-1`.
    pub fn new(account: &str, region: &str) -> Result<Self, InvalidIdentifier> {
        Ok(Self { account: account.parse()?, region: region.parse()? })
    }

    /// The account.
    pub fn account(&self) -> &str {
        self.account.as_str()
    }

    /// The Region.
    pub fn region(&self) -> &str {
        self.region.as_str()
    }

    /// The partition that the Region is in.
    pub fn partition(&self) -> &'static str {
        self.region.partition().as_str()
    }

    /// The ARN of something of CloudWatch Logs here.
    pub(crate) fn logs(&self, resource: &str) -> String {
        format!("arn:{}:logs:{}:{}:{resource}", self.partition(), self.region, self.account)
    }

    /// The ARN of a bucket, or of objects in it.
    pub(crate) fn s3(&self, bucket: &str) -> String {
        format!("arn:{}:s3:::{bucket}", self.partition())
    }

    /// The ARN of a Firehose stream here.
    pub(crate) fn stream(&self, name: &str) -> String {
        let Self { account, region, .. } = self;
        format!("arn:{}:firehose:{region}:{account}:deliverystream/{name}", self.partition())
    }

    /// The ARN of something of IAM in this account.
    pub(crate) fn iam(&self, resource: &str) -> String {
        format!("arn:{}:iam::{}:{resource}", self.partition(), self.account)
    }

    /// A text of the table, with what is known of the place filled in, and `unknown` for the rest.
    pub(crate) fn fill(&self, template: &str, unknown: &str) -> String {
        let mut filled = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            filled.push_str(before);
            filled.push_str(match name {
                "partition" => self.partition(),
                "region" => self.region(),
                "account" => self.account(),
                _ => unknown,
            });
            rest = after;
        }
        filled + rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_twelve_digits_in_a_region() {
        assert!(Place::new("111122223333", "eu-west-1").is_ok());
        assert!(Place::new("111122223333", "us-gov-east-1").is_ok());
        for (account, region) in
            [("11112222333", "eu-west-1"), ("11112222333x", "eu-west-1"), ("111122223333", "")]
        {
            assert!(Place::new(account, region).is_err());
        }
        for region in ["eu", "west-1", "eu-west", "EU-WEST-1", "eu-west-1a", "eu-west-1*", "eu--west-1"] {
            assert!(Place::new("111122223333", region).is_err(), "{region}");
        }
    }

    #[test]
    fn the_partition_follows_from_the_region() {
        let arn = |region| Place::new("111122223333", region).unwrap().s3("example");
        assert_eq!(arn("eu-west-1"), "arn:aws:s3:::example");
        assert_eq!(arn("cn-north-1"), "arn:aws-cn:s3:::example");
        assert_eq!(arn("us-gov-west-1"), "arn:aws-us-gov:s3:::example");
        assert_eq!(arn("eusc-de-east-1"), "arn:aws-eusc:s3:::example");
    }

    #[test]
    fn what_is_known_is_filled_in() {
        let place = Place::new("111122223333", "eu-west-1").unwrap();
        let filled = place.fill("arn:{partition}:x:{region}:{account}:a/{name}/{id}", "*");
        assert_eq!(filled, "arn:aws:x:eu-west-1:111122223333:a/*/*");
    }
}
