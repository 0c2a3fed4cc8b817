//! What an archive keeps of coverage: the last check of each day, and nothing that no check can have written.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise, in its helpers too")]

use std::fs;
use std::path::Path;

use mailtrail_archive::{Archive, ArchiveReader};
use mailtrail_clock::Time;
use mailtrail_coverage::{
    Day, DayCoverage, DayState, Evidence, Expiry, FINDINGS, History, LastChecks, SourceCount, judge, keep,
};
use mailtrail_pull::{Archived, LogGroupId};
use sha2::{Digest, Sha256};

fn id(name: &str) -> LogGroupId {
    LogGroupId { account: "111122223333".to_owned(), region: "eu-west-1".to_owned(), name: name.to_owned() }
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn time(text: &str) -> Time {
    Time::from_iso8601(text).unwrap()
}

fn checked(name: &str, of: &str, at: &str, source: u64, archive: u64) -> DayCoverage {
    let evidence = Evidence {
        archived: Archived { events: archive, ..Archived::default() },
        source: SourceCount::Count(source),
        expiry: Expiry::None,
        witness: None,
        checked: time(at),
    };
    judge(&id(name), day(of), &evidence)
}

const NOW: &str = "2026-12-01T12:00:00Z";

async fn read(folder: &Path, name: Option<&str>) -> LastChecks {
    let reader = ArchiveReader::directory(folder.to_owned());
    LastChecks::read(&reader, name.map(id).as_ref(), time(NOW)).await.unwrap()
}

fn states(last: &LastChecks, name: &str) -> Vec<(String, DayState)> {
    last.of(&id(name)).map(|it| (it.day.to_string(), it.state)).collect()
}

#[tokio::test]
async fn the_last_check_of_a_day_counts_and_what_is_not_known_hides_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::directory(folder.path().to_owned()).unwrap();
    let first = [
        checked("a", "2026-11-19", "2026-11-21T02:00:00Z", 5, 4),
        checked("a", "2026-11-20", "2026-11-21T02:00:00Z", 5, 5),
        checked("a", "2026-11-21", "2026-11-21T02:00:00Z", 5, 4),
        checked("b/c d", "2026-11-20", "2026-11-21T02:00:00Z", 5, 4),
    ];
    let keys = keep(&archive, &first).await.unwrap();
    assert_eq!(keys.len(), 2);
    let beginning = "coverage/region=eu-west-1/accountId=111122223333/logGroup=";
    assert!(keys.iter().all(|key| key.starts_with(beginning)), "{keys:?}");
    assert!(keys[0].contains("/20261121T020000Z-20261119-20261120-"), "{keys:?}");
    let later = [checked("a", "2026-11-19", "2026-11-22T02:00:00Z", 5, 5)];
    keep(&archive, &later).await.unwrap();
    // The same is written once.
    keep(&archive, &later).await.unwrap();

    let last = read(folder.path(), None).await;
    assert_eq!(last.refused, []);
    let complete = |day: &str| (day.to_owned(), DayState::Complete);
    assert_eq!(states(&last, "a"), [complete("2026-11-19"), complete("2026-11-20")]);
    assert_eq!(states(&last, "b/c d"), [("2026-11-20".to_owned(), DayState::Gap)]);
    let one = read(folder.path(), Some("b/c d")).await;
    assert_eq!(one.days.len(), 1);
}

#[tokio::test]
async fn what_no_check_wrote_is_refused_and_hides_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::directory(folder.path().to_owned()).unwrap();
    let gap = checked("a", "2026-11-20", "2026-11-21T02:00:00Z", 5, 4);
    let key = keep(&archive, std::slice::from_ref(&gap)).await.unwrap().swap_remove(0);
    let (of_group, name) = key.rsplit_once('/').unwrap();
    let line = serde_json::to_string(&gap).unwrap();
    let later = name.replace("20261121T020000Z", "20261122T020000Z");
    let with = |from: &str, to: &str| {
        let line = line.replace("2026-11-21T02:00:00Z", "2026-11-22T02:00:00Z").replace(from, to);
        assert!(line.contains(to));
        line
    };
    let far = name.replace("20261121T020000Z", "20270101T000000Z");
    let other_form = name.replace("20261121T020000Z", "2026-11-22T02:00");
    let wide = later.replace("-20261120-20261120-", "-19700101-99991231-");
    let hostile: Vec<(String, String)> = vec![
        (later.clone(), with(r#""state":"gap""#, r#""state":"complete""#)),
        (later.clone(), with(r#""missing":1"#, r#""missing":0"#)),
        (later.clone(), with(r#""archive":4"#, r#""archive":18446744073709551615"#)),
        (later.clone(), with(r#""source":5"#, r#""source":null"#)),
        (later.clone(), with(r#""log_group":"a""#, r#""log_group":"b""#)),
        (later.clone(), with(r#""day":"2026-11-20""#, r#""day":"2026-11-19""#)),
        (later.clone(), line.clone()),
        (later.clone(), "\u{1b}[2Jnot JSON".to_owned()),
        (far, with("2026-11-22T02:00:00Z", "2027-01-01T00:00:00Z")),
        (wide, with(r#""extra":0"#, r#""extra":7"#)),
        ("notes.txt".to_owned(), line.clone()),
        ("20261122T020000Z-20261121-20261120-0123456789abcdef.ndjson".to_owned(), line.clone()),
        (other_form, with(r#""extra":0"#, r#""extra":0"#)),
    ];
    let with_hash = |name: &str, text: &str| {
        let hash = hex::encode(&Sha256::digest(text)[..8]);
        name.rsplit_once('-').map_or_else(|| name.to_owned(), |(name, _)| format!("{name}-{hash}.ndjson"))
    };
    let truthful = hostile.iter().map(|(name, text)| (with_hash(name, text), text));
    // The content of another check.
    let changed = [(later.clone(), &line)];
    for (at, (name, text)) in truthful.chain(changed).enumerate() {
        let path = folder.path().join(of_group).join(name);
        fs::write(&path, text).unwrap();
        let last = read(folder.path(), None).await;
        assert_eq!(last.refused.len(), 1, "{at}: {:?}", last.refused);
        assert_eq!(states(&last, "a"), [("2026-11-20".to_owned(), DayState::Gap)], "{at}");
        fs::remove_file(&path).unwrap();
    }
}

#[cfg(unix)]
#[tokio::test]
async fn an_object_that_cannot_be_read_holds_up_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::directory(folder.path().to_owned()).unwrap();
    let gap = checked("a", "2026-11-20", "2026-11-21T02:00:00Z", 5, 4);
    let key = keep(&archive, std::slice::from_ref(&gap)).await.unwrap().swap_remove(0);
    let at = |time: &str| folder.path().join(key.replace("20261121T020000Z", time));
    std::os::unix::fs::symlink("/etc/hostname", at("20261122T020000Z")).unwrap();
    std::os::unix::fs::symlink("/nowhere", at("20261123T020000Z")).unwrap();
    let large = fs::File::create(at("20261124T020000Z")).unwrap();
    large.set_len(65 << 20).unwrap();
    fs::write(at("20261125T020000Z"), [0xff, b'\n', 0xfe]).unwrap();
    let last = read(folder.path(), None).await;
    assert_eq!(states(&last, "a"), [("2026-11-20".to_owned(), DayState::Gap)]);
    assert_eq!(last.refused.len(), 4, "{:?}", last.refused);

    let metrics = folder.path().join("coverage/metrics/region=eu-west-1/accountId=111122223333");
    fs::create_dir_all(&metrics).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", metrics.join("20261122T020000Z-x.ndjson")).unwrap();
    let history = History::read(&archive.reader(), "111122223333", "eu-west-1", time(NOW)).await.unwrap();
    assert_eq!(history.refused.len(), 1);
}

#[tokio::test]
async fn objects_of_earlier_days_are_not_read_and_findings_are_not_taken_for_checks() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::directory(folder.path().to_owned()).unwrap();
    let early = [checked("a", "2026-11-18", "2026-11-21T02:00:00Z", 5, 5)];
    let keys = keep(&archive, &early).await.unwrap();
    keep(&archive, &[checked("a", "2026-11-20", "2026-11-21T02:00:01Z", 5, 5)]).await.unwrap();
    fs::write(folder.path().join(&keys[0]), "what is read of this is refused").unwrap();
    fs::create_dir_all(folder.path().join(FINDINGS)).unwrap();
    fs::write(folder.path().join(FINDINGS).join("20261121T020000Z-000.json"), "[]").unwrap();

    let reader = ArchiveReader::directory(folder.path().to_owned());
    let since = LastChecks::read_since(&reader, Some(&id("a")), day("2026-11-19"), time(NOW)).await.unwrap();
    assert_eq!(states(&since, "a"), [("2026-11-20".to_owned(), DayState::Complete)]);
    assert_eq!(since.refused, []);
    let all = read(folder.path(), None).await;
    assert_eq!(all.refused.len(), 1, "{:?}", all.refused);
    assert_eq!(all.refused[0].0, keys[0]);
}
