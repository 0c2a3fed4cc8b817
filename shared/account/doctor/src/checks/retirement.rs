//! The end of support for `WorkMail`, and what must be archived by then.
//!
//! <https://docs.aws.amazon.com/workmail/latest/adminguide/workmail-end-of-support.html>

use mailtrail_aws_types::days_until_end_of_support;

use super::format::{day, days};
use crate::coverage::EndedOrganization;
use crate::facts::Facts;
use crate::finding::{Check, Finding, Subject};
use crate::fix::{Fix, word};
use crate::model::LogGroup;

pub(super) static END_OF_SUPPORT: Check = Check {
    id: "workmail-end",
    subject: Subject::Retirement,
    why: "Support for WorkMail ends on 31 March 2027. Names of users, folders and rules cannot be looked up after that.",
};
pub(super) static FROM_THE_START: Check = Check {
    id: "archived-from-the-start",
    subject: Subject::Retirement,
    why: "A subscription filter sends events from its creation on: earlier events are only in the log group, until they \
          expire.",
};

pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    if facts.organizations.seen().is_some_and(|organizations| !organizations.is_empty()) {
        findings.push(end(facts));
    }
    findings.extend(facts.archives.iter().flat_map(|archive| &archive.ended).map(|it| ended(facts, it)));
    for name in facts.wanted_groups() {
        findings.extend(facts.log_group(&name).and_then(|group| from_the_start(facts, group)));
    }
    findings
}

fn end(facts: &Facts) -> Finding {
    let here = facts.account_and_region();
    match days_until_end_of_support(facts.at) {
        left @ 0.. => END_OF_SUPPORT.ok(here, format!("{} left", days(left))),
        past => END_OF_SUPPORT.warning(
            here,
            format!("support ended {} ago", days(-past)),
            "keep the archive and its log groups; delete the deliveries, then their sources, then their destinations",
        ),
    }
}

/// For an organization with a closing note, which tells what was compared.
fn ended(facts: &Facts, ended: &EndedOrganization) -> Finding {
    let EndedOrganization { organization, alias, note, complete_days, days, has_names, missing, .. } = ended;
    let name = format!("{alias} {organization}");
    let names = if *has_names { "names are saved" } else { "names were never saved" };
    let lacks = match missing {
        0 => "nothing is missing".to_owned(),
        count => format!("{count} things are missing"),
    };
    let seen = format!(
        "ended on {}; {complete_days} of {days} days of its log groups were complete, {names}, {lacks}: {note}",
        day(ended.day)
    );
    let mut listed = facts.organizations.seen().into_iter().flatten();
    if listed.any(|it| it.id == *organization) {
        END_OF_SUPPORT.note(name, format!("{seen}; WorkMail still has it"))
    } else {
        END_OF_SUPPORT.ok(name, seen)
    }
}

/// For a log group with a subscription and with events. That the archive begins early enough proves nothing about each log
/// group and day: it is a note.
fn from_the_start(facts: &Facts, group: &LogGroup) -> Option<Finding> {
    let since = facts.subscribed_since(group)?;
    let name = &group.name;
    Some(FROM_THE_START.for_part(name, &group.first_event, |first, name| {
        let Some(first) = *first else { return FROM_THE_START.ok(name, "has no events yet") };
        if first >= since {
            let seen = format!("its first event, on {}, is later than the filter", day(first));
            return FROM_THE_START.ok(name, seen);
        }
        let reason = facts.archives.iter().find_map(|archive| archive.days.reason());
        let begins = facts.archives.iter().filter_map(|archive| Some(&archive.days.seen()?.as_ref()?.first)).min();
        let first_day = day(first);
        let seen = format!("has events since {first_day}, and a filter since {}", day(since));
        match (begins, reason) {
            (Some(begins), _) if *begins <= first_day.replace('-', "") => FROM_THE_START
                .note(name, format!("{seen}; the archive begins on {begins}; gaps are not looked for")),
            (None, Some(reason)) => FROM_THE_START.unknown(name, reason),
            (begins, _) => {
                let begins =
                    begins.map_or("has no raw copies of this Region".to_owned(), |it| format!("begins on {it}"));
                let command = facts.aws(&format!(
                    "logs filter-log-events --log-group-name {} --start-time {first} --end-time {since} --output json",
                    word(&name)
                ));
                let fix = Fix::steps("keep the earlier events beside the archive:", [command + " > earlier-events.json"]);
                FROM_THE_START.warning(name, format!("{seen}; the archive {begins}"), fix)
            }
        }
    }))
}
