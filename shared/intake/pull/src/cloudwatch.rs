//! CloudWatch Logs as a source.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::{
    DataProtectionStatus, FilteredLogEvent, InheritedProperty, LogGroup as Described, QueryStatus,
    ResultField,
};
use mailtrail_aws_client::Pace;
use mailtrail_aws_client::failure::Failure;
use mailtrail_clock::Time;

use crate::group::LogGroup;
use crate::ledger::IMPOSSIBLE;
use crate::observer::Observer;
use crate::source::{EventPage, Source, SourceEvent};
use crate::window::{SECOND, Window};

/// Calls of `FilterLogEvents` that an account may make in a second, where it is not the number of all other Regions.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>
const QUOTAS: [(&str, u32); 7] = [
    ("us-east-1", 25),
    ("ap-northeast-3", 5),
    ("ap-southeast-3", 5),
    ("ca-west-1", 5),
    ("eu-central-1", 5),
    ("il-central-1", 5),
    ("eu-west-1", 10),
];
const QUOTA_ELSEWHERE: u32 = 10;

/// The most rows of an Insights query: more days than there are.
const MOST_DAYS: i32 = 10_000;
/// How often the state of a query is asked for; it may run for an hour.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>
const MOST_POLLS: u32 = 3_600;
/// How often in a row the question may fail.
const MOST_FAILED_POLLS: u32 = 10;
/// What Insights calls the days that it groups by.
const DAY_FIELD: &str = "bin(1d)";
const COUNT_FIELD: &str = "events";

/// The quota of a Region for `FilterLogEvents`, in calls a second, of all callers in an account together.
pub fn calls_per_second(region: &str) -> u32 {
    QUOTAS.iter().find(|(name, _)| *name == region).map_or(QUOTA_ELSEWHERE, |(_, quota)| *quota)
}

/// CloudWatch Logs in one Region of an account.
#[derive(Debug)]
pub struct CloudWatch {
    client: Client,
    unmask: bool,
    pace: Pace,
    poll: Duration,
}

impl CloudWatch {
    /// Reads at most so many pages a second, or any number. `unmask` reads masked events as they were logged.
    pub fn new(client: Client, pages_per_second: Option<f64>, unmask: bool) -> Self {
        let poll = Duration::from_millis(if pages_per_second.is_some() { 1_000 } else { 20 });
        Self { client, unmask, pace: Pace::new(pages_per_second), poll }
    }

    /// The rows of a query. A question that fails is asked again: the query goes on, and another one is to be paid.
    async fn results(&self, query: &str, observer: &dyn Observer) -> Result<Vec<Vec<ResultField>>, Failure> {
        let mut failed = 0;
        for _ in 0..MOST_POLLS {
            if observer.is_stopped() {
                // What it has not scanned yet costs nothing. Who may not stop it lets it end by itself.
                let _ended = self.client.stop_query().query_id(query).send().await;
                return Err(Failure::permanent("Stopped", "stopped before the query ended"));
            }
            match self.rows(query).await {
                Ok(Some(rows)) => return Ok(rows),
                Ok(None) => failed = 0,
                Err(failure) if failure.retryable && failed < MOST_FAILED_POLLS => failed += 1,
                Err(failure) => return Err(Failure { retryable: false, ..failure }),
            }
            tokio::time::sleep(self.poll * (failed + 1)).await;
        }
        Err(Failure::permanent("QueryFailed", "the query does not end"))
    }

    /// The rows of a query that is complete; nothing while it runs.
    async fn rows(&self, query: &str) -> Result<Option<Vec<Vec<ResultField>>>, Failure> {
        let answer = self.client.get_query_results().query_id(query).send().await?;
        let broken =
            |what: &str| Failure::broken_answer(format!("the answer of GetQueryResults has no {what}"));
        match answer.status() {
            Some(QueryStatus::Complete) => answer.results.map(Some).ok_or_else(|| broken("results")),
            Some(QueryStatus::Scheduled | QueryStatus::Running) => Ok(None),
            Some(other) => Err(Failure::permanent("QueryFailed", format!("the query ended as {other}"))),
            None => Err(broken("status")),
        }
    }
}

impl Source for CloudWatch {
    async fn page(&self, log_group: &str, window: Window, token: Option<&str>) -> Result<EventPage, Failure> {
        self.pace.turn().await;
        // AWS includes the end. An emulator may not, and must not lose the last millisecond: what is too much is left out.
        let call = self.client.filter_log_events().log_group_name(log_group);
        let call =
            call.start_time(window.start()).end_time(window.end()).set_next_token(token.map(str::to_owned));
        let answer = call.set_unmask(self.unmask.then_some(true)).send().await?;
        let events = answer.events.unwrap_or_default().into_iter().map(read);
        Ok(EventPage {
            events: events.collect::<Option<_>>().ok_or_else(incomplete)?,
            next: answer.next_token,
        })
    }

    async fn count(
        &self,
        log_group: &str,
        window: Window,
        observer: &dyn Observer,
    ) -> Result<BTreeMap<i64, u64>, Failure> {
        let (start, end) = (window.start(), window.end());
        let query = format!(
            "filter @timestamp >= {start} and @timestamp < {end} | stats count(*) as {COUNT_FIELD} by {DAY_FIELD}"
        );
        let call = self.client.start_query().log_group_name(log_group).query_string(query).limit(MOST_DAYS);
        let started = call.start_time(start / SECOND).end_time(end / SECOND).send().await?;
        let id =
            started.query_id().ok_or_else(|| Failure::broken_answer("StartQuery returned no query id"))?;
        let rows = self.results(id, observer).await?;
        let days = rows.iter().map(|row| day_of(row));
        days.collect::<Option<_>>().ok_or_else(|| {
            Failure::permanent("Unproven", "a row of the query has no day, or no number of events")
        })
    }
}

/// An event of an answer; nothing where it lacks what every event has.
fn read(event: FilteredLogEvent) -> Option<SourceEvent> {
    Some(SourceEvent {
        id: event.event_id.filter(|id| !id.is_empty())?,
        log_stream: event.log_stream_name?,
        timestamp: event.timestamp?,
        message: event.message.unwrap_or_default(),
    })
}

fn incomplete() -> Failure {
    Failure::permanent("Unproven", "FilterLogEvents returned an event without an id, a log stream or a time")
}

/// The number of the day and of its events; nothing where the events are more than there can be.
fn day_of(row: &[ResultField]) -> Option<(i64, u64)> {
    let value = |name: &str| row.iter().find(|field| field.field() == Some(name))?.value();
    let midnight = Time::from_iso8601(&format!("{}Z", value(DAY_FIELD)?.trim().replace(' ', "T")))?;
    let events = value(COUNT_FIELD)?.parse().ok().filter(|events| *events < IMPOSSIBLE)?;
    Some((midnight.day_number(), events))
}

impl LogGroup {
    /// A log group of an account and Region, from what CloudWatch Logs says of it.
    pub fn described(group: &Described, account: &str, region: &str) -> Self {
        let by_account = group.inherited_properties().contains(&InheritedProperty::AccountDataProtection);
        Self {
            name: group.log_group_name().unwrap_or_default().to_owned(),
            account: account.to_owned(),
            region: region.to_owned(),
            class: group.log_group_class().map(|class| class.as_str().to_owned()).unwrap_or_default(),
            created: group.creation_time().unwrap_or_default(),
            retention_days: group.retention_in_days(),
            is_masked: by_account || group.data_protection_status() == Some(&DataProtectionStatus::Activated),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(fields: &[(&str, &str)]) -> Vec<ResultField> {
        fields.iter().map(|(name, value)| ResultField::builder().field(*name).value(*value).build()).collect()
    }

    #[test]
    fn a_row_is_a_day_and_a_number() {
        let day = |value| day_of(&row(&[("bin(1d)", value), ("events", "12")]));
        assert_eq!(day("1970-01-03 00:00:00.000"), Some((2, 12)));
        let with = |events| day_of(&row(&[("bin(1d)", "1970-01-03 00:00:00.000"), ("events", events)]));
        assert_eq!(["-1", "18446744073709551615", "1099511627776"].map(with), [None; 3]);
        assert_eq!((day("yesterday"), day_of(&row(&[("events", "1")]))), (None, None));
    }

    #[test]
    fn an_event_needs_id_stream_and_time() {
        let event = || FilteredLogEvent::builder().event_id("1").log_stream_name("s").timestamp(5);
        assert_eq!(read(event().build()).unwrap().message, "");
        assert_eq!(read(event().event_id("").build()), None);
        assert_eq!(read(FilteredLogEvent::builder().event_id("1").timestamp(5).build()), None);
    }

    #[test]
    fn the_quota_is_that_of_the_region() {
        let quotas = ["us-east-1", "eu-central-1", "eu-west-1", "sa-east-1"].map(calls_per_second);
        assert_eq!(quotas, [25, 5, 10, 10]);
    }
}
