//! A log group whose answers cannot be trusted, from a seed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use fastrand::Rng;
use mailtrail_aws_client::failure::Failure;
use mailtrail_clock::{DAY, Time};
use mailtrail_pull::{EventPage, Observer, Source, SourceEvent, Window};
use serde_json::json;

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const REGION: &str = "eu-west-1";
pub(crate) const GROUP: &str = "/example/mail";
/// 2026-11-20T00:00:00Z
const START: i64 = 1_795_132_800_000;
const STREAMS: [&str; 3] = ["a", "b", "c"];
/// Of two classes, so that the records of a batch are in several objects.
const MESSAGES: [&str; 3] = [
    r#"{"traceId":"1","event":{"eventName":"MAILBOX_EMAIL_DELIVERED","recipient":"ana@example.com","folder":"INBOX"}}"#,
    r#"{"number":1}"#,
    r#"{"number":2}"#,
];

/// Its clones are the same log group.
#[derive(Clone)]
pub(crate) struct Hostile(Arc<Mutex<Inner>>);

#[expect(clippy::struct_excessive_bools, reason = "each is a way to be hostile")]
struct Inner {
    rng: Rng,
    /// In the order of their arrival.
    events: Vec<SourceEvent>,
    /// How many of them the subscription sent.
    delivered: usize,
    /// The subscription sends what is later.
    subscribed_at: i64,
    others_left: u32,
    has_other_ids: bool,
    is_hostile: bool,
    denies_counts: bool,
    is_unmasked: bool,
    tokens: BTreeMap<String, usize>,
}

impl Inner {
    fn is(&mut self, probability: f64) -> bool {
        self.is_hostile && self.rng.f64() < probability
    }

    /// A new event somewhere in the range: often of a millisecond that others have, often of the past.
    fn log(&mut self) {
        let at = match self.events.len() {
            0 => START + DAY,
            count if self.rng.bool() => self.events[self.rng.usize(..count)].timestamp,
            _ => START + DAY / 2 + self.rng.i64(0..2 * DAY),
        };
        // The bits above 144 are the time, those below are no event's twice.
        let id = decimal(at, self.events.len());
        let message = MESSAGES[self.rng.usize(..MESSAGES.len())].to_owned();
        let log_stream = STREAMS[self.rng.usize(..STREAMS.len())].to_owned();
        self.events.push(SourceEvent { id, log_stream, timestamp: at, message });
    }

    fn grow(&mut self) {
        if self.others_left > 0 && self.rng.f64() < 0.3 {
            self.others_left -= 1;
            self.log();
        }
    }

    /// The events of a window, its end included, as they are returned.
    fn of(&self, window: Window) -> Vec<SourceEvent> {
        let is_of = |event: &&SourceEvent| (window.start()..=window.end()).contains(&event.timestamp);
        let mut found: Vec<_> = self.events.iter().filter(is_of).cloned().collect();
        found.sort_by_key(|event| event.timestamp);
        if self.is_unmasked {
            for event in &mut found {
                event.message.push_str(" (unmasked)");
            }
        }
        found
    }
}

/// 56 digits.
fn decimal(at: i64, number: usize) -> String {
    format!("{at:028}{number:028}")
}

impl Hostile {
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let subscribed_at = START + DAY + rng.i64(0..DAY);
        let (count, others_left) = (20 + rng.usize(..150), rng.u32(..40));
        let mut state = Inner {
            rng,
            events: Vec::new(),
            delivered: 0,
            subscribed_at,
            others_left,
            has_other_ids: false,
            is_hostile: true,
            denies_counts: false,
            is_unmasked: false,
            tokens: BTreeMap::new(),
        };
        (0..count).for_each(|_| state.log());
        Self(Arc::new(Mutex::new(state)))
    }

    /// Whose subscription gives events ids of its own.
    pub(crate) fn with_other_ids(seed: u64) -> Self {
        let hostile = Self::new(seed);
        hostile.0.lock().unwrap().has_other_ids = true;
        hostile
    }

    pub(crate) fn range() -> Window {
        let time = |millis| Time::from_millis(millis).unwrap();
        Window::covering(time(START), time(START + 3 * DAY)).unwrap()
    }

    pub(crate) fn events(&self) -> Vec<SourceEvent> {
        let state = self.0.lock().unwrap();
        state.of(Self::range())
    }

    /// How many there are of each day.
    pub(crate) fn by_day(&self) -> BTreeMap<i64, u64> {
        let mut days = BTreeMap::new();
        for event in self.events() {
            *days.entry(event.timestamp / DAY).or_default() += 1;
        }
        days
    }

    /// No event arrives any more.
    pub(crate) fn stop_growing(&self) {
        self.0.lock().unwrap().others_left = 0;
    }

    /// Fewer faults, so that a run comes to its end.
    pub(crate) fn calm_down(&self) {
        self.0.lock().unwrap().is_hostile = false;
    }

    pub(crate) fn deny_counts(&self) {
        self.0.lock().unwrap().denies_counts = true;
    }

    /// A reading returns other messages than the subscription sent.
    pub(crate) fn read_unmasked(&self) {
        self.0.lock().unwrap().is_unmasked = true;
    }

    /// What the subscription has not sent yet, in batches of one stream; some of it twice.
    pub(crate) fn subscription(&self) -> Vec<Bytes> {
        let mut state = self.0.lock().unwrap();
        let (delivered, since) = (state.delivered, state.subscribed_at);
        let new = state.events.split_off(delivered);
        state.events.extend(new.iter().cloned());
        state.delivered = state.events.len();
        let mut batches = Vec::new();
        for log_stream in STREAMS {
            let of_stream =
                new.iter().filter(|event| event.log_stream == log_stream && event.timestamp >= since);
            let events: Vec<_> = of_stream.collect();
            for some in events.chunks(1 + state.rng.usize(..9)) {
                let id = |event: &SourceEvent| {
                    let other = |digit: u8| char::from(b'9' - (digit - b'0'));
                    if state.has_other_ids { event.id.bytes().map(other).collect() } else { event.id.clone() }
                };
                let written = |event: &&SourceEvent| json!({"id": id(event), "timestamp": event.timestamp, "message": event.message});
                let batch = json!({
                    "messageType": "DATA_MESSAGE", "owner": ACCOUNT, "logGroup": GROUP, "logStream": log_stream,
                    "subscriptionFilters": ["f"], "logEvents": some.iter().map(written).collect::<Vec<_>>(),
                });
                let batch = Bytes::from(batch.to_string());
                let twice = state.rng.f64() < 0.1;
                batches.push(batch.clone());
                batches.extend(twice.then_some(batch));
            }
        }
        batches
    }
}

impl Source for Hostile {
    async fn page(&self, _: &str, window: Window, token: Option<&str>) -> Result<EventPage, Failure> {
        tokio::task::yield_now().await;
        let mut state = self.0.lock().unwrap();
        if state.is(0.1) {
            return Err(Failure::transient("ThrottlingException", "Rate exceeded"));
        }
        if state.is(0.05) {
            return Err(Failure::transient("NoConnection", "connection reset"));
        }
        let from = match token.map(|token| state.tokens.get(token).copied()) {
            Some(Some(from)) if !state.is(0.02) => from,
            None => 0,
            _ => {
                return Err(Failure::permanent(
                    "InvalidParameterException",
                    "The specified nextToken is invalid.",
                ));
            }
        };
        state.grow();
        let found = state.of(window);
        let size = if state.rng.f64() < 0.2 { 0 } else { 1 + state.rng.usize(..20) };
        let to = (from + size).min(found.len());
        let mut events = found[from.min(to)..to].to_vec();
        state.rng.shuffle(&mut events);
        if state.is(0.1) && to > 0 {
            events.push(found[state.rng.usize(..to)].clone());
        }
        if to == found.len() && !state.is(0.2) {
            return Ok(EventPage { events, next: None });
        }
        let next = match token {
            Some(token) if state.is(0.02) => token.to_owned(),
            _ => state.rng.u64(..).to_string(),
        };
        state.tokens.insert(next.clone(), to);
        Ok(EventPage { events, next: Some(next) })
    }

    async fn count(&self, _: &str, window: Window, _: &dyn Observer) -> Result<BTreeMap<i64, u64>, Failure> {
        tokio::task::yield_now().await;
        let mut state = self.0.lock().unwrap();
        if state.denies_counts {
            return Err(Failure::permanent("AccessDeniedException", "no"));
        }
        if state.is(0.1) {
            return Err(Failure::transient("LimitExceededException", "too many queries"));
        }
        state.grow();
        let mut days = BTreeMap::new();
        for event in state.of(window).iter().filter(|event| window.contains(event.timestamp)) {
            *days.entry(event.timestamp / DAY).or_default() += 1;
        }
        Ok(days)
    }
}
