//! An account and a Region, and the ARNs of resources in them.

use mailtrail_aws_types::{AccountId, InvalidIdentifier, Region};

/// The account id that AWS reserves for documentation.
pub(crate) const EXAMPLE_ACCOUNT: &str = "111122223333";
/// A Region with WorkMail.
pub(crate) const EXAMPLE_REGION: &str = "us-east-1";

/// An account id and a Region, both valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRegion {
    account: AccountId,
    region: Region,
}

impl AccountRegion {
    /// Validates an account id of 12 digits and a Region such as `eu-west-1`.
    pub fn new(account: &str, region: &str) -> Result<Self, InvalidIdentifier> {
        Ok(Self { account: account.parse()?, region: region.parse()? })
    }

    /// The account id, 12 digits.
    pub fn account(&self) -> &str {
        self.account.as_str()
    }

    /// The Region, such as `eu-west-1`.
    pub fn region(&self) -> &str {
        self.region.as_str()
    }

    /// The AWS partition of the Region: `aws`, `aws-cn`, `aws-us-gov` and so on.
    pub fn partition(&self) -> &'static str {
        self.region.partition().as_str()
    }

    /// The ARN of a resource of CloudWatch Logs.
    pub(crate) fn logs(&self, resource: &str) -> String {
        format!("arn:{}:logs:{}:{}:{resource}", self.partition(), self.region, self.account)
    }

    /// The ARN of a bucket or of objects in it.
    pub(crate) fn s3(&self, bucket: &str) -> String {
        format!("arn:{}:s3:::{bucket}", self.partition())
    }

    /// The ARN of a Firehose stream.
    pub fn stream(&self, name: &str) -> String {
        let Self { account, region, .. } = self;
        format!("arn:{}:firehose:{region}:{account}:deliverystream/{name}", self.partition())
    }

    /// The ARN of an IAM resource of the account.
    pub(crate) fn iam(&self, resource: &str) -> String {
        format!("arn:{}:iam::{}:{resource}", self.partition(), self.account)
    }

    /// A template of the catalogue with `{partition}`, `{region}` and `{account}` filled in, and `other` for every other
    /// placeholder.
    pub(crate) fn fill(&self, template: &str, other: &str) -> String {
        let mut filled = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            filled.push_str(before);
            filled.push_str(match name {
                "partition" => self.partition(),
                "region" => self.region(),
                "account" => self.account(),
                _ => other,
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
    fn an_account_id_is_12_digits_and_a_region_lower_case_words_and_a_number() {
        assert!(AccountRegion::new("111122223333", "eu-west-1").is_ok());
        assert!(AccountRegion::new("111122223333", "us-gov-east-1").is_ok());
        for (account, region) in
            [("11112222333", "eu-west-1"), ("11112222333x", "eu-west-1"), ("111122223333", "")]
        {
            assert!(AccountRegion::new(account, region).is_err());
        }
        for region in ["eu", "west-1", "eu-west", "EU-WEST-1", "eu-west-1a", "eu-west-1*", "eu--west-1"] {
            assert!(AccountRegion::new("111122223333", region).is_err(), "{region}");
        }
    }

    #[test]
    fn the_partition_follows_from_the_region() {
        let arn = |region| AccountRegion::new("111122223333", region).unwrap().s3("example");
        assert_eq!(arn("eu-west-1"), "arn:aws:s3:::example");
        assert_eq!(arn("cn-north-1"), "arn:aws-cn:s3:::example");
        assert_eq!(arn("us-gov-west-1"), "arn:aws-us-gov:s3:::example");
        assert_eq!(arn("eusc-de-east-1"), "arn:aws-eusc:s3:::example");
    }

    #[test]
    fn known_placeholders_are_filled_in() {
        let account_region = AccountRegion::new("111122223333", "eu-west-1").unwrap();
        let filled = account_region.fill("arn:{partition}:x:{region}:{account}:a/{name}/{id}", "*");
        assert_eq!(filled, "arn:aws:x:eu-west-1:111122223333:a/*/*");
    }
}
