//! The text of findings, by subject.

use std::fmt::Write;

use mailtrail_clock::Time;
use mailtrail_doctor::{ALL, Facts, Finding, Severity, Subject, days_until_end_of_support};

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

/// The report. What is in order is only counted, unless `all` is set.
pub(super) fn report(facts: &Facts, findings: &[Finding], all: bool) -> String {
    let mut text = String::new();
    let day = Time::from_millis(facts.at).map(|time| time.rfc3339().chars().take(10).collect::<String>());
    let heading = format!(
        "account {}, Region {}, {}",
        plain(&facts.account),
        plain(&facts.region),
        day.unwrap_or_default()
    );
    push(&mut text, &paint(BOLD, heading));
    let has_mail = facts.organizations.seen().is_some_and(|organizations| !organizations.is_empty());
    if let (true, left @ 0..) = (has_mail, days_until_end_of_support(facts.at)) {
        push(&mut text, &format!("Support for WorkMail ends in {}", count(left.unsigned_abs(), "day")));
    }
    for subject in subjects(findings) {
        let of_subject: Vec<&Finding> =
            findings.iter().filter(|finding| finding.check.subject == subject).collect();
        push(&mut text, &format!("\n{}", paint(BOLD, title(subject))));
        for finding in of_subject.iter().filter(|it| all || it.severity != Severity::Ok) {
            push(&mut text, &of_finding(finding));
        }
        let in_order = of_subject.iter().filter(|it| it.severity == Severity::Ok).count();
        if !all && in_order > 0 {
            push(&mut text, &format!("  {} {in_order} in order", mark(Severity::Ok)));
        }
    }
    push(&mut text, &format!("\n{}", summary(findings)));
    text
}

fn push(text: &mut String, lines: &str) {
    // A `String` takes every write.
    let _infallible = writeln!(text, "{lines}");
}

/// The subjects of the findings, in their order.
fn subjects(findings: &[Finding]) -> Vec<Subject> {
    let mut subjects: Vec<Subject> = findings.iter().map(|finding| finding.check.subject).collect();
    subjects.dedup();
    subjects
}

fn title(subject: Subject) -> &'static str {
    match subject {
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
        Severity::Warning => paint(WARNING, "!"),
        Severity::Unknown => paint(WARNING, "?"),
        Severity::Broken => paint(ERROR, "✗"),
    }
}

fn of_finding(finding: &Finding) -> String {
    let mut text = format!(
        "  {} {} {}: {}",
        mark(finding.severity),
        paint(BOLD, finding.check.id),
        plain(&finding.resource),
        plain(&finding.seen)
    );
    if let Some(fix) = &finding.fix {
        let why = paint(FAINT, format_args!("    why  {}", finding.check.why));
        let _infallible = write!(text, "\n{why}\n    fix  {}", plain(fix));
    }
    text
}

fn summary(findings: &[Finding]) -> String {
    let number = |severity| findings.iter().filter(|finding| finding.severity == severity).count() as u64;
    let checks = count(findings.len() as u64, "check");
    let (broken, warnings, unknown) =
        (number(Severity::Broken), number(Severity::Warning), number(Severity::Unknown));
    let mut results = Vec::new();
    results.extend((broken > 0).then(|| format!("{broken} broken")));
    results.extend((warnings > 0).then(|| count(warnings, "warning")));
    results.extend((unknown > 0).then(|| format!("{unknown} unknown")));
    if results.is_empty() {
        format!("{} {checks}, all in order", mark(Severity::Ok))
    } else {
        format!("{checks}: {}, {} in order", results.join(", "), number(Severity::Ok))
    }
}
