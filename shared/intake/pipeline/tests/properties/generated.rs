//! Batches of any kind, as the text of a payload, and what each part of them must be read as.

use mailtrail_clock::Time;
use mailtrail_samples::Traffic;
use proptest::prelude::*;
use proptest::sample::select;

const MIDNIGHT: i64 = 1_795_219_200_000;

/// A JSON value and the text that it must be read as.
pub(crate) type Said = (String, String);

/// A string: written plainly, with everything escaped, or with half a surrogate pair at its end.
fn a_text() -> impl Strategy<Value = Said> {
    let escaped =
        |text: &str| text.encode_utf16().fold(String::new(), |all, unit| format!("{all}\\u{unit:04X}"));
    (any::<String>(), 0..3).prop_map(move |(text, way)| match way {
        0 => (serde_json::to_string(&text).unwrap(), text),
        1 => (format!("\"{}\"", escaped(&text)), text),
        _ => (format!("\"{}\\ud83d\"", escaped(&text)), format!("{text}\u{fffd}")),
    })
}

fn said(json: &str, text: &str) -> Just<Said> {
    Just((json.to_owned(), text.to_owned()))
}

/// An id, if the event has one.
fn an_id() -> impl Strategy<Value = Option<Said>> {
    let quoted = |id: String| (format!("\"{id}\""), id);
    prop_oneof![
        2 => "[0-9]{56}".prop_map(move |id| Some(quoted(id))),
        2 => "[a-c]{0,2}".prop_map(move |id| Some(quoted(id))),
        2 => a_text().prop_map(Some),
        1 => "[1-9][0-9]{0,60}".prop_map(|id| Some((id.clone(), id))),
        1 => prop_oneof![said("-1.5e3", "-1.5e3"), said("true", "true"), said("[1,{}]", ""), said("null", "")]
            .prop_map(Some),
        1 => Just(None),
    ]
}

/// A timestamp, if the event has one: the JSON, what it counts as, and what is kept of an impossible one.
pub(crate) type Timestamp = (Option<String>, i64, Option<String>);

fn a_timestamp() -> impl Strategy<Value = Timestamp> {
    let number = |ms: i64| match Time::from_millis(ms) {
        Some(_) => (Some(ms.to_string()), ms, None),
        None => (Some(ms.to_string()), 0, Some(ms.to_string())),
    };
    let odd = |json: &str| Just((Some(json.to_owned()), 0, Some(json.to_owned())));
    prop_oneof![
        4 => (-5_000..5_000_i64).prop_map(move |ms| number(MIDNIGHT + ms)),
        2 => any::<i64>().prop_map(number),
        1 => (0..400_000_000_000_000_i64).prop_map(number),
        1 => (0..2_000_000_000_000_i64).prop_map(|ms| (Some(format!("\"{ms}\"")), ms, None)),
        1 => prop_oneof![odd("1.5"), odd("1e30"), odd("\"soon\""), odd("true"), odd("[]"), odd("{\"a\":1}")],
        1 => prop_oneof![Just((None, 0, None)), Just((Some("null".to_owned()), 0, None))],
    ]
}

/// A message, if the event has one: the JSON, and the text if it is to be found in `raw_data`.
pub(crate) type Message = (Option<String>, Option<String>);

fn a_message() -> impl Strategy<Value = Message> {
    let mail = Traffic::new(3).batch(60).events.into_iter();
    let mail: Vec<Message> =
        mail.map(|event| (Some(serde_json::to_string(&event.message).unwrap()), None)).collect();
    let raw = |(json, text)| (Some(json), Some(text));
    let odd = [("5", "5"), ("{\"a\": 1}", "{\"a\": 1}"), ("null", ""), (r#""NUL \u0000""#, "NUL \0")];
    let odd = odd.map(|(json, text)| raw((json.to_owned(), text.to_owned())));
    prop_oneof![
        3 => select(mail),
        3 => a_text().prop_map(raw),
        1 => select(odd.to_vec()),
        1 => Just((None, Some(String::new()))),
    ]
}

/// A Region or an account, good or not, and what it counts as.
fn a_name(good: &'static [&'static str], bad: &'static [&'static str]) -> impl Strategy<Value = Said> {
    let quoted = |name: &str| serde_json::to_string(name).unwrap();
    prop_oneof![
        3 => select(good).prop_map(move |name| (quoted(name), name.to_owned())),
        2 => select(bad).prop_map(move |name| (quoted(name), "unknown".to_owned())),
        1 => a_text().prop_map(|(json, _)| (json, "unknown".to_owned())),
    ]
}

fn a_region() -> impl Strategy<Value = Said> {
    a_name(
        &["eu-west-1", "us-gov-east-1", "ap-southeast-2"],
        &[
            "",
            "..",
            "../../etc",
            "EU-WEST-1",
            "eu-west-1/../..",
            "eu-west",
            "eu--1",
            "région-a-1",
            "eu-west-1\n",
        ],
    )
}

fn an_account() -> impl Strategy<Value = Said> {
    a_name(
        &["111122223333", "444455556666", "000000000000"],
        &[
            "",
            "../..",
            "1111222233334",
            "11112222333",
            "１１１１２２２２３３３３",
            "111122223333/",
            "CloudwatchLogs",
        ],
    )
}

#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) id: Option<Said>,
    pub(crate) timestamp: Timestamp,
    pub(crate) message: Message,
    pub(crate) region: Option<Said>,
    pub(crate) account: Option<Said>,
}

fn an_event() -> impl Strategy<Value = Event> {
    let place = (prop::option::weighted(0.4, a_region()), prop::option::weighted(0.4, an_account()));
    (an_id(), a_timestamp(), a_message(), place).prop_map(|(id, timestamp, message, (region, account))| {
        Event { id, timestamp, message, region, account }
    })
}

#[derive(Debug, Clone)]
pub(crate) struct Batch {
    pub(crate) owner: Option<Said>,
    pub(crate) log_group: Said,
    pub(crate) log_stream: Said,
    pub(crate) events: Vec<Event>,
}

fn a_batch() -> impl Strategy<Value = Batch> {
    (prop::option::weighted(0.8, an_account()), a_text(), a_text(), prop::collection::vec(an_event(), 0..12))
        .prop_map(|(owner, log_group, log_stream, events)| Batch { owner, log_group, log_stream, events })
}

/// One to three batches. Each has a log stream of its own: two of the same one with the same events would be
/// the same batch.
pub(crate) fn a_payload() -> impl Strategy<Value = Vec<Batch>> {
    prop::collection::vec(a_batch(), 1..4).prop_map(|mut batches| {
        for (number, batch) in batches.iter_mut().enumerate() {
            let (json, text) = &mut batch.log_stream;
            json.insert_str(1, &number.to_string());
            text.insert_str(0, &number.to_string());
        }
        batches
    })
}

/// Members of an object that are there, in an order that `order` chooses.
fn object(members: Vec<(&str, Option<String>)>, order: usize) -> String {
    let there =
        members.into_iter().filter_map(|(key, value)| Some(format!("{}:{}", json_key(key, order), value?)));
    let mut there: Vec<String> = there.collect();
    let length = there.len().max(1);
    there.rotate_left(order % length);
    format!("{{{}}}", there.join([",", " ,\n\t"][order % 2]))
}

/// A key, with its first letter escaped now and then.
fn json_key(key: &str, order: usize) -> String {
    let first = u32::from(key.bytes().next().unwrap());
    if order % 3 == 2 { format!("\"\\u{first:04x}{}\"", &key[1..]) } else { format!("\"{key}\"") }
}

impl Event {
    fn json(&self, order: usize) -> String {
        let json = |said: &Option<Said>| said.as_ref().map(|(json, _)| json.clone());
        let fields = vec![("@aws.region", json(&self.region)), ("@aws.account", json(&self.account))];
        let has_fields = self.region.is_some() || self.account.is_some();
        let members = vec![
            ("id", json(&self.id)),
            ("timestamp", self.timestamp.0.clone()),
            ("message", self.message.0.clone()),
            ("extractedFields", has_fields.then(|| object(fields, order))),
            ("unheardOf", (order % 2 == 1).then(|| "[{}]".to_owned())),
        ];
        object(members, order)
    }
}

impl Batch {
    fn json(&self, order: usize) -> String {
        let events: Vec<String> = self.events.iter().map(|event| event.json(order)).collect();
        let members = vec![
            ("messageType", Some("\"DATA_MESSAGE\"".to_owned())),
            ("owner", self.owner.as_ref().map(|(json, _)| json.clone())),
            ("logGroup", Some(self.log_group.0.clone())),
            ("logStream", Some(self.log_stream.0.clone())),
            ("subscriptionFilters", order.is_multiple_of(2).then(|| "[\"f\"]".to_owned())),
            ("logEvents", Some(format!("[{}]", events.join(",")))),
        ];
        object(members, order)
    }
}

pub(crate) fn json(batches: &[Batch], order: usize) -> Vec<u8> {
    let batches: Vec<String> = batches.iter().map(|batch| batch.json(order)).collect();
    batches.concat().into_bytes()
}
