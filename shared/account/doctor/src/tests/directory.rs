//! What is concluded from the snapshots of directories that archives have.

use mailtrail_clock::DAY;

use crate::Severity::{Ok, Unknown, Warning};
use crate::fixtures::{NOW, ORGANIZATION, intact, problems_after, seen};
use crate::{Archive, Facts, Finding, Part, SavedDirectory, checks};

const CHECK: &str = "archive-directory";

/// Facts in which the directory was read last so many days ago.
fn read(days_ago: i64) -> Facts {
    let mut facts = intact();
    let (organization, as_of) = (ORGANIZATION.to_owned(), NOW - days_ago * DAY);
    facts.archives[0].directories = seen(vec![SavedDirectory { organization, taken: NOW - 30 * DAY, as_of }]);
    facts
}

fn finding(facts: &Facts) -> Finding {
    let mut all = checks(facts).into_iter().filter(|it| it.check.id == CHECK);
    let found = all.next().unwrap();
    assert!(all.next().is_none());
    found
}

#[test]
fn a_directory_that_was_read_lately_is_in_order_whenever_it_changed_last() {
    assert_eq!([0, 6, 7, 100].map(|days| finding(&read(days)).severity), [Ok, Ok, Warning, Warning]);
    let found = finding(&read(8));
    assert!(found.seen.ends_with("was read last on 2026-11-12, 8 days ago"), "{}", found.seen);
}

#[test]
fn an_archive_without_a_snapshot_is_a_finding_with_the_command_that_saves_one() {
    let mut facts = intact();
    facts.archives[0].directories = seen(Vec::new());
    let found = finding(&facts);
    assert_eq!(found.severity, Warning);
    let command = &found.fix.unwrap().commands[0];
    let options =
        format!("--organization {ORGANIZATION} --archive s3://example-archive/mail --region eu-west-1");
    assert_eq!(*command, format!("mailtrail directory save {options}"));
    // Of another organization.
    facts.archives[0].directories =
        seen(vec![SavedDirectory { organization: "m-other".to_owned(), taken: NOW, as_of: NOW }]);
    assert_eq!(finding(&facts).severity, Warning);
}

#[test]
fn of_several_archives_the_one_that_was_told_last_counts() {
    let mut facts = read(100);
    let other = read(1).archives.remove(0);
    facts.archives.push(Archive { url: "s3://other/mail".to_owned(), ..other });
    assert_eq!(finding(&facts).severity, Ok);
}

#[test]
fn what_was_not_read_is_unknown() {
    let refused = || Part::NotSeen { reason: "s3:ListObjectsV2 on s3://x: AccessDenied: no".to_owned() };
    assert_eq!(problems_after(|facts| facts.archives[0].directories = refused()), [(CHECK, Unknown)]);
    let both = problems_after(|facts| {
        facts.archives[0].directories = refused();
        facts.archives[0].days = Part::NotSeen { reason: "no".to_owned() };
    });
    assert!(both.iter().all(|(id, _)| *id != CHECK), "a fault of the archive is one finding: {both:?}");
}
