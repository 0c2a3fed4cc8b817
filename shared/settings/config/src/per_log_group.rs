//! Settings that differ from log group to log group.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use mailtrail_aws_types::OrganizationId;
use thiserror::Error;

/// A value for all log groups, and others for some of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PerLogGroup<T> {
    everywhere: Option<T>,
    by_log_group: BTreeMap<String, T>,
}

/// An entry whose value is invalid.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("invalid entry `{entry}`: {reason}")]
pub struct InvalidEntry {
    /// The entry as it was written.
    pub entry: String,
    /// What is wrong with its value, and what is allowed.
    pub reason: String,
}

impl<T> Default for PerLogGroup<T> {
    fn default() -> Self {
        Self { everywhere: None, by_log_group: BTreeMap::new() }
    }
}

impl<T: FromStr<Err: fmt::Display>> PerLogGroup<T> {
    /// Reads entries: `<value>`, for all log groups, and `<log group>=<value>`.
    ///
    /// # Errors
    /// With the first entry whose value is invalid.
    pub fn parse<'t>(entries: impl IntoIterator<Item = &'t str>) -> Result<Self, InvalidEntry> {
        let mut values = Self::default();
        for entry in entries {
            // The name of a log group has no `=`; a value may.
            let (log_group, text) =
                entry.split_once('=').map_or((None, entry), |(group, text)| (Some(group), text));
            let value = text.trim().parse().map_err(|reason: T::Err| InvalidEntry {
                entry: entry.to_owned(),
                reason: reason.to_string(),
            })?;
            match log_group {
                None => values.everywhere = Some(value),
                Some(group) => {
                    values.by_log_group.insert(group.trim().to_owned(), value);
                }
            }
        }
        Ok(values)
    }
}

impl<T> PerLogGroup<T> {
    /// The value for a group: its own, or else the one for all.
    pub fn of(&self, log_group: &str) -> Option<&T> {
        self.by_log_group.get(log_group).or(self.everywhere.as_ref())
    }
}

impl PerLogGroup<Organization> {
    /// The id of the organization that logs to a group: the group's own entry, else the one in the name of a group of
    /// our stack (`/workmail/m-…/email-events`), else the one for all.
    pub fn id_of<'s>(&'s self, log_group: &'s str) -> Option<&'s str> {
        let own = self.by_log_group.get(log_group).map(Organization::id);
        let named = || log_group.strip_prefix("/workmail/")?.strip_suffix("/email-events");
        let everywhere = || self.everywhere.as_ref().map(Organization::id);
        own.or_else(|| named().filter(|name| OrganizationId::is_valid(name))).or_else(everywhere)
    }
}

/// The id of a WorkMail organization. Email events do not name theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization(String);

/// Text that is not an organization's id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("invalid WorkMail organization `{0}`: expected `m-` and 32 hexadecimal digits")]
pub struct InvalidOrganization(String);

impl Organization {
    /// The id: `m-…`.
    pub fn id(&self) -> &str {
        &self.0
    }
}

/// <https://docs.aws.amazon.com/workmail/latest/APIReference/API_Organization.html>
impl FromStr for Organization {
    type Err = InvalidOrganization;

    fn from_str(text: &str) -> Result<Self, InvalidOrganization> {
        if OrganizationId::is_valid(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidOrganization(text.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use mailtrail_normalize::{Columns, Source};

    use super::*;

    #[test]
    fn a_log_group_s_own_value_comes_before_the_one_for_all() {
        let (one, two) = (format!("m-{}", "0".repeat(32)), format!("m-{}", "f".repeat(32)));
        let entries = [one.clone(), format!("/aws/workmail/b = {two}")];
        let organizations: PerLogGroup<Organization> =
            PerLogGroup::parse(entries.iter().map(String::as_str)).unwrap();
        assert_eq!(organizations.of("/aws/workmail/a").unwrap().id(), one);
        assert_eq!(organizations.of("/aws/workmail/b").unwrap().id(), two);
        assert_eq!(PerLogGroup::<Organization>::default().of("x"), None);
    }

    #[test]
    fn a_log_group_of_our_stack_names_its_organization() {
        let [named, other, all] = ["0", "1", "2"].map(|digit| format!("m-{}", digit.repeat(32)));
        let group = format!("/workmail/{named}/email-events");
        let id_of = |entries: &[String], group: &str| {
            let organizations =
                PerLogGroup::<Organization>::parse(entries.iter().map(String::as_str)).unwrap();
            organizations.id_of(group).map(str::to_owned)
        };
        assert_eq!(id_of(&[], &group).as_deref(), Some(&*named));
        assert_eq!(id_of(std::slice::from_ref(&all), &group).as_deref(), Some(&*named));
        assert_eq!(id_of(&[format!("{group}={other}")], &group).as_deref(), Some(&*other));
        assert_eq!(
            id_of(std::slice::from_ref(&all), "/workmail/example/email-events").as_deref(),
            Some(&*all)
        );
        assert_eq!(id_of(&[], &format!("{group}/old")), None);
    }

    #[test]
    fn an_invalid_entry_is_named_with_the_reason() {
        let wrong = PerLogGroup::<Organization>::parse(["m-123"]).unwrap_err().to_string();
        assert!(
            wrong.starts_with("invalid entry `m-123`:") && wrong.contains("32 hexadecimal digits"),
            "{wrong}"
        );
        let wrong = PerLogGroup::<Source>::parse(["cloudtrail", "/a=syslog"]).unwrap_err().to_string();
        assert!(wrong.contains("`/a=syslog`") && wrong.contains("workmail_audit"), "{wrong}");
    }

    #[test]
    fn columns_may_be_separated_by_the_sign_between_group_and_value() {
        let columns = PerLogGroup::<Columns>::parse(["/a=user_id=action"]).unwrap();
        assert!(columns.of("/a").unwrap().read("S-1=read").is_some());
    }
}
