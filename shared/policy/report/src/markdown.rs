//! A report as people read it.

use std::fmt::Write;

use mailtrail_clock::Time;
use mailtrail_plain_text::{markdown as escape, markdown_code as code};
use mailtrail_resource_policy::findings::{Finding, Severity};
use mailtrail_resource_policy::forecast::PolicyForecast;
use mailtrail_resource_policy::measure::Measure;
use mailtrail_resource_policy::plan::{Move, Plan, Step};

use crate::forecast::{date, not_known_yet, quota_sentence};
use crate::report::Report;

/// Resources of a finding that are named; the JSON has them all.
const NAMED: usize = 5;

/// The report in Markdown.
pub fn markdown(report: &Report) -> String {
    let mut text = Text(String::new());
    let or_unknown = |part: &Option<String>| part.as_deref().map_or("unknown".to_owned(), escape);
    text.line(&format!(
        "# Resource policies of account {} in {}",
        or_unknown(&report.account),
        or_unknown(&report.region)
    ));
    text.line(&format!("\n{} · {}", report.time, summary(report)));
    text.section("Sizes", &sizes(report));
    text.section("Findings", &report.findings.iter().map(finding).collect::<Vec<_>>());
    text.section("Forecast", &forecasts(report));
    text.section("Plan", &plan(report));
    text.section("What was read", &read(report));
    text.0
}

struct Text(String);

impl Text {
    fn line(&mut self, line: &str) {
        // A `String` takes every write.
        let _infallible = writeln!(self.0, "{line}");
    }

    fn section(&mut self, heading: &str, lines: &[String]) {
        if !lines.is_empty() {
            self.line(&format!("\n## {heading}\n"));
            for line in lines {
                self.line(line);
            }
        }
    }
}

fn summary(report: &Report) -> String {
    let critical = report.findings.iter().filter(|finding| finding.severity == Severity::Critical).count();
    let warnings = report.findings.iter().filter(|finding| finding.severity == Severity::Warning).count();
    match (critical, warnings) {
        (0, 0) => "no findings above note".to_owned(),
        _ => format!("{critical} critical, {warnings} warnings"),
    }
}

fn sizes(report: &Report) -> Vec<String> {
    let limits = &report.limits;
    let mut lines = Vec::new();
    if !report.measures.policies.is_empty() {
        lines.push(format!(
            "| policy | size | of the soft limit ({}) | of the hard limit ({}) | log groups |",
            limits.soft_characters, limits.hard_characters
        ));
        lines.push("|---|---:|---:|---:|---:|".to_owned());
        lines.extend(report.measures.policies.iter().map(size));
        lines.push(String::new());
    }
    if let Some(policies) = report.measures.account_policies {
        lines.push(format!("{policies} of {} policies of the account are used.", limits.account_policies));
    }
    lines
}

fn size(measure: &Measure) -> String {
    let Measure { size, soft_percent, hard_percent, log_groups, .. } = measure;
    format!("| {} | {size} | {soft_percent} % | {hard_percent} % | {log_groups} |", cell(&measure.policy))
}

fn finding(finding: &Finding) -> String {
    let severity = match finding.severity {
        Severity::Critical => "**critical**",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let place = finding.location().map(|place| format!(" in {}", code(&place))).unwrap_or_default();
    // The fix is text of our own, with commands in it.
    let mut line = format!("* {severity}{place}: {}. {}", escape(&finding.message), finding.fix);
    for resource in finding.resources.iter().take(NAMED) {
        // A `String` takes every write.
        let _infallible = write!(line, "\n  * {}", code(resource));
    }
    let untold = finding.resources.len().saturating_sub(NAMED);
    if untold > 0 {
        let _infallible = write!(line, "\n  * and {untold} more");
    }
    line
}

fn forecasts(report: &Report) -> Vec<String> {
    let mut lines: Vec<String> = report.forecasts.iter().map(forecast).collect();
    lines.extend(
        (report.not_known_yet.iter())
            .filter_map(|it| Some(format!("* {}: {}", code(&it.policy), not_known_yet(it)?))),
    );
    lines.extend(report.quota_forecast.iter().map(|it| format!("* {}", quota_sentence(it))));
    lines
}

fn forecast(forecast: &PolicyForecast) -> String {
    format!(
        "* {}: {:.0} characters a day; soft limit in {} days ({}), hard limit in {} days ({}); from {} sizes",
        code(&forecast.policy),
        forecast.forecast.characters_per_day,
        forecast.days_to_soft_limit,
        date(forecast.forecast.soft_limit_at),
        forecast.days_to_hard_limit,
        date(forecast.forecast.hard_limit_at),
        forecast.forecast.points,
    )
}

fn plan(report: &Report) -> Vec<String> {
    let Some(plan) = &report.plan else {
        return report.no_plan.iter().map(|reason| format!("No plan: {}", escape(reason))).collect();
    };
    let mut lines: Vec<String> = plan.steps.iter().enumerate().map(|(at, one)| step(at + 1, one)).collect();
    lines.extend(plan.unmet.iter().map(|unmet| {
        let scope = code(unmet.scope.label());
        format!("* {scope} stays at {} characters: {}", unmet.characters, escape(&unmet.reasons.join(" ")))
    }));
    lines.extend(plan.refused.iter().map(|refusal| format!("* {}", escape(&refusal.to_string()))));
    if !plan.steps.is_empty() {
        lines.push(proof(plan));
    }
    lines
}

fn step(number: usize, step: &Step) -> String {
    let mut line = format!(
        "{number}. {} {} Saves {} characters. Risk: {} Undo: {}",
        escape(&step.what),
        escape(&step.why),
        step.saves,
        escape(&step.risk_reason),
        escape(&step.undo)
    );
    if let Some(moving) = &step.moving {
        for command in commands(moving) {
            // A `String` takes every write.
            let _infallible = write!(line, "\n   {command}");
        }
    }
    line
}

/// What people do by hand: services with V1 log delivery, and what a deployment tool keeps.
fn commands(moving: &Move) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(tool) = &moving.managed_by {
        lines.push(format!(
            "* a proposal only: {} manages it, and would undo the change; change it there",
            escape(tool)
        ));
    }
    for commands in &moving.v1 {
        lines.push(format!("* {}: {}", escape(&commands.service), escape(&commands.note)));
        lines.extend(commands.refused.iter().map(|reason| format!("  * {}", escape(reason))));
        lines.extend(commands.forward.iter().map(|command| format!("  * forward: {}", code(command))));
        lines.extend(commands.back.iter().map(|command| format!("  * back: {}", code(command))));
    }
    lines
}

fn proof(plan: &Plan) -> String {
    let proof = &plan.proof;
    format!(
        "\nProved: of {} entries, {} are kept and {} are of log groups that do not exist; {} requests of {} services \
         to {} log groups are decided as before{}.",
        proof.kept + proof.dead,
        proof.kept,
        proof.dead,
        proof.requests,
        proof.services,
        proof.log_groups,
        if plan.grants.is_empty() { "" } else { ", but for the grants that the plan lists" }
    )
}

fn read(report: &Report) -> Vec<String> {
    let mut lines: Vec<String> = (report.seen.iter())
        .map(|part| match (&part.reason, part.at.and_then(Time::from_millis)) {
            (Some(reason), _) => format!("* {}: not read: {}", part.part, escape(reason)),
            (None, Some(time)) => format!("* {}: {}", part.part, time.rfc3339()),
            (None, None) => format!("* {}", part.part),
        })
        .collect();
    let (looked_at, groups) = report.log_groups_looked_at;
    if let Some(groups) = groups {
        lines.push(format!("* policies of log groups: {looked_at} of {groups} looked at so far"));
    }
    lines
}

/// Text from the account as code in a cell of a table, where a bar is escaped even in code.
/// <https://github.github.com/gfm/#tables-extension->
fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}
