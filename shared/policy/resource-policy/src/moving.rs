//! The log group that a destination moves to: its name, and why there may be none.

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_aws_types::LogGroupName;
use serde::{Deserialize, Serialize};

use crate::limits::VENDED_LOGS_PREFIX;

/// Why a log group is not moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{log_group} cannot be moved: {why}")]
pub struct Refusal {
    /// The log group.
    pub log_group: String,
    /// Why.
    pub why: RefusalReason,
}

/// Why a log group is not moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalReason {
    /// It is there already.
    #[error("its name begins with {VENDED_LOGS_PREFIX} already")]
    AlreadyThere,
    /// WAF takes no other names.
    #[error("WAF delivers only to log groups whose names begin with aws-waf-logs-")]
    Waf,
    /// The service chooses the name.
    #[error("{service} chooses the name of this log group itself")]
    FixedName {
        /// The service.
        service: String,
    },
    /// The grant of the new log group could not be proved to be all that changes.
    #[error("it could not be proved that nothing but the grant for the new log group changes")]
    NotProved,
    /// A policy denies log delivery something under the new name, or could: it cannot be read.
    #[error("a policy may deny log delivery the log group {0}")]
    MayBeDenied(String),
    /// A name has at most 512 characters.
    #[error("the new name would have {0} characters, and {max} are allowed", max = LogGroupName::MAX_LENGTH)]
    TooLong(usize),
    /// A name has letters, digits and `. - _ / #`.
    #[error("the new name {0:?} is not a valid log group name")]
    NotAName(String),
    /// The new name is not under `/aws/vendedlogs/`.
    #[error("the new name {0} does not begin with {VENDED_LOGS_PREFIX}")]
    OutsidePrefix(String),
    /// There is such a log group.
    #[error("there is a log group {0} already")]
    Exists(String),
    /// Two log groups would become one.
    #[error("{other} would be renamed to {name} as well")]
    Collides {
        /// The other log group.
        other: String,
        /// The new name of both.
        name: String,
    },
    /// It is not known whether the new name is free.
    #[error("the log groups were not listed, so whether {0} is free is not known")]
    GroupsNotSeen(String),
    /// There is no such log group to move.
    #[error("there is no such log group")]
    NoSuchGroup,
    /// Nothing that was seen delivers there.
    #[error("no known delivery writes to it")]
    NoDestination,
    /// What delivered there is deleted.
    #[error(
        "the resource of its delivery source is deleted: {}; delete its deliveries, then the source, then the \
         destination",
        sources.join(", ")
    )]
    SourceGone {
        /// The delivery sources, by name.
        sources: Vec<String>,
    },
    /// Something may deliver there, or did once; whatever was asked does not.
    #[error(
        "log delivery may write to it, and no known delivery does. These services were not asked, or did not answer: \
         {}. If one of them does, name it under `v1_destinations` in a snapshot file",
        not_seen.join("; ")
    )]
    UnknownSource {
        /// The services that were not asked, or did not say.
        not_seen: Vec<String>,
    },
    /// The account or the Region is not known.
    #[error("the account and the Region are not known")]
    NoAccount,
}

/// The names that services choose themselves: how they begin, and who does.
const FIXED_NAMES: [(&str, &str); 5] = [
    ("/aws/amazonmq/", "Amazon MQ"),
    ("/aws/eks/", "Amazon EKS"),
    ("/aws/sagemaker/", "Amazon SageMaker"),
    ("/aws/ChimeVoiceConnectorLogs/", "Amazon Chime"),
    ("API-Gateway-Execution-Logs_", "API Gateway REST"),
];

/// The new name of a log group by the rule: `/aws/vendedlogs/` and the old name without a leading `/aws/`; of a
/// leading `/` only one is left.
pub fn rule(name: &str) -> String {
    let rest = name.strip_prefix("/aws/").or_else(|| name.strip_prefix('/')).unwrap_or(name);
    format!("{VENDED_LOGS_PREFIX}{rest}")
}

/// The new name of each log group, or why it has none. `existing` is `None` if log groups were not listed.
pub fn new_names(
    groups: &[String],
    overrides: &BTreeMap<String, String>,
    existing: Option<&BTreeSet<&str>>,
) -> Vec<Result<(String, String), Refusal>> {
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    let mut doubled: BTreeMap<String, &str> = BTreeMap::new();
    let named: Vec<(&String, Result<String, RefusalReason>)> =
        groups.iter().map(|group| (group, new_name(group, overrides.get(group), existing))).collect();
    for (group, name) in &named {
        let Ok(name) = name else { continue };
        match taken.get(name.as_str()) {
            Some(other) if *other != group.as_str() => {
                doubled.insert((*group).clone(), other);
                doubled.insert((*other).to_owned(), group);
            }
            _ => {
                taken.insert(name.clone(), group);
            }
        }
    }
    let refuse = |log_group: &str, why| Refusal { log_group: log_group.to_owned(), why };
    (named.into_iter())
        .map(|(group, name)| match (name, doubled.get(group)) {
            (Err(why), _) => Err(refuse(group, why)),
            (Ok(name), Some(other)) => {
                Err(refuse(group, RefusalReason::Collides { other: (*other).to_owned(), name }))
            }
            (Ok(name), None) => Ok((group.clone(), name)),
        })
        .collect()
}

fn new_name(
    group: &str,
    wanted: Option<&String>,
    existing: Option<&BTreeSet<&str>>,
) -> Result<String, RefusalReason> {
    if group.starts_with(VENDED_LOGS_PREFIX) {
        return Err(RefusalReason::AlreadyThere);
    }
    if group.starts_with("aws-waf-logs-") {
        return Err(RefusalReason::Waf);
    }
    if let Some((_, service)) = FIXED_NAMES.iter().find(|(start, _)| group.starts_with(start)) {
        return Err(RefusalReason::FixedName { service: (*service).to_owned() });
    }
    let name = wanted.cloned().unwrap_or_else(|| rule(group));
    let rest =
        name.strip_prefix(VENDED_LOGS_PREFIX).ok_or_else(|| RefusalReason::OutsidePrefix(name.clone()))?;
    let length = name.chars().count();
    if length > LogGroupName::MAX_LENGTH {
        Err(RefusalReason::TooLong(length))
    } else if rest.is_empty() || !LogGroupName::is_valid(&name) {
        Err(RefusalReason::NotAName(name))
    } else {
        match existing {
            None => Err(RefusalReason::GroupsNotSeen(name)),
            Some(existing) if !existing.contains(group) => Err(RefusalReason::NoSuchGroup),
            Some(existing) if existing.contains(name.as_str()) => Err(RefusalReason::Exists(name)),
            Some(_) => Ok(name),
        }
    }
}

/// Whether a log group can have this name: an entry of a policy may name what none can have.
pub fn is_name(name: &str) -> bool {
    LogGroupName::is_valid(name)
}

/// What says, in the tags of a resource, that a deployment tool keeps it as it is; its next run would undo a change.
pub fn managed_by(tags: &BTreeMap<String, String>) -> Option<&'static str> {
    let marks = |marks: &[&str]| {
        tags.iter().any(|(key, value)| {
            let value = value.to_ascii_lowercase();
            marks.iter().any(|mark| key.to_ascii_lowercase().starts_with(mark))
                || (["managed-by", "managedby", "managed_by", "tool"]
                    .contains(&key.to_ascii_lowercase().as_str())
                    && marks.iter().any(|mark| value.contains(mark)))
        })
    };
    [
        ("AWS CDK", &["aws-cdk:", "cdk"][..]),
        ("CloudFormation", &["aws:cloudformation:", "cloudformation"]),
        ("Terraform", &["terraform", "tf_", "opentofu"]),
        ("Pulumi", &["pulumi"]),
    ]
    .into_iter()
    .find_map(|(tool, starts)| marks(starts).then_some(tool))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_of(group: &str) -> Result<String, RefusalReason> {
        new_name(group, None, Some(&BTreeSet::from([group, "/aws/vendedlogs/taken"])))
    }

    #[test]
    fn the_rule_puts_the_prefix_before_the_name_and_nothing_twice() {
        assert_eq!(rule("/aws/states/a"), "/aws/vendedlogs/states/a");
        assert_eq!(rule("/mail/a"), "/aws/vendedlogs/mail/a");
        assert_eq!(rule("mail"), "/aws/vendedlogs/mail");
    }

    #[test]
    fn what_cannot_move_is_refused_with_the_reason() {
        assert_eq!(name_of("/aws/vendedlogs/a"), Err(RefusalReason::AlreadyThere));
        assert_eq!(name_of("aws-waf-logs-a"), Err(RefusalReason::Waf));
        assert!(matches!(name_of("/aws/eks/a/cluster"), Err(RefusalReason::FixedName { .. })));
        assert_eq!(name_of("taken"), Err(RefusalReason::Exists("/aws/vendedlogs/taken".to_owned())));
        assert_eq!(name_of(&"x".repeat(497)), Err(RefusalReason::TooLong(513)));
        assert!(name_of(&"x".repeat(496)).is_ok());
        assert_eq!(name_of("/aws/"), Err(RefusalReason::NotAName("/aws/vendedlogs/".to_owned())));
        assert_eq!(
            new_name("a", Some(&"/b".to_owned()), None),
            Err(RefusalReason::OutsidePrefix("/b".to_owned()))
        );
        assert!(matches!(new_name("a", None, None), Err(RefusalReason::GroupsNotSeen(_))));
        assert_eq!(new_name("a", None, Some(&BTreeSet::new())), Err(RefusalReason::NoSuchGroup));
    }

    #[test]
    fn two_groups_that_become_one_are_both_refused_unless_one_gets_another_name() {
        let groups = ["/aws/a".to_owned(), "a".to_owned(), "b".to_owned()];
        let existing = BTreeSet::from(["/aws/a", "a", "b"]);
        let names = new_names(&groups, &BTreeMap::new(), Some(&existing));
        assert!(names[0].is_err() && names[1].is_err() && names[2].is_ok());
        assert!(
            names[0]
                .as_ref()
                .unwrap_err()
                .to_string()
                .contains("a would be renamed to /aws/vendedlogs/a as well")
        );
        let overrides = BTreeMap::from([("a".to_owned(), "/aws/vendedlogs/plain/a".to_owned())]);
        assert!(new_names(&groups, &overrides, Some(&existing)).iter().all(Result::is_ok));
    }

    #[test]
    fn marks_of_deployment_tools_are_seen_in_tags() {
        let by = |key: &str, value: &str| managed_by(&BTreeMap::from([(key.to_owned(), value.to_owned())]));
        assert_eq!(by("aws:cloudformation:stack-name", "mail"), Some("CloudFormation"));
        assert_eq!(by("aws-cdk:id", "x"), Some("AWS CDK"));
        assert_eq!(by("ManagedBy", "Terraform"), Some("Terraform"));
        assert_eq!(by("team", "terraforming"), None);
    }
}
