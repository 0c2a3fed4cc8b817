//! Several accounts and Regions, of which some were not read, or have nothing to check.

use crate::Severity::{Note, Unknown, Warning};
use crate::fixtures::{ACCOUNT, intact, seen};
use crate::{Facts, Finding, Severity, checks, checks_of_all};

/// A Region with nothing of WorkMail or mailtrail.
fn empty() -> Facts {
    let organizations = seen(Vec::new());
    Facts { account: ACCOUNT.to_owned(), region: "us-east-1".to_owned(), organizations, ..Facts::default() }
}

fn nothing_here(findings: &[Finding]) -> Vec<(&'static str, Severity)> {
    let about = |finding: &&Finding| ["email-events", "archive-reached"].contains(&finding.check.id);
    findings.iter().filter(about).map(|finding| (finding.check.id, finding.severity)).collect()
}

#[test]
fn a_region_with_nothing_is_a_problem_only_where_no_other_has_anything() {
    let found = |severity| vec![("email-events", severity), ("archive-reached", severity)];
    let all = checks_of_all(&[intact(), empty()]);
    assert_eq!(nothing_here(&all[1]), found(Note));
    assert_eq!(all[0], checks(&intact()));
    for all in [vec![empty()], vec![empty(), empty()]] {
        assert_eq!(nothing_here(&checks_of_all(&all)[0]), found(Warning));
    }
    // Organizations without an archive in their Region are a problem there.
    let mut without_archive = intact();
    without_archive.archives.clear();
    let all = checks_of_all(&[intact(), without_archive]);
    assert!(nothing_here(&all[1]).contains(&("archive-reached", Warning)), "{:?}", nothing_here(&all[1]));
}

#[test]
fn of_what_was_not_read_one_finding_says_so() {
    let unread = Facts { unread: Some("sts:AssumeRole: AccessDenied: no".to_owned()), ..empty() };
    let [finding] = checks(&unread).try_into().unwrap();
    assert_eq!((finding.check.id, finding.severity), ("account-read", Unknown));
    assert!(finding.resource.contains("us-east-1") && finding.seen.contains("AccessDenied"), "{finding:?}");
    let saved = serde_json::to_string(&unread).unwrap();
    assert_eq!(Facts::all_from_json(&saved).unwrap(), [unread]);
}
