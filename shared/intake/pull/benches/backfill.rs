//! How many events a second a backfill takes where CloudWatch Logs does not hold it up: pages of 1 MB are there at once.
//! Prints one JSON object.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a program for developers"
)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use mailtrail_archive::Archive;
use mailtrail_aws_client::RetryPolicy;
use mailtrail_aws_client::failure::Failure;
use mailtrail_clock::{DAY, Time};
use mailtrail_config::IntakeConfig;
use mailtrail_pipeline::Pipeline;
use mailtrail_pull::{Backfill, Counts, EventPage, LogGroup, Observer, Source, SourceEvent, Window, Writer};
use serde_json::json;

/// 2026-11-20T00:00:00Z
const START: i64 = 1_795_132_800_000;
const EVENTS: i64 = 200_000;
/// Events of a page: 1 MB of messages of a kilobyte.
const PAGE: i64 = 1_000;
/// One event in so many milliseconds.
const BETWEEN: i64 = DAY / EVENTS;
const STREAMS: i64 = 8;

struct Group;

fn event(number: i64) -> SourceEvent {
    let timestamp = START + number * BETWEEN;
    let message = json!({"number": number, "text": "x".repeat(960)}).to_string();
    let log_stream = format!("stream-{}", number % STREAMS);
    SourceEvent { id: format!("{timestamp:028}{number:028}"), log_stream, timestamp, message }
}

/// The numbers of the events of a window.
fn numbers(window: Window) -> std::ops::Range<i64> {
    let before = |millis: i64| ((millis - START + BETWEEN - 1) / BETWEEN).clamp(0, EVENTS);
    before(window.start())..before(window.end())
}

impl Source for Group {
    async fn page(&self, _: &str, window: Window, token: Option<&str>) -> Result<EventPage, Failure> {
        let all = numbers(window);
        let from = token.map_or(all.start, |token| token.parse().unwrap());
        let to = all.end.min(from + PAGE);
        let next = (to < all.end).then(|| to.to_string());
        Ok(EventPage { events: (from..to).map(event).collect(), next })
    }

    async fn count(&self, _: &str, window: Window, _: &dyn Observer) -> Result<BTreeMap<i64, u64>, Failure> {
        Ok(window.by_day().map(|day| (day.day(), numbers(day).count() as u64)).collect())
    }
}

struct Silent;

impl Observer for Silent {
    fn is_stopped(&self) -> bool {
        false
    }
    fn done(&self, _: Window, _: Counts) {}
    fn note(&self, _: String) {}
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let archive = || Archive::directory(folder.path().to_owned()).unwrap();
    let config = IntakeConfig { region: Some("eu-west-1".to_owned()), ..IntakeConfig::default() };
    let pipeline = Arc::new(Pipeline::new(archive(), Vec::new(), config));
    let backfill = Backfill {
        source: Group,
        reader: archive().reader(),
        writer: Some(Writer { archive: archive(), pipeline }),
        unmask: false,
        retry: RetryPolicy::default(),
        decoded_limit: 1 << 26,
    };
    let group = LogGroup {
        name: "/example/mail".to_owned(),
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        ..LogGroup::default()
    };
    let time = |millis| Time::from_millis(millis).unwrap();
    let range = Window::covering(time(START), time(START + DAY)).unwrap();
    let mut seconds = Vec::new();
    for _ in 0..2 {
        let start = Instant::now();
        let report = backfill.run(&group, range, &Silent).await;
        assert!(report.failure.is_none() && report.agrees() == Some(true), "{report:?}");
        assert_eq!(report.counts().in_source, EVENTS.unsigned_abs());
        seconds.push(start.elapsed().as_secs_f64());
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map(str::trim);
    let rate = |seconds: f64| (EVENTS as f64 / seconds).round();
    println!(
        "{}",
        json!({"events": EVENTS, "added_per_second": rate(seconds[0]), "compared_per_second": rate(seconds[1]), "peak_memory": peak})
    );
}
