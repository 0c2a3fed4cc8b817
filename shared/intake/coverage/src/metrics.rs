//! The metrics of `WorkMail`: what it counted itself, whether it logged it or not. Pure.
//!
//! CloudWatch keeps them for 15 months, longer than most log groups keep events, and not longer. So their daily sums are saved
//! in the archive ([`History`]).
//! <https://docs.aws.amazon.com/workmail/latest/adminguide/monitoring-workmail-cloudwatch.html>

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_clock::Time;
use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::history::History;
use crate::observed::Log;

/// How long CloudWatch keeps data points of a day.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>
pub const DAYS_KEPT: i64 = 455;

/// A metric of the namespace `AWS/WorkMail`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Metric {
    /// Its name: `OrganizationEmailReceived`
    #[serde(rename = "metric")]
    pub name: String,
    /// Names and values of its dimensions. `WorkMail`'s pages do not name them, so they are asked for.
    pub dimensions: BTreeMap<String, String>,
}

/// What a metric says of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// The sum of its data points.
    pub sum: u64,
    /// How many there are.
    pub samples: u64,
}

/// A metric on a day. A line of an object below `coverage/metrics/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricDay {
    /// Of which metric.
    #[serde(flatten)]
    pub metric: Metric,
    /// Of which UTC day.
    pub day: Day,
    /// What it says.
    #[serde(flatten)]
    pub figures: Figures,
}

/// The days to ask CloudWatch for: all that it may have, until the last one that is over.
pub fn days_to_ask(now: Time) -> Option<(Day, Day)> {
    let today = now.day_number();
    Some((Day::new((today - DAYS_KEPT).max(0))?, Day::new(today - 1)?))
}

/// The metrics to ask for: those that CloudWatch lists, those that were saved, and those that count a log, with the dimensions of
/// any of these or with none. CloudWatch lists only what had data in the last two weeks, and answers for more.
pub fn wanted(listed: BTreeSet<Metric>, history: &History) -> Vec<Metric> {
    let mut metrics: BTreeSet<Metric> = listed.into_iter().chain(history.metrics().cloned()).collect();
    let mut dimensions: BTreeSet<_> = metrics.iter().map(|metric| metric.dimensions.clone()).collect();
    dimensions.insert(BTreeMap::new());
    for name in Log::ALL.into_iter().flat_map(Log::metrics) {
        let with =
            |dimensions: &BTreeMap<_, _>| Metric { name: (*name).to_owned(), dimensions: dimensions.clone() };
        metrics.extend(dimensions.iter().map(with));
    }
    metrics.into_iter().collect()
}
