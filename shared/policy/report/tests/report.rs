//! Reports of the sample account, at times of their own.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot be made fails the test")]

use std::fs;
use std::path::Path;

use mailtrail_policy_report::{Report, markdown, not_known_yet};
use mailtrail_resource_policy::findings::{Finding, Kind, Severity};
use mailtrail_resource_policy::forecast::History;
use mailtrail_resource_policy::inventory::{Inventory, Part, ResourcePolicy};
use mailtrail_resource_policy::limits::{Limits, WARNING_DAYS};
use mailtrail_resource_policy::plan::{Options, StepKind};
use serde_json::{Value, json};

/// 2026-11-20T08:00:00Z
const NOW: i64 = 1_795_161_600_000;
const DAY: i64 = 24 * 60 * 60 * 1000;
const POLICY: &str = "AWSLogDeliveryWrite20150319";

/// The account that the README shows: a policy of 5,053 characters, most of them for log groups that are gone.
fn sample() -> Inventory {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../infra/policies/account.json");
    Inventory::from_json(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The sizes that the policy had on the days before, growing by so many characters a day up to `size`.
fn grown_to(size: usize, a_day: usize) -> History {
    let points: Vec<Value> = (1..=9_usize)
        .rev()
        .map(|day| json!({ "at": NOW - i64::try_from(day).unwrap() * DAY, "size": size - day * a_day }))
        .collect();
    serde_json::from_value(json!({ POLICY: points })).unwrap()
}

/// Where the sample's policy is not nearly full.
fn wide(soft_characters: usize) -> Options {
    Options { limits: Limits { soft_characters, ..Limits::default() }, ..Options::default() }
}

fn soon(report: &Report) -> Option<&Finding> {
    report.findings.iter().find(|finding| finding.id == Kind::FullSoon)
}

fn report(inventory: &Inventory, history: &History, options: &Options) -> Report {
    Report::of(inventory, history, options, WARNING_DAYS, NOW)
}

#[test]
fn people_read_sizes_findings_forecast_and_plan() {
    let report = report(&sample(), &grown_to(5053, 10), &Options::default());
    insta::assert_snapshot!(markdown(&report));
}

#[test]
fn an_account_without_anything_is_told_in_a_few_lines() {
    fn seen<T>() -> Part<Vec<T>> {
        Part::Seen { at: NOW, value: Vec::new() }
    }

    let inventory = Inventory {
        account: Some("111122223333".to_owned()),
        region: Some("eu-west-1".to_owned()),
        account_policies: seen(),
        log_groups: seen(),
        ..Inventory::default()
    };
    let report = report(&inventory, &History::default(), &Options::default());
    insta::assert_snapshot!(markdown(&report));
}

#[test]
fn text_of_the_account_cannot_become_markdown() {
    let mut inventory = sample();
    let Part::Seen { value: policies, .. } = &mut inventory.account_policies else { unreachable!() };
    policies[0].policy_name = Some("a|b`c\nd".to_owned());
    inventory.account = Some("<b>[x](http://example.com)".to_owned());
    inventory.region = Some("*\u{202e}*".to_owned());
    inventory.deliveries = Part::NotSeen { reason: "<i>_a_".to_owned() };
    let text = markdown(&report(&inventory, &History::default(), &Options::default()));
    assert!(text.contains("| ``a\\|b`c\\nd`` |"), "{text}");
    assert!(text.contains(r"account \<b\>\[x\](http\://example.com) in \*\\u{202e}\*"), "{text}");
    assert!(text.contains(r"* deliveries: not read: \<i\>\_a\_"), "{text}");
}

/// Names, labels, principals and ARNs with controls of terminals and Markdown in them.
#[test]
fn controls_in_names_labels_and_principals_are_shown_and_never_carried_out() {
    let path = "../resource-policy/tests/samples/control-characters.json";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let inventory = Inventory::from_json(&fs::read_to_string(path).unwrap()).unwrap();
    let text = markdown(&report(&inventory, &History::default(), &Options::default()));
    let is_hidden = |character: char| {
        character != '\n'
            && mailtrail_plain_text::escape(character.encode_utf8(&mut [0; 4])) != character.to_string()
    };
    assert!(!text.contains(is_hidden), "{text:?}");
    insta::assert_snapshot!(text);
}

#[test]
fn it_is_told_when_the_quota_of_account_policies_will_be_used_up() {
    let policies = |number: usize| {
        let mut inventory = sample();
        let Part::Seen { value, .. } = &mut inventory.account_policies else { unreachable!() };
        let one = value.pop().unwrap();
        value.clear();
        for at in 0..number {
            value.push(ResourcePolicy { policy_name: Some(format!("p{at}")), ..one.clone() });
        }
        inventory
    };
    let grown = |numbers: &[usize]| {
        let points =
            numbers.iter().rev().zip(1..).map(|(size, day)| json!({ "at": NOW - day * DAY, "size": size }));
        let points: Vec<Value> = points.collect::<Vec<_>>().into_iter().rev().collect();
        serde_json::from_value::<History>(json!({ "": points })).unwrap()
    };
    let soon = |number: usize, before: &[usize]| {
        let report = report(&policies(number), &grown(before), &Options::default());
        let found = report.findings.iter().find(|finding| finding.id == Kind::PoliciesUsedUpSoon);
        (found.map(|finding| (finding.severity, finding.message.clone())), report)
    };
    let (found, first) = soon(5, &[1, 2, 3, 4]);
    let said =
        "at 1.00 policies a day all 10 account-level policies are used in 5 days (2026-11-25); from 5 audits";
    assert_eq!(found, Some((Severity::Warning, said.to_owned())));
    assert_eq!(first.quota_forecast.as_ref().map(|it| (it.policies, it.days)), Some((5, 5)));
    assert!(markdown(&first).contains(said));
    assert_eq!(first.history.of("").len(), 5, "the next report goes on from there");
    assert_eq!(soon(5, &[5, 5, 5, 5]).0, None, "it does not grow");
    assert_eq!(soon(5, &[]).0, None, "it is not known yet");
    let slow: Vec<usize> = (0..60).map(|day| 6 + day / 30).collect();
    assert_eq!(soon(8, &slow).0.map(|it| it.0), Some(Severity::Note), "far away, but nearly used up");
    assert_eq!(soon(10, &[7, 8, 9]).0, None, "a quota that is used up has a finding of its own");
}

#[test]
fn a_report_carries_the_sizes_on_which_the_next_forecast_rests() {
    let first = report(&sample(), &grown_to(5053, 10), &Options::default());
    assert_eq!(first.history.of(POLICY).len(), 10);
    assert_eq!(first.forecasts.len(), 1);
    let carried: History = serde_json::from_value(serde_json::to_value(&first.history).unwrap()).unwrap();
    assert_eq!(carried, first.history);
    let next = Report::of(&sample(), &carried, &Options::default(), WARNING_DAYS, NOW + DAY);
    assert_eq!(next.history.of(POLICY).len(), 11);
}

#[test]
fn audits_within_an_hour_count_as_one() {
    let first = report(&sample(), &History::default(), &Options::default());
    let next = Report::of(&sample(), &first.history, &Options::default(), WARNING_DAYS, NOW + 60_000);
    let sizes = next.history.of(POLICY);
    assert_eq!((sizes.len(), sizes[0].at), (1, NOW + 60_000));
}

#[test]
fn a_policy_that_is_gone_is_forgotten_and_one_that_cannot_be_read_is_not() {
    let history = grown_to(5053, 10);
    let unread =
        Inventory { account_policies: Part::NotSeen { reason: "access denied".to_owned() }, ..sample() };
    assert_eq!(report(&unread, &history, &Options::default()).history, history);
    let gone = Inventory { account_policies: Part::Seen { at: NOW, value: Vec::new() }, ..sample() };
    assert_eq!(report(&gone, &history, &Options::default()).history.of(POLICY), []);
}

#[test]
fn a_policy_that_grows_fast_gets_room_before_it_is_full() {
    // Of 10,000 characters, 5,053 are half.
    let options = wide(10_000);
    let slow = report(&sample(), &grown_to(5053, 10), &options);
    assert!(slow.plan.unwrap().is_empty());
    let fast = report(&sample(), &grown_to(5053, 400), &options);
    assert!(fast.fewest_days().unwrap() <= WARNING_DAYS);
    let steps = fast.plan.unwrap().steps;
    assert_eq!(steps[0].kind, StepKind::DeadEntries);
    assert_eq!(fast.measures.policies[0].soft_percent, 50);
}

#[test]
fn a_limit_that_is_days_away_needs_attention() {
    let options = wide(10_000);
    assert_eq!(soon(&report(&sample(), &grown_to(5053, 100), &options)), None);
    let fast = report(&sample(), &grown_to(5053, 400), &options);
    let finding = soon(&fast).unwrap();
    assert_eq!((finding.severity, finding.policy.as_deref()), (Severity::Warning, Some(POLICY)));
    let said = "at 400 characters a day the soft limit is hit in 12 days (2026-12-02); from 10 sizes";
    assert_eq!(finding.message, said);
    let days = |days| Report::of(&sample(), &grown_to(5053, 400), &options, days, NOW);
    assert!(soon(&days(12)).is_some() && soon(&days(11)).is_none());
    assert!(fast.findings.is_sorted_by_key(|finding| std::cmp::Reverse(finding.severity)));
}

#[test]
fn beyond_the_soft_limit_the_days_to_the_hard_one_count() {
    let limits = Limits { soft_characters: 5_000, hard_characters: 10_000, ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    let found = report(&sample(), &grown_to(5053, 400), &options);
    assert!(soon(&found).unwrap().message.contains("the hard limit is hit in 12 days"));
    assert_eq!(soon(&report(&sample(), &grown_to(5053, 100), &options)), None);
    let limits = Limits { hard_characters: 5_000, ..limits };
    let beyond = report(&sample(), &grown_to(5053, 400), &Options { limits, ..Options::default() });
    assert_eq!(soon(&beyond), None);
}

#[test]
fn after_a_clean_up_it_is_said_that_there_is_no_forecast_yet() {
    let cleaned_up = report(&sample(), &grown_to(50_000, 400), &wide(10_000));
    assert!(cleaned_up.forecasts.is_empty() && soon(&cleaned_up).is_none());
    let said = "cleaned up on 2026-11-20; from one size since then it is not known yet when it will be full";
    let told = &cleaned_up.not_known_yet[0];
    assert_eq!((told.policy.as_str(), not_known_yet(told).unwrap().as_str()), (POLICY, said));
    assert!(markdown(&cleaned_up).contains(&format!("## Forecast\n\n* `{POLICY}`: {said}\n")));
    let first = report(&sample(), &History::default(), &wide(10_000));
    assert_eq!((first.not_known_yet[0].points, not_known_yet(&first.not_known_yet[0])), (1, None));
    assert!(!markdown(&first).contains("## Forecast"));
}

#[test]
fn the_fullest_policy_of_the_account_counts() {
    let report = report(&sample(), &History::default(), &Options::default());
    assert_eq!(report.highest_soft_percent(), 98);
    assert!(report.needs_attention());
    assert_eq!(report.fewest_days(), None);
}
