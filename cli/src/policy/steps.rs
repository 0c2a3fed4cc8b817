//! A plan for people: what, why, what it saves, what could go wrong, and how it is undone.

use std::fmt::Write;

use indicatif::HumanCount;
use mailtrail_resource_policy::condition::Clause;
use mailtrail_resource_policy::measure;
use mailtrail_resource_policy::plan::{Grant, Move, Plan, PolicyScope, Step};

use crate::output::{BOLD, ERROR, FAINT, NUMBER, SUCCESS, WARNING, count, paint, plain, wrap};

/// What becomes of the size of a policy.
pub(super) struct Change<'a> {
    pub(super) scope: &'a PolicyScope,
    pub(super) before: usize,
    pub(super) after: usize,
}

/// The policies that a plan writes, each once, in the order in which it first does.
pub(super) fn changes(plan: &Plan) -> Vec<Change<'_>> {
    let size = |document: &Option<String>| document.as_deref().map_or(0, measure::size);
    let mut changes: Vec<Change> = Vec::new();
    for write in plan.steps.iter().flat_map(|step| &step.writes) {
        match changes.iter_mut().find(|change| *change.scope == write.scope) {
            Some(change) => change.after = size(&write.after),
            None => changes.push(Change {
                scope: &write.scope,
                before: size(&write.before),
                after: size(&write.after),
            }),
        }
    }
    changes
}

/// The steps, what stands in the way of more, and what it all comes to: of a plan that was made now, and proved.
pub(super) fn plan(plan: &Plan) -> String {
    let requests = count(plan.proof.requests as u64, "request");
    let proof = format!(", proved over {requests}: no access is lost");
    let mut text = String::new();
    for (at, one) in plan.steps.iter().enumerate() {
        push(&mut text, &step(at + 1, one));
    }
    for unmet in &plan.unmet {
        let size = count(unmet.characters as u64, "character");
        push(
            &mut text,
            &format!("{} {} stays at {size}", paint(WARNING, "!"), plain(&unmet.scope.to_string())),
        );
        for reason in &unmet.reasons {
            push(&mut text, &format!("    {}", wrap(&plain(reason), 4)));
        }
    }
    for refusal in &plan.refused {
        push(&mut text, &format!("{} {}", paint(WARNING, "!"), wrap(&plain(&refusal.to_string()), 2)));
    }
    push(&mut text, &end(plan, &proof));
    text
}

fn push(text: &mut String, lines: &str) {
    // A `String` takes every write.
    let _infallible = writeln!(text, "{lines}");
}

fn step(number: usize, step: &Step) -> String {
    let mut lines = format!("{} {}\n", paint(BOLD, format_args!("{number}.")), wrap(&plain(&step.what), 3));
    let mut tell = |name: &str, words: &str| {
        // A `String` takes every write.
        let _infallible = writeln!(lines, "    {} {words}", paint(FAINT, format_args!("{name:<6}")));
    };
    let words = |words: &str| wrap(&plain(words), 11);
    tell("why", &words(&step.why));
    tell("saves", &saves(step));
    tell("risk", &words(&step.risk_reason));
    tell("undo", &words(&step.undo));
    if let Some(moving) = &step.moving {
        // Commands stay on one line each: they are there to be copied.
        for (name, line) in by_hand(moving) {
            tell(name, &plain(&line));
        }
    }
    lines
}

fn saves(step: &Step) -> String {
    let later = u64::try_from(step.saves_later).unwrap_or_default();
    match u64::try_from(step.saves) {
        Ok(0) if later > 0 => format!("{} when the old log group is deleted", count(later, "character")),
        Ok(saves) => count(saves, "character"),
        Err(_) => format!("needs {} more", count(step.saves.unsigned_abs(), "character")),
    }
}

/// What people do themselves.
fn by_hand(moving: &Move) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if let Some(tool) = &moving.managed_by {
        lines.push(("you", format!("{tool} manages it and would undo the move: change it there")));
    }
    for commands in &moving.v1 {
        lines.push(("note", format!("{}: {}", commands.service, commands.note)));
        lines.extend(commands.refused.iter().map(|reason| ("no", reason.clone())));
        lines.extend(commands.forward.iter().map(|command| ("run", command.clone())));
        lines.extend(commands.back.iter().map(|command| ("back", command.clone())));
    }
    lines
}

fn end(plan: &Plan, proof: &str) -> String {
    if plan.steps.is_empty() {
        return if plan.unmet.is_empty() && plan.refused.is_empty() {
            let most = count(plan.target_characters as u64, "character");
            format!("{} nothing to do: no policy is above {most}", paint(SUCCESS, "✓"))
        } else {
            format!("{} no step helps", paint(ERROR, "✗"))
        };
    }
    let steps = count(plan.steps.len() as u64, "step");
    let mut lines = format!("{} {steps}{proof}\n", paint(SUCCESS, "✓"));
    for change in changes(plan) {
        let after = count(change.after as u64, "character");
        if change.before == 0 {
            // A `String` takes every write.
            let _infallible =
                writeln!(lines, "  {}: new, {}", plain(&change.scope.to_string()), paint(NUMBER, after));
            continue;
        }
        let before = HumanCount(change.before as u64);
        // A `String` takes every write.
        let _infallible = writeln!(
            lines,
            "  {}: {before} → {} (at most {} are wanted)",
            plain(&change.scope.to_string()),
            paint(NUMBER, after),
            HumanCount(plan.target_characters as u64),
        );
    }
    for grant in &plan.grants {
        let (principal, resource) = (plain(&grant.principal), plain(&grant.resource));
        // A `String` takes every write.
        let _infallible =
            writeln!(lines, "  newly allowed: {principal} on {resource}, if {}", conditions(grant));
    }
    lines.truncate(lines.trim_end().len());
    lines
}

/// On which condition a grant holds.
fn conditions(grant: &Grant) -> String {
    match grant.condition.as_slice() {
        [] => "(always)".to_owned(),
        clauses => plain(&clauses.iter().map(Clause::to_string).collect::<Vec<_>>().join(" and ")),
    }
}
