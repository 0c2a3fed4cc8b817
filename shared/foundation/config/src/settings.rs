//! Every environment variable, as a documented constant.
//!
//! The reference page `functions/SETTINGS.md` is generated from these constants, and the templates are checked against it.
//! Variables of AWS (`AWS_REGION`, `AWS_ENDPOINT_URL`, …) keep their meaning and are read by the SDK; the few that
//! we read ourselves are here, too.

mod policy_audit;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::str::FromStr;

use thiserror::Error;

pub use policy_audit::*;

/// An environment variable that mailtrail reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it decides.
    pub about: &'static str,
    /// What is allowed, in words.
    pub allowed: &'static str,
    /// What holds where it is not set.
    pub default: &'static str,
    /// A value as it may be.
    pub example: &'static str,
}

/// Where the archive is.
pub const ARCHIVE: Variable = Variable {
    name: "MAILTRAIL_ARCHIVE",
    about: "Where the archive is. The function does not start without it.",
    allowed: "a directory, `file:///…`, or `s3://bucket/prefix`",
    default: "none: it must be set",
    example: "s3://example-archive/mailtrail",
};

/// The account that the archive's bucket must belong to.
pub const ARCHIVE_OWNER: Variable = Variable {
    name: "MAILTRAIL_ARCHIVE_OWNER",
    about: "The account that the archive's bucket must belong to. A write to anybody else's bucket fails.",
    allowed: "12 digits",
    default: "not checked",
    example: "111122223333",
};

/// The KMS key that the archive's objects are encrypted with.
pub const ARCHIVE_KMS_KEY: Variable = Variable {
    name: "MAILTRAIL_ARCHIVE_KMS_KEY",
    about: "The KMS key that the archive's objects are encrypted with.",
    allowed: "a key id, key ARN or alias ARN",
    default: "the bucket's own default encryption",
    example: "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000",
};

/// The streams that archived events are sent to.
pub const STREAMS: Variable = Variable {
    name: "MAILTRAIL_STREAMS",
    about: "The streams that archived events are sent to. A Firehose stream gets events only while it carries the \
            tag `LogDeliveryEnabled` = `true`. An entry that is wrong is reported and left out.",
    allowed: "stream URLs parted by white space: `firehose:<name>` or `file:///….ndjson`, with options \
              `?classes=email_activity,…` and `&packing=off`",
    default: "none",
    example: "firehose:mail-events?classes=email_activity firehose:everything?packing=off",
};

/// The organization's own mail domains.
pub const INTERNAL_DOMAINS: Variable = Variable {
    name: "MAILTRAIL_INTERNAL_DOMAINS",
    about: "The organization's own mail domains: mail whose ends all lie in them has the direction Internal.",
    allowed: "domains parted by commas",
    default: "none",
    example: "example.com,example.org",
};

/// Which WorkMail organization logs to which group.
pub const ORGANIZATIONS: Variable = Variable {
    name: "MAILTRAIL_ORGANIZATIONS",
    about: "The WorkMail organization of each log group, kept in every record as `metadata.tenant_uid` (email \
            events do not name theirs).",
    allowed: "entries parted by commas: `m-…` for all groups, or `<log group>=m-…`",
    default: "none",
    example: "/aws/workmail/emailevents/example=m-0123456789abcdef0123456789abcdef",
};

/// What the events of a log group are.
pub const SOURCES: Variable = Variable {
    name: "MAILTRAIL_SOURCES",
    about: "What the events of a log group are, where their shape shall not decide.",
    allowed: "entries parted by commas, `<source>` for all groups or `<log group>=<source>`; the sources are \
              `workmail_email`, `workmail_audit`, `cloudtrail` and `other`",
    default: "each event is recognised by its shape",
    example: "/aws/vendedlogs/workmail/example/access=workmail_audit",
};

/// The fields of log groups whose events are lines of text.
pub const COLUMNS: Variable = Variable {
    name: "MAILTRAIL_COLUMNS",
    about: "The fields of log groups whose events are lines of text (WorkMail audit logs in the formats plain, w3c \
            and raw), in the order of the delivery's record fields and parted by what parts the values. Without \
            it, a line of text is kept as a Base Event.",
    allowed: "entries parted by white space: `<log group>=<field>|<field>…`, where any delimiter may stand for `|` \
              (a space is `\\s`, a tab `\\t`)",
    default: "none",
    example: "/aws/vendedlogs/workmail/example/access=event_timestamp|request_id|organization_arn|user_id",
};

/// Whom and what to watch.
pub const WATCHES: Variable = Variable {
    name: "MAILTRAIL_WATCHES",
    about: "Whom and what to watch: matching events are marked in their records, counted per entry, and announced. \
            An object of the archive is read again every five minutes. An entry that is wrong is reported and \
            left out.",
    allowed: "the watch list itself as JSON, or the key of one in the archive: `config/….json`",
    default: "nobody is watched",
    example: "config/watches.json",
};

/// Where sightings are announced.
pub const TOPIC: Variable = Variable {
    name: "MAILTRAIL_TOPIC",
    about: "The SNS topic that tells of watched events, once for each batch and entry of the watch list.",
    allowed: "the ARN of a topic, standard or FIFO, in any Region",
    default: "nothing is announced",
    example: "arn:aws:sns:eu-west-1:111122223333:mailtrail",
};

/// Log groups that our own functions write to.
pub const OWN_LOG_GROUPS: Variable = Variable {
    name: "MAILTRAIL_OWN_LOG_GROUPS",
    about: "Log groups that mailtrail's own functions write to. Batches from them are refused, so that no loop can \
            form. The function's own group is always among them.",
    allowed: "log group names parted by commas",
    default: "none",
    example: "/aws/lambda/mailtrail-policy-audit",
};

/// The largest decoded payload.
pub const DECODED_LIMIT: Variable = Variable {
    name: "MAILTRAIL_DECODED_LIMIT",
    about: "The largest decoded payload. A larger one is kept in quarantine.",
    allowed: "a number of bytes, at least 65536",
    default: "a quarter of the function's memory; 64 MiB outside Lambda",
    example: "33554432",
};

/// How long a stream's tag is remembered.
pub const TAG_CACHE_SECONDS: Variable = Variable {
    name: "MAILTRAIL_TAG_CACHE_SECONDS",
    about: "How long the answer to \"does the stream carry the tag?\" is remembered. Firehose allows five such \
            questions a second for the whole account.",
    allowed: "a number of seconds, at most 86400",
    default: "300",
    example: "60",
};

/// From which level up the log lines of libraries are printed.
pub const LOG: Variable = Variable {
    name: "MAILTRAIL_LOG",
    about: "From which level up the log lines of libraries are printed. mailtrail's own lines are always printed.",
    allowed: "`error`, `warn` or `info`",
    default: "`warn`",
    example: "info",
};

/// Every variable of the pipeline's functions, in the order of the reference page.
pub const OF_PIPELINE: &[Variable] = &[
    ARCHIVE,
    ARCHIVE_OWNER,
    ARCHIVE_KMS_KEY,
    STREAMS,
    INTERNAL_DOMAINS,
    ORGANIZATIONS,
    SOURCES,
    COLUMNS,
    WATCHES,
    TOPIC,
    OWN_LOG_GROUPS,
    DECODED_LIMIT,
    TAG_CACHE_SECONDS,
    LOG,
];

/// The Region that the function runs in. Set by Lambda, and by people on their machines.
pub const AWS_REGION: &str = "AWS_REGION";
/// The function's name. <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>
pub const FUNCTION_NAME: &str = "AWS_LAMBDA_FUNCTION_NAME";
/// The function's memory in MB. Set by Lambda.
pub const FUNCTION_MEMORY: &str = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";
/// The log group that the function writes to. Set by Lambda.
pub const FUNCTION_LOG_GROUP: &str = "AWS_LAMBDA_LOG_GROUP_NAME";

/// A variable that is set to something it cannot be, or not set though it must be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettingError {
    /// Nothing is set.
    #[error("{name} is not set; set it to {allowed}")]
    Missing {
        /// The variable.
        name: &'static str,
        /// What is allowed.
        allowed: &'static str,
    },
    /// The value is none that is allowed.
    #[error("{name} is `{value}`, which is not allowed ({reason}); set it to {allowed}")]
    Wrong {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
        /// Why it is not allowed.
        reason: String,
        /// What is allowed.
        allowed: &'static str,
    },
}

impl Variable {
    /// The error that this variable is wrong.
    pub fn wrong(&self, value: impl Into<String>, reason: &impl ToString) -> SettingError {
        SettingError::Wrong {
            name: self.name,
            value: value.into(),
            reason: reason.to_string(),
            allowed: self.allowed,
        }
    }

    /// The error that this variable is missing.
    pub fn missing(&self) -> SettingError {
        SettingError::Missing { name: self.name, allowed: self.allowed }
    }
}

/// The environment, read once. An empty variable counts as not set: templates cannot leave one out.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The environment of this process.
    pub fn of_process() -> Self {
        let text =
            |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        std::env::vars_os().filter_map(text).collect()
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The parsed value of a variable, if it is set.
    ///
    /// # Errors
    /// When it is set to something that is not allowed.
    pub fn parse<T>(&self, variable: &Variable) -> Result<Option<T>, SettingError>
    where
        T: FromStr<Err: std::fmt::Display>,
    {
        let Some(value) = self.get(variable.name) else { return Ok(None) };
        value.parse().map(Some).map_err(|reason| variable.wrong(value, &reason))
    }

    /// The entries of a list parted by commas.
    pub fn list(&self, variable: &Variable) -> impl Iterator<Item = &str> {
        let value = self.get(variable.name).unwrap_or_default();
        value.split(',').map(str::trim).filter(|entry| !entry.is_empty())
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self(variables.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect())
    }
}

/// From which level up the log lines of libraries are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogLevel {
    /// What failed.
    Error,
    /// What may need a look.
    #[default]
    Warn,
    /// What happened.
    Info,
}

impl FromStr for LogLevel {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "error" => Ok(Self::Error),
            "warn" => Ok(Self::Warn),
            "info" => Ok(Self::Info),
            _ => Err("it is no such level"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_has_the_house_s_prefix_and_a_name_of_its_own() {
        let variables = || OF_PIPELINE.iter().chain(OF_POLICY_AUDIT);
        let mut names: Vec<_> = variables().map(|variable| variable.name).collect();
        assert!(names.iter().all(|name| name.starts_with("MAILTRAIL_")));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), variables().count());
    }

    #[test]
    fn an_empty_variable_counts_as_not_set() {
        let environment = Environment::from_iter([(ARCHIVE.name.to_owned(), " ".to_owned())]);
        assert_eq!(environment.get(ARCHIVE.name), None);
    }

    #[test]
    fn a_wrong_value_is_named_with_what_is_allowed() {
        let environment = Environment::from_iter([(LOG.name.to_owned(), "debug".to_owned())]);
        assert_eq!(
            environment.parse::<LogLevel>(&LOG).unwrap_err().to_string(),
            "MAILTRAIL_LOG is `debug`, which is not allowed (it is no such level); set it to `error`, `warn` or `info`"
        );
    }
}
