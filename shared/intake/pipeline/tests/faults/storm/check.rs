//! What was sent against what is there.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bytes::Bytes;
use mailtrail_archive::{Put, Witness};
use mailtrail_config::IntakeConfig;
use mailtrail_faulty_aws::FaultyAws;
use mailtrail_names::Names;
use mailtrail_pipeline::{Problem, encode};
use mailtrail_samples::{Batch, REGION};
use mailtrail_subscription::BatchId;
use mailtrail_watch::WatchList;

use super::{Delivered, Figures};
use crate::common::{Key, lines, records};
use crate::setup::{TOPIC, lines_of_stream, stored};

/// The class that the stream `mail` gets.
const MAIL: &str = "email_activity/";

pub(crate) fn compare(aws: &FaultyAws, delivered: &[Delivered], watches: &WatchList) -> Figures {
    let mut figures = Figures { batches: delivered.len() as u64, ..Figures::default() };
    for (kind, count) in aws.fault_counts() {
        figures.faults.insert(format!("{kind:?}"), count as u64);
    }
    let stored = stored(aws, "archive");
    figures.twice += stored.values().map(|(_, writes)| (writes - 1) as u64).sum::<u64>();
    let archive: BTreeMap<String, Bytes> = stored.into_iter().map(|(key, (body, _))| (key, body)).collect();
    let batches: Vec<Expected> = delivered.iter().map(|one| Expected::of(&one.batch, watches)).collect();
    let keys = keys_by_batch(&archive);
    for (one, expected) in delivered.iter().zip(&batches) {
        compare_ledger(one, expected, &mut figures);
        compare_archive(one, expected, &archive, &keys, &mut figures);
    }
    compare_witnesses(delivered, &archive, &mut figures);
    compare_unknown(&archive, &batches, &mut figures);
    compare_announcements(aws, delivered, &batches, &mut figures);
    compare_stream(aws, "all", delivered, &archive, |_| true, &mut figures);
    compare_stream(aws, "mail", delivered, &archive, |key| key.starts_with(MAIL), &mut figures);
    figures
}

/// What a batch makes without a storm.
struct Expected {
    id: String,
    /// Every object of records.
    objects: BTreeMap<String, Bytes>,
    /// How many events the stream `mail` wants.
    mail: u64,
    bounced: u64,
}

impl Expected {
    fn of(batch: &Batch, watches: &WatchList) -> Self {
        let json = String::from_utf8(batch.to_json()).unwrap();
        let batches = mailtrail_subscription::batches(&json).unwrap();
        let id = BatchId::of(&batches);
        let config = IntakeConfig { region: Some(REGION.to_owned()), ..IntakeConfig::default() };
        let encoded = encode(&batches[0], &id, Some(REGION), &config, watches, &Names::default()).unwrap();
        let mail = encoded.objects.iter().filter(|object| object.key.starts_with(MAIL));
        Self {
            id: id.to_string(),
            mail: mail.map(|object| object.events).sum(),
            bounced: batch.events.iter().filter(|event| event.message.contains("BOUNCED")).count() as u64,
            objects: encoded.objects.into_iter().map(|object| (object.key, object.body)).collect(),
        }
    }
}

/// The keys of raw copies and records, by the id of their batch.
fn keys_by_batch(archive: &BTreeMap<String, Bytes>) -> HashMap<&str, Vec<&str>> {
    let mut keys: HashMap<&str, Vec<&str>> = HashMap::new();
    for key in archive.keys() {
        if let Key::Raw { batch, .. } | Key::Records { batch, .. } = Key::parse(key) {
            keys.entry(batch).or_default().push(key);
        }
    }
    keys
}

fn compare_ledger(one: &Delivered, expected: &Expected, figures: &mut Figures) {
    let events = one.batch.events.len() as u64;
    figures.events += events;
    figures.runs += one.runs.len() as u64;
    figures.failed_runs += one.runs.iter().filter(|run| run.failure.is_some()).count() as u64;
    let Some(run) = one.last() else {
        figures.unbalanced += 1;
        return;
    };
    let ledger = &run.ledger;
    let mut balances = ledger.balanced()
        && (ledger.payloads, ledger.decoded_payloads, ledger.events) == (1, 1, events)
        && (ledger.archived, ledger.refused) == (events, 0);
    for stream in &ledger.streams {
        let filtered = if stream.stream == "mail" { events - expected.mail } else { 0 };
        let named = run.problems.iter().map(|problem| match problem {
            Problem::Undelivered { stream: of, events, .. } if *of == stream.stream => *events,
            _ => 0,
        });
        balances &= (stream.gated, stream.filtered, stream.undelivered) == (0, filtered, named.sum());
        figures.delivered += stream.delivered;
        figures.undelivered += stream.undelivered;
    }
    figures.unbalanced += u64::from(!balances);
}

/// The raw copy byte for byte, once; every object as it is without a storm; and every event in one of them, once.
fn compare_archive(
    one: &Delivered,
    expected: &Expected,
    archive: &BTreeMap<String, Bytes>,
    keys: &HashMap<&str, Vec<&str>>,
    figures: &mut Figures,
) {
    let (mut raw, mut found) = (0, Vec::new());
    for &key in keys.get(expected.id.as_str()).into_iter().flatten() {
        let body = &archive[key];
        if let Key::Raw { .. } = Key::parse(key) {
            raw += 1;
            figures.altered += u64::from(*body != one.batch.to_gzip());
        } else {
            found.extend(records(key, body).into_iter().map(|record| (record.metadata.uid, record.time)));
            match expected.objects.get(key) {
                None => figures.invented += 1,
                Some(whole) => figures.altered += u64::from(whole != body),
            }
        }
    }
    figures.lost += u64::from(raw == 0);
    figures.twice += u64::from(raw > 1);
    let sent = one.batch.events.iter().map(|event| (event.id.clone(), event.timestamp)).collect();
    let (lost, more) = difference(sent, found);
    figures.lost += lost;
    figures.twice += more;
    let claimed: BTreeSet<&String> = one.runs.iter().flat_map(|run| &run.objects).collect();
    figures.invented += u64::from(!claimed.into_iter().eq(expected.objects.keys()));
}

/// Every object that a run names is there, with that hash; no two runs say that they wrote it; and a run names each, whatever
/// answers were lost. (What is undelivered in a run that failed may be delivered by the next, which does not name it.)
fn compare_witnesses(delivered: &[Delivered], archive: &BTreeMap<String, Bytes>, figures: &mut Figures) {
    let (mut written, mut named) = (BTreeSet::new(), BTreeSet::new());
    for witness in delivered.iter().flat_map(|one| &one.runs).flat_map(|run| &run.witnesses) {
        let there = archive.get(&witness.key).map(|body| Witness::new(&witness.key, body, Put::Written));
        figures.invented += u64::from(there.is_none_or(|there| there.sha256 != witness.sha256));
        figures.twice += u64::from(!witness.already && !written.insert(&witness.key));
        named.insert(&witness.key);
    }
    let is_event =
        |key: &&String| matches!(Key::parse(key), Key::Raw { .. } | Key::Sign { .. } | Key::Records { .. });
    figures.unwitnessed += archive.keys().filter(is_event).filter(|key| !named.contains(key)).count() as u64;
}

/// Objects of batches that were never sent, or of streams that there are not. What is undelivered is compared line by line,
/// with its stream.
fn compare_unknown(archive: &BTreeMap<String, Bytes>, batches: &[Expected], figures: &mut Figures) {
    let sent: BTreeSet<&str> = batches.iter().map(|batch| batch.id.as_str()).collect();
    for key in archive.keys() {
        let is_known = match Key::parse(key) {
            Key::About => true,
            Key::Quarantined { .. } => false,
            Key::Undelivered { stream, .. } => ["all", "mail"].contains(&stream),
            Key::Raw { batch, .. } | Key::Sign { batch, .. } | Key::Records { batch, .. } => {
                sent.contains(batch)
            }
        };
        figures.invented += u64::from(!is_known);
    }
}

/// A batch with bounced mail was announced, or its run says that it could not be; nothing else was announced.
fn compare_announcements(
    aws: &FaultyAws,
    delivered: &[Delivered],
    batches: &[Expected],
    figures: &mut Figures,
) {
    let ids = aws.messages(TOPIC).into_iter().filter_map(|message| {
        let body: serde_json::Value = serde_json::from_str(&message.body).ok()?;
        Some(body["id"].as_str()?.to_owned())
    });
    let announced: BTreeSet<String> = ids.collect();
    let mut expected = BTreeSet::new();
    for (one, Expected { id, bounced, .. }) in delivered.iter().zip(batches) {
        let Some(run) = one.last() else { continue };
        let counted: Vec<(&str, u64)> = run.watched.iter().map(|it| (it.watch.as_str(), it.events)).collect();
        let sent = if *bounced > 0 { vec![("bounces", *bounced)] } else { Vec::new() };
        figures.unbalanced += u64::from(counted != sent);
        let id = format!("{id}/bounces");
        let failed = run.watched.iter().filter(|it| it.was_announced() == Some(false)).count() as u64;
        figures.unannounced += failed;
        figures.lost += u64::from(*bounced > 0 && failed == 0 && !announced.contains(&id));
        if *bounced > 0 {
            expected.insert(id);
        }
    }
    figures.invented += announced.difference(&expected).count() as u64;
}

/// Every event that the stream wants is in it, or kept as undelivered; nothing else is; and no more were called delivered
/// than are there.
fn compare_stream(
    aws: &FaultyAws,
    name: &str,
    delivered: &[Delivered],
    archive: &BTreeMap<String, Bytes>,
    wants: impl Fn(&str) -> bool,
    figures: &mut Figures,
) {
    let objects =
        archive.iter().filter(|(key, _)| matches!(Key::parse(key), Key::Records { .. }) && wants(key));
    let wanted: BTreeSet<String> = objects.flat_map(|(_, body)| lines(body)).collect();
    let taken = lines_of_stream(aws, name);
    let all = taken.len() as u64;
    let taken: BTreeSet<String> = taken.into_iter().collect();
    figures.copies += all - taken.len() as u64;
    let claimed: u64 = delivered
        .iter()
        .filter_map(Delivered::last)
        .flat_map(|run| &run.ledger.streams)
        .filter(|stream| stream.stream == name)
        .map(|stream| stream.delivered)
        .sum();
    figures.lost += claimed.saturating_sub(taken.len() as u64);
    let mut met = taken;
    for (key, body) in archive {
        if matches!(Key::parse(key), Key::Undelivered { stream, .. } if stream == name) {
            met.extend(lines(body));
        }
    }
    figures.lost += wanted.difference(&met).count() as u64;
    figures.invented += met.difference(&wanted).count() as u64;
}

/// How many of the first are not among the second, and the other way round, as multisets.
fn difference<T: Ord>(mut first: Vec<T>, mut second: Vec<T>) -> (u64, u64) {
    first.sort_unstable();
    second.sort_unstable();
    let (mut missing, mut more) = (0, 0);
    let (mut first, mut second) = (first.into_iter().peekable(), second.into_iter().peekable());
    loop {
        let order = match (first.peek(), second.peek()) {
            (None, None) => return (missing, more),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(one), Some(other)) => one.cmp(other),
        };
        missing += u64::from(order.is_lt());
        more += u64::from(order.is_gt());
        if order.is_le() {
            first.next();
        }
        if order.is_ge() {
            second.next();
        }
    }
}
