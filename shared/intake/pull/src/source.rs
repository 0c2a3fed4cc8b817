//! Where events are read from: CloudWatch Logs, or what a test puts in its place.

use std::collections::BTreeMap;
use std::future::Future;

use mailtrail_aws_client::failure::Failure;

use crate::observer::Observer;
use crate::window::Window;

/// A log event as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceEvent {
    /// The id that CloudWatch Logs gave it.
    pub id: String,
    /// The log stream.
    pub log_stream: String,
    /// Milliseconds since 1970.
    pub timestamp: i64,
    /// The log line.
    pub message: String,
}

/// A page of events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventPage {
    /// Any number of events; none says nothing about the pages after it.
    pub events: Vec<SourceEvent>,
    /// The token of the next page; nothing at the end, and only there.
    pub next: Option<String>,
}

/// A source of log events. Each method is one attempt; who calls decides about another one.
pub trait Source: Send + Sync {
    /// A page of the events of a window, and perhaps of the millisecond after it.
    fn page(
        &self,
        log_group: &str,
        window: Window,
        token: Option<&str>,
    ) -> impl Future<Output = Result<EventPage, Failure>> + Send;

    /// How many events a window has, by the number of the UTC day, counted in another way than by reading them. A day
    /// without events may be missing. It takes its time, and so the observer is asked whether to go on.
    fn count(
        &self,
        log_group: &str,
        window: Window,
        observer: &dyn Observer,
    ) -> impl Future<Output = Result<BTreeMap<i64, u64>, Failure>> + Send;
}
