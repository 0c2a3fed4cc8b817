//! CloudWatch's Embedded Metric Format: metrics inside log lines.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use mailtrail_clock::Time;
use serde::Serialize;

/// The namespace of every metric.
pub const NAMESPACE: &str = "mailtrail";

/// What a metric counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Unit {
    /// Things.
    Count,
    /// Bytes.
    Bytes,
    /// Milliseconds.
    Milliseconds,
    /// Hundredths.
    Percent,
}

/// The declaration of the metrics of a log line; the values stand beside it, under the same names.
#[derive(Debug, Clone, Serialize)]
pub struct Declaration {
    #[serde(rename = "Timestamp")]
    timestamp: i64,
    #[serde(rename = "CloudWatchMetrics")]
    directives: [Directive; 1],
}

#[derive(Debug, Clone, Serialize)]
struct Directive {
    #[serde(rename = "Namespace")]
    namespace: &'static str,
    #[serde(rename = "Dimensions")]
    dimensions: [&'static [&'static str]; 1],
    #[serde(rename = "Metrics")]
    metrics: Vec<Metric>,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Metric {
    #[serde(rename = "Name")]
    name: &'static str,
    #[serde(rename = "Unit")]
    unit: Unit,
}

impl Declaration {
    /// Declares metrics of a moment, with one set of dimensions.
    pub fn new(time: Time, dimensions: &'static [&'static str], metrics: &[(&'static str, Unit)]) -> Self {
        let metrics = metrics.iter().map(|&(name, unit)| Metric { name, unit }).collect();
        Self {
            timestamp: time.millis(),
            directives: [Directive { namespace: NAMESPACE, dimensions: [dimensions], metrics }],
        }
    }
}
