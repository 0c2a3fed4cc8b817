//! The log group that is read, and what keeps it from being read. Pure.

use mailtrail_clock::{DAY, Time};
use thiserror::Error;

use crate::tally::LogGroupId;
use crate::window::Window;

/// The one class of log groups whose events can be read page by page.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html>
const STANDARD: &str = "STANDARD";
/// `PutLogEvents` takes events that are so old, and so a group has none that are older than it by more.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>
const OLDEST_WRITTEN: i64 = 14 * DAY;
/// `PutLogEvents` takes events that are so far in the future. Same page.
const NEWEST_WRITTEN: i64 = 2 * 3_600_000;
/// Expired events are deleted within this time, and may be returned until then.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>
const DELETED_WITHIN: i64 = 3 * DAY;

/// A log group, as `DescribeLogGroups` shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogGroup {
    /// Its name.
    pub name: String,
    /// 12 digits.
    pub account: String,
    /// `eu-west-1`
    pub region: String,
    /// Its class; empty where the answer has none, which means the standard one.
    pub class: String,
    /// When it was created, in milliseconds since 1970.
    pub created: i64,
    /// After how many days events expire; nothing where they never do.
    pub retention_days: Option<i32>,
    /// Whether a data protection policy masks its events.
    pub is_masked: bool,
}

/// Why a log group is not read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// There is none of this name.
    #[error(
        "there is no log group `{name}` in account {account}, Region {region}; choose another Region with --region, or see the \
         names with: aws logs describe-log-groups --region {region}"
    )]
    Missing {
        /// The name.
        name: String,
        /// The account of the credentials.
        account: String,
        /// The Region that was asked.
        region: String,
    },
    /// Its class has no `FilterLogEvents`.
    #[error(
        "the log group `{name}` has the class {class}: its events cannot be read page by page (FilterLogEvents is for the class \
         STANDARD); export them, see: aws logs create-export-task help"
    )]
    Class {
        /// The name.
        name: String,
        /// The class.
        class: String,
    },
    /// mailtrail itself writes to it.
    #[error("the log group `{name}` is one of mailtrail itself: what is archived of it would log more of it")]
    Own {
        /// The name.
        name: String,
    },
    /// Its events have expired.
    #[error("the log group `{name}` keeps events for {days} {}: none from before {until} are left", if *days == 1 { "day" } else { "days" })]
    Expired {
        /// The name.
        name: String,
        /// Its retention.
        days: i32,
        /// The end of what was asked for.
        until: String,
    },
    /// Nothing can have been logged yet.
    #[error("there can be no events of `{name}` from {since} on: it is in the future")]
    Future {
        /// The name.
        name: String,
        /// The beginning of what was asked for.
        since: String,
    },
    /// It did not exist yet.
    #[error("the log group `{name}` was created at {created}: there is nothing of it before {until}")]
    BeforeCreation {
        /// The name.
        name: String,
        /// When it was created.
        created: String,
        /// The end of what was asked for.
        until: String,
    },
    /// The archive is of another account.
    #[error(
        "the archive has events of account {theirs}, and the log group is of account {ours}: each account has an archive of its own, \
         such as {archive}/{ours}"
    )]
    OtherAccount {
        /// The account of the archive.
        theirs: String,
        /// The account of the log group.
        ours: String,
        /// Where the archive is.
        archive: String,
    },
}

impl LogGroup {
    /// Which log group it is.
    pub fn id(&self) -> LogGroupId {
        let Self { account, region, name, .. } = self.clone();
        LogGroupId { account, region, name }
    }

    /// Whether its events can be read page by page; others can only be counted.
    pub fn is_readable(&self) -> bool {
        self.class.is_empty() || self.class == STANDARD
    }

    /// Whether it can be read; also that it is none of mailtrail's own.
    ///
    /// # Errors
    /// The reason why it is not read.
    pub fn check(&self, own: &[String]) -> Result<(), Refusal> {
        let name = self.name.clone();
        if own.contains(&name) {
            return Err(Refusal::Own { name });
        }
        if !self.is_readable() {
            return Err(Refusal::Class { name, class: self.class.clone() });
        }
        Ok(())
    }

    /// The first millisecond that events can have, expired or not: a group takes events that are older than it is.
    pub fn oldest_possible(&self) -> i64 {
        self.created - OLDEST_WRITTEN
    }

    /// The first millisecond that events can have which have not expired.
    pub fn oldest(&self, now: Time) -> Option<i64> {
        self.retention_days.map(|days| now.millis() - i64::from(days) * DAY)
    }

    /// The time to read: from `since`, or from the oldest event that has not expired, until `until`, or now; as far as there can
    /// be events.
    ///
    /// # Errors
    /// When there can be none in it: they have expired, the group did not exist yet, or it is in the future.
    pub fn range(&self, since: Option<Time>, until: Option<Time>, now: Time) -> Result<Window, Refusal> {
        let time = |millis: i64| Time::from_millis(millis).unwrap_or(Time::EPOCH);
        let name = self.name.clone();
        let (first, newest) = (self.oldest_possible(), time(now.millis() + NEWEST_WRITTEN));
        let until = until.unwrap_or(now).min(newest);
        if let Some(since) = since.filter(|since| *since >= until) {
            return Err(Refusal::Future { name, since: since.rfc3339() });
        }
        if until.millis() <= first {
            let created = time(self.created).rfc3339();
            return Err(Refusal::BeforeCreation { name, created, until: until.rfc3339() });
        }
        let oldest = self.oldest(now).unwrap_or(first);
        let since = since.map_or(oldest, Time::millis).max(first);
        match (Window::covering(time(since), until), self.retention_days) {
            (Some(range), Some(_)) if range.end() >= oldest - DELETED_WITHIN => Ok(range),
            (Some(range), None) => Ok(range),
            (_, days) => {
                Err(Refusal::Expired { name, days: days.unwrap_or_default(), until: until.rfc3339() })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group() -> LogGroup {
        LogGroup { name: "/example/mail".to_owned(), created: 100 * DAY, ..LogGroup::default() }
    }

    fn at(days: i64) -> Option<Time> {
        Time::from_millis(days * DAY)
    }

    #[test]
    fn a_group_is_read_unless_it_is_ours_or_of_another_class() {
        let with_class = |class: &str| LogGroup { class: class.to_owned(), ..group() };
        assert_eq!(group().check(&[]), Ok(()));
        assert_eq!(with_class("STANDARD").check(&["/example/other".to_owned()]), Ok(()));
        assert!(matches!(with_class("INFREQUENT_ACCESS").check(&[]), Err(Refusal::Class { .. })));
        assert!(matches!(with_class("ESSENTIALS").check(&[]), Err(Refusal::Class { .. })));
        assert!(matches!(group().check(&["/example/mail".to_owned()]), Err(Refusal::Own { .. })));
    }

    #[test]
    fn the_whole_of_a_group_begins_with_the_oldest_event_that_there_can_be() {
        let now = at(200).unwrap();
        let days = |group: &LogGroup, since, until| {
            group.range(since, until, now).map(|range| (range.start() / DAY, range.end() / DAY)).unwrap()
        };
        assert_eq!(days(&group(), None, None), (86, 200));
        let kept = LogGroup { retention_days: Some(30), ..group() };
        assert_eq!(days(&kept, None, None), (170, 200));
        assert_eq!(days(&kept, at(160), at(180)), (160, 180));
        // Nothing is older than the group by more than two weeks, or of more than the next two hours.
        assert_eq!(days(&group(), at(1), at(180)), (86, 180));
        let far = Time::from_iso8601("9999-12-31T23:59:59Z");
        assert_eq!(group().range(None, far, now).unwrap().end(), 200 * DAY + NEWEST_WRITTEN);
    }

    #[test]
    fn why_there_can_be_no_events_is_told() {
        let (kept, now) = (LogGroup { retention_days: Some(30), ..group() }, at(200).unwrap());
        let told = |group: &LogGroup, since, until| group.range(since, until, now).unwrap_err().to_string();
        let gone = "keeps events for 30 days: none from before 1970-05-01T00:00:00Z are left";
        for since in [at(100), None] {
            let said = told(&kept, since, at(120));
            assert!(said.contains(gone), "{said}");
        }
        let early = told(&group(), None, at(50));
        assert!(
            early.contains("was created at 1970-04-11T00:00:00Z: there is nothing of it before"),
            "{early}"
        );
        assert!(told(&group(), at(1), at(2)).contains("was created at"));
        for until in [None, at(300)] {
            let said = told(&kept, at(201), until);
            assert!(said.contains("from 1970-07-21T00:00:00Z on: it is in the future"), "{said}");
        }
        // Within two hours, events may be there.
        let soon = Time::from_millis(200 * DAY + 3_600_000);
        assert_eq!(kept.range(soon, at(300), now).unwrap().length(), 3_600_000);
    }
}
