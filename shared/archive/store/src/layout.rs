//! The layout of what arrives: the keys of raw copies, records, quarantined payloads and undelivered events.
//! (The description of the archive has its keys in `about.rs`, the audit of resource policies in its own crates.)
//!
//! A key is built from what strangers wrote (an account, a Region, a stream's name), so each part is
//! checked: what is not of the expected form becomes [`Partition::UNKNOWN`], and no key can leave the archive.

use std::fmt::Display;

use mailtrail_aws_types::{AccountId, Region};
use mailtrail_clock::{DAY, Time};
use mailtrail_ocsf::Class;
use sha2::{Digest, Sha256};

/// Region and account of an event: two folders of every key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition {
    region: Option<String>,
    account: Option<String>,
}

impl Partition {
    /// The folder of what is not known.
    pub const UNKNOWN: &'static str = "unknown";

    /// A partition, from what a batch says about it. Anything but a Region name and an account id is unknown.
    pub fn new(region: Option<&str>, account: Option<&str>) -> Self {
        Self {
            region: region.filter(|text| Region::is_valid(text)).map(str::to_owned),
            account: account.filter(|text| AccountId::is_valid(text)).map(str::to_owned),
        }
    }

    /// The Region, where it is known.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// The account, where it is known.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    fn folders(&self) -> String {
        format!(
            "region={}/accountId={}",
            self.region().unwrap_or(Self::UNKNOWN),
            self.account().unwrap_or(Self::UNKNOWN)
        )
    }
}

/// The folder of the raw copies.
pub const RAW: &str = "raw";
/// The folder of payloads that cannot be read.
pub const QUARANTINE: &str = "quarantine";
/// What the name of a raw copy ends with.
const RAW_COPY: &str = ".json.gz";
/// What the name of a day pointer ends with.
const DAY_POINTER: &str = ".earlier";
/// What the name of an object of records ends with.
const RECORDS: &str = ".ndjson.zst";

/// `raw/…/<batch>.json.gz`: the exact bytes of a payload.
pub fn raw_key(partition: &Partition, day: Time, batch: impl Display) -> String {
    format!("{RAW}/{}/eventDay={}/{batch}{RAW_COPY}", partition.folders(), day.day())
}

/// The day of a raw copy, or of the folder that it lies in: midnight, UTC. Nothing for what is neither.
pub fn raw_day(key: &str) -> Option<Time> {
    day_of(key, RAW_COPY, |folder| folder == RAW)
}

/// The same of an object of records, whatever their class. Closed days may be joined into few objects, which
/// have names of their own.
pub fn records_day(key: &str) -> Option<Time> {
    day_of(key, RECORDS, |folder| folder.parse::<Class>().is_ok())
}

/// `raw/…/<batch>.earlier`: a day pointer under each later day, but for the next one, on which a payload has events. The raw
/// copy that it is named after lies under the day of the earliest event, which its name begins with.
pub fn day_pointer_key(partition: &Partition, day: Time, batch: impl Display) -> String {
    format!("{RAW}/{}/eventDay={}/{batch}{DAY_POINTER}", partition.folders(), day.day())
}

/// The day of a day pointer, or of the folder that it lies in, as of [`raw_day`].
pub fn day_pointer_day(key: &str) -> Option<Time> {
    day_of(key, DAY_POINTER, |folder| folder == RAW)
}

/// The batch that a raw copy, a day pointer or an object of records is named by, and the day of its earliest event: that of
/// its raw copy, if that has no other batch.
pub fn batch_of(key: &str) -> Option<(&str, Time)> {
    let (_, name) = key.rsplit_once('/')?;
    let batch = [RAW_COPY, DAY_POINTER, RECORDS].iter().find_map(|ending| name.strip_suffix(ending))?;
    let (second, _) = batch.split_once('-')?;
    let day = Time::from_iso8601(second).filter(|_| second.len() == 16)?.day_number();
    Time::from_millis(day * DAY).map(|day| (batch, day))
}

/// What an object holds, and so how two of them are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content<'a> {
    /// A payload, whose events its name is made of.
    Payload { batch: &'a str },
    /// Records, of events that its name is made of.
    Records,
    /// Bytes that its name, or its place, allows no others for.
    Exact,
    /// Words that may change from version to version, or an entry with a number or a time, whose writer compares it.
    Description,
}

/// What the object at a key holds.
pub(crate) fn content_of(key: &str) -> Content<'_> {
    let (first, name) =
        (key.split('/').next().unwrap_or_default(), key.rsplit('/').next().unwrap_or_default());
    match first {
        RAW if name.ends_with(RAW_COPY) => Content::Payload { batch: &name[..name.len() - RAW_COPY.len()] },
        "_about" | "policy-audit" | "pull" | "redrive" => Content::Description,
        QUARANTINE if name.rsplit_once('.').is_some_and(|(_, ending)| ending == "json") => {
            Content::Description
        }
        UNDELIVERED => Content::Records,
        class if class.parse::<Class>().is_ok() => Content::Records,
        _ => Content::Exact,
    }
}

/// Whether a key ends as that of an object of a batch does.
pub(crate) fn is_object_name(key: &str) -> bool {
    [RAW_COPY, DAY_POINTER, RECORDS].iter().any(|ending| key.ends_with(ending))
}

/// Whether the last part of a key is named as the folders of a partition are.
pub(crate) fn is_folder_name(key: &str) -> bool {
    let name = key.rsplit('/').next().unwrap_or_default();
    ["region=", "accountId=", "eventDay="].iter().any(|beginning| name.starts_with(beginning))
}

/// The day in a key with three folders below the first one, and an object with this ending in them.
fn day_of(key: &str, ending: &str, is_first: impl Fn(&str) -> bool) -> Option<Time> {
    let mut parts = key.split('/');
    let folders = is_first(parts.next()?)
        && parts.next()?.starts_with("region=")
        && parts.next()?.starts_with("accountId=");
    let day = parts.next()?.strip_prefix("eventDay=")?;
    let object = parts.next().is_none_or(|name| name.ends_with(ending));
    let whole = folders && object && parts.next().is_none() && day.len() == 8;
    Time::from_iso8601(&format!("{day}T000000Z")).filter(|_| whole)
}

/// `<class>/…/<batch>.ndjson.zst`: the records of one class, partition and day.
pub fn batch_object_key(class: Class, partition: &Partition, day: Time, batch: impl Display) -> String {
    format!("{class}/{}/eventDay={}/{batch}{RECORDS}", partition.folders(), day.day())
}

/// `quarantine/…/<sha256>`, without the ending: `.bin` holds the bytes, `.json` says what is wrong.
pub fn quarantine_key(reason: &str, day: Time, sha256: impl Display) -> String {
    format!("{QUARANTINE}/reason={reason}/eventDay={}/{sha256}", day.day())
}

/// The folder of what streams did not take.
pub const UNDELIVERED: &str = "undelivered";

/// `undelivered/stream=<name>`: the folder of what a stream did not take. Names that differ in other characters than those of
/// a Firehose stream share one.
pub fn undelivered_folder(stream: &str) -> String {
    format!("{UNDELIVERED}/{}", stream_folder(stream))
}

/// `undelivered/…/<batch>.ndjson.zst`: what a stream did not take of a payload. Its name is made of the time of the
/// payload's earliest event and of the lines: another delivery may leave other events behind.
pub fn undelivered_key(stream: &str, time: Time, lines: impl Display) -> String {
    format!("{}/eventDay={}/{}-{lines}{RECORDS}", undelivered_folder(stream), time.day(), time.compact())
}

/// The stream's name as it is in the key of what it did not take, and the second of the payload's earliest event. Nothing
/// for other keys.
pub fn undelivered_of(key: &str) -> Option<(&str, Time)> {
    let mut parts = key.split('/');
    let stream =
        parts.next().filter(|first| *first == UNDELIVERED).and(parts.next())?.strip_prefix("stream=")?;
    let _day = parts.next()?.strip_prefix("eventDay=")?;
    let (second, _) = parts.next()?.strip_suffix(RECORDS)?.split_once('-')?;
    let time = Time::from_iso8601(second).filter(|_| second.len() == 16 && parts.next().is_none())?;
    Some((stream, time))
}

/// `redrive/<what>/stream=<name>`: the folder of the receipts of a stream.
pub fn receipts_folder(what: &str, stream: &str) -> String {
    format!("redrive/{what}/{}", stream_folder(stream))
}

/// `redrive/…/<of>-<lines>.json`: a receipt, named by a SHA-256 over what it is of, line by line (the key of an object, the SHA-256
/// of its bytes, and where they were sent), and by the SHA-256 of the lines that were to be sent; of each hash the first 32
/// hexadecimal digits.
pub fn receipt_key(what: &str, stream: &str, of: &[&str], lines: &str) -> String {
    let of = of.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part).chain_update("\n"));
    format!("{}/{}-{lines}.json", receipts_folder(what, stream), hex::encode(&of.finalize()[..16]))
}

/// `redrive/…/<of>-<lines>.claim-<number>.json`: the claim of a run that is going to write this receipt.
pub fn claim_key(receipt: &str, number: u32) -> String {
    format!("{}.claim-{number}.json", receipt.strip_suffix(".json").unwrap_or(receipt))
}

/// Whether a folder in the root of a directory or bucket is one of an archive, whatever else lies beside it.
pub fn is_archive_folder(name: &str) -> bool {
    const OTHERS: [&str; 4] = [RAW, QUARANTINE, UNDELIVERED, "_about"];
    OTHERS.contains(&name) || name.parse::<Class>().is_ok()
}

fn stream_folder(stream: &str) -> String {
    let name: String = stream.chars().map(|c| if is_name(c) { c } else { '_' }).collect();
    format!("stream={name}")
}

/// What a Firehose stream's name consists of. A dot is safe in a folder that begins with `stream=`.
fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_.-".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_region_and_no_account_is_unknown() {
        for region in ["eu-west-1", "us-gov-east-1", "ap-southeast-10", "eusc-de-east-1"] {
            assert_eq!(Partition::new(Some(region), None).region(), Some(region));
        }
        for region in ["", "..", "../../etc", "eu-west", "EU-WEST-1", "eu--1", "a-1", "eu-west-1/x"] {
            assert_eq!(Partition::new(Some(region), None).region(), None, "{region}");
        }
        for account in ["", "../..", "1111222233334", "11112222333", "11112222333x"] {
            assert_eq!(Partition::new(None, Some(account)).account(), None, "{account}");
        }
    }

    #[test]
    fn the_day_of_a_raw_copy_can_be_read_from_its_key() {
        let (partition, midnight) = (Partition::new(None, None), Time::from_millis(1_795_132_800_000));
        for moment in [1_795_132_800_000, 1_795_147_200_123, 1_795_219_199_999] {
            let key = raw_key(&partition, Time::from_millis(moment).unwrap(), "b");
            assert_eq!(raw_day(&key), midnight);
            assert_eq!(raw_day(key.rsplit_once('/').unwrap().0), midnight);
        }
        assert_eq!(raw_day(&raw_key(&partition, Time::EPOCH, "b")), Some(Time::EPOCH));
        let folders = "raw/region=eu-west-1/accountId=111122223333";
        for foreign in ["", "README.md", "eventDay=20261120/b.txt", "eventDay=20261120/x/b.json.gz"] {
            assert_eq!(raw_day(&format!("{folders}/{foreign}")), None, "{foreign}");
        }
        for foreign in ["eventDay=2026112", "eventDay=20261320", "eventDay=2026-11-20", "day=20261120"] {
            assert_eq!(raw_day(&format!("{folders}/{foreign}")), None, "{foreign}");
        }
        assert_eq!(raw_day(&batch_object_key(Class::BaseEvent, &partition, Time::EPOCH, "b")), None);
    }

    #[test]
    fn the_day_of_records_can_be_read_from_their_key() {
        let (partition, midnight) = (Partition::new(None, None), Time::from_millis(1_795_132_800_000));
        for class in Class::ALL {
            let key = batch_object_key(class, &partition, Time::from_millis(1_795_147_200_123).unwrap(), "b");
            assert_eq!(records_day(&key), midnight);
            assert_eq!(records_day(key.rsplit_once('/').unwrap().0), midnight);
        }
        let folder = "api_activity/region=eu-west-1/accountId=111122223333/eventDay=20261120";
        assert_eq!(records_day(&format!("{folder}/compact-0a1b.ndjson.zst")), midnight);
        assert_eq!(records_day(&format!("{folder}/notes.txt")), None);
        assert_eq!(records_day(&raw_key(&partition, Time::EPOCH, "b")), None);
        assert_eq!(records_day("letters/region=x/accountId=y/eventDay=20261120"), None);
    }

    #[test]
    fn a_day_pointer_tells_where_the_raw_copy_lies() {
        let (partition, midnight) = (Partition::new(None, None), Time::from_millis(1_795_132_800_000));
        let (batch, late) = ("20261120T101502Z-0a1b", Time::from_millis(1_795_564_800_000));
        let pointer = day_pointer_key(&partition, late.unwrap(), batch);
        assert_eq!(
            pointer,
            "raw/region=unknown/accountId=unknown/eventDay=20261125/20261120T101502Z-0a1b.earlier"
        );
        assert_eq!((day_pointer_day(&pointer), raw_day(&pointer)), (late, None));
        let (copy, records) = (
            raw_key(&partition, midnight.unwrap(), batch),
            batch_object_key(Class::BaseEvent, &partition, late.unwrap(), batch),
        );
        for key in [pointer, copy, records] {
            assert_eq!(batch_of(&key), Some((batch, midnight.unwrap())));
        }
        for name in ["compact-0a1b", "20261120T101502Z", "20261199T101502Z-0a1b", "20261120-0a1b"] {
            assert_eq!(batch_of(&day_pointer_key(&partition, Time::EPOCH, name)), None, "{name}");
        }
    }

    #[test]
    fn the_stream_of_what_was_not_taken_can_be_read_from_its_key() {
        let time = Time::from_millis(1_795_147_200_000).unwrap();
        assert_eq!(undelivered_of(&undelivered_key("mail", time, "0a1b")), Some(("mail", time)));
        let day = "undelivered/stream=mail/eventDay=20261120";
        for foreign in ["", "/notes.txt", "/x-0a1b.ndjson.zst", "/20261120T040000Z-0a1b.ndjson.zst/x"] {
            assert_eq!(undelivered_of(&format!("{day}{foreign}")), None, "{foreign}");
        }
        assert_eq!(undelivered_of(&raw_key(&Partition::new(None, None), time, "b")), None);
    }

    #[test]
    fn keys_follow_the_layout() {
        let partition = Partition::new(Some("eu-west-1"), Some("111122223333"));
        let time = Time::from_millis(1_795_147_200_123).unwrap();
        assert_eq!(
            raw_key(&partition, time, "b"),
            "raw/region=eu-west-1/accountId=111122223333/eventDay=20261120/b.json.gz"
        );
        assert_eq!(
            batch_object_key(Class::EmailActivity, &Partition::new(None, None), time, "b"),
            "email_activity/region=unknown/accountId=unknown/eventDay=20261120/b.ndjson.zst"
        );
        assert_eq!(
            undelivered_key("a/../b c", time, "b"),
            "undelivered/stream=a_.._b_c/eventDay=20261120/20261120T040000Z-b.ndjson.zst"
        );
        let (first, other) = ("a1".repeat(32), "a2".repeat(32));
        let receipt = |of: &[&str]| receipt_key("raw", "a/../b c", of, "0a1b");
        assert!(receipt(&["raw/x", &first]).starts_with("redrive/raw/stream=a_.._b_c/"));
        assert!(receipt(&["raw/x", &first]).ends_with("-0a1b.json"));
        assert_ne!(receipt(&["raw/x", &first]), receipt(&["raw/x", &other]));
        assert_ne!(receipt(&["raw/x", &first]), receipt(&["raw/y", &first]));
        assert_ne!(receipt(&["raw/x", &first]), receipt(&["raw/x", &first, "arn"]));
        assert_eq!(claim_key("redrive/raw/a-b.json", 2), "redrive/raw/a-b.claim-2.json");
    }

    #[test]
    fn the_root_of_an_archive_can_be_told_from_another_folder() {
        assert!(
            ["raw", "email_activity", "_about", "undelivered", "quarantine"]
                .map(is_archive_folder)
                .iter()
                .all(|is| *is)
        );
        assert!(["mail", "", "Raw", "redrive"].map(is_archive_folder).iter().all(|is| !*is));
    }
}
