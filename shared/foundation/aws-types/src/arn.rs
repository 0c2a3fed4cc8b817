//! Amazon Resource Names.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::{AccountId, InvalidIdentifier};

/// An Amazon Resource Name, `arn:partition:service:region:account:resource`, borrowed from the text that it was
/// parsed from (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>).
///
/// Only the form is checked: the service is named, Region and account may be empty, and the resource, which may hold
/// colons and slashes, is not empty. Nothing in it is a control character. Patterns with wildcards before the
/// resource are not ARNs.
///
/// ```
/// use mailtrail_aws_types::Arn;
///
/// let arn = Arn::parse("arn:aws:sts::111122223333:assumed-role/Admin/alice")?;
/// assert_eq!((arn.role_name(), arn.session_name()), (Some("Admin"), Some("alice")));
/// assert_eq!(arn.role_arn().as_deref(), Some("arn:aws:iam::111122223333:role/Admin"));
/// # Ok::<(), mailtrail_aws_types::InvalidIdentifier>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn<'a> {
    text: &'a str,
    partition: &'a str,
    service: &'a str,
    region: &'a str,
    account: &'a str,
    resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Parses an ARN.
    ///
    /// # Errors
    /// When the text does not have the form of one.
    pub fn parse(text: &'a str) -> Result<Self, InvalidIdentifier> {
        let expected = "arn:partition:service:region:account:resource";
        Self::split(text).ok_or_else(|| InvalidIdentifier::new("ARN", text, expected))
    }

    fn split(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix("arn:")?.splitn(5, ':');
        let (partition, service) = (parts.next()?, parts.next()?);
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        let is_name = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let is_valid = (partition == "aws" || partition.starts_with("aws-"))
            && [partition, service, region, account].into_iter().all(is_name)
            && !service.is_empty()
            && !resource.is_empty()
            && !resource.contains(char::is_control);
        is_valid.then_some(Self { text, partition, service, region, account, resource })
    }

    /// The whole ARN.
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    /// The partition: `aws`, `aws-cn`, or one that is newer than [`AwsPartition`](crate::AwsPartition).
    pub fn partition(&self) -> &'a str {
        self.partition
    }

    /// The namespace of the service: `iam`, `s3`, `logs`.
    pub fn service(&self) -> &'a str {
        self.service
    }

    /// The Region. Empty for resources of global services, and for buckets.
    pub fn region(&self) -> &'a str {
        self.region
    }

    /// The account as the ARN has it: mostly 12 digits, empty for buckets, and `aws` for what AWS itself owns.
    pub fn account(&self) -> &'a str {
        self.account
    }

    /// The account, where it is the id of one.
    pub fn account_id(&self) -> Option<&'a str> {
        AccountId::is_valid(self.account).then_some(self.account)
    }

    /// All that follows the account: `role/Admin`, `log-group:/mail:*`.
    pub fn resource(&self) -> &'a str {
        self.resource
    }

    /// The type of the resource, through its first `/` or `:`: `role` of `role/Admin`. Some services have none
    /// (SNS topics, S3 buckets); of an S3 object this is the bucket.
    pub fn resource_type(&self) -> Option<&'a str> {
        self.resource.find(['/', ':']).map(|end| &self.resource[..end])
    }

    /// What follows the type of the resource, with every further `/` and `:`; the whole resource where there is no
    /// type.
    pub fn resource_id(&self) -> &'a str {
        self.resource.find(['/', ':']).map_or(self.resource, |end| &self.resource[end + 1..])
    }

    /// Whether this is the root user of an account.
    pub fn is_root_user(&self) -> bool {
        self.service == "iam" && self.resource == "root"
    }

    /// The name of an IAM user, without its path.
    pub fn user_name(&self) -> Option<&'a str> {
        self.iam_entity("user/").map(|(_, name)| name)
    }

    /// The name of an IAM role without its path, or of the role of an STS session (whose ARN has no path).
    pub fn role_name(&self) -> Option<&'a str> {
        self.iam_entity("role/").or_else(|| self.role_session()).map(|(_, name)| name)
    }

    /// The path of an IAM role, from slash to slash: `/` or `/division/team/`
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>). The ARN of a session does not
    /// say it.
    pub fn role_path(&self) -> Option<&'a str> {
        self.iam_entity("role/").map(|(path, _)| path)
    }

    /// The name of a role session: `alice` of `assumed-role/Admin/alice`.
    pub fn session_name(&self) -> Option<&'a str> {
        self.role_session().map(|(session, _)| session)
    }

    /// The ARN of the role: this one, or for a role session that of its role, as far as the session's ARN says it
    /// (without the path).
    pub fn role_arn(&self) -> Option<String> {
        if self.iam_entity("role/").is_some() {
            return Some(self.text.to_owned());
        }
        let (_, role) = self.role_session()?;
        Some(format!("arn:{}:iam::{}:role/{role}", self.partition, self.account))
    }

    /// The name of a log group, of its own ARN (with or without `:*`) or of that of one of its streams.
    pub fn log_group_name(&self) -> Option<&'a str> {
        let name = self.of("logs", "log-group:")?;
        Some(name.split_once(':').map_or(name, |(name, _)| name)).filter(|name| !name.is_empty())
    }

    /// The name of a Lambda function, and its version or alias where the ARN has one.
    pub fn function_name(&self) -> Option<(&'a str, Option<&'a str>)> {
        let name = self.of("lambda", "function:")?;
        Some(name.split_once(':').map_or((name, None), |(name, qualifier)| (name, Some(qualifier))))
    }

    /// What follows a prefix of the resource, of one service.
    fn of(&self, service: &str, prefix: &str) -> Option<&'a str> {
        self.resource.strip_prefix(prefix).filter(|_| self.service == service)
    }

    /// Path and name of an IAM user or role.
    fn iam_entity(&self, kind: &str) -> Option<(&'a str, &'a str)> {
        self.of("iam", kind)?;
        // The slash after the kind is also the first one of the path.
        let path_and_name = &self.resource[kind.len() - 1..];
        let (path, name) = path_and_name.split_at(path_and_name.rfind('/')? + 1);
        (!name.is_empty()).then_some((path, name))
    }

    /// Name of the session, and name of the role.
    fn role_session(&self) -> Option<(&'a str, &'a str)> {
        let (role, session) = self.of("sts", "assumed-role/")?.rsplit_once('/')?;
        (!role.is_empty() && !session.is_empty()).then_some((session, role))
    }
}

impl fmt::Display for Arn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text)
    }
}

impl Serialize for Arn<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arn(text: &str) -> Arn<'_> {
        Arn::parse(text).unwrap()
    }

    #[test]
    fn an_arn_has_six_parts_the_last_with_any_colons() {
        let group = arn("arn:aws-cn:logs:cn-north-1:111122223333:log-group:/mail:*");
        assert_eq!((group.partition(), group.service(), group.region()), ("aws-cn", "logs", "cn-north-1"));
        assert_eq!((group.account(), group.resource()), ("111122223333", "log-group:/mail:*"));
        assert_eq!((group.resource_type(), group.resource_id()), (Some("log-group"), "/mail:*"));
        let bucket = arn("arn:aws:s3:::example");
        assert_eq!((bucket.region(), bucket.account_id(), bucket.resource_type()), ("", None, None));
        assert_eq!(bucket.resource_id(), "example");
        assert_eq!(arn("arn:aws:iam::aws:policy/ReadOnlyAccess").account_id(), None);
        assert_eq!(arn("arn:aws:s3:::example/ä b?c").resource_id(), "ä b?c");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "arn",
            "ARN:aws:s3:::example",
            "arn:aws:s3::example",
            "arn:aws:s3:::",
            "arn:aws::::example",
            "arn:awsx:s3:::example",
            "arn:azure:s3:::example",
            "arn:*:logs:*:*:*",
            "arn:aws:logs:../..:111122223333:x",
            "arn:aws:logs:eu-west-1:../..:x",
            "arn:aws:s3:::a\nb",
            " arn:aws:s3:::example",
        ] {
            assert!(Arn::parse(text).is_err(), "{text}");
        }
        let error = Arn::parse("x").unwrap_err().to_string();
        assert_eq!(error, "invalid ARN `x`: expected arn:partition:service:region:account:resource");
    }

    #[test]
    fn users_and_roles_are_named_without_their_path() {
        let role = arn("arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/Admin");
        assert_eq!(role.role_path(), Some("/aws-reserved/sso.amazonaws.com/"));
        assert_eq!((role.role_name(), role.session_name(), role.user_name()), (Some("Admin"), None, None));
        assert_eq!(role.role_arn().as_deref(), Some(role.as_str()));
        assert_eq!(arn("arn:aws:iam::111122223333:role/Admin").role_path(), Some("/"));
        assert_eq!(arn("arn:aws:iam::111122223333:user/eu/alice").user_name(), Some("alice"));
        assert_eq!(arn("arn:aws:iam::111122223333:user/").user_name(), None);
        assert!(arn("arn:aws:iam::111122223333:root").is_root_user());
        let foreign = arn("arn:aws:s3:::role/Admin");
        assert_eq!((foreign.role_name(), foreign.role_arn()), (None, None));
    }

    #[test]
    fn a_session_names_its_role() {
        let session = arn("arn:aws-us-gov:sts::111122223333:assumed-role/Admin/alice@example.com");
        assert_eq!((session.role_name(), session.role_path()), (Some("Admin"), None));
        assert_eq!(session.session_name(), Some("alice@example.com"));
        assert_eq!(session.role_arn().as_deref(), Some("arn:aws-us-gov:iam::111122223333:role/Admin"));
        assert_eq!(arn("arn:aws:sts::111122223333:assumed-role/Admin").role_name(), None);
        assert_eq!(arn("arn:aws:sts::111122223333:federated-user/alice").session_name(), None);
    }

    #[test]
    fn log_groups_and_functions_are_named() {
        let name = |tail: &str| {
            let text = format!("arn:aws:logs:eu-west-1:111122223333:{tail}");
            arn(&text).log_group_name().map(str::to_owned)
        };
        for tail in ["log-group:/mail", "log-group:/mail:*", "log-group:/mail:log-stream:a"] {
            assert_eq!(name(tail).as_deref(), Some("/mail"), "{tail}");
        }
        assert_eq!((name("log-group:"), name("delivery-source:mail")), (None, None));
        let function = |tail: &'static str| arn(tail).function_name();
        let base = "arn:aws:lambda:eu-west-1:111122223333:function:watch";
        assert_eq!(function(base), Some(("watch", None)));
        let live = "arn:aws:lambda:eu-west-1:111122223333:function:watch:live";
        assert_eq!(function(live), Some(("watch", Some("live"))));
        assert_eq!(function("arn:aws:lambda:eu-west-1:111122223333:layer:watch"), None);
    }
}
