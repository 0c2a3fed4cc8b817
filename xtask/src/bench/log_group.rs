//! A log group of a million events of mail, behind as much of CloudWatch Logs as a backfill asks. It hands out so many pages
//! a second and no more.
//!
//! Pages: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context;
use mailtrail_clock::{DAY, Time};
use mailtrail_samples::Traffic;
use serde_json::{Value, json};
use tiny_http::{Header, Request, Response, Server};

pub(super) const NAME: &str = "/aws/workmail/emailevents/example";
pub(super) const EVENTS: i64 = 1_000_000;
pub(super) const PAGES_PER_SECOND: u32 = 5;
const ACCOUNT: &str = "111122223333";
/// 2026-11-01T00:00:00Z
pub(super) const START: i64 = 1_793_491_200_000;
pub(super) const DAYS: i64 = 10;
/// One event in so many milliseconds.
const BETWEEN: i64 = DAYS * DAY / EVENTS;
const STREAMS: i64 = 8;
/// Messages to take turns; ids and times differ.
const MESSAGES: usize = 4_000;
const PAGE_EVENTS: usize = 10_000;
const PAGE_BYTES: usize = 1 << 20;
const PATIENCE: Duration = Duration::from_millis(50);

/// The stand-in, which ends when it is dropped.
pub(super) struct LogGroup {
    pub(super) endpoint: String,
    stop: Arc<AtomicBool>,
    server: Option<JoinHandle<()>>,
}

impl LogGroup {
    pub(super) fn start() -> anyhow::Result<Self> {
        let server = Server::http("127.0.0.1:0").map_err(|error| anyhow::anyhow!("no stand-in: {error}"))?;
        let address = server.server_addr().to_ip().context("the stand-in has no address")?;
        let stop = Arc::new(AtomicBool::new(false));
        let is_stopped = Arc::clone(&stop);
        let handle = std::thread::spawn(move || {
            let responder = Responder::new();
            while !is_stopped.load(Ordering::Relaxed) {
                match server.recv_timeout(PATIENCE) {
                    Ok(Some(request)) => responder.answer(request),
                    Ok(None) => {}
                    Err(_) => return,
                }
            }
        });
        Ok(Self { endpoint: format!("http://{address}"), stop, server: Some(handle) })
    }
}

impl Drop for LogGroup {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // It has nothing to say when it ends.
        let _ended = self.server.take().map(JoinHandle::join);
    }
}

struct Responder {
    /// Messages as JSON strings.
    messages: Vec<String>,
    next_page: Mutex<Instant>,
    /// The counts of a query, by its id.
    queries: Mutex<BTreeMap<String, Value>>,
}

impl Responder {
    fn new() -> Self {
        let batch = Traffic::new(7).batch(MESSAGES);
        let messages = batch.events.iter().map(|event| json!(event.message).to_string()).collect();
        Self { messages, next_page: Mutex::new(Instant::now()), queries: Mutex::default() }
    }

    fn answer(&self, mut request: Request) {
        let target = request.headers().iter().find(|header| header.field.equiv("X-Amz-Target"));
        let operation =
            target.map(|header| header.value.as_str().rsplit('.').next().unwrap_or_default().to_owned());
        let mut body = String::new();
        let body: Value = match request.as_reader().read_to_string(&mut body) {
            Ok(_) => serde_json::from_str(&body).unwrap_or_default(),
            Err(_) => return,
        };
        let (status, kind, answer) = match operation.as_deref() {
            Some("DescribeLogGroups") => (200, JSON, describe_log_groups().to_string()),
            Some("DescribeSubscriptionFilters") => {
                (200, JSON, json!({"subscriptionFilters": []}).to_string())
            }
            Some("FilterLogEvents") => (200, JSON, self.page(&body)),
            Some("StartQuery") => (200, JSON, self.count(&body).to_string()),
            Some("GetQueryResults") => (200, JSON, self.results(&body).to_string()),
            None => (200, "text/xml", identity()),
            Some(other) => {
                (400, JSON, json!({"__type": "UnknownOperationException", "message": other}).to_string())
            }
        };
        let kind = Header::from_bytes("Content-Type", kind).into_iter();
        let mut response = Response::from_string(answer).with_status_code(status);
        kind.for_each(|header| response.add_header(header));
        // Who asked may have gone.
        let _sent = request.respond(response);
    }

    /// A page of events, when it is its turn.
    fn page(&self, request: &Value) -> String {
        self.wait();
        let all = numbers(request["startTime"].as_i64(), request["endTime"].as_i64().map(|end| end + 1));
        let first = request["nextToken"].as_str().and_then(|token| token.parse().ok()).unwrap_or(all.start);
        let (mut events, mut bytes, mut number) = (Vec::new(), 0, first);
        while number < all.end && events.len() < PAGE_EVENTS {
            let message = &self.messages[usize::try_from(number).unwrap_or_default() % self.messages.len()];
            let (stream, timestamp) = (number % STREAMS, START + number * BETWEEN);
            let event = format!(
                r#"{{"logStreamName":"stream-{stream}","timestamp":{timestamp},"message":{message},"ingestionTime":{timestamp},"eventId":"{number:056}"}}"#
            );
            bytes += event.len();
            if bytes > PAGE_BYTES {
                break;
            }
            events.push(event);
            number += 1;
        }
        let next = if number < all.end { format!(r#","nextToken":"{number}""#) } else { String::new() };
        format!(r#"{{"events":[{}],"searchedLogStreams":[]{next}}}"#, events.join(","))
    }

    fn wait(&self) {
        let mut next = self.next_page.lock().unwrap_or_else(PoisonError::into_inner);
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
        *next = Instant::now() + Duration::from_secs(1) / PAGES_PER_SECOND;
    }

    /// Counts by day, as the query's own range has them.
    fn count(&self, request: &Value) -> Value {
        let query = request["queryString"].as_str().unwrap_or_default();
        let bounds: Vec<i64> =
            query.split_whitespace().filter_map(|word| word.parse().ok()).take(2).collect();
        let all = numbers(bounds.first().copied(), bounds.get(1).copied());
        let mut days = BTreeMap::<i64, u64>::new();
        for number in all {
            *days.entry((START + number * BETWEEN).div_euclid(DAY)).or_default() += 1;
        }
        let row = |(day, events): (i64, u64)| {
            let midnight = Time::from_millis(day * DAY).map(Time::rfc3339).unwrap_or_default();
            let midnight = midnight.trim_end_matches('Z').replace('T', " ");
            json!([{"field": "bin(1d)", "value": midnight}, {"field": "events", "value": events.to_string()}])
        };
        let rows: Vec<Value> = days.into_iter().map(row).collect();
        let mut queries = self.queries.lock().unwrap_or_else(PoisonError::into_inner);
        let id = queries.len().to_string();
        queries.insert(id.clone(), json!(rows));
        json!({"queryId": id})
    }

    fn results(&self, request: &Value) -> Value {
        let queries = self.queries.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = request["queryId"].as_str().and_then(|id| queries.get(id));
        json!({"status": "Complete", "results": rows.unwrap_or(&Value::Array(Vec::new()))})
    }
}

const JSON: &str = "application/x-amz-json-1.1";

/// The numbers of the events from one time until before another, in milliseconds.
fn numbers(start: Option<i64>, end: Option<i64>) -> Range<i64> {
    let before = |millis: i64| {
        ((millis.saturating_sub(START)).saturating_add(BETWEEN - 1).div_euclid(BETWEEN)).clamp(0, EVENTS)
    };
    before(start.unwrap_or(i64::MIN))..before(end.unwrap_or(i64::MAX - BETWEEN))
}

fn describe_log_groups() -> Value {
    let arn = format!("arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:{NAME}:*");
    json!({"logGroups": [{"logGroupName": NAME, "arn": arn, "creationTime": START, "logGroupClass": "STANDARD", "storedBytes": 0}]})
}

fn identity() -> String {
    format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <Arn>arn:aws:iam::{ACCOUNT}:user/bench</Arn><UserId>AIDAEXAMPLE</UserId><Account>{ACCOUNT}</Account>\
         </GetCallerIdentityResult></GetCallerIdentityResponse>"
    )
}
