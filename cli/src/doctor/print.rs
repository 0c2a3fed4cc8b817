//! The text of findings, the most severe first.

use std::collections::BTreeSet;
use std::fmt::Write;

use mailtrail_aws_types::days_until_end_of_support;
use mailtrail_clock::Time;
use mailtrail_doctor::{ALL, Facts, Finding, Severity, Subject};

use super::Report;
use crate::output::{BOLD, ERROR, FAINT, SUCCESS, WARNING, count, json_line, paint, plain};

/// Every check and why it matters: by subject, or as JSON, one object a line.
pub(super) fn catalogue(json: bool) -> serde_json::Result<String> {
    let mut text = String::new();
    let mut before = None;
    for check in ALL {
        if json {
            text.push_str(&json_line(check)?);
            continue;
        }
        if before.replace(check.subject) != Some(check.subject) {
            push(&mut text, &paint(BOLD, title(check.subject)));
        }
        push(&mut text, &format!("  {}\n    why  {}", paint(BOLD, check.id), check.why));
    }
    Ok(text)
}

/// The report: what is broken first, then what is not known, warnings and notes; then, for each area, how much of it is in
/// order. `all` adds each finding that is in order.
pub(super) fn report(reports: &[Report], all: bool) -> String {
    let mut text = String::new();
    for Report { facts, .. } in reports {
        push(&mut text, &heading(facts));
    }
    let several = reports.len() > 1;
    let findings: Vec<(&Facts, &Finding)> = reports
        .iter()
        .flat_map(|Report { facts, findings }| findings.iter().map(move |finding| (facts, finding)))
        .collect();
    for severity in [Severity::Broken, Severity::Unknown, Severity::Warning, Severity::Note] {
        let of_severity: Vec<_> = findings.iter().filter(|(_, it)| it.severity == severity).collect();
        if of_severity.is_empty() {
            continue;
        }
        push(&mut text, &format!("\n{}", paint(BOLD, group(severity))));
        for (facts, finding) in of_severity {
            push(&mut text, &of_finding(several.then_some(*facts), finding));
        }
    }
    let in_order = in_order(&findings, several, all);
    if !in_order.is_empty() {
        push(&mut text, &format!("\n{}\n{}", paint(BOLD, group(Severity::Ok)), in_order.join("\n")));
    }
    let unread = reports.iter().filter(|report| report.facts.unread.is_some()).count();
    let unread = (unread > 0).then(|| format!("{unread} of {} accounts and Regions not read", reports.len()));
    push(&mut text, &format!("\n{}", summary(&findings, unread)));
    text
}

fn heading(facts: &Facts) -> String {
    let day = Time::from_millis(facts.at).map(|time| time.rfc3339().chars().take(10).collect::<String>());
    let heading = format!(
        "account {}, Region {}, {}",
        plain(&facts.account),
        plain(&facts.region),
        day.unwrap_or_default()
    );
    let heading = paint(BOLD, heading);
    let has_mail = facts.organizations.seen().is_some_and(|organizations| !organizations.is_empty());
    if let (true, left @ 0..) = (has_mail, days_until_end_of_support(facts.at)) {
        return format!("{heading}\nSupport for WorkMail ends in {}", count(left.unsigned_abs(), "day"));
    }
    heading
}

fn group(severity: Severity) -> &'static str {
    match severity {
        Severity::Broken => "Broken",
        Severity::Unknown => "Not known",
        Severity::Warning => "Warnings",
        Severity::Note => "Notes",
        Severity::Ok => "In order",
    }
}

/// A line for each area, with the number of its checks that are in order; with `all`, each check.
fn in_order(findings: &[(&Facts, &Finding)], several: bool, all: bool) -> Vec<String> {
    if all {
        let in_order = findings.iter().filter(|(_, finding)| finding.severity == Severity::Ok);
        return in_order.map(|(facts, finding)| of_finding(several.then_some(*facts), finding)).collect();
    }
    let line = |subject: Subject| {
        let of_subject = || findings.iter().filter(move |(_, finding)| finding.check.subject == subject);
        let in_order = of_subject().filter(|(_, finding)| finding.severity == Severity::Ok).count();
        let all = of_subject().count();
        let of_all = if in_order < all { format!("{in_order} of ") } else { String::new() };
        let checks = count(all as u64, "check");
        (in_order > 0).then(|| format!("  {} {}: {of_all}{checks}", mark(Severity::Ok), title(subject)))
    };
    subjects(findings).into_iter().filter_map(line).collect()
}

fn push(text: &mut String, lines: &str) {
    // A `String` takes every write.
    let _infallible = writeln!(text, "{lines}");
}

/// The subjects of the findings, in their order.
fn subjects(findings: &[(&Facts, &Finding)]) -> BTreeSet<Subject> {
    findings.iter().map(|(_, finding)| finding.check.subject).collect()
}

fn title(subject: Subject) -> &'static str {
    match subject {
        Subject::Account => "Accounts and Regions",
        Subject::Workmail => "WorkMail email events",
        Subject::Deliveries => "WorkMail audit logs",
        Subject::Subscriptions => "Subscriptions",
        Subject::Functions => "Functions",
        Subject::Loops => "Log loops",
        Subject::Streams => "Firehose streams",
        Subject::Buckets => "Buckets and keys",
        Subject::Policies => "Resource policies",
        Subject::Archive => "Archive",
        Subject::Retirement => "End of support for WorkMail",
    }
}

fn mark(severity: Severity) -> String {
    match severity {
        Severity::Ok => paint(SUCCESS, "✓"),
        Severity::Note => paint(FAINT, "-"),
        Severity::Warning => paint(WARNING, "!"),
        Severity::Unknown => paint(WARNING, "?"),
        Severity::Broken => paint(ERROR, "✗"),
    }
}

/// A finding, with its account and Region where there are several.
fn of_finding(facts: Option<&Facts>, finding: &Finding) -> String {
    let facts = facts.map(|facts| format!("{} {} ", plain(&facts.account), plain(&facts.region)));
    let mut text = format!(
        "  {} {}{} {}: {}",
        mark(finding.severity),
        facts.unwrap_or_default(),
        paint(BOLD, finding.check.id),
        plain(&finding.resource),
        plain(&finding.seen)
    );
    if let Some(fix) = &finding.fix {
        let why = paint(FAINT, format_args!("    why  {}", finding.check.why));
        let mut lines: Vec<&str> = fix.commands.iter().map(String::as_str).collect();
        if !fix.advice.is_empty() {
            lines.insert(0, &fix.advice);
        }
        let lines: Vec<String> = lines.into_iter().map(plain).collect();
        let _infallible = write!(text, "\n{why}\n    fix  {}", lines.join("\n         "));
    }
    text
}

fn summary(findings: &[(&Facts, &Finding)], unread: Option<String>) -> String {
    let number =
        |severity| findings.iter().filter(|(_, finding)| finding.severity == severity).count() as u64;
    let checks = count(findings.len() as u64, "check");
    let (broken, warnings, unknown, notes) = (
        number(Severity::Broken),
        number(Severity::Warning),
        number(Severity::Unknown),
        number(Severity::Note),
    );
    let mut results = Vec::from_iter(unread);
    results.extend((broken > 0).then(|| format!("{broken} broken")));
    results.extend((unknown > 0).then(|| format!("{unknown} not known")));
    results.extend((warnings > 0).then(|| count(warnings, "warning")));
    let notes = if notes > 0 { format!(", {}", count(notes, "note")) } else { String::new() };
    let in_order = number(Severity::Ok);
    if results.is_empty() {
        format!("{} {checks}: {in_order} in order{notes}", mark(Severity::Ok))
    } else {
        format!("{checks}: {}, {in_order} in order{notes}", results.join(", "))
    }
}
