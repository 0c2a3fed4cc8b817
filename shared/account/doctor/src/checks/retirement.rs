//! The end of `WorkMail`, and what is not archived by then.
//!
//! <https://docs.aws.amazon.com/workmail/latest/adminguide/workmail-end-of-support.html>

use super::functions::{Ours, comes_to_us};
use super::{day, days};
use crate::facts::Facts;
use crate::finding::{Check, Finding, Subject};
use crate::parts::LogGroup;

pub(super) static DAYS: Check = Check {
    id: "workmail-end",
    subject: Subject::Retirement,
    why: "WorkMail ends on 31 March 2027; names of users, folders and rules cannot be looked up after that.",
};
pub(super) static KEPT: Check = Check {
    id: "archived-from-the-start",
    subject: Subject::Retirement,
    why: "A filter sends what is logged from its making on: what was logged before is only in the log group, and goes \
          when its retention says so.",
};

/// 31 March 2027, in days since 1970.
const LAST_DAY: i64 = 20_908;
const DAY: i64 = mailtrail_clock::DAY;

/// Days from a time in milliseconds since 1970 to 31 March 2027; negative after it.
pub fn days_until_the_end(at: i64) -> i64 {
    LAST_DAY - at.div_euclid(DAY)
}

pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    if facts.organizations.seen().is_some_and(|organizations| !organizations.is_empty()) {
        findings.push(end(facts));
    }
    for name in facts.wanted_groups() {
        findings.extend(facts.log_group(&name).and_then(|group| kept(facts, group)));
    }
    findings
}

fn end(facts: &Facts) -> Finding {
    let here = format!("account {}, Region {}", facts.account, facts.region);
    match days_until_the_end(facts.at) {
        left @ 0.. => DAYS.ok(here, format!("{} left", days(left))),
        past => DAYS.look(
            here,
            format!("it ended {} ago", days(-past)),
            "keep the archive and its log groups; delete deliveries, then their sources, then their destinations",
        ),
    }
}

/// Of a log group that is subscribed to and that has events. Exact copies of the archive are counted in days, so one
/// day of doubt remains.
fn kept(facts: &Facts, group: &LogGroup) -> Option<Finding> {
    let since = group
        .filters
        .seen()?
        .iter()
        .filter(|filter| comes_to_us(facts, &filter.destination_arn) == Ours::Yes)
        .map(|it| it.created)
        .min()?;
    let name = &group.name;
    Some(KEPT.on(name, &group.first_event, |first, name| {
        let Some(first) = *first else { return KEPT.ok(name, "no events yet") };
        if first >= since {
            return KEPT.ok(name, format!("its first event, of {}, is younger than the filter", day(first)));
        }
        let reason = facts.archives.iter().find_map(|archive| archive.first_day.reason());
        let copies = facts.archives.iter().filter_map(|archive| archive.first_day.seen()?.as_deref()).min();
        let first_day = day(first);
        let seen = format!("it has events since {first_day}, the filter is of {}", day(since));
        match (copies, reason) {
            (Some(copies), _) if copies <= first_day.replace('-', "").as_str() => {
                KEPT.ok(name, format!("{seen}, and the archive begins on {copies}"))
            }
            (None, Some(reason)) => KEPT.unknown(name, reason),
            (copies, _) => {
                let begins = copies.map_or("has no copies of this Region".to_owned(), |it| format!("begins on {it}"));
                let fix = format!(
                    "aws logs create-export-task --region {} --log-group-name {name} --from {first} --to {since} \
                     --destination BUCKET (keep it beside the archive)",
                    facts.region
                );
                KEPT.look(name, format!("{seen}, and the archive {begins}"), fix)
            }
        }
    }))
}
