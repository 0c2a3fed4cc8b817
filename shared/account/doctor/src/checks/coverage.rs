//! The days of each log group, as they were compared last. Nothing less than a comparison shows that none is missing: neither
//! the first nor the newest day of an archive does.

use mailtrail_clock::DAY;

use super::format::day;
use crate::coverage::{Coverage, CoveredDay, CoveredState};
use crate::facts::Facts;
use crate::finding::{Check, Finding, Subject};
use crate::fix::{Fix, word};
use crate::model::{Archive, LogGroup};

pub(super) static COVERED: Check = Check {
    id: "archive-coverage",
    subject: Subject::Archive,
    why: "An event that never arrived is missed by no one until it is looked for. Only a comparison of each day with its log group \
          shows that none is missing, and only until the events expire.",
};

/// Days for which a comparison counts as recent.
const RECENT: i64 = 7;
/// Days for which something can be done about a log that has nothing.
const SILENT: i64 = 14;

/// For log groups that must be archived, in archives that were read.
pub(super) fn checks(facts: &Facts) -> Vec<Finding> {
    let wanted = facts.wanted_groups();
    let groups: Vec<&LogGroup> = wanted.iter().filter_map(|name| facts.log_group(name)).collect();
    let groups = groups.into_iter().filter(|group| facts.subscribed_since(group).is_some());
    let groups: Vec<&LogGroup> = groups.collect();
    let mut findings = Vec::new();
    for archive in &facts.archives {
        let Some(coverage) = archive.coverage.seen() else {
            let reason = archive.coverage.reason().filter(|_| archive.days.seen().is_some());
            findings.extend(reason.map(|reason| COVERED.unknown(&archive.url, reason)));
            continue;
        };
        if archive.refused_coverage > 0 {
            let seen = format!(
                "{} below coverage/ are not believed: no check has written them",
                archive.refused_coverage
            );
            let fix = facts.mailtrail(&format!("coverage --archive {}", word(&archive.url)));
            findings.push(COVERED.warning(&archive.url, seen, Fix::steps("see which:", [fix])));
        }
        for group in &groups {
            let of_group = coverage.iter().find(|it| it.log_group == group.name && !it.days.is_empty());
            findings.push(match of_group {
                Some(coverage) => compared(facts, archive, group, coverage),
                None => never_compared(facts, archive, group),
            });
        }
    }
    findings
}

fn never_compared(facts: &Facts, archive: &Archive, group: &LogGroup) -> Finding {
    let command = command(facts, archive, "coverage", group, "");
    let seen = "its days were never compared with the archive: of gaps nothing is known; compare them:";
    COVERED.note(&group.name, format!("{seen} {command}"))
}

fn compared(facts: &Facts, archive: &Archive, group: &LogGroup, coverage: &Coverage) -> Finding {
    let (days, name) = (&coverage.days, &group.name);
    let of = |state: CoveredState| days.iter().filter(move |day| day.state == state);
    let retention = group.settings.seen().and_then(|settings| settings.as_ref()?.retention_days);
    let is_there = |day: &&CoveredDay| retention.is_none_or(|days| end(day) > before(facts, days.into()));
    let gaps: Vec<&CoveredDay> = of(CoveredState::Gap).filter(is_there).collect();
    if let (Some(first), Some(last)) = (gaps.first(), gaps.last()) {
        let missing: u64 = gaps.iter().map(|day| day.missing).fold(0, u64::saturating_add);
        let seen = format!("at least {missing} events are missing, on {}", range(gaps.len(), first, last));
        let range = format!(" --since {} --until {}", self::day(first.start), self::day(end(last)));
        return COVERED.broken(name, seen, command(facts, archive, "backfill", group, &range));
    }
    let is_recent = |day: &&CoveredDay| day.start > before(facts, SILENT);
    let silent: Vec<&CoveredDay> = of(CoveredState::Silent).filter(is_recent).collect();
    let has_ended = archive.ended.iter().any(|it| it.log_groups.contains(name));
    if has_ended {
        return judged(facts, archive, group, days, true);
    }
    if let (Some(first), Some(last)) = (silent.first(), silent.last()) {
        let on = range(silent.len(), first, last);
        let seen =
            format!("it has no event, though WorkMail's metrics count mail or failed sign-ins, on {on}");
        return COVERED.warning(name, seen, facts.mailtrail("workmail status"));
    }
    judged(facts, archive, group, days, false)
}

/// Days without a gap that can be filled. Of a log group whose organization ended, no later days are expected.
fn judged(
    facts: &Facts,
    archive: &Archive,
    group: &LogGroup,
    days: &[CoveredDay],
    has_ended: bool,
) -> Finding {
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return never_compared(facts, archive, group);
    };
    let complete = days.iter().filter(|day| day.state == CoveredState::Complete).count();
    let all = usize::try_from(last.start.saturating_sub(first.start) / DAY + 1).unwrap_or(usize::MAX);
    let checked = days.iter().map(|day| day.checked).max().unwrap_or_default();
    let is_recent = has_ended || end(last) > before(facts, RECENT);
    let seen = format!(
        "{complete} of {all} days complete, {} to {}; compared last on {}",
        day(first.start),
        day(last.start),
        day(checked)
    );
    if complete == all && is_recent {
        return COVERED.ok(&group.name, seen);
    }
    let later = if is_recent { "" } else { ", and of later days nothing is known" };
    let command = command(facts, archive, "coverage", group, "");
    COVERED.note(&group.name, format!("{seen}{later}; compare them again: {command}"))
}

/// The end of a day. A snapshot may have any number.
fn end(day: &CoveredDay) -> i64 {
    day.start.saturating_add(DAY)
}

/// So many days before the account was read.
fn before(facts: &Facts, days: i64) -> i64 {
    facts.at.saturating_sub(days.saturating_mul(DAY))
}

fn range(days: usize, first: &CoveredDay, last: &CoveredDay) -> String {
    match days {
        1 => day(first.start),
        days => format!("{days} days from {} to {}", day(first.start), day(last.start)),
    }
}

fn command(facts: &Facts, archive: &Archive, command: &str, group: &LogGroup, options: &str) -> String {
    let (name, url) = (word(&group.name), word(&archive.url));
    facts.mailtrail(&format!("{command} --log-group {name}{options} --archive {url}"))
}
