//! The role that WorkMail assumes to write email events, and whether events arrive.
//!
//! AWS documents its trust policy without conditions. Whether WorkMail's call has `aws:SourceArn` and
//! `aws:SourceAccount` is not documented, so that a trust policy with conditions on them is only shown to work by
//! events that arrive. <https://docs.aws.amazon.com/workmail/latest/adminguide/tracking.html>

use mailtrail_resource_policy::condition::{Context, SOURCE_ACCOUNT, SOURCE_ARN};
use mailtrail_resource_policy::evaluate::Decision;
use mailtrail_resource_policy::inventory::Part;

use super::format::{day, days};
use super::roles::{self, Need};
use crate::facts::{Facts, group_name};
use crate::finding::{Check, Finding, Severity, Subject};
use crate::fix::{Fix, word};
use crate::model::{EmailEvents, GroupSettings, LogGroup, Organization};
use crate::role::{Permission, Role};

pub(super) static ROLE: Check = Check {
    id: "email-role",
    subject: Subject::Workmail,
    why: "WorkMail assumes this role to write log events; without the role, or without its trust policy, nothing is \
          logged.",
};
pub(super) static PERMISSIONS: Check = Check {
    id: "email-role-permissions",
    subject: Subject::Workmail,
    why: "WorkMail writes log events with the permissions of this role; what it may not write is lost.",
};
pub(super) static ARRIVING: Check = Check {
    id: "email-events-arriving",
    subject: Subject::Workmail,
    why: "Only an event that arrives shows that WorkMail logs: every setting can be right, and the log group empty.",
};

const SERVICE: &str = "events.workmail.amazonaws.com";
/// An organization without a mail for so many days is unusual.
const QUIET_DAYS: i64 = 7;
const DAY: i64 = mailtrail_clock::DAY;

/// The role with its trust and its permissions, and the events that it wrote.
pub(super) fn checks(facts: &Facts, organization: &Organization, events: &EmailEvents) -> Vec<Finding> {
    let name = group_name(&events.log_group_arn).unwrap_or_default();
    let group = facts.log_group(&name);
    let role = facts.role(&events.role_arn);
    let was_read = role.is_ok();
    let mut findings = match role {
        Err(reason) => {
            vec![ROLE.unknown(&events.role_arn, &reason), PERMISSIONS.unknown(&events.role_arn, &reason)]
        }
        Ok(None) => {
            let fix = create_role(facts, organization, &name);
            vec![ROLE.broken(&events.role_arn, "the role does not exist", fix)]
        }
        Ok(Some(role)) => {
            let permissions = roles::permissions(&PERMISSIONS, &events.role_arn, role, &needs(facts, &name));
            // The check of the log group reports one that does not exist.
            let is_missing = group.is_some_and(|group| group.settings.seen().is_some_and(Option::is_none));
            let permissions = (!is_missing).then_some(permissions);
            std::iter::once(trust(facts, organization, events, role, group)).chain(permissions).collect()
        }
    };
    // Without a working role no event can arrive, and where its conditions are not known to hold, that none arrives is the
    // reason: that is not reported again. A role that was not read says nothing about it.
    let is_reported = findings.iter().any(|finding| finding.severity == Severity::Broken)
        || findings.iter().any(|it| it.check.id == ROLE.id && it.severity == Severity::Unknown && was_read);
    let arriving = group.and_then(|group| arriving(facts, group));
    findings.extend(arriving.filter(|finding| !is_reported || finding.severity == Severity::Ok));
    findings
}

/// What WorkMail calls with the role.
fn needs(facts: &Facts, group: &str) -> [Need; 2] {
    let group = facts.arn("logs", &format!("log-group:{group}"));
    let context = || Context::new().with("aws:ResourceAccount", &facts.account);
    ["logs:CreateLogStream", "logs:PutLogEvents"].map(|action| Need::log_streams(action, &group, context()))
}

fn trust(
    facts: &Facts,
    organization: &Organization,
    events: &EmailEvents,
    role: &Role,
    group: Option<&LogGroup>,
) -> Finding {
    let arn = &events.role_arn;
    let source = facts.arn("workmail", &format!("organization/{}", organization.id));
    let with_source = Context::source(&source, &facts.account);
    let without_source = Context::new().without(SOURCE_ARN).without(SOURCE_ACCOUNT);
    let decisions = [with_source, without_source].map(|context| roles::may_assume(role, SERVICE, &context));
    match decisions {
        [Decision::Allowed, Decision::Allowed] => {
            ROLE.ok(arn, format!("{SERVICE} may assume it, as AWS documents it"))
        }
        [Decision::Denied, Decision::Denied] => {
            let seen = format!("its trust policy does not allow {SERVICE} to assume it");
            ROLE.broken(arn, seen, documented_trust(role))
        }
        _ => match group.and_then(|group| recent_event(facts, group)) {
            Some(last) => {
                ROLE.ok(arn, format!("{SERVICE} may assume it: its newest event is of {}", day(last)))
            }
            None => ROLE.undecided(
                arn,
                format!(
                    "its trust policy has conditions that AWS does not document for {SERVICE}, and no event of the last \
                     {} shows that they hold",
                    days(QUIET_DAYS)
                ),
                Fix::steps(
                    "send a message to a mailbox of the organization, and run the doctor again after some minutes; where \
                     no event arrives, set the trust policy that AWS documents:",
                    [documented_trust(role)],
                ),
            ),
        },
    }
}

/// The command that sets the trust policy of AWS's page, which has no conditions.
fn documented_trust(role: &Role) -> String {
    let document = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"{SERVICE}"}},"Action":"sts:AssumeRole"}}]}}"#
    );
    format!(
        "aws iam update-assume-role-policy --role-name {} --policy-document {}",
        word(role.name()),
        word(&document)
    )
}

fn create_role(facts: &Facts, organization: &Organization, group: &str) -> String {
    format!(
        "{} --log-group {} --resource {} --format cli",
        facts.permissions("workmail-events cloudwatch-logs"),
        word(group),
        word(&facts.arn("workmail", &format!("organization/{}", organization.id))),
    )
}

/// The newest event of a log group, if it is of the last days.
fn recent_event(facts: &Facts, group: &LogGroup) -> Option<i64> {
    (*group.last_event.seen()?).filter(|last| *last > facts.at - QUIET_DAYS * DAY)
}

/// For a log group that exists.
fn arriving(facts: &Facts, group: &LogGroup) -> Option<Finding> {
    let GroupSettings { created, .. } = group.settings.seen()?.as_ref()?;
    let fix = Fix::steps(
        "send a message to a mailbox of the organization, and run the doctor again after some minutes; where no event \
         arrives, enable the logging again:",
        [facts.mailtrail("workmail status")],
    );
    Some(ARRIVING.for_part(&group.name, &group.last_event, |last, name| match *last {
        Some(last) if last > facts.at - QUIET_DAYS * DAY => {
            ARRIVING.ok(name, format!("its newest event is of {}", day(last)))
        }
        Some(last) => {
            let ago = days((facts.at - last) / DAY);
            ARRIVING.warning(name, format!("its newest event is of {}, {ago} ago", day(last)), fix)
        }
        None if *created > facts.at - DAY => {
            ARRIVING.note(name, "no event yet: the log group was created within the last day")
        }
        None => {
            ARRIVING.warning(name, format!("no event; the log group was created on {}", day(*created)), fix)
        }
    }))
}

/// The command that enables the logging of email events: to the log group and with the role that the stack in infra/
/// created, where there is one. What of these was not found is said: a second log group would have no subscription.
pub(super) fn enable(facts: &Facts, organization: &Organization) -> Fix {
    let command = format!("workmail enable --organization {}", word(&organization.id));
    let of_stack = Facts::stack_group(&organization.id);
    match facts.log_group(&of_stack).map(|group| &group.settings) {
        None | Some(Part::Seen { value: None, .. }) => return facts.mailtrail(&command).into(),
        Some(Part::NotSeen { .. }) => {
            let advice = format!(
                "where the stack in infra/ created the log group {of_stack}, give it as --log-group, and the output \
                 WorkMailRoleArn as --logging-role:"
            );
            return Fix::steps(advice, [facts.mailtrail(&command)]);
        }
        Some(Part::Seen { value: Some(_), .. }) => {}
    }
    let command = format!("{command} --log-group {}", word(&of_stack));
    if let Some(role) = logging_role(facts, &of_stack) {
        return facts.mailtrail(&format!("{command} --logging-role {}", word(&role.arn))).into();
    }
    let advice = "give the role that the stack created, its output WorkMailRoleArn, as --logging-role:";
    Fix::steps(advice, [facts.mailtrail(&command)])
}

/// The role that WorkMail may assume, and that may write to a log group.
fn logging_role<'a>(facts: &'a Facts, group: &str) -> Option<&'a Role> {
    let candidates = facts.logging_roles.seen().into_iter().flatten();
    let mut roles = candidates.filter_map(|name| match facts.roles.get(name)? {
        Part::Seen { value, .. } => value.as_ref(),
        Part::NotSeen { .. } => None,
    });
    let may = |role: &Role, need: &Need| {
        role.permits(need.action, &need.resource, &need.context) == Permission::Allowed
    };
    roles.find(|role| needs(facts, group).iter().all(|need| may(role, need)))
}
