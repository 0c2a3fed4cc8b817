//! What a check says.

use std::fmt;

use mailtrail_resource_policy::inventory::Part;
use serde::Serialize;
use serde::ser::SerializeStruct;

/// One thing that is looked at.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Stable, in kebab case.
    pub id: &'static str,
    /// What it is about.
    pub subject: Subject,
    /// Why it matters.
    pub why: &'static str,
}

/// What a check is about; findings are told in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// Email event logging.
    Workmail,
    /// Deliveries of audit logs.
    Deliveries,
    /// From log groups to functions.
    Subscriptions,
    /// The functions themselves.
    Functions,
    /// Logs that come back to where they were made.
    Loops,
    /// Firehose streams.
    Streams,
    /// Buckets that logs are delivered to, and their keys.
    Buckets,
    /// Resource policies of CloudWatch Logs.
    Policies,
    /// Where everything is kept.
    Archive,
    /// The end of `WorkMail`.
    Retirement,
}

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// As it should be.
    Ok,
    /// It works, but somebody should look at it.
    Look,
    /// It could not be seen.
    Unknown,
    /// It does not work, or loses something.
    Broken,
}

/// What a check found out about one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check.
    pub check: &'static Check,
    /// How it is.
    pub severity: Severity,
    /// What it is about: an ARN, a name, an id.
    pub resource: String,
    /// What was seen.
    pub seen: String,
    /// What to do, as a command where one does it; nothing where nothing is to be done.
    pub fix: Option<String>,
}

impl Check {
    pub(crate) fn ok(&'static self, resource: impl Into<String>, seen: impl Into<String>) -> Finding {
        self.finding(Severity::Ok, resource.into(), seen.into(), None)
    }

    pub(crate) fn look(
        &'static self,
        resource: impl Into<String>,
        seen: impl Into<String>,
        fix: impl Into<String>,
    ) -> Finding {
        self.finding(Severity::Look, resource.into(), seen.into(), Some(fix.into()))
    }

    pub(crate) fn broken(
        &'static self,
        resource: impl Into<String>,
        seen: impl Into<String>,
        fix: impl Into<String>,
    ) -> Finding {
        self.finding(Severity::Broken, resource.into(), seen.into(), Some(fix.into()))
    }

    /// For a reason that names the call.
    pub(crate) fn unknown(&'static self, resource: impl Into<String>, reason: impl fmt::Display) -> Finding {
        let fix =
            "allow this call to whoever runs the doctor, or mend what it stumbles over, and run it again";
        let seen = format!("not known: {reason}");
        self.finding(Severity::Unknown, resource.into(), seen, Some(fix.to_owned()))
    }

    /// What a part says, or that it was not seen.
    pub(crate) fn on<T>(
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
