//! What an archive keeps of coverage: the last check of each day, and nothing that no check can have written.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise, in its helpers too")]

use std::fs;
use std::path::Path;

use mailtrail_archive::{Archive, ArchiveReader};
use mailtrail_clock::Time;
use mailtrail_coverage::metrics::{Figures, History, Log, Metric, MetricDay, Observed, days_to_ask, save};
use mailtrail_coverage::{
    Day, DayCoverage, DayState, Evidence, Expiry, FINDINGS, LastChecks, SourceCount, judge, keep,
};
use mailtrail_pull::{Archived, LogGroupId};

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
    ];
    for (at, (name, text)) in hostile.iter().enumerate() {
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
    // The last one has two lines.
    assert_eq!(last.refused.len(), 5, "{:?}", last.refused);

    let metrics = folder.path().join("coverage/metrics/region=eu-west-1/accountId=111122223333");
    fs::create_dir_all(&metrics).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", metrics.join("20261122T020000Z-x.ndjson")).unwrap();
    let history = History::read(&archive.reader(), "111122223333", "eu-west-1").await.unwrap();
    assert_eq!(history.refused.len(), 1);
}

fn metric(name: &str, dimensions: &[(&str, &str)]) -> Metric {
    let pairs = dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Metric { name: name.to_owned(), dimensions: pairs.collect() }
}

fn figures(metric: &Metric, of: &str, sum: u64) -> MetricDay {
    MetricDay { metric: metric.clone(), day: day(of), figures: Figures { sum, samples: sum } }
}

#[tokio::test]
async fn the_history_of_metrics_is_saved_once_and_grows_by_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::directory(folder.path().to_owned()).unwrap();
    let reader = archive.reader();
    let (account, region) = ("111122223333", "eu-west-1");
    let of = metric("OrganizationEmailReceived", &[("OrganizationId", "m-1")]);
    let mut history = History::read(&reader, account, region).await.unwrap();
    let new = history.update(vec![figures(&of, "2026-11-19", 4), figures(&of, "2026-11-20", 5)]);
    assert_eq!(new.len(), 2);
    let saved = save(&archive, account, region, &new, time("2026-11-21T02:00:00Z")).await.unwrap();
    assert!(
        saved
            .unwrap()
            .starts_with("coverage/metrics/region=eu-west-1/accountId=111122223333/20261121T020000Z-")
    );
    let mut again = History::read(&reader, account, region).await.unwrap();
    assert_eq!(again, history);
    let new = again.update(vec![figures(&of, "2026-11-19", 4), figures(&of, "2026-11-20", 6)]);
    assert_eq!(new, [figures(&of, "2026-11-20", 6)]);
    save(&archive, account, region, &new, time("2026-11-22T02:00:00Z")).await.unwrap();
    assert_eq!(save(&archive, account, region, &[], time(NOW)).await.unwrap(), None);
    assert_eq!(History::read(&reader, account, region).await.unwrap(), again);
    // They are no checks of a log group.
    assert_eq!(read(folder.path(), None).await.refused, []);

    let key = "coverage/metrics/region=eu-west-1/accountId=111122223333/20261123T020000Z-x.ndjson";
    let impossible =
        r#"{"metric":"M","dimensions":{},"day":"2026-11-20","sum":18446744073709551615,"samples":1}"#;
    fs::write(folder.path().join(key), format!("{impossible}\nnot JSON\n")).unwrap();
    let hostile = History::read(&reader, account, region).await.unwrap();
    assert_eq!(hostile.refused.len(), 2);
    assert_eq!(hostile.metrics().count(), 1);
}

#[test]
fn a_metric_is_of_the_organization_that_a_dimension_names() {
    let observed = |log| Observed { organization: "m-1".to_owned(), alias: "example".to_owned(), log };
    let mut history = History::default();
    let sum = |history: &History, log, is_only| {
        let archived = Archived { mail: 3, failed_sign_ins: 2, ..Archived::default() };
        history.witness(&observed(log), is_only, day("2026-11-20"), archived)
    };
    assert_eq!(sum(&history, Log::EmailEvents, true).metric, None);
    history.update(vec![
        figures(&metric("OrganizationEmailReceived", &[("OrganizationId", "m-1")]), "2026-11-20", 4),
        // Broken down further: the same mail again.
        figures(
            &metric("OrganizationEmailReceived", &[("OrganizationId", "m-1"), ("Domain", "d")]),
            "2026-11-20",
            4,
        ),
        figures(&metric("MailboxEmailDelivered", &[("Organization", "example")]), "2026-11-20", 7),
        figures(&metric("OutgoingEmailSent", &[("OrganizationId", "m-2")]), "2026-11-20", 100),
        figures(&metric("IncomingEmailBounced", &[]), "2026-11-20", 1_000),
        figures(&metric("AuthenticationFailure", &[("OrganizationId", "m-1")]), "2026-11-19", 9),
    ]);
    let mail = sum(&history, Log::EmailEvents, false);
    assert_eq!((mail.metric, mail.events), (Some(11), 3));
    assert_eq!(sum(&history, Log::EmailEvents, true).metric, Some(1_011));
    // It has figures of other days, and so none were counted on this one.
    let sign_ins = sum(&history, Log::Authentication, false);
    assert_eq!((sign_ins.metric, sign_ins.events), (Some(0), 2));
}

#[test]
fn the_days_that_are_asked_for_end_with_yesterday() {
    let (first, last) = days_to_ask(time(NOW)).unwrap();
    assert_eq!((first.to_string(), last.to_string()), ("2025-09-02".to_owned(), "2026-11-30".to_owned()));
    assert_eq!(days_to_ask(Time::EPOCH), None);
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
