//! What is to be done for an organization while there is time.

use mailtrail_coverage::Day;
use mailtrail_plain_text::shell_word;
use serde::Serialize;

use crate::{Holdings, LogGroupDays, Standing};

/// A snapshot of names that is older, in days, is taken again.
const OLD_SNAPSHOT: i64 = 7;

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Why.
    pub reason: String,
    /// A command of `mailtrail`, with its options but for those of the account, the Region and the archive.
    pub command: String,
}

/// What is to be done for an organization of which an archive has this. `is_listed` says whether `WorkMail` has it, where that is
/// known.
pub fn steps(holdings: &Holdings, standing: Standing, is_listed: Option<bool>) -> Vec<Step> {
    let mut all = Vec::new();
    let mut add = |reason: String, command: String| all.push(Step { reason, command });
    let organization = &holdings.organization;
    for group in &holdings.log_groups {
        if let (Some(first), Some(last)) = (group.gaps.first(), group.gaps.last()) {
            let expires = group.gaps.iter().filter_map(|gap| gap.expires).min();
            let expires = expires.map_or(String::new(), |day| format!("; they begin to expire on {day}"));
            let reason = format!("at least {} events are missing{expires}", group.missing_events);
            add(reason, format!("backfill {}", days(group, first.day, last.day)));
        }
    }
    if holdings.log_groups.iter().any(|group| group.unknown > 0 || group.was_never_compared()) {
        let option = |group: &LogGroupDays| format!("--log-group {}", shell_word(&group.log_group));
        let options: Vec<String> = holdings.log_groups.iter().map(option).collect();
        add("days were not compared".to_owned(), format!("coverage {}", options.join(" ")));
    }
    if is_listed == Some(true)
        && holdings.snapshot.as_ref().is_none_or(|snapshot| snapshot.age_days >= OLD_SNAPSHOT)
    {
        let reason = "names are not saved, or were saved a week ago".to_owned();
        add(reason, format!("directory save --organization {organization}"));
    }
    if is_listed == Some(false) && standing.ended().is_none() {
        let reason = "the organization is gone, and nothing in the archive closes it".to_owned();
        add(reason, format!("workmail retire --organization {organization}"));
    }
    all
}

fn days(group: &LogGroupDays, first: Day, last: Day) -> String {
    let until = Day::new(last.number() + 1).unwrap_or(last);
    format!("--log-group {} --since {first} --until {until}", shell_word(&group.log_group))
}

/// `121 days left until WorkMail ends on 31 March 2027`
pub fn countdown(days_left: i64) -> String {
    match days_left {
        0 => "WorkMail ends today".to_owned(),
        1 => "1 day left until WorkMail ends on 31 March 2027".to_owned(),
        2.. => format!("{days_left} days left until WorkMail ends on 31 March 2027"),
        ..0 => "WorkMail ended on 31 March 2027".to_owned(),
    }
}
