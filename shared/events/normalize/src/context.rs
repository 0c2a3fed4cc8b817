//! What a mapping knows besides the message itself.

use std::borrow::Cow;

use mailtrail_clock::Time;
use mailtrail_ocsf::{Cloud, Metadata, Unmapped};

use crate::Source;

/// One log event to be mapped.
#[derive(Debug, Clone)]
pub struct Event<'a> {
    /// What becomes `metadata.uid`.
    pub uid: Cow<'a, str>,
    /// When CloudWatch Logs says that it happened; nothing where the timestamp is missing or impossible.
    pub time: Option<Time>,
    /// The timestamp as it stands in the batch.
    pub timestamp_text: Option<&'a str>,
    /// The log line.
    pub message: &'a str,
    /// The values of a line of text as a JSON object, where its columns are known ([`Columns`](crate::Columns)).
    pub values: Option<&'a str>,
}

impl<'a> Event<'a> {
    /// What is mapped: the JSON of the message without a byte order mark, or else text of any other form.
    pub(crate) fn json(&self) -> &'a str {
        self.values.unwrap_or(self.message.strip_prefix('\u{feff}').unwrap_or(self.message))
    }

    /// The bytes of what it says.
    pub fn size(&self) -> usize {
        self.message.len() + self.timestamp_text.map_or(0, str::len)
    }

    /// The CloudWatch time; an impossible one counts as the epoch and is kept in `unmapped`.
    pub(crate) fn time_or_keep(&self, unmapped: &mut Unmapped<'a>) -> Time {
        self.time.unwrap_or_else(|| {
            if let Some(text) = self.timestamp_text {
                unmapped.keep("timestamp", text);
            }
            Time::EPOCH
        })
    }
}

/// Where the event was logged, and what the operator told us about the place.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The log group.
    pub log_group: &'a str,
    /// The log stream.
    pub log_stream: &'a str,
    /// The Region, where it is known.
    pub region: Option<&'a str>,
    /// The account, where it is known.
    pub account: Option<&'a str>,
    /// The WorkMail organization that logs to this group, where it is known.
    pub organization: Option<&'a str>,
    /// What the group's events are, where an operator says so; nothing where their shape is to decide.
    pub source: Option<Source>,
    /// The domains whose mail is internal.
    pub internal_domains: &'a InternalDomains,
}

impl<'a> Context<'a> {
    pub(crate) fn cloud(&self) -> Cloud<'a> {
        Cloud::aws(self.region.map(Cow::Borrowed), self.account.map(Cow::Borrowed))
    }

    pub(crate) fn place(&self, metadata: &mut Metadata<'a>) {
        metadata.log_name = self.log_group;
        metadata.log_source = self.log_stream;
    }
}

/// The organization's own mail domains. Mail whose ends all lie in them is internal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InternalDomains(Vec<String>);

impl InternalDomains {
    /// Domains as people write them, in any case.
    pub fn new<T: Into<String>>(domains: impl IntoIterator<Item = T>) -> Self {
        Self(domains.into_iter().map(Into::into).collect())
    }

    /// Whether an address lies in one of the domains. A subdomain is another domain.
    pub fn contains(&self, address: &str) -> bool {
        address
            .rsplit_once('@')
            .is_some_and(|(_, domain)| self.0.iter().any(|own| own.eq_ignore_ascii_case(domain)))
    }
}
