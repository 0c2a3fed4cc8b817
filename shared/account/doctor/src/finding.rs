//! Checks and their findings.

use std::fmt;

use mailtrail_resource_policy::inventory::Part;
use serde::Serialize;
use serde::ser::SerializeStruct;

use crate::fix::Fix;

/// A rule that the doctor applies to an account.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The id in kebab case. It never changes: scripts filter by it.
    pub id: &'static str,
    /// The heading under which its findings are printed.
    pub subject: Subject,
    /// Why a violation matters: one or two sentences for people.
    pub why: &'static str,
}

/// The part of the pipeline that a check is about. Findings are printed in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// The account and Region as a whole.
    Account,
    /// Email event logging of `WorkMail`.
    Workmail,
    /// Deliveries of `WorkMail`'s audit logs.
    Deliveries,
    /// Subscription filters.
    Subscriptions,
    /// Functions that receive log events.
    Functions,
    /// Log groups that feed their own function.
    Loops,
    /// Firehose streams.
    Streams,
    /// Buckets that logs are delivered to, and their KMS keys.
    Buckets,
    /// Resource policies of CloudWatch Logs.
    Policies,
    /// The archive, its bucket and its KMS key.
    Archive,
    /// The end of support for `WorkMail`.
    Retirement,
}

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// In order: every fact of the check was read.
    Ok,
    /// What was read, where no check concludes anything from it.
    Note,
    /// Works, but is insecure, close to a limit, or not what one expects. `look` in JSON.
    #[serde(rename = "look")]
    Warning,
    /// Not known: a call failed, or a policy cannot be evaluated.
    Unknown,
    /// Does not work, or loses events.
    Broken,
}

/// The result of a check for one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check that was applied.
    pub check: &'static Check,
    /// The result.
    pub severity: Severity,
    /// The ARN, name or id of the resource.
    pub resource: String,
    /// What was read of the resource.
    pub seen: String,
    /// What to do; `None` where there is nothing to do.
    pub fix: Option<Fix>,
}

impl Check {
    pub(crate) fn ok(&'static self, resource: impl Into<String>, seen: impl Into<String>) -> Finding {
        self.finding(Severity::Ok, resource.into(), seen.into(), None)
    }

    pub(crate) fn note(&'static self, resource: impl Into<String>, seen: impl Into<String>) -> Finding {
        self.finding(Severity::Note, resource.into(), seen.into(), None)
    }

    pub(crate) fn warning(
        &'static self,
        resource: impl Into<String>,
        seen: impl Into<String>,
        fix: impl Into<Fix>,
    ) -> Finding {
        self.finding(Severity::Warning, resource.into(), seen.into(), Some(fix.into()))
    }

    pub(crate) fn broken(
        &'static self,
        resource: impl Into<String>,
        seen: impl Into<String>,
        fix: impl Into<Fix>,
    ) -> Finding {
        self.finding(Severity::Broken, resource.into(), seen.into(), Some(fix.into()))
    }

    /// The reason names the call that failed: `iam:GetRole on workmail-events: AccessDenied: …`.
    pub(crate) fn unknown(&'static self, resource: impl Into<String>, reason: impl fmt::Display) -> Finding {
        let reason = reason.to_string();
        let fix = match denied_action(&reason) {
            Some(action) => format!("grant {action} to the caller of the doctor, and run the doctor again"),
            None => "correct what the error says, and run the doctor again".to_owned(),
        };
        self.undecided(resource, reason, fix)
    }

    /// Not known for a reason that is no failed call.
    pub(crate) fn undecided(
        &'static self,
        resource: impl Into<String>,
        reason: impl fmt::Display,
        fix: impl Into<Fix>,
    ) -> Finding {
        let seen = format!("not known: {reason}");
        self.finding(Severity::Unknown, resource.into(), seen, Some(fix.into()))
    }

    /// The finding for a part that was read, or [`Severity::Unknown`] for one that was not.
    pub(crate) fn for_part<T>(
        &'static self,
        resource: impl Into<String>,
        part: &Part<T>,
        judge: impl FnOnce(&T, String) -> Finding,
    ) -> Finding {
        match part {
            Part::Seen { value, .. } => judge(value, resource.into()),
            Part::NotSeen { reason } => self.unknown(resource, reason),
        }
    }

    fn finding(
        &'static self,
        severity: Severity,
        resource: String,
        seen: String,
        fix: Option<Fix>,
    ) -> Finding {
        Finding { check: self, severity, resource, seen, fix }
    }
}

/// The calls whose action has another name than the operation.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html>
const ACTIONS: [(&str, &str); 3] = [
    ("s3:HeadBucket", "s3:ListBucket"),
    ("s3:ListObjectsV2", "s3:ListBucket"),
    ("s3:GetBucketEncryption", "s3:GetEncryptionConfiguration"),
];

/// The action that a failed call needs, where the caller lacks it.
fn denied_action(reason: &str) -> Option<&str> {
    let is_denied = ["AccessDenied", "HTTP 403", "AuthorizationError", "UnauthorizedOperation"];
    if !is_denied.iter().any(|code| reason.contains(code)) {
        return None;
    }
    let is_call = |word: &&str| {
        word.split_once(':').is_some_and(|(service, operation)| {
            !service.is_empty()
                && service.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
                && operation.starts_with(|first: char| first.is_ascii_uppercase())
        })
    };
    let call = reason.split(' ').find(is_call)?.trim_end_matches(':');
    Some(ACTIONS.iter().find(|(operation, _)| *operation == call).map_or(call, |(_, action)| action))
}

/// One flat object: the check's id, subject and reason beside what was found.
impl Serialize for Finding {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Finding", 8)?;
        object.serialize_field("id", self.check.id)?;
        object.serialize_field("subject", &self.check.subject)?;
        object.serialize_field("severity", &self.severity)?;
        object.serialize_field("resource", &self.resource)?;
        object.serialize_field("seen", &self.seen)?;
        object.serialize_field("why", self.check.why)?;
        object.serialize_field("fix", &self.fix.as_ref().map(Fix::line))?;
        object.serialize_field("commands", self.fix.as_ref().map_or(&[][..], |fix| &fix.commands))?;
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_action_that_is_missing_is_named() {
        assert_eq!(denied_action("iam:GetRole on r: AccessDenied: no"), Some("iam:GetRole"));
        assert_eq!(denied_action("s3:HeadBucket on b: HTTP 403"), Some("s3:ListBucket"));
        assert_eq!(denied_action("lambda:GetPolicy: AccessDeniedException: x"), Some("lambda:GetPolicy"));
        let of_filter = "filter mailtrail: lambda:ListEventSourceMappings on s: AccessDenied: no";
        assert_eq!(denied_action(of_filter), Some("lambda:ListEventSourceMappings"));
        for other in ["iam:GetRole on r: Throttling: slow down", "it was not read", "AccessDenied", ""] {
            assert_eq!(denied_action(other), None, "{other}");
        }
    }
}
