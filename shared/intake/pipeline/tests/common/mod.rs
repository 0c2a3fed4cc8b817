//! How the tests read an archive: with a grammar of keys and a reader of objects that know the contract, and
//! nothing of the code that writes them.

#![allow(dead_code, reason = "each test file uses its own part of this")]
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise, in its helpers too")]

use std::collections::BTreeMap;
use std::path::Path;

use bytes::Bytes;
use mailtrail_clock::Time;
use mailtrail_ocsf::Class;
use mailtrail_subscription::{Payload, payloads};
use serde::Deserialize;

/// The batch that each payload is kept under, and everything else that a key of the archive says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key<'a> {
    About,
    Raw {
        day: &'a str,
        batch: &'a str,
    },
    /// Where the raw copy of events of this day lies.
    Sign {
        day: &'a str,
        batch: &'a str,
    },
    Records {
        class: Class,
        region: &'a str,
        account: &'a str,
        day: &'a str,
        batch: &'a str,
    },
    Quarantined {
        reason: &'a str,
        day: &'a str,
        sha256: &'a str,
    },
    Undelivered {
        stream: &'a str,
        batch: &'a str,
    },
}

impl<'a> Key<'a> {
    /// Reads a key of the archive's contract; panics on any other.
    pub(crate) fn parse(key: &'a str) -> Self {
        Self::read(key).unwrap_or_else(|| panic!("`{key}` is not a key of the archive"))
    }

    fn read(key: &'a str) -> Option<Self> {
        match key.split('/').collect::<Vec<_>>()[..] {
            ["_about", "README.md" | "layout-2.md" | "duckdb.sql" | "email.sql" | "mapping-2.json"] => {
                Some(Self::About)
            }
            ["raw", region, account, day, file] => {
                read_place(region, account)?;
                let day = read_day(day)?;
                let raw = read_batch(file, ".json.gz").map(|batch| Self::Raw { day, batch });
                raw.or_else(|| Some(Self::Sign { day, batch: read_batch(file, ".earlier")? }))
            }
            ["quarantine", reason, day, file] => {
                let reason = reason.strip_prefix("reason=").filter(|reason| is_word(reason))?;
                let sha256 = file.strip_suffix(".bin").or(file.strip_suffix(".json"))?;
                is_hex(sha256, 64).then_some(())?;
                Some(Self::Quarantined { reason, day: read_day(day)?, sha256 })
            }
            ["undelivered", stream, day, file] => {
                read_day(day)?;
                let stream = stream.strip_prefix("stream=")?;
                Some(Self::Undelivered { stream, batch: read_batch(file, ".ndjson.zst")? })
            }
            [class, region, account, day, file] => {
                let (region, account) = read_place(region, account)?;
                let (day, batch) = (read_day(day)?, read_batch(file, ".ndjson.zst")?);
                Some(Self::Records { class: class.parse().ok()?, region, account, day, batch })
            }
            _ => None,
        }
    }
}

fn read_place<'a>(region: &'a str, account: &'a str) -> Option<(&'a str, &'a str)> {
    let region = region.strip_prefix("region=")?;
    let mut words = region.split('-').rev();
    let number = words.next().is_some_and(|number| is_digits(number, 1..=2));
    let named =
        number && words.clone().count() >= 2 && words.all(|word| is_word(word) && !word.contains('_'));
    let account = account.strip_prefix("accountId=")?;
    let known = account == "unknown" || is_digits(account, 12..=12);
    (known && (named || region == "unknown")).then_some((region, account))
}

fn read_day(folder: &str) -> Option<&str> {
    folder.strip_prefix("eventDay=").filter(|day| is_digits(day, 8..=8))
}

/// `20261120T101502Z-` and 32 hexadecimal digits.
fn read_batch<'a>(file: &'a str, ending: &str) -> Option<&'a str> {
    let batch = file.strip_suffix(ending)?;
    let (time, hash) = batch.split_once("Z-")?;
    let (day, clock) = time.split_once('T')?;
    (is_digits(day, 8..=8) && is_digits(clock, 6..=6) && is_hex(hash, 32)).then_some(batch)
}

fn is_digits(text: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit())
}

/// The part of a record that the tests look at.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Record {
    pub(crate) class_uid: u32,
    pub(crate) time: i64,
    pub(crate) metadata: Metadata,
    pub(crate) cloud: Cloud,
    pub(crate) raw_data: Option<String>,
    #[serde(default)]
    pub(crate) unmapped: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) uid: String,
    pub(crate) product: Product,
    pub(crate) log_name: String,
    pub(crate) log_source: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Product {
    pub(crate) name: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Cloud {
    pub(crate) region: Option<String>,
    pub(crate) account: Option<Account>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Account {
    pub(crate) uid: String,
}

/// The lines of an object. Each ends with a line end, and none is empty.
pub(crate) fn lines(body: &[u8]) -> Vec<String> {
    let text = String::from_utf8(zstd::decode_all(body).unwrap()).unwrap();
    let lines: Vec<String> = text.split_terminator('\n').map(str::to_owned).collect();
    assert!(text.ends_with('\n') && lines.iter().all(|line| line.starts_with('{')), "{text}");
    lines
}

pub(crate) fn record(line: &str) -> Record {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

/// The records of a class object, which must be sorted by time, and of the class, place and day that the key
/// says.
pub(crate) fn records(key: &str, body: &[u8]) -> Vec<Record> {
    let Key::Records { class, region, account, day, .. } = Key::parse(key) else { panic!("{key}") };
    let records: Vec<Record> = lines(body).iter().map(|line| record(line)).collect();
    assert!(records.is_sorted_by_key(|record| record.time), "{key} is not sorted by time");
    for record in &records {
        assert_eq!(record.class_uid, class.uid(), "{key}");
        assert_eq!(Time::from_millis(record.time).unwrap().day(), day, "{key}");
        if record.metadata.product.name == "CloudTrail" {
            continue; // A trail of all Regions is logged in one: the folder is where it was logged.
        }
        let at = record.cloud.account.as_ref().map_or("unknown", |account| &account.uid);
        assert_eq!((record.cloud.region.as_deref().unwrap_or("unknown"), at), (region, account), "{key}");
    }
    records
}

/// All records of an archive, every one of whose keys must be of the contract.
pub(crate) fn all_records(archive: &BTreeMap<String, Bytes>) -> Vec<Record> {
    let objects = archive.iter().filter(|(key, _)| matches!(Key::parse(key), Key::Records { .. }));
    objects.flat_map(|(key, body)| records(key, body)).collect()
}

/// Every file of a directory archive, by key; `.tmp` is not part of it.
pub(crate) fn tree(root: &Path) -> BTreeMap<String, Bytes> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let key = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() && key != ".tmp" {
                folders.push(path);
            } else if path.is_file() {
                files.insert(key, std::fs::read(&path).unwrap().into());
            }
        }
    }
    files
}

/// The only payload in an input.
pub(crate) fn payload(input: impl Into<Bytes>) -> Payload {
    let mut payloads = payloads(&input.into());
    assert_eq!(payloads.len(), 1);
    payloads.remove(0)
}

/// 2026-11-20T10:15:05Z: when everything arrives.
pub(crate) fn now() -> Time {
    Time::from_millis(1_795_169_705_000).unwrap()
}
