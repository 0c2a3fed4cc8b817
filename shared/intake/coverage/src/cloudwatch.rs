//! The metrics of `WorkMail`, as CloudWatch has them.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{
    Dimension, Metric as Listed, MetricDataQuery, MetricDataResult, MetricStat, ScanBy, StatusCode,
};
use aws_smithy_types::DateTime;
use mailtrail_aws_client::failure::Failure;
use mailtrail_aws_client::{Deadline, RetryPolicy};
use mailtrail_clock::{DAY, Time};

use crate::day::{Day, IMPOSSIBLE};
use crate::metrics::{Figures, Metric, MetricDay};

const NAMESPACE: &str = "AWS/WorkMail";
/// A day in seconds: data points of whole days begin at midnight, UTC.
const PERIOD: i32 = 86_400;
/// The statistics that are asked for.
const STATISTICS: [&str; 2] = ["Sum", "SampleCount"];
/// Metrics in one call. With two statistics of 455 days each, far below the 100,800 data points and 500 queries of a call.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>
const METRICS_A_CALL: usize = 50;

/// CloudWatch in one Region of an account.
#[derive(Debug)]
pub struct CloudWatchMetrics {
    client: Client,
    retry: RetryPolicy,
}

impl CloudWatchMetrics {
    /// Over a client.
    pub fn new(client: Client, retry: RetryPolicy) -> Self {
        Self { client, retry }
    }

    /// The metrics that had data in the last two weeks.
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html>
    ///
    /// # Errors
    /// When they cannot be listed to their end.
    pub async fn list(&self) -> Result<BTreeSet<Metric>, Failure> {
        let (mut metrics, mut token, mut seen) = (BTreeSet::new(), None::<String>, HashSet::new());
        loop {
            let attempt = || async {
                let call = self.client.list_metrics().namespace(NAMESPACE);
                Ok(call.set_next_token(token.clone()).send().await?)
            };
            let answer = self.retry.run(Deadline::NEVER, attempt).await?;
            let ours = answer.metrics().iter().filter(|it| it.namespace() == Some(NAMESPACE));
            metrics.extend(ours.filter_map(read));
            token = next(answer.next_token, &mut seen)?;
            if token.is_none() {
                return Ok(metrics);
            }
        }
    }

    /// What metrics say of each day from the first to the last one. A day without data points is missing.
    ///
    /// # Errors
    /// When a metric cannot be read to its end.
    pub async fn days(&self, metrics: &[Metric], first: Day, last: Day) -> Result<Vec<MetricDay>, Failure> {
        let mut days = Vec::new();
        for metrics in metrics.chunks(METRICS_A_CALL) {
            days.extend(self.days_of(metrics, first, last).await?);
        }
        Ok(days)
    }

    async fn days_of(&self, metrics: &[Metric], first: Day, last: Day) -> Result<Vec<MetricDay>, Failure> {
        let queries = metrics.iter().enumerate().flat_map(|(at, metric)| {
            STATISTICS.iter().enumerate().map(move |(of, statistic)| query(metric, &id(at, of), statistic))
        });
        let queries: Vec<MetricDataQuery> = queries.collect();
        let (start, end) = (first.start(), Time::from_millis((last.number() + 1) * DAY));
        let mut values = BTreeMap::new();
        let (mut token, mut seen) = (None::<String>, HashSet::new());
        loop {
            let attempt = || async {
                let call = self.client.get_metric_data().set_metric_data_queries(Some(queries.clone()));
                let call = call.start_time(seconds(start)).end_time(seconds(end.unwrap_or(Time::EPOCH)));
                let call = call.scan_by(ScanBy::TimestampAscending).set_next_token(token.clone());
                Ok(call.send().await?)
            };
            let answer = self.retry.run(Deadline::NEVER, attempt).await?;
            let has_more = answer.next_token.as_ref().is_some_and(|token| !token.is_empty());
            for result in answer.metric_data_results() {
                take(result, metrics.len(), (first, last), has_more, &mut values)?;
            }
            token = next(answer.next_token, &mut seen)?;
            if token.is_none() {
                break;
            }
        }
        let day = |((at, day), values): ((usize, Day), [Option<u64>; 2])| {
            let [Some(sum), Some(samples)] = values else {
                return Err(unproven(
                    "GetMetricData answered with one of two statistics of a day".to_owned(),
                ));
            };
            Ok(MetricDay { metric: metrics[at].clone(), day, figures: Figures { sum, samples } })
        };
        values.into_iter().map(day).collect()
    }
}

/// The id of a query: it begins with a small letter.
fn id(metric: usize, statistic: usize) -> String {
    format!("m{metric}s{statistic}")
}

/// The numbers of metric and statistic in an id.
fn numbers(id: &str, metrics: usize) -> Option<(usize, usize)> {
    let (metric, statistic) = id.strip_prefix('m')?.split_once('s')?;
    let (metric, statistic) = (metric.parse().ok()?, statistic.parse().ok()?);
    (metric < metrics && statistic < STATISTICS.len()).then_some((metric, statistic))
}

fn query(metric: &Metric, id: &str, statistic: &str) -> MetricDataQuery {
    let dimensions =
        metric.dimensions.iter().map(|(name, value)| Dimension::builder().name(name).value(value).build());
    let listed = Listed::builder().namespace(NAMESPACE).metric_name(&metric.name);
    let listed = listed.set_dimensions(Some(dimensions.collect())).build();
    let stat = MetricStat::builder().metric(listed).period(PERIOD).stat(statistic).build();
    MetricDataQuery::builder().id(id).metric_stat(stat).return_data(true).build()
}

/// A metric of an answer; nothing where it has no name.
fn read(listed: &Listed) -> Option<Metric> {
    let dimensions = listed.dimensions().iter();
    let dimensions = dimensions.filter_map(|it| Some((it.name()?.to_owned(), it.value()?.to_owned())));
    Some(Metric { name: listed.metric_name()?.to_owned(), dimensions: dimensions.collect() })
}

/// Takes the values of one query. Only what is complete counts; a part of it does where more pages follow.
fn take(
    result: &MetricDataResult,
    metrics: usize,
    (first, last): (Day, Day),
    has_more: bool,
    values: &mut BTreeMap<(usize, Day), [Option<u64>; 2]>,
) -> Result<(), Failure> {
    let found = result.id().and_then(|id| numbers(id, metrics));
    let (metric, statistic) =
        found.ok_or_else(|| unproven("GetMetricData answered another question".to_owned()))?;
    match result.status_code() {
        Some(StatusCode::Complete) => {}
        Some(StatusCode::PartialData) if has_more => {}
        other => {
            let code = other.map_or("no status", StatusCode::as_str);
            return Err(unproven(format!("GetMetricData answered with the status {code}")));
        }
    }
    if result.timestamps().len() != result.values().len() {
        return Err(unproven("GetMetricData answered with other times than values".to_owned()));
    }
    for (time, value) in result.timestamps().iter().zip(result.values()) {
        let day = time.to_millis().ok().and_then(Time::from_millis).map(Day::of);
        let day = day.filter(|day| (first..=last).contains(day));
        let day = day.ok_or_else(|| unproven("GetMetricData answered with another day".to_owned()))?;
        let count = whole(*value)
            .ok_or_else(|| unproven(format!("GetMetricData answered with {value}, which is not a count")))?;
        values.entry((metric, day)).or_default()[statistic] = Some(count);
    }
    Ok(())
}

/// The token of the next page: none at the end, and never one that was given before.
fn next(token: Option<String>, seen: &mut HashSet<String>) -> Result<Option<String>, Failure> {
    match token.filter(|token| !token.is_empty()) {
        Some(token) if !seen.insert(token.clone()) => {
            Err(unproven("a page names one as the next that was read already".to_owned()))
        }
        token => Ok(token),
    }
}

fn seconds(time: Time) -> DateTime {
    DateTime::from_millis(time.millis())
}

fn unproven(text: String) -> Failure {
    Failure::permanent("Unproven", text)
}

/// A count, which CloudWatch has as a floating-point number; nothing where no day can have as many, or fewer than none.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "the range is checked, and all of it is exact in a floating-point number"
)]
fn whole(value: f64) -> Option<u64> {
    let value = value.round();
    (0.0..IMPOSSIBLE as f64).contains(&value).then_some(value as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_day_can_have_is_not_a_count() {
        assert_eq!([0.0, 0.4, 12.0, -0.2].map(whole), [Some(0), Some(0), Some(12), Some(0)]);
        let largest = 2_f64.powi(40) - 1.0;
        assert_eq!(whole(largest), Some(IMPOSSIBLE - 1));
        let others = [largest + 1.0, 1e30, f64::INFINITY, f64::NAN, -5.0];
        assert_eq!(others.map(whole), [None; 5]);
    }
}
