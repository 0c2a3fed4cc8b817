//! What an operator decides about the path.

use std::collections::BTreeMap;
use std::str::FromStr;

use mailtrail_normalize::InternalDomains;
use thiserror::Error;

/// Decisions of the operator, with defaults that work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The Region of events that do not say theirs: the function's own.
    pub region: Option<String>,
    /// The largest decoded payload, in bytes; a larger one is quarantined.
    pub decoded_limit: usize,
    /// Log groups that our own functions write to. Their batches are refused.
    pub own_log_groups: Vec<String>,
    /// Which WorkMail organization logs to which group.
    pub organizations: Organizations,
    /// Domains whose mail is internal.
    pub internal_domains: InternalDomains,
}

impl Options {
    /// The default of [`Options::decoded_limit`] outside Lambda: 64 MiB.
    pub const DECODED_LIMIT: usize = 64 << 20;
}

impl Default for Options {
    fn default() -> Self {
        Self {
            region: None,
            decoded_limit: Self::DECODED_LIMIT,
            own_log_groups: Vec::new(),
            organizations: Organizations::default(),
            internal_domains: InternalDomains::default(),
        }
    }
}

/// The WorkMail organization of each log group. Email events do not name theirs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Organizations {
    everywhere: Option<String>,
    by_log_group: BTreeMap<String, String>,
}

/// Text that assigns no organization.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no WorkMail organization; give `m-` and 32 hexadecimal digits, or <log group>=m-…")]
pub struct UnknownOrganization(String);

impl Organizations {
    /// The organization that logs to a group.
    pub fn of(&self, log_group: &str) -> Option<&str> {
        self.by_log_group.get(log_group).or(self.everywhere.as_ref()).map(String::as_str)
    }
}

/// Parses a list, parted by commas, of `m-…` (for all log groups) and `<log group>=m-…`.
impl FromStr for Organizations {
    type Err = UnknownOrganization;

    fn from_str(text: &str) -> Result<Self, UnknownOrganization> {
        let mut organizations = Self::default();
        for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let (log_group, id) =
                entry.rsplit_once('=').map_or((None, entry), |(group, id)| (Some(group), id));
            if !is_organization(id) {
                return Err(UnknownOrganization(entry.to_owned()));
            }
            match log_group {
                None => organizations.everywhere = Some(id.to_owned()),
                Some(group) => {
                    organizations.by_log_group.insert(group.trim().to_owned(), id.to_owned());
                }
            }
        }
        Ok(organizations)
    }
}

/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_Organization.html>
fn is_organization(id: &str) -> bool {
    id.strip_prefix("m-").is_some_and(|hex| {
        hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_group_s_own_organization_comes_before_the_one_for_all() {
        let (one, two) = (format!("m-{}", "0".repeat(32)), format!("m-{}", "f".repeat(32)));
        let organizations: Organizations = format!("{one}, /aws/workmail/b={two}").parse().unwrap();
        assert_eq!(organizations.of("/aws/workmail/a"), Some(one.as_str()));
        assert_eq!(organizations.of("/aws/workmail/b"), Some(two.as_str()));
        assert_eq!(Organizations::default().of("x"), None);
        assert!("m-123".parse::<Organizations>().is_err());
    }
}
