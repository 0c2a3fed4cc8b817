//! Checks and their findings.

use std::fmt;

use mailtrail_resource_policy::inventory::Part;
use serde::Serialize;
use serde::ser::SerializeStruct;

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
    /// In order.
    Ok,
    /// Works, but is insecure, close to a limit, or not what one expects. `look` in JSON.
    #[serde(rename = "look")]
    Warning,
    /// Not known, because a call failed.
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
    /// What to do, as a command where one command does it; `None` where everything is in order.
    pub fix: Option<String>,
}

impl Check {
    pub(crate) fn ok(&'static self, resource: impl Into<String>, seen: impl Into<String>) -> Finding {
        self.finding(Severity::Ok, resource.into(), seen.into(), None)
    }

    pub(crate) fn warning(
        &'static self,
        resource: impl Into<String>,
        seen: impl Into<String>,
        fix: impl Into<String>,
    ) -> Finding {
        self.finding(Severity::Warning, resource.into(), seen.into(), Some(fix.into()))
    }

    pub(crate) fn broken(
        &'static self,
        resource: impl Into<String>,
        seen: impl Into<String>,
        fix: impl Into<String>,
    ) -> Finding {
        self.finding(Severity::Broken, resource.into(), seen.into(), Some(fix.into()))
    }

    /// The reason names the call that failed.
    pub(crate) fn unknown(&'static self, resource: impl Into<String>, reason: impl fmt::Display) -> Finding {
        let fix = "allow this call for the caller of the doctor, or correct what the error says, and run the doctor \
                   again";
        let seen = format!("not known: {reason}");
        self.finding(Severity::Unknown, resource.into(), seen, Some(fix.to_owned()))
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
        fix: Option<String>,
    ) -> Finding {
        Finding { check: self, severity, resource, seen, fix }
    }
}

/// One flat object: the check's id, subject and reason beside what was found.
impl Serialize for Finding {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Finding", 7)?;
        object.serialize_field("id", self.check.id)?;
        object.serialize_field("subject", &self.check.subject)?;
        object.serialize_field("severity", &self.severity)?;
        object.serialize_field("resource", &self.resource)?;
        object.serialize_field("seen", &self.seen)?;
        object.serialize_field("why", self.check.why)?;
        object.serialize_field("fix", &self.fix)?;
        object.end()
    }
}
