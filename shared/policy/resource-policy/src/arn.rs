//! Resources as policies name them: ARN patterns, and the log groups in them.
//!
//! IAM compares an ARN part by part: partition, service, Region and account each with its own wildcards, and
//! then all the rest, in which a wildcard also takes colons
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>).
//! A pattern with fewer parts (`arn:aws:logs:*`) may be read one way or the other: nothing is concluded from it.

use std::borrow::Cow;

use mailtrail_aws_types::{AwsPartition, glob};

use crate::Ternary;

/// A resource of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourcePattern<'a> {
    text: &'a str,
    kind: Kind<'a>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind<'a> {
    Everything,
    Arn([&'a str; 6]),
    Odd,
}

/// The log group in an ARN or ARN pattern. Every part may have wildcards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LogGroupName<'a> {
    /// `aws`, `aws-cn` …
    pub partition: &'a str,
    /// `us-east-1`
    pub region: &'a str,
    /// 12 digits.
    pub account: &'a str,
    /// `/aws/vendedlogs/example`
    pub name: &'a str,
    /// What follows the name and a colon: `*`, `log-stream:*`, or nothing.
    pub tail: Option<&'a str>,
}

impl<'a> ResourcePattern<'a> {
    /// Takes a resource apart. There is none that cannot be: see the module.
    pub fn new(text: &'a str) -> Self {
        let mut parts = [""; 6];
        let mut count = 0;
        for (part, found) in parts.iter_mut().zip(text.splitn(6, ':')) {
            *part = found;
            count += 1;
        }
        let kind = match (text, count) {
            ("*", _) => Kind::Everything,
            (_, 6) if parts[0] == "arn" => Kind::Arn(parts),
            _ => Kind::Odd,
        };
        Self { text, kind }
    }

    /// As it is written.
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    /// Whether this one matches an ARN, or `*`: the resource of a call that is about none, such as a `Describe…`;
    /// such a call is let through by `*` only.
    pub fn matches(&self, arn: &str) -> Ternary {
        match (&self.kind, ResourcePattern::new(arn).kind) {
            (Kind::Everything, _) => Ternary::Yes,
            (Kind::Arn(_), Kind::Everything) => Ternary::No,
            (Kind::Arn(parts), Kind::Arn(others)) => {
                parts.iter().zip(others).all(|(part, other)| glob::matches(part, other)).into()
            }
            _ if self.text == arn => Ternary::Yes,
            _ => Ternary::Unknown,
        }
    }

    /// Whether this one covers everything that another does. Sound: a `true` is certain, a `false` is not.
    pub fn covers(&self, other: &ResourcePattern) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Everything, _) => true,
            (Kind::Arn(parts), Kind::Arn(others)) => {
                parts.iter().zip(others).all(|(part, other)| glob::covers(part, other))
            }
            _ => self.text == other.text,
        }
    }

    /// Partition, service, Region, account and resource, each of which may have wildcards; `None` if it is not an ARN.
    pub(crate) fn parts(&self) -> Option<[&'a str; 5]> {
        let Kind::Arn([_, partition, service, region, account, resource]) = self.kind else { return None };
        Some([partition, service, region, account, resource])
    }

    /// The account, or a pattern of some; empty where the ARN has none.
    pub fn account(&self) -> Option<&'a str> {
        let Kind::Arn([_, _, _, _, account, _]) = self.kind else { return None };
        Some(account)
    }

    /// The log group that it names, if it names one (or a pattern of some).
    pub fn log_group(&self) -> Option<LogGroupName<'a>> {
        let Kind::Arn([_, partition, "logs", region, account, resource]) = self.kind else { return None };
        let name = resource.strip_prefix("log-group:")?;
        let (name, tail) = name.split_once(':').map_or((name, None), |(name, tail)| (name, Some(tail)));
        Some(LogGroupName { partition, region, account, name, tail })
    }

    /// The start that everything it matches has, through the colon after the name of the one log group that it
    /// is about. `None` if it may be about several, or about something else.
    pub(crate) fn key(&self) -> Option<Cow<'a, str>> {
        let group = self.log_group()?;
        if !group.is_one() {
            return None;
        }
        Some(match group.tail {
            Some(tail) => Cow::Borrowed(&self.text[..self.text.len() - tail.len()]),
            None => Cow::Owned(format!("{}:", self.text)),
        })
    }
}

impl LogGroupName<'_> {
    /// Whether it stands for exactly one log group.
    pub fn is_one(&self) -> bool {
        ![self.partition, self.region, self.account, self.name].into_iter().any(glob::has_wildcard)
    }

    /// Whether it is of this account, this Region, and the partition of that. Wildcards are not looked into.
    pub fn is_in(&self, account: &str, region: &str) -> bool {
        (self.partition, self.account, self.region) == (partition(region), account, region)
    }

    /// The ARN of the group, without the `:*` that `DescribeLogGroups` appends in one of its two fields.
    pub fn arn(&self) -> String {
        arn(self.partition, self.region, self.account, self.name)
    }
}

/// The ARN of a log group, or an ARN pattern of some: `arn:aws:logs:us-east-1:111122223333:log-group:NAME`.
pub fn arn(partition: &str, region: &str, account: &str, name: &str) -> String {
    format!("arn:{partition}:logs:{region}:{account}:log-group:{name}")
}

/// The ARN of a log group of an account and Region, in the partition of that.
pub fn log_group(region: &str, account: &str, name: &str) -> String {
    arn(partition(region), region, account, name)
}

/// The name of the partition that a Region belongs to, for an ARN.
pub fn partition(region: &str) -> &'static str {
    AwsPartition::of_region(region).as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: &str = "arn:aws:logs:us-east-1:111122223333:log-group:";

    #[test]
    fn the_log_group_is_found_in_each_form_of_its_arn() {
        for (tail, expected) in [("", None), (":*", Some("*")), (":log-stream:*", Some("log-stream:*"))] {
            let text = format!("{GROUP}/aws/states/a{tail}");
            let group = ResourcePattern::new(&text).log_group().unwrap();
            assert_eq!((group.name, group.tail, group.is_one()), ("/aws/states/a", expected, true));
            assert_eq!(group.arn(), format!("{GROUP}/aws/states/a"));
        }
        let text = format!("{GROUP}/aws/vendedlogs/*");
        assert!(!ResourcePattern::new(&text).log_group().unwrap().is_one());
        assert_eq!(ResourcePattern::new("*").log_group(), None);
        assert_eq!(ResourcePattern::new("arn:aws:s3:::example").log_group(), None);
    }

    #[test]
    fn a_log_group_is_here_only_in_the_partition_of_the_region() {
        let is_here = |text: &str, region: &str| {
            ResourcePattern::new(text).log_group().unwrap().is_in("111122223333", region)
        };
        assert!(is_here("arn:aws:logs:us-east-1:111122223333:log-group:a:*", "us-east-1"));
        assert!(is_here("arn:aws-cn:logs:cn-north-1:111122223333:log-group:a:*", "cn-north-1"));
        for other in [
            "arn:aws-cn:logs:us-east-1:111122223333:log-group:a:*",
            "arn:aws:logs:us-east-2:111122223333:log-group:a:*",
            "arn:aws:logs:us-east-1:444455556666:log-group:a:*",
            "arn:*:logs:us-east-1:111122223333:log-group:a:*",
        ] {
            assert!(!is_here(other, "us-east-1"), "{other}");
        }
    }

    #[test]
    fn a_wildcard_takes_colons_in_the_last_part_only() {
        let wild = format!("{GROUP}/aws/vendedlogs/*");
        let stream = format!("{GROUP}/aws/vendedlogs/a:log-stream:b");
        assert_eq!(ResourcePattern::new(&wild).matches(&stream), Ternary::Yes);
        assert_eq!(ResourcePattern::new("arn:*:logs:*:*:*").matches(&stream), Ternary::Yes);
        assert_eq!(ResourcePattern::new("arn:aws:lo*3:log-group:x").matches(&stream), Ternary::Unknown);
        assert_eq!(ResourcePattern::new("arn:aws:logs:us*:*:log-stream:b").matches(&stream), Ternary::No);
    }

    #[test]
    fn covering_is_certain() {
        let covers = |one: &str, other: &str| {
            let (one, other) = (format!("{GROUP}{one}"), format!("{GROUP}{other}"));
            ResourcePattern::new(&one).covers(&ResourcePattern::new(&other))
        };
        assert!(covers("/aws/vendedlogs/*", "/aws/vendedlogs/a:log-stream:*"));
        assert!(covers("a:*", "a:log-stream:*"));
        assert!(!covers("a:log-stream:*", "a:*"));
        assert!(!covers("a", "a:*"));
        assert!(!covers("/aws/vendedlogs/*", "/aws/vendedlogs?*"));
        assert!(ResourcePattern::new("*").covers(&ResourcePattern::new("arn:aws:logs:*")));
        assert!(!ResourcePattern::new("arn:aws:logs:*").covers(&ResourcePattern::new(GROUP)));
    }
}
