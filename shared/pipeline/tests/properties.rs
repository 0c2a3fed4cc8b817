//! Whatever comes in: no panic, nothing lost, nothing invented, nothing outside the archive, and again is the
//! same.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise, in its helpers too")]

mod common;

use std::collections::BTreeMap;

use bytes::Bytes;
use common::{Key, lines, now, records, tree};
use mailtrail_delivery::{Archive, Deadline, Ledger, Location, Stream, Target};
use mailtrail_ocsf::Time;
use mailtrail_pipeline::{Options, Pipeline, Problem, Run};
use mailtrail_samples::{Traffic, envelope};
use mailtrail_subscription::{Content, Payload, payloads};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use tempfile::TempDir;

const MIDNIGHT: i64 = 1_795_219_200_000;

/// An archive in a folder, and a stream into a file beside it.
struct House {
    folder: TempDir,
    options: Options,
}

impl House {
    fn new(region: Option<&str>) -> Self {
        let options = Options { region: region.map(str::to_owned), ..Options::default() };
        Self { folder: tempfile::tempdir().unwrap(), options }
    }

    /// Runs every payload of an input, in a process of its own.
    fn run(&self, input: &[u8]) -> Vec<(Payload, Run)> {
        let archive = Location::Directory(self.folder.path().join("archive"));
        let stream = self.folder.path().join("stream.ndjson");
        let target: Target = format!("file://{}", stream.display()).parse().unwrap();
        let archive = Archive::directory(archive).unwrap();
        let pipeline = Pipeline::new(archive, vec![Stream::file(target, stream)], self.options.clone());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let run = |payload: Payload| {
            let run = runtime.block_on(pipeline.run(&payload, now(), Deadline::NEVER));
            assert!(run.failure.is_none(), "{:?}", run.failure);
            assert!(run.ledger.balanced() && run.ledger.payloads == 1, "{:?}", run.ledger);
            (payload, run)
        };
        payloads(&Bytes::copy_from_slice(input)).into_iter().map(run).collect()
    }

    /// The archive, every key of which must be of the contract.
    fn tree(&self) -> BTreeMap<String, Bytes> {
        let tree = tree(&self.folder.path().join("archive"));
        for key in tree.keys() {
            Key::parse(key);
        }
        tree
    }

    fn streamed(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.folder.path().join("stream.ndjson")).unwrap_or_default();
        sorted(text.lines().map(str::to_owned))
    }
}

fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort_unstable();
    items
}

// ---- batches of any kind, as text, and what must become of them

/// A JSON value and the text that it must be read as.
type Said = (String, String);

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
type Timestamp = (Option<String>, i64, Option<String>);

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
type Message = (Option<String>, Option<String>);

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
struct Event {
    id: Option<Said>,
    timestamp: Timestamp,
    message: Message,
    region: Option<Said>,
    account: Option<Said>,
}

fn an_event() -> impl Strategy<Value = Event> {
    let place = (prop::option::weighted(0.4, a_region()), prop::option::weighted(0.4, an_account()));
    (an_id(), a_timestamp(), a_message(), place).prop_map(|(id, timestamp, message, (region, account))| {
        Event { id, timestamp, message, region, account }
    })
}

#[derive(Debug, Clone)]
struct Batch {
    owner: Option<Said>,
    log_group: Said,
    log_stream: Said,
    events: Vec<Event>,
}

fn a_batch() -> impl Strategy<Value = Batch> {
    (prop::option::weighted(0.8, an_account()), a_text(), a_text(), prop::collection::vec(an_event(), 0..12))
        .prop_map(|(owner, log_group, log_stream, events)| Batch { owner, log_group, log_stream, events })
}

/// One to three batches. Each has a log stream of its own: two of the same one with the same events would be
/// the same batch.
fn a_payload() -> impl Strategy<Value = Vec<Batch>> {
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

fn json(batches: &[Batch], order: usize) -> Vec<u8> {
    let batches: Vec<String> = batches.iter().map(|batch| batch.json(order)).collect();
    batches.concat().into_bytes()
}

/// What is archived of an event: where, when, under which name, and which text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Archived {
    origin: (String, String),
    place: (String, String),
    uid: String,
    time: i64,
    kept_timestamp: Option<String>,
    raw_data: Option<String>,
}

/// What must be archived.
fn expected(batches: &[Batch], region: Option<&str>) -> Vec<Archived> {
    let one = |batch: &Batch, (at, event): (usize, &Event)| {
        let text = |said: &Option<Said>| said.as_ref().map(|(_, text)| text.clone());
        let unknown = || "unknown".to_owned();
        let region = text(&event.region).or(region.map(str::to_owned)).unwrap_or_else(unknown);
        let account = text(&event.account).or(text(&batch.owner)).unwrap_or_else(unknown);
        let id = text(&event.id).unwrap_or_default();
        Archived {
            origin: (batch.log_group.1.clone(), batch.log_stream.1.clone()),
            place: (region, account),
            uid: if id.is_empty() { format!("<batch>-{at}") } else { id },
            time: event.timestamp.1,
            kept_timestamp: event.timestamp.2.clone(),
            raw_data: event.message.1.clone(),
        }
    };
    sorted(batches.iter().flat_map(|batch| batch.events.iter().enumerate().map(|event| one(batch, event))))
}

/// What is archived.
fn found(tree: &BTreeMap<String, Bytes>) -> Vec<Archived> {
    let mut found = Vec::new();
    for (key, body) in tree {
        let Key::Records { region, account, batch, .. } = Key::parse(key) else { continue };
        let hash = batch.split_once('-').unwrap().1;
        found.extend(records(key, body).into_iter().map(|record| Archived {
            origin: (record.metadata.log_name, record.metadata.log_source),
            place: (region.to_owned(), account.to_owned()),
            uid: record.metadata.uid.replace(hash, "<batch>"),
            time: record.time,
            kept_timestamp: record.unmapped.get("timestamp").cloned(),
            raw_data: record.raw_data,
        }));
    }
    sorted(found)
}

fn archived_lines(tree: &BTreeMap<String, Bytes>) -> Vec<String> {
    let objects = tree.iter().filter(|(key, _)| matches!(Key::parse(key), Key::Records { .. }));
    sorted(objects.flat_map(|(_, body)| lines(body)))
}

fn without_raw(tree: &BTreeMap<String, Bytes>) -> BTreeMap<String, Bytes> {
    let body = |key: &str, body: &Bytes| if key.starts_with("raw/") { Bytes::new() } else { body.clone() };
    tree.iter().map(|(key, object)| (key.clone(), body(key, object))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_event_of_any_batch_is_archived_and_streamed_exactly_once(
        batches in a_payload(),
        region in prop::option::of(Just("eu-west-1")),
    ) {
        let house = House::new(region);
        let input = envelope::gzip(&json(&batches, 0));
        let (_, run) = house.run(&input).remove(0);
        let tree = house.tree();
        prop_assert_eq!(found(&tree), expected(&batches, region));
        prop_assert_eq!(house.streamed(), archived_lines(&tree));
        prop_assert!(run.objects.iter().all(|key| tree.contains_key(key)));

        let events = batches.iter().map(|batch| batch.events.len() as u64).sum::<u64>();
        let Ledger { events: counted, archived, already, refused, .. } = run.ledger;
        prop_assert_eq!((counted, archived, already, refused), (events, events, 0, 0));
        let raw: Vec<_> = tree.iter().filter(|(key, _)| key.starts_with("raw/")).collect();
        prop_assert_eq!(raw.len(), 1);
        prop_assert_eq!(raw[0].1, &input);
    }

    #[test]
    fn the_same_payload_again_changes_nothing(batches in a_payload(), how in 0..5_usize, cut: Index) {
        let house = House::new(Some("eu-west-1"));
        let text = json(&batches, 0);
        house.run(&envelope::gzip(&text));
        let before = house.tree();
        let (front, back) = text.split_at(cut.index(text.len()));
        let again = match how {
            0 => envelope::gzip(&text),
            1 => envelope::gzip_at(9, &text),
            2 => [envelope::gzip(front), envelope::gzip_at(0, back)].concat(),
            3 => envelope::kinesis_event(&[envelope::gzip_at(1, &text)], "eu-west-1"),
            _ => envelope::gzip(&[&b" \n"[..], &text, b" "].concat()),
        };
        let (_, run) = house.run(&again).remove(0);
        prop_assert_eq!(run.ledger.already, run.ledger.events);
        prop_assert!(house.tree() == before, "the archive has changed");
    }

    #[test]
    fn the_order_of_keys_changes_nothing(batches in a_payload(), order in 1..40_usize) {
        let house = House::new(None);
        house.run(&envelope::gzip(&json(&batches, 0)));
        let before = house.tree();
        let (_, run) = house.run(&envelope::gzip(&json(&batches, order))).remove(0);
        prop_assert_eq!(run.ledger.already, run.ledger.events);
        prop_assert!(house.tree() == before, "the archive has changed");

        let other = House::new(None);
        other.run(&envelope::gzip(&json(&batches, order)));
        prop_assert_eq!(without_raw(&other.tree()), without_raw(&before));
    }
}

// ---- bytes of any kind

/// Pieces that inputs are made of, in any order: sometimes they make sense.
const PIECES: [&str; 24] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\ud83d",
    "null",
    "-1",
    "\"messageType\":\"DATA_MESSAGE\"",
    "\"messageType\":\"CONTROL_MESSAGE\"",
    "\"logEvents\":[",
    "\"logEvents\":null",
    "{\"id\":\"1\",\"timestamp\":1}",
    "{\"message\":\"{}\"}",
    "\"awslogs\":{\"data\":\"",
    "\"Records\":[{\"kinesis\":{\"data\":\"",
    "\"requestPayload\":",
    "\"KinesisBatchInfo\":{}",
    "\"payload\":\"",
    "\"owner\":\"../..\"",
    "\"extractedFields\":{\"@aws.region\":\"..\"}",
];

/// Bytes that nobody should send.
fn any_input() -> impl Strategy<Value = Vec<u8>> {
    let pieces =
        prop::collection::vec(select(&PIECES[..]), 0..24).prop_map(|pieces| pieces.concat().into_bytes());
    let prefixed =
        subsequence(&PIECES[..], 0..12).prop_map(|pieces| format!("{{{}", pieces.join(",")).into_bytes());
    let damaged = (0..6_usize, any::<u64>(), prop::collection::vec((any::<Index>(), any::<u8>()), 1..4))
        .prop_map(|(how, seed, changes)| {
            let batch = Traffic::new(seed).batch(3);
            let mut bytes = match how {
                0 => batch.to_json(),
                1 => batch.to_gzip(),
                2 => batch.to_invocation(),
                3 => envelope::kinesis_event(&[batch.to_gzip(), batch.to_json()], "eu-west-1"),
                4 => envelope::on_failure_record(&batch.to_invocation()),
                _ => [batch.to_gzip(), batch.to_gzip()].concat(),
            };
            for (at, byte) in &changes {
                let at = at.index(bytes.len());
                match byte % 3 {
                    0 => bytes[at] = *byte,
                    1 => bytes.truncate(at.max(1)),
                    _ => bytes.insert(at, *byte),
                }
            }
            bytes
        });
    let plain = prop_oneof![any::<Vec<u8>>(), pieces, prefixed, damaged];
    (plain, 0..5).prop_map(|(bytes, wrapping)| match wrapping {
        0 => envelope::gzip(&bytes),
        1 => envelope::invocation(&bytes),
        2 => envelope::invocation(&envelope::gzip(&bytes)),
        _ => bytes,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_kept_and_counted(input in any_input()) {
        let house = House::new(None);
        let runs = house.run(&input);
        let tree = house.tree();
        let mut sum = Ledger::default();
        for (payload, run) in &runs {
            sum.add(&run.ledger);
            let quarantined = run.problems.iter().find_map(|problem| match problem {
                Problem::Quarantined(quarantined) => Some(quarantined),
                Problem::Undelivered { .. } => None,
            });
            match (quarantined, &payload.content) {
                (Some(kept), _) => {
                    prop_assert_eq!(&tree[&kept.key], payload.bytes());
                    let report: serde_json::Value = serde_json::from_slice(&tree[&kept.key.replace(".bin", ".json")]).unwrap();
                    prop_assert_eq!(report["reason"].as_str(), Some(kept.reason.reason()));
                    prop_assert_eq!(run.ledger.events, 0);
                }
                (None, Content::Gzip(bytes)) => {
                    let raw = |(key, body): (&String, &Bytes)| key.starts_with("raw/") && body == bytes;
                    // Of two that hold the same events, the first is kept.
                    prop_assert!(runs.len() > 1 || tree.iter().any(raw));
                }
                (None, Content::Plain(_)) => prop_assert!(tree.keys().any(|key| key.starts_with("raw/"))),
                (None, Content::Unreadable(..)) => prop_assert!(false, "it must be in quarantine"),
            }
        }
        prop_assert_eq!(found(&tree).len() as u64, sum.archived - sum.already);
        prop_assert!(tree.keys().all(|key| !key.contains("..")));

        house.run(&input);
        prop_assert!(house.tree() == tree, "the second time was another");
    }
}
