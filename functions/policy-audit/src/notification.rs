//! What people are told: once for what is new, not every day for what they know.

use std::collections::BTreeSet;

use mailtrail_delivery::Announcement;
use mailtrail_policy_report::{Report, markdown};
use mailtrail_resource_policy::findings::{Finding, Kind, Severity};
use mailtrail_resource_policy::forecast::History;
use serde::{Deserialize, Serialize};

use crate::remediation::Remediation;

/// The most bytes of a message, 256 KiB, less room for what was done.
/// <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>
const MOST_BYTES: usize = 200 * 1024;

/// What the report before said, as far as it matters now.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct PreviousReport {
    /// Sizes.
    pub(crate) history: History,
    /// What people were told, and what still held.
    #[serde(default, rename = "told")]
    announced: Vec<KnownFinding>,
}

/// A finding that people know of. What it says may change from day to day, as numbers do: that is no news.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct KnownFinding {
    id: String,
    severity: String,
    policy: Option<String>,
}

impl PreviousReport {
    /// What people were told before, and what holds still: what is over and comes again is news again.
    pub(crate) fn still_announced(&self, report: &Report) -> Vec<KnownFinding> {
        all(report).into_iter().filter(|known| self.announced.contains(known)).collect()
    }
}

/// Everything that people know of, once they have read the report.
pub(crate) fn all(report: &Report) -> Vec<KnownFinding> {
    let known: BTreeSet<KnownFinding> = actionable(report).map(known_finding).collect();
    known.into_iter().collect()
}

/// The findings above a note.
pub(crate) fn actionable(report: &Report) -> impl Iterator<Item = &Finding> {
    report.findings.iter().filter(|finding| finding.severity > Severity::Note)
}

/// Entries of log groups that do not exist.
pub(crate) fn dead_entries(report: &Report) -> usize {
    let dead = report.findings.iter().filter(|finding| finding.id == Kind::DeadEntries);
    dead.map(|finding| finding.resources.len()).sum()
}

/// The message, if there is anything new above a note, or anything was done or failed.
pub(crate) fn of(
    report: &Report,
    earlier: &PreviousReport,
    remediation: &Remediation,
    key: &str,
) -> Option<Announcement> {
    let news: Vec<&Finding> =
        actionable(report).filter(|finding| !earlier.announced.contains(&known_finding(finding))).collect();
    if news.is_empty() && remediation.is_nothing() {
        return None;
    }
    let or_unknown = |part: &Option<String>| part.as_deref().map_or("unknown".to_owned(), plain);
    let (account, region) = (or_unknown(&report.account), or_unknown(&report.region));
    let new = news.iter().map(|finding| format!("New: {}", plain(&finding.message)));
    let report_at =
        [format!("Report: {}", plain(key)), String::new(), markdown(report) + &remediation.markdown()];
    let done = remediation.lines().map(|line| plain(&line));
    let mut body = done.chain(new).chain(report_at).collect::<Vec<_>>().join("\n");
    let end = body.floor_char_boundary(MOST_BYTES);
    body.truncate(end);
    let what = match (remediation.failed.is_empty(), remediation.done.is_empty()) {
        (false, _) => "remediation failed".to_owned(),
        (true, false) => "made room".to_owned(),
        (true, true) if news.len() == 1 => "1 new finding".to_owned(),
        (true, true) => format!("{} new findings", news.len()),
    };
    Some(Announcement {
        id: key.to_owned(),
        subject: format!("mailtrail: log resource policies of {account} in {region}: {what}"),
        body,
        attributes: vec![("account", account), ("region", region)],
    })
}

/// Text of an account on one line, in which every character is visible.
fn plain(text: &str) -> String {
    mailtrail_plain_text::escape(text).into_owned()
}

fn known_finding(finding: &Finding) -> KnownFinding {
    let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    KnownFinding {
        id: serde_json::to_value(finding.id).map(word).unwrap_or_default(),
        severity: serde_json::to_value(finding.severity).map(word).unwrap_or_default(),
        policy: finding.policy.clone(),
    }
}

#[cfg(test)]
mod tests {
    use mailtrail_resource_policy::inventory::{Inventory, Part};
    use mailtrail_resource_policy::plan::Options;

    use super::*;

    const KEY: &str = "policy-audit/report.json";

    fn sample() -> Inventory {
        Inventory::from_json(include_str!("../../../infra/policies/account.json")).unwrap()
    }

    fn report(inventory: &Inventory) -> Report {
        Report::of(inventory, &History::default(), &Options::default(), 14, 0)
    }

    /// After people were told of everything in a report.
    fn after(report: &Report) -> PreviousReport {
        let told = serde_json::to_value(all(report)).unwrap();
        serde_json::from_value(serde_json::json!({ "history": {}, "told": told })).unwrap()
    }

    fn subject(report: &Report, earlier: &PreviousReport, remediation: &Remediation) -> Option<String> {
        Some(of(report, earlier, remediation, KEY)?.subject)
    }

    #[test]
    fn what_is_new_is_told_once() {
        let report = report(&sample());
        let news = of(&report, &PreviousReport::default(), &Remediation::default(), KEY).unwrap();
        assert!(news.subject.ends_with("in eu-west-1: 2 new findings"), "{}", news.subject);
        assert!(news.body.starts_with("New: 5053 characters of 5120, the soft limit\n"), "{}", news.body);
        assert!(news.body.contains(&format!("Report: {KEY}\n\n# Resource policies")), "{}", news.body);
        assert_eq!(subject(&report, &after(&report), &Remediation::default()), None);
    }

    #[test]
    fn other_numbers_of_the_same_finding_are_no_news() {
        let (mut inventory, known) = (sample(), after(&report(&sample())));
        let Part::Seen { value: groups, .. } = &mut inventory.log_groups else { unreachable!() };
        groups.retain(|group| !group.name.starts_with("/aws/states/"));
        let report = report(&inventory);
        assert!(dead_entries(&report) > 40);
        assert_eq!(subject(&report, &known, &Remediation::default()), None);
    }

    #[test]
    fn what_is_over_is_forgotten_and_is_news_when_it_comes_again() {
        let known = after(&report(&sample()));
        let mut inventory = sample();
        let Part::Seen { value: policies, .. } = &mut inventory.account_policies else { unreachable!() };
        policies.retain(|policy| policy.label() == "OpenSearch-logs");
        let better = report(&inventory);
        assert_eq!(subject(&better, &known, &Remediation::default()), None);
        assert_eq!(
            (known.still_announced(&report(&sample())).len(), known.still_announced(&better).len()),
            (2, 0)
        );
        let again = subject(&report(&sample()), &after(&better), &Remediation::default());
        assert!(again.unwrap().ends_with("2 new findings"));
    }

    #[test]
    fn nothing_hidden_is_in_a_message() {
        let mut inventory = sample();
        inventory.region = Some("eu\u{202e}-west-1\n".to_owned());
        let Part::Seen { value: policies, .. } = &mut inventory.account_policies else { unreachable!() };
        policies[0].policy_name = Some("p\u{1b}[31m\n! FAKE".to_owned());
        policies[0].document = policies[0].document.replace(
            r#"{"Service":"delivery.logs.amazonaws.com"}"#,
            r#"{"AWS":"arn:aws:iam::444455556666:role/x\u001b[2J\u200b\nNew: FAKE"}"#,
        );
        let failed = vec!["a\u{9b}b\r".to_owned()];
        let done = Remediation { commands: failed.clone(), failed, ..Remediation::default() };
        let news = of(&report(&inventory), &PreviousReport::default(), &done, KEY).unwrap();
        assert!(
            news.body.contains("another account, arn:aws:iam::444455556666:role/x\\u{1b}[2J"),
            "{}",
            news.body
        );
        let lines = news.body.lines().chain([news.subject.as_str()]);
        for line in lines {
            assert_eq!(mailtrail_plain_text::escape(line), line);
            assert!(!line.starts_with("New: FAKE") && !line.starts_with("! FAKE"), "{line}");
        }
    }

    #[test]
    fn what_was_done_or_failed_is_always_told() {
        let report = report(&sample());
        let done = Remediation { done: vec!["1 changes".to_owned()], ..Remediation::default() };
        assert!(subject(&report, &after(&report), &done).unwrap().ends_with(": made room"));
        let failed = Remediation { failed: vec!["denied".to_owned()], ..done };
        let news = of(&report, &after(&report), &failed, KEY).unwrap();
        assert!(news.subject.ends_with(": remediation failed"));
        assert!(news.body.starts_with("Done: 1 changes\nFailed: denied\nReport: "), "{}", news.body);
    }

    #[test]
    fn a_message_is_not_longer_than_a_topic_takes() {
        let remediation = Remediation { failed: vec!["é".repeat(MOST_BYTES)], ..Remediation::default() };
        let news = of(&report(&sample()), &PreviousReport::default(), &remediation, KEY).unwrap();
        assert!(news.body.len() <= MOST_BYTES && news.subject.len() <= 100);
    }
}
