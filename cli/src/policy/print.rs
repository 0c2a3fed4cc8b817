//! A report for people: a bar for each policy with both limits, what is wrong, and when it will be full.

use std::collections::BTreeMap;
use std::fmt::Write;

use indicatif::HumanCount;
use mailtrail_policy_report::{NOT_ASKED, Report, not_known_yet, sentence};
use mailtrail_resource_policy::findings::{Finding, Kind, Severity};
use mailtrail_resource_policy::limits::Limits;
use mailtrail_resource_policy::measure::Measure;

use super::steps;
use crate::output::{BOLD, ERROR, FAINT, NUMBER, SUCCESS, WARNING, count, paint, plain, wrap};

/// Characters of a bar.
const WIDTH: usize = 40;
/// Resources of a finding that are named.
const NAMED: usize = 3;

/// A report. `plan` is the command that shows the plan.
pub(super) fn report(report: &Report, plan: &str) -> String {
    let changes = report.plan.as_ref().map(steps::changes).unwrap_or_default();
    let mut text = format!("{}\n", place(report));
    for measure in &report.measures.policies {
        push(&mut text, &policy(measure, &report.limits));
        if let Some(change) = changes.iter().find(|change| change.scope.label() == measure.policy) {
            push(&mut text, &goes(change));
        }
    }
    if let Some(policies) = report.measures.account_policies {
        push(&mut text, &format!("  {policies} of {} policies are used\n", report.limits.account_policies));
    }
    for finding in families(report.findings.iter().filter(|finding| !is_told_by_part(finding))) {
        push(&mut text, &self::finding(&finding));
    }
    for line in unseen(report) {
        push(&mut text, &line);
    }
    for line in ahead(report) {
        push(&mut text, &line);
    }
    push(&mut text, &advice(report, plan));
    text
}

fn push(text: &mut String, lines: &str) {
    // A `String` takes every write.
    let _infallible = writeln!(text, "{lines}");
}

fn place(report: &Report) -> String {
    let or_unknown = |part: &Option<String>| part.as_deref().map_or("unknown".to_owned(), plain);
    let (account, region) = (or_unknown(&report.account), or_unknown(&report.region));
    paint(BOLD, format_args!("account {account}, Region {region}"))
}

fn policy(measure: &Measure, limits: &Limits) -> String {
    let size = measure.size as u64;
    let style = match measure.soft_percent {
        0..80 => SUCCESS,
        80..100 => WARNING,
        _ => ERROR,
    };
    let of = |percent: usize, limit: usize, name: &str| {
        format!("{percent} % of {} ({name})", HumanCount(limit as u64))
    };
    let mut lines = format!(
        "  {}\n    {} {}: {}, {}\n",
        paint(BOLD, plain(&measure.policy)),
        paint(style, bar(measure, limits)),
        paint(NUMBER, count(size, "character")),
        of(measure.soft_percent, limits.soft_characters, "soft"),
        of(measure.hard_percent, limits.hard_characters, "hard"),
    );
    let mut fills: Vec<String> = [
        (measure.log_groups, "log group"),
        (measure.wildcards, "wildcard"),
        (measure.statements, "statement"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, noun)| count(number as u64, noun))
    .collect();
    if measure.white_space > 0 {
        fills.push(format!("{} of white space", count(measure.white_space as u64, "character")));
    }
    lines.push_str(&paint(FAINT, format_args!("    {}", fills.join(", "))));
    lines
}

/// What goes, if the plan is carried out.
fn goes(change: &steps::Change) -> String {
    let (before, after) = (change.before as u64, change.after as u64);
    let goes = count(before.saturating_sub(after), "character");
    format!("    the plan removes {}, and leaves {}", paint(NUMBER, goes), HumanCount(after))
}

/// The first half of a bar goes up to the soft limit, the second one up to the hard limit: a scale for both would leave
/// nothing to see of the first.
fn bar(measure: &Measure, limits: &Limits) -> String {
    let half = WIDTH / 2;
    let soft = limits.soft_characters.clamp(1, limits.hard_characters.max(1));
    let beyond = (limits.hard_characters - soft.min(limits.hard_characters)).max(1);
    let filled = match measure.size.checked_sub(soft) {
        None => measure.size * half / soft,
        Some(over) => half + (over * half / beyond).min(half),
    };
    let cell = |position: usize| if position < filled { '█' } else { '░' };
    let cells = |range: std::ops::Range<usize>| range.map(cell).collect::<String>();
    format!("{}┃{}", cells(0..half), cells(half..WIDTH))
}

/// The findings of which only the statement is another one, as one.
fn families<'f>(findings: impl Iterator<Item = &'f Finding>) -> Vec<Finding> {
    let mut families: Vec<Finding> = Vec::new();
    for finding in findings {
        let is_same = |other: &&mut Finding| {
            (other.id, other.severity, &other.policy, &other.message, &other.fix)
                == (finding.id, finding.severity, &finding.policy, &finding.message, &finding.fix)
                && other.statement.is_some()
        };
        match (families.iter_mut().find(is_same), &finding.statement) {
            (Some(family), Some(statement)) => {
                family.statement = family.statement.take().map(|others| format!("{others}, {statement}"));
                family.resources.extend(finding.resources.iter().cloned());
            }
            _ => families.push(finding.clone()),
        }
    }
    families
}

fn finding(finding: &Finding) -> String {
    let (mark, style) = match finding.severity {
        Severity::Critical => ("✗", ERROR),
        Severity::Warning => ("!", WARNING),
        Severity::Note => ("·", FAINT),
    };
    let place = finding.location().map(|place| format!("{}: ", plain(&place))).unwrap_or_default();
    let message = wrap(&format!("{place}{}", plain(&finding.message)), 2);
    let mut lines = format!("{} {message}", paint(style, mark));
    for resource in finding.resources.iter().take(NAMED) {
        // A `String` takes every write.
        let _infallible = write!(lines, "\n    {}", plain(resource));
    }
    if finding.resources.len() > NAMED {
        let _infallible = write!(lines, "\n    and {} more", finding.resources.len() - NAMED);
    }
    let _infallible = write!(lines, "\n  {}", paint(FAINT, wrap(&plain(&finding.fix), 2)));
    lines
}

/// Whether a finding is that a whole part of the account was not seen: those are told together.
fn is_told_by_part(finding: &Finding) -> bool {
    finding.id == Kind::NotSeen && finding.resources.is_empty()
}

/// The parts that were not seen, a line for each reason; but for services that were not asked, of which a finding tells.
fn unseen(report: &Report) -> Vec<String> {
    let mut parts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for seen in &report.seen {
        if let Some(reason) = seen.reason.as_ref().filter(|reason| *reason != NOT_ASKED) {
            parts.entry(reason).or_default().push(&seen.part);
        }
    }
    let line = |(reason, parts): (&str, Vec<&str>)| {
        let needs_attention = report.findings.iter().any(|finding| {
            is_told_by_part(finding) && finding.severity > Severity::Note && finding.message.ends_with(reason)
        });
        let (mark, style) = if needs_attention { ("!", WARNING) } else { ("·", FAINT) };
        let words = format!("not seen: {} ({})", parts.join(", "), plain(reason));
        format!("{} {}", paint(style, mark), wrap(&words, 2))
    };
    parts.into_iter().map(line).collect()
}

/// What lies ahead of the policies of which no finding says that they will soon be full.
fn ahead(report: &Report) -> Vec<String> {
    let is_told = |policy: &str| {
        let mut soon = report.findings.iter().filter(|finding| finding.id == Kind::FullSoon);
        soon.any(|finding| finding.policy.as_deref() == Some(policy))
    };
    let line = |policy: &str, words: String| format!("  {}: {words}", plain(policy));
    let forecasts = report.forecasts.iter().filter(|forecast| !is_told(&forecast.policy));
    let forecasts = forecasts.map(|forecast| line(&forecast.policy, sentence(forecast)));
    let not_known = report.not_known_yet.iter().filter_map(|it| Some(line(&it.policy, not_known_yet(it)?)));
    forecasts.chain(not_known).collect()
}

fn advice(report: &Report, plan: &str) -> String {
    let steps = report.plan.as_ref().map_or(0, |plan| plan.steps.len());
    match (steps, &report.no_plan) {
        (_, Some(reason)) => wrap(&format!("no plan: {}", plain(reason)), 2),
        (0, None) if report.plan.as_ref().is_some_and(|plan| !plan.unmet.is_empty()) => {
            format!("no step of a plan makes room; see why with: {plan}")
        }
        (0, None) if report.needs_attention() => {
            "nothing for a plan to do: fix the findings by hand".to_owned()
        }
        (0, None) => format!("{} nothing to do", paint(SUCCESS, "✓")),
        (steps, None) => {
            let saved: i64 = report.plan.iter().flat_map(|plan| &plan.steps).map(|step| step.saves).sum();
            let saved = u64::try_from(saved).unwrap_or_default();
            format!(
                "a plan of {} saves {}; show it with: {plan}",
                count(steps as u64, "step"),
                count(saved, "character"),
            )
        }
    }
}
