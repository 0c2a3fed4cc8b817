//! What an archive has of each log group and day, against a count of the events themselves.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise, in its helpers too")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

use bytes::Bytes;
use fastrand::Rng;
use mailtrail_archive::{Archive, ArchiveReader};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::{DAY, now};
use mailtrail_config::IntakeConfig;
use mailtrail_pipeline::Pipeline;
use mailtrail_pull::{Archived, ArchivedDays, Counts, LogGroupId, Observer, Window, archived_days};
use mailtrail_subscription::payloads;
use serde_json::{Value, json};

/// 2026-11-20T00:00:00Z
const START: i64 = 1_795_132_800_000;
const FIRST: i64 = START / DAY;
const REGION: &str = "eu-west-1";
const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];
const GROUPS: [&str; 2] = ["/example/mail", "audit"];
const PROBE: &str = "mailtrail-probe/0123456789abcdef";

struct Quiet;

impl Observer for Quiet {
    fn is_stopped(&self) -> bool {
        false
    }
    fn done(&self, _: Window, _: Counts) {}
    fn note(&self, text: String) {
        panic!("{text}");
    }
}

async fn ingest(folder: &Path, batch: &Value) {
    let config = IntakeConfig { region: Some(REGION.to_owned()), ..IntakeConfig::default() };
    let archive = Archive::directory(folder.to_owned()).unwrap();
    let pipeline = Pipeline::new(archive, Vec::new(), config);
    for payload in payloads(&Bytes::from(batch.to_string())) {
        assert!(pipeline.run(&payload, now(), Deadline::NEVER).await.failure.is_none());
    }
}

/// Remembers what it is told.
#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Observer for Notes {
    fn is_stopped(&self) -> bool {
        false
    }
    fn done(&self, _: Window, _: Counts) {}
    fn note(&self, text: String) {
        self.0.lock().unwrap().push(text);
    }
}

async fn count_and_notes(folder: &Path, range: Option<Window>) -> (ArchivedDays, Vec<String>) {
    let (reader, notes) = (ArchiveReader::directory(folder.to_owned()), Notes::default());
    let counted = archived_days(&reader, None, range, 1 << 24, &notes).await.unwrap().unwrap();
    (counted, notes.0.into_inner().unwrap())
}

async fn count(folder: &Path, of: Option<(&str, &str)>, range: Option<Window>) -> ArchivedDays {
    let reader = ArchiveReader::directory(folder.to_owned());
    archived_days(&reader, of, range, 1 << 24, &Quiet).await.unwrap().unwrap()
}

fn id(account: &str, name: &str) -> LogGroupId {
    LogGroupId { account: account.to_owned(), region: REGION.to_owned(), name: name.to_owned() }
}

fn batch(account: &str, group: &str, stream: &str, retrieved_by: Option<&str>, events: &[Value]) -> Value {
    let mut batch = json!({
        "messageType": "DATA_MESSAGE", "owner": account, "logGroup": group, "logStream": stream,
        "subscriptionFilters": ["f"], "logEvents": events,
    });
    if let Some(by) = retrieved_by {
        batch["retrievedBy"] = json!(by);
    }
    batch
}

/// An event as the oracle knows it: log group, day, log stream, uid, message.
type Known = (LogGroupId, i64, String, String, String);

#[tokio::test]
async fn every_event_is_counted_once_on_its_day() {
    for seed in 0..8 {
        let folder = tempfile::tempdir().unwrap();
        let mut rng = Rng::with_seed(seed);
        let mut all: BTreeSet<Known> = BTreeSet::new();
        for _ in 0..30 {
            let (account, group) = (ACCOUNTS[rng.usize(..2)], GROUPS[rng.usize(..2)]);
            let stream = ["a", "b"][rng.usize(..2)];
            let retrieved_by = [None, Some("FilterLogEvents"), Some("import")][rng.usize(..3)];
            // Of one day, of two, or of days with weeks between.
            let numbers = [1..2, 1..5, 1..30][rng.usize(..3)].clone();
            let events = (0..rng.usize(1..6)).map(|_| {
                let number = rng.u32(numbers.clone());
                let at = START + i64::from(number) * 50_000_000;
                let message = format!("{}", rng.u8(..2));
                let uid = format!("{number:056}");
                let known = (id(account, group), at / DAY, stream.to_owned(), uid.clone(), message.clone());
                all.insert(known);
                json!({ "id": uid, "timestamp": at, "message": message })
            });
            let events: Vec<Value> = events.collect();
            ingest(folder.path(), &batch(account, group, stream, retrieved_by, &events)).await;
        }

        let mut expected: HashMap<(LogGroupId, i64), Archived> = HashMap::new();
        let mut seen: BTreeSet<(LogGroupId, String, String)> = BTreeSet::new();
        for known in &all {
            let (group, day, stream, uid, _) = known.clone();
            let counts = expected.entry((group.clone(), day)).or_default();
            counts.events += 1;
            counts.other_messages += u64::from(!seen.insert((group, stream, uid)));
        }
        let whole = count(folder.path(), None, None).await;
        for (group, days) in &whole {
            for (day, counts) in days {
                let expected = expected.remove(&(group.clone(), *day)).unwrap_or_default();
                let found = (counts.events, counts.other_messages);
                assert_eq!(found, (expected.events, expected.other_messages), "seed {seed}: {group:?} {day}");
            }
        }
        assert_eq!(expected, HashMap::new(), "seed {seed}: days that were not counted");

        // A part of it is that part of the whole, wherever it begins: a copy may begin long before.
        for (first, last) in
            [(1, 12), (3, 3), (4, 9), (9, 17)].map(|(first, last)| (FIRST + first, FIRST + last))
        {
            let range = Window::of_days(first, last).unwrap();
            let part = count(folder.path(), Some((ACCOUNTS[0], REGION)), Some(range)).await;
            let mut of_whole = whole.clone();
            of_whole.retain(|group, days| {
                days.retain(|day, _| (first..=last).contains(day));
                group.account == ACCOUNTS[0] && !days.is_empty()
            });
            assert_eq!(part, of_whole, "seed {seed}: {first} to {last}");
        }
    }
}

/// An event of the log group with a number, at a time.
fn event_at(number: u32, at: i64) -> Value {
    json!({ "id": format!("{number:056}"), "timestamp": at, "message": format!("event {number}") })
}

/// Events by the number of the day, of the first log group.
fn events_by_day(counted: &ArchivedDays) -> BTreeMap<i64, u64> {
    let days = counted.get(&id(ACCOUNTS[0], GROUPS[0])).into_iter().flatten();
    days.map(|(day, archived)| (*day, archived.events)).collect()
}

#[tokio::test]
async fn a_copy_is_read_once_however_many_days_it_has_events_of() {
    let folder = tempfile::tempdir().unwrap();
    let events: Vec<Value> = (0..40).map(|day: u32| event_at(day, START + i64::from(day) * DAY)).collect();
    ingest(folder.path(), &batch(ACCOUNTS[0], GROUPS[0], "a", None, &events)).await;
    for first in [0, 1, 2, 3, 20, 38] {
        let range = Window::of_days(FIRST + first, FIRST + 39).unwrap();
        let found = events_by_day(&count(folder.path(), None, Some(range)).await);
        assert_eq!(found, (first..40).map(|day| (FIRST + day, 1)).collect(), "from day {first}");
    }
}

#[tokio::test]
async fn a_copy_under_a_later_name_adds_nothing_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let events = [event_at(1, START), event_at(2, START + DAY)];
    ingest(folder.path(), &batch(ACCOUNTS[0], GROUPS[0], "a", None, &events)).await;
    let days = folder.path().join(format!("raw/region={REGION}/accountId={}", ACCOUNTS[0]));
    let name = std::fs::read_dir(days.join("eventDay=20261120")).unwrap().next().unwrap().unwrap();
    let later = days.join("eventDay=20261121/20261121T120000Z-00000000000000000000000000000000.json.gz");
    std::fs::create_dir_all(later.parent().unwrap()).unwrap();
    std::fs::copy(name.path(), later).unwrap();

    let (counted, notes) = count_and_notes(folder.path(), Window::of_days(FIRST, FIRST + 1)).await;
    assert_eq!(events_by_day(&counted), BTreeMap::from([(FIRST, 1), (FIRST + 1, 1)]));
    assert!(notes.len() == 1 && notes[0].contains("20261121T120000Z"), "{notes:?}");
}

#[tokio::test]
async fn what_holds_no_events_and_what_is_a_link_is_told() {
    for content in
        [Some("hello"), Some(r#"{"messageType":"DATA_MESSAGE","owner":"111122223333""#), Some(""), None]
    {
        let folder = tempfile::tempdir().unwrap();
        ingest(folder.path(), &batch(ACCOUNTS[0], GROUPS[0], "a", None, &[event_at(1, START)])).await;
        let day = format!("raw/region={REGION}/accountId={}/eventDay=20261120", ACCOUNTS[0]);
        let copy = std::fs::read_dir(folder.path().join(day)).unwrap().next().unwrap().unwrap().path();
        if let Some(text) = content {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            gzip.write_all(text.as_bytes()).unwrap();
            std::fs::write(&copy, gzip.finish().unwrap()).unwrap();
        } else {
            std::fs::rename(&copy, folder.path().join("moved")).unwrap();
            std::os::unix::fs::symlink(folder.path().join("moved"), &copy).unwrap();
        }
        let (counted, notes) = count_and_notes(folder.path(), Window::of_days(FIRST, FIRST)).await;
        assert!(counted.is_empty() && notes.len() == 1, "{content:?}: {notes:?}");
        assert!(notes[0].contains(copy.file_name().unwrap().to_str().unwrap()), "{content:?}: {notes:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    ingest(folder.path(), &batch(ACCOUNTS[0], GROUPS[0], "a", None, &[event_at(1, START)])).await;
    std::fs::rename(folder.path().join("raw"), folder.path().join("moved")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("moved"), folder.path().join("raw")).unwrap();
    for range in [None, Window::of_days(FIRST, FIRST)] {
        let (counted, notes) = count_and_notes(folder.path(), range).await;
        assert!(counted.is_empty() && notes.len() == 1 && notes[0].contains("`raw`"), "{notes:?}");
    }
}

/// Days between two events are neither listed nor walked through: this would take minutes.
#[tokio::test]
async fn events_of_distant_years_are_counted_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let distant = [START / 1_000, START, 253_000_000_000_000];
    for (number, at) in (0..).zip(distant) {
        ingest(folder.path(), &batch(ACCOUNTS[0], GROUPS[0], "a", None, &[event_at(number, at)])).await;
    }
    // One without a time lies under 1970, and so does what came with it.
    let without = json!({ "id": "1", "message": "no time" });
    let both = [without, event_at(7, START + 5 * DAY)];
    ingest(folder.path(), &batch(ACCOUNTS[0], GROUPS[0], "a", None, &both)).await;
    let found = events_by_day(&count(folder.path(), None, None).await);
    assert_eq!(found, distant.into_iter().chain([START + 5 * DAY]).map(|at| (at / DAY, 1)).collect());
}

#[tokio::test]
async fn what_may_be_one_event_under_two_ids_is_counted_beside() {
    let folder = tempfile::tempdir().unwrap();
    let with_id = |number: u32| {
        let mut event = event_at(1, START);
        event["id"] = json!(format!("{number:056}"));
        event
    };
    let (account, group) = (ACCOUNTS[0], GROUPS[0]);
    // Two equal lines that one subscription sent are two events; one that was read as well is the same.
    ingest(folder.path(), &batch(account, group, "a", None, &[with_id(1), with_id(2)])).await;
    ingest(folder.path(), &batch(account, group, "a", Some("FilterLogEvents"), &[with_id(1)])).await;
    let archived = async || count(folder.path(), None, None).await[&id(account, group)][&FIRST];
    let found = archived().await;
    assert_eq!((found.events, found.doubles), (2, 0));
    ingest(folder.path(), &batch(account, group, "a", Some("FilterLogEvents"), &[with_id(3)])).await;
    let found = archived().await;
    assert_eq!((found.events, found.doubles, found.unproved), (3, 1, 0));
}

#[tokio::test]
async fn events_of_no_known_region_prove_nothing_of_a_region() {
    let folder = tempfile::tempdir().unwrap();
    let sent = batch(ACCOUNTS[0], GROUPS[0], "a", None, &[event_at(1, START)]);
    let pipeline = Pipeline::new(
        Archive::directory(folder.path().to_owned()).unwrap(),
        Vec::new(),
        IntakeConfig::default(),
    );
    for payload in payloads(&Bytes::from(sent.to_string())) {
        assert!(pipeline.run(&payload, now(), Deadline::NEVER).await.failure.is_none());
    }
    let found = count(folder.path(), Some((ACCOUNTS[0], REGION)), Window::of_days(FIRST, FIRST)).await;
    let found = found[&id(ACCOUNTS[0], GROUPS[0])][&FIRST];
    assert_eq!((found.events, found.unproved), (1, 1));
}

#[tokio::test]
async fn what_an_event_is_and_where_it_came_from_is_counted_beside() {
    let folder = tempfile::tempdir().unwrap();
    let event = |number: u32, message: &str| json!({ "id": format!("{number:056}"), "timestamp": START + i64::from(number), "message": message });
    let mail =
        r#"{"traceId":"1","event":{"eventName":"MAILBOX_EMAIL_DELIVERED","recipient":"ana@example.com"}}"#;
    let rule = r#"{"traceId":"1","event":{"eventName":"RULE_APPLIED","ruleName":"MAILBOX_EMAIL_DELIVERED"}}"#;
    let sent = [
        event(1, mail),
        event(2, rule),
        event(3, r#"{"auth_successful":false,"user":"ana"}"#),
        event(4, r#"{"auth_successful":"FALSE"}"#),
        event(5, r#"{"auth_successful":true}"#),
        event(6, "MAILBOX_EMAIL_DELIVERED"),
    ];
    let imported = [event(1, mail), event(7, mail), json!({ "timestamp": START, "message": "no id" })];
    let probe = r#"{"mailtrailProbe":"0123456789abcdef","sent":"2026-11-20T00:00:00Z"}"#;
    let (account, group) = (ACCOUNTS[0], GROUPS[0]);
    ingest(folder.path(), &batch(account, group, "a", Some("import"), &imported)).await;
    ingest(folder.path(), &batch(account, group, "a", None, &sent)).await;
    ingest(folder.path(), &batch(account, group, PROBE, None, &[event(8, probe)])).await;
    let control = json!({
        "messageType": "CONTROL_MESSAGE", "owner": "CloudwatchLogs", "logGroup": "", "logStream": "",
        "subscriptionFilters": [], "logEvents": [event(9, "CWL CONTROL MESSAGE")],
    });
    ingest(folder.path(), &control).await;

    let expected = Archived {
        events: 8,
        other_messages: 0,
        unproved: 2,
        doubles: 0,
        probes: 1,
        mail: 2,
        failed_sign_ins: 2,
    };
    let found = count(folder.path(), None, None).await;
    assert_eq!(found, BTreeMap::from([(id(account, group), BTreeMap::from([(FIRST, expected)]))]));
}

#[tokio::test]
async fn beside_an_event_without_a_time_the_others_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let events = [
        json!({ "id": format!("{:056}", 1), "timestamp": "never", "message": "x" }),
        json!({ "id": format!("{:056}", 2), "timestamp": START, "message": "x" }),
    ];
    ingest(folder.path(), &batch(ACCOUNTS[0], GROUPS[0], "a", None, &events)).await;
    let range = Window::of_days(FIRST - 1, FIRST + 1);
    let found = count(folder.path(), None, range).await.remove(&id(ACCOUNTS[0], GROUPS[0])).unwrap();
    assert_eq!(found.into_iter().map(|(day, it)| (day, it.events)).collect::<Vec<_>>(), [(FIRST, 1)]);
}

#[tokio::test]
async fn an_empty_archive_has_nothing() {
    let folder = tempfile::tempdir().unwrap();
    assert!(count(folder.path(), None, None).await.is_empty());
    assert!(count(&folder.path().join("missing"), None, Window::of_days(1, 2)).await.is_empty());
}
