//! What an archive keeps of WorkMail's metrics, whose they are, and what they say of a day.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise, in its helpers too")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use mailtrail_archive::{Archive, ArchiveReader};
use mailtrail_clock::Time;
use mailtrail_coverage::metrics::{Figures, Metric, MetricDay, days_to_ask, wanted};
use mailtrail_coverage::{Day, History, LastChecks, Log, Observed, Witness};
use mailtrail_pull::{Archived, ArchivedDays, LogGroupId};
use sha2::{Digest, Sha256};

const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-west-1";
const FOLDER: &str = "coverage/metrics/region=eu-west-1/accountId=111122223333";
const NOW: &str = "2026-12-01T12:00:00Z";

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn time(text: &str) -> Time {
    Time::from_iso8601(text).unwrap()
}

fn metric(name: &str, dimensions: &[(&str, &str)]) -> Metric {
    let pairs = dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Metric { name: name.to_owned(), dimensions: pairs.collect() }
}

fn received(dimensions: &[(&str, &str)]) -> Metric {
    metric("OrganizationEmailReceived", dimensions)
}

fn figures(metric: &Metric, of: &str, sum: u64) -> MetricDay {
    MetricDay { metric: metric.clone(), day: day(of), figures: Figures { sum, samples: sum } }
}

fn observed(log_group: &str, log: Log, organization: &str) -> Observed {
    Observed {
        log_group: log_group.to_owned(),
        log,
        organization: organization.to_owned(),
        alias: format!("alias-{organization}"),
    }
}

async fn read(archive: &ArchiveReader) -> History {
    History::read(archive, ACCOUNT, REGION, time(NOW)).await.unwrap()
}

#[tokio::test]
async fn what_is_new_is_saved_once() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::directory(folder.path().to_owned()).unwrap();
    let reader = archive.reader();
    let of = received(&[("OrganizationId", "m-1")]);
    let mut history = read(&reader).await;
    let days = history.update(vec![figures(&of, "2026-11-19", 4), figures(&of, "2026-11-20", 5)]);
    let logs = history.observe(BTreeSet::from([observed("mail", Log::EmailEvents, "m-1")]));
    assert_eq!((days.len(), logs.len()), (2, 1));
    let saved = history.save(&archive, &days, &logs, time("2026-11-21T02:00:00Z")).await.unwrap();
    assert!(saved.unwrap().starts_with(&format!("{FOLDER}/20261121T020000Z-")));
    let mut again = read(&reader).await;
    assert_eq!(again, history);
    assert_eq!(again.log_groups(), BTreeSet::from(["mail"]));

    let days = again.update(vec![figures(&of, "2026-11-19", 4), figures(&of, "2026-11-20", 6)]);
    assert_eq!(days, [figures(&of, "2026-11-20", 6)]);
    let logs = again.observe(BTreeSet::from([observed("mail", Log::EmailEvents, "m-1")]));
    assert_eq!(logs, []);
    again.save(&archive, &days, &logs, time("2026-11-22T02:00:00Z")).await.unwrap();
    assert_eq!(again.save(&archive, &[], &[], time(NOW)).await.unwrap(), None);
    assert_eq!(read(&reader).await, again);
    // They are no checks of a log group.
    assert!(LastChecks::read(&reader, None, time(NOW)).await.unwrap().refused.is_empty());
}

fn write(folder: &Path, saved: &str, text: &str) {
    let hash = hex::encode(&Sha256::digest(text)[..8]);
    fs::write(folder.join(FOLDER).join(format!("{saved}-{hash}.ndjson")), text).unwrap();
}

#[tokio::test]
async fn what_no_run_can_have_saved_is_refused_and_hides_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::directory(folder.path().to_owned()).unwrap();
    let reader = archive.reader();
    let of = received(&[("OrganizationId", "m-1")]);
    let mut history = read(&reader).await;
    let days = history.update(vec![figures(&of, "2026-11-20", 5)]);
    history.save(&archive, &days, &[], time("2026-11-21T02:00:00Z")).await.unwrap();

    let line = |day: &str, sum: u64| serde_json::to_string(&figures(&of, day, sum)).unwrap() + "\n";
    let zero = line("2026-11-20", 0);
    let names = [
        "anything at all",
        "20261130T020000Z-0000000000000000.ndjson",
        "2026-11-30T02:00:00Z-0000000000000000.ndjson",
        "20261130T020000Z.ndjson",
    ];
    for name in names {
        fs::write(folder.path().join(FOLDER).join(name), &zero).unwrap();
    }
    write(folder.path(), "20261201T121100Z", &zero);
    write(folder.path(), "99991231T000000Z", &zero);
    let of_log_group =
        |name: &str| serde_json::to_string(&observed(name, Log::EmailEvents, "m-1")).unwrap() + "\n";
    // The day of saving, one after it, one that CloudWatch had no more, figures of no day, names of no log group, no JSON.
    let lines = [line("2026-11-30", 1), line("2099-01-01", 1), line("2025-08-31", 1)];
    let impossible = [
        line("2026-11-20", 1 << 40),
        line("2026-11-20", u64::MAX),
        line("2026-11-20", 3).replace("3}", "-3}"),
    ];
    let of_names = [of_log_group("my group"), of_log_group(""), of_log_group("a\u{202e}b")];
    let other = ["not JSON\n".to_owned(), "{}\n".to_owned(), "\n".to_owned()];
    let all: Vec<String> = lines.into_iter().chain(impossible).chain(of_names).chain(other).collect();
    write(folder.path(), "20261130T230000Z", &all.concat());

    let mut hostile = read(&reader).await;
    assert_eq!(hostile.refused.len(), names.len() + 2 + all.len(), "{:#?}", hostile.refused);
    hostile.refused.clear();
    assert_eq!(hostile, history);
}

/// A clock may be ahead of another one; and where two saved the same day, the later one counts, whatever its name sorts as.
#[tokio::test]
async fn what_was_saved_later_counts() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::directory(folder.path().to_owned()).unwrap();
    let of = received(&[("OrganizationId", "m-1")]);
    let mut history = History::new(ACCOUNT, REGION);
    history.update(vec![figures(&of, "2026-11-20", 6)]);
    for (at, sum) in [("2026-12-01T12:09:00Z", 6), ("2026-11-29T02:00:00Z", 4), ("2026-11-30T02:00:00Z", 5)] {
        let days = [figures(&of, "2026-11-20", sum)];
        History::new(ACCOUNT, REGION).save(&archive, &days, &[], time(at)).await.unwrap();
    }
    assert_eq!(read(&archive.reader()).await, history);
}

/// A day, its email events, and its sign-ins that failed.
type Counted<'a> = (&'a str, u64, u64);

/// What the archive has, by log group.
fn archived(log_groups: &[(&str, &[Counted<'_>])]) -> ArchivedDays {
    let days = |of: &[Counted<'_>]| -> BTreeMap<i64, Archived> {
        let archived = |(of, mail, failed_sign_ins): &Counted<'_>| {
            let archived = Archived { mail: *mail, failed_sign_ins: *failed_sign_ins, ..Archived::default() };
            (day(of).number(), archived)
        };
        of.iter().map(archived).collect()
    };
    let id = |name: &str| LogGroupId {
        account: ACCOUNT.to_owned(),
        region: REGION.to_owned(),
        name: name.to_owned(),
    };
    log_groups.iter().map(|(name, of)| (id(name), days(of))).collect()
}

fn history(logs: &[Observed], days: Vec<MetricDay>) -> History {
    let mut history = History::new(ACCOUNT, REGION);
    history.observe(logs.iter().cloned().collect());
    history.update(days);
    history
}

#[test]
fn a_metric_is_of_the_organization_that_a_dimension_names() {
    let logs = [observed("mail", Log::EmailEvents, "m-1"), observed("sign-ins", Log::Authentication, "m-1")];
    let arn = "arn:aws:workmail:eu-west-1:111122223333:organization/m-1";
    let days = vec![
        figures(&received(&[("OrganizationId", "m-1")]), "2026-11-20", 4),
        // Broken down further: the same mail again.
        figures(&received(&[("OrganizationId", "m-1"), ("Domain", "d")]), "2026-11-20", 4),
        figures(&metric("MailboxEmailDelivered", &[("Organization", "alias-m-1")]), "2026-11-20", 7),
        figures(&metric("OutgoingEmailBounced", &[("Organization", arn)]), "2026-11-20", 20),
        figures(&metric("OutgoingEmailSent", &[("OrganizationId", "m-2")]), "2026-11-20", 100),
        figures(&metric("IncomingEmailBounced", &[]), "2026-11-20", 1_000),
        figures(&metric("AuthenticationFailure", &[("OrganizationId", "m-1")]), "2026-11-19", 0),
        figures(&received(&[("OrganizationId", "m-1"), ("Domain", "d")]), "2026-11-18", 3),
    ];
    let history = history(&logs, days);
    let archived = archived(&[("mail", &[("2026-11-20", 3, 0)]), ("sign-ins", &[("2026-11-20", 0, 2)])]);
    let of = |name, is_only, of| {
        history.witness(name, is_only, day(of), &archived).map(|it| (it.metric, it.events))
    };
    assert_eq!(of("mail", false, "2026-11-20"), Some((Some(31), 3)));
    assert_eq!(of("mail", true, "2026-11-20"), Some((Some(1_031), 3)));
    // Of this day, there is the metric by domain alone.
    assert_eq!(of("mail", false, "2026-11-18"), Some((Some(3), 0)));
    // That there is no figure says nothing; a figure of 0 does.
    assert_eq!(of("sign-ins", false, "2026-11-20"), Some((None, 2)));
    assert_eq!(of("sign-ins", false, "2026-11-19"), Some((Some(0), 0)));
    assert_eq!(of("mail", false, "2026-11-17"), Some((None, 0)));
    assert_eq!(of("other", true, "2026-11-20"), None);
}

#[test]
fn an_organization_has_one_mail_wherever_it_is_logged() {
    let logs = [
        observed("old", Log::EmailEvents, "m-1"),
        observed("new", Log::EmailEvents, "m-1"),
        observed("old", Log::Authentication, "m-1"),
        observed("other", Log::EmailEvents, "m-2"),
    ];
    let dimensions = [("OrganizationId", "m-1")];
    let days = ["2026-11-19", "2026-11-20", "2026-11-21"];
    let history = history(&logs, days.iter().map(|of| figures(&received(&dimensions), of, 50)).collect());
    let archived = archived(&[
        ("old", &[("2026-11-19", 50, 9)]),
        ("new", &[("2026-11-20", 50, 9)]),
        ("other", &[("2026-11-21", 50, 0)]),
    ]);
    let silent: Vec<bool> = days
        .iter()
        .map(|of| history.witness("new", false, day(of), &archived).unwrap().is_silent())
        .collect();
    assert_eq!(silent, [false, false, true]);
    // The old log group has sign-ins beside the mail: they are counted with those of its log.
    let of_old = history.witness("old", false, day("2026-11-19"), &archived).unwrap();
    assert_eq!((of_old.metric, of_old.events), (Some(50), 59));
    assert_eq!(history.witness("other", false, day("2026-11-19"), &archived).unwrap().metric, None);
}

/// Where a Region has one organization, the archive shows where it logged before.
#[test]
fn events_of_the_archive_are_of_the_only_organization() {
    let mut archived = archived(&[
        ("old", &[("2026-11-19", 5, 0), ("2026-11-20", 0, 0)]),
        ("both", &[("2026-11-19", 5, 1)]),
        ("other", &[("2026-11-19", 0, 0)]),
        ("my group", &[("2026-11-19", 5, 1)]),
    ]);
    let elsewhere = LogGroupId {
        account: ACCOUNT.to_owned(),
        region: "us-east-1".to_owned(),
        name: "elsewhere".to_owned(),
    };
    archived.insert(elsewhere, archived.values().next().cloned().unwrap());
    let history = History::new(ACCOUNT, REGION);
    let expected = [
        observed("old", Log::EmailEvents, "m-1"),
        observed("both", Log::EmailEvents, "m-1"),
        observed("both", Log::Authentication, "m-1"),
    ];
    assert_eq!(history.logs_of_only("m-1", "alias-m-1", &archived), BTreeSet::from(expected));
}

/// An organization was deleted, and another one has its alias: a metric with the alias is of both.
#[test]
fn an_alias_that_was_given_again_is_of_both() {
    let first = Observed { alias: "example".to_owned(), ..observed("first", Log::EmailEvents, "m-1") };
    let second = Observed { alias: "example".to_owned(), ..observed("second", Log::EmailEvents, "m-2") };
    let days = vec![figures(&received(&[("Organization", "example")]), "2026-11-20", 5)];
    let history = history(&[first, second], days);
    let archived = archived(&[("second", &[("2026-11-20", 5, 0)])]);
    assert!(!history.witness("first", false, day("2026-11-20"), &archived).unwrap().is_silent());
}

#[test]
fn mail_of_midnight_may_be_logged_on_the_day_beside() {
    let dimensions = [("OrganizationId", "m-1")];
    let with = |metrics: [Option<u64>; 3], events: [u64; 3]| {
        let days = ["2026-11-19", "2026-11-20", "2026-11-21"];
        let of_metrics = days.iter().zip(metrics);
        let counted = of_metrics.filter_map(|(of, sum)| Some(figures(&received(&dimensions), of, sum?)));
        let history = history(&[observed("mail", Log::EmailEvents, "m-1")], counted.collect());
        let events: Vec<Counted<'_>> = days.iter().zip(events).map(|(of, events)| (*of, events, 0)).collect();
        history.witness("mail", false, day("2026-11-20"), &archived(&[("mail", &events)])).unwrap()
    };
    let at_midnight = with([None, Some(1), None], [0, 0, 1]);
    assert_eq!(at_midnight, Witness { metric: Some(1), events: 0, beside: 1 });
    assert!(!at_midnight.is_silent());
    // The days beside it have what their own metrics count, and nothing beyond that.
    assert!(with([Some(9), Some(1), Some(9)], [9, 0, 9]).is_silent());
    assert!(!with([Some(9), Some(2), Some(9)], [10, 0, 10]).is_silent());
    // So many are not all of midnight.
    let many = with([None, Some(11), None], [0, 0, 300]);
    assert_eq!((many.beside, many.is_silent()), (10, true));
}

#[test]
fn sums_stay_within_what_a_day_can_have() {
    let dimensions = [("OrganizationId", "m-1")];
    let most = (1 << 40) - 1;
    let days = ["OrganizationEmailReceived", "MailboxEmailDelivered", "OutgoingEmailSent"]
        .map(|name| figures(&metric(name, &dimensions), "2026-11-20", most));
    let history = history(&[observed("mail", Log::EmailEvents, "m-1")], days.to_vec());
    let witness = history.witness("mail", false, day("2026-11-20"), &ArchivedDays::new()).unwrap();
    assert_eq!(witness.metric, Some(most));
}

#[test]
fn metrics_that_are_not_listed_are_asked_for_with_the_dimensions_of_those_that_are() {
    let listed = metric("AvailabilityProviderFailure", &[("OrganizationId", "m-1")]);
    let saved = received(&[("Organization", "example")]);
    let history = history(&[], vec![figures(&saved, "2026-11-20", 1)]);
    let wanted = wanted(BTreeSet::from([listed.clone()]), &history);
    let names: Vec<&str> = Log::ALL.into_iter().flat_map(Log::metrics).copied().collect();
    for name in &names {
        for dimensions in [&[("OrganizationId", "m-1")][..], &[("Organization", "example")], &[]] {
            assert!(wanted.contains(&metric(name, dimensions)), "{name} {dimensions:?}");
        }
    }
    assert!(wanted.contains(&listed));
    assert_eq!(wanted.len(), 3 * names.len() + 1);
}

#[test]
fn the_days_that_are_asked_for_end_with_yesterday() {
    let (first, last) = days_to_ask(time(NOW)).unwrap();
    assert_eq!((first.to_string(), last.to_string()), ("2025-09-02".to_owned(), "2026-11-30".to_owned()));
    assert_eq!(days_to_ask(Time::EPOCH), None);
}
