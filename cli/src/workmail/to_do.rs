//! What is to be done for an organization while there is time: commands to paste.

use mailtrail_clock::DAY;
use mailtrail_coverage::Day;
use mailtrail_plain_text::shell_word;
use mailtrail_policy_survey::Account;
use mailtrail_retirement::{Holdings, LogGroupDays, Standing};
use serde::Serialize;

use crate::args::{ArchiveArgs, command_in};

/// A snapshot of names that is older, in days, is taken again.
const OLD_SNAPSHOT: i64 = 7;

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ToDo {
    /// Why.
    pub(super) reason: String,
    /// A line to paste.
    pub(super) command: String,
}

/// What is to be done for an organization of which an archive has this.
pub(super) fn to_do(
    account: &Account,
    archive: &ArchiveArgs,
    holdings: &Holdings,
    standing: Standing,
    is_listed: Option<bool>,
) -> Vec<ToDo> {
    let mut all = Vec::new();
    let mut add = |reason: String, command: &str| {
        all.push(ToDo { reason, command: with_archive(account, archive, command) });
    };
    let organization = format!("--organization {}", holdings.organization);
    for group in &holdings.log_groups {
        if let (Some(first), Some(last)) = (group.gaps.first(), group.gaps.last()) {
            let command = format!("backfill {}", days(group, first.day, last.day));
            let expires = group.gaps.iter().filter_map(|gap| gap.expires).min();
            let expires = expires.map_or(String::new(), |day| format!("; they begin to expire on {day}"));
            add(format!("at least {} events are missing{expires}", group.missing_events), &command);
        }
    }
    if holdings.log_groups.iter().any(|group| group.unknown > 0 || group.was_never_compared()) {
        let option = |group: &LogGroupDays| format!("--log-group {}", shell_word(&group.log_group));
        let options: Vec<String> = holdings.log_groups.iter().map(option).collect();
        add("days were not compared".to_owned(), &format!("coverage {}", options.join(" ")));
    }
    if is_listed == Some(true)
        && holdings.snapshot.as_ref().is_none_or(|snapshot| snapshot.age_days >= OLD_SNAPSHOT)
    {
        let reason = "names are not saved, or were saved a week ago".to_owned();
        add(reason, &format!("directory save {organization}"));
    }
    if is_listed == Some(false) && standing.ended().is_none() {
        let reason = "the organization is gone, and nothing in the archive closes it".to_owned();
        add(reason, &format!("workmail retire {organization}"));
    }
    all
}

/// A command with its archive, in an account and Region.
pub(super) fn with_archive(account: &Account, archive: &ArchiveArgs, command: &str) -> String {
    let options = archive.options();
    let options = options.iter().map(|(name, value)| format!(" {name} {}", shell_word(value)));
    command_in(account, command) + &options.collect::<String>()
}

fn days(group: &LogGroupDays, first: Day, last: Day) -> String {
    let until = Day::new(last.number() + 1).unwrap_or(last);
    format!("--log-group {} --since {first} --until {until}", shell_word(&group.log_group))
}

/// `121 days left until 31 March 2027`
pub(super) fn countdown(days_left: i64) -> String {
    match days_left {
        0 => "WorkMail ends today".to_owned(),
        1 => "1 day left until WorkMail ends on 31 March 2027".to_owned(),
        2.. => format!("{days_left} days left until WorkMail ends on 31 March 2027"),
        ..0 => "WorkMail ended on 31 March 2027".to_owned(),
    }
}

/// A moment as its day.
pub(super) fn date(time: mailtrail_clock::Time) -> String {
    Day::new(time.millis().div_euclid(DAY)).unwrap_or_default().to_string()
}
