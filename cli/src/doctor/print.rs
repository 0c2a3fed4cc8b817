//! Findings for people, by subject, and for machines, one object a line.

use std::fmt::Write;

use mailtrail_clock::Time;
use mailtrail_doctor::{ALL, Facts, Finding, Severity, Subject, days_until_the_end};

use crate::output::{BAD, BOLD, FAINT, GOOD, LOOK, count, paint, plain};

pub(super) fn lines(findings: &[Finding]) -> serde_json::Result<String> {
    let mut text = String::new();
    for finding in findings {
        text.push_str(&serde_json::to_string(finding)?);
        text.push('\n');
    }
    Ok(text)
}

/// Every check there is, and why: for people, by subject, or an object a line.
pub(super) fn catalogue(json: bool) -> serde_json::Result<String> {
    let mut text = String::new();
    let mut before = None;
    for check in ALL {
        if json {
            push(&mut text, &serde_json::to_string(check)?);
            continue;
        }
        if before.replace(check.subject) != Some(check.subject) {
            push(&mut text, &paint(BOLD, title(check.subject)));
        }
        push(&mut text, &format!("  {}\n    why  {}", paint(BOLD, check.id), check.why));
    }
    Ok(text)
}

/// What is in order is counted, and shown where `all` says so.
pub(super) fn report(facts: &Facts, findings: &[Finding], all: bool) -> String {
    let mut text = String::new();
    let day = Time::from_millis(facts.at).map(|time| time.rfc3339().chars().take(10).collect::<String>());
    let place = format!(
        "account {}, Region {}, {}",
        plain(&facts.account),
        plain(&facts.region),
        day.unwrap_or_default()
    );
    push(&mut text, &paint(BOLD, place));
    let has_mail = facts.organizations.seen().is_some_and(|organizations| !organizations.is_empty());
    if let (true, left @ 0..) = (has_mail, days_until_the_end(facts.at)) {
        push(&mut text, &format!("WorkMail ends in {}", count(left.unsigned_abs(), "day")));
    }
    for subject in subjects(findings) {
        let of_subject: Vec<&Finding> =
            findings.iter().filter(|finding| finding.check.subject == subject).collect();
        push(&mut text, &format!("\n{}", paint(BOLD, title(subject))));
        for finding in of_subject.iter().filter(|it| all || it.severity != Severity::Ok) {
            push(&mut text, &one(finding));
        }
        let well = of_subject.iter().filter(|it| it.severity == Severity::Ok).count();
        if !all && well > 0 {
            push(&mut text, &format!("  {} {well} in order", mark(Severity::Ok)));
        }
    }
    push(&mut text, &format!("\n{}", summary(findings)));
    text
}

fn push(text: &mut String, lines: &str) {
    // A `String` takes every write.
    let _infallible = writeln!(text, "{lines}");
}

/// The subjects that were looked at, in the order of the findings.
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
        Subject::Loops => "Loops",
        Subject::Streams => "Firehose streams",
        Subject::Buckets => "Buckets and keys",
        Subject::Policies => "Resource policies",
        Subject::Archive => "Archive",
        Subject::Retirement => "The end of WorkMail",
    }
}

fn mark(severity: Severity) -> String {
    match severity {
        Severity::Ok => paint(GOOD, "✓"),
        Severity::Look => paint(LOOK, "!"),
        Severity::Unknown => paint(LOOK, "?"),
        Severity::Broken => paint(BAD, "✗"),
    }
}

fn one(finding: &Finding) -> String {
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
    let number = |severity| findings.iter().filter(|it| it.severity == severity).count() as u64;
    let bad =
        [(Severity::Broken, "broken"), (Severity::Look, "to look at"), (Severity::Unknown, "not known")];
    let parts = bad.map(|(severity, words)| (number(severity), words));
    let parts: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, words)| format!("{number} {words}"))
        .collect();
    let checks = count(findings.len() as u64, "check");
    if parts.is_empty() {
        format!("{} {checks}, all in order", mark(Severity::Ok))
    } else {
        format!("{checks}: {}, {} in order", parts.join(", "), number(Severity::Ok))
    }
}
