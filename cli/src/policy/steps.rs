//! A plan for people: what, why, what it saves, what could go wrong, and how it is undone.

use std::fmt::Write;
use std::path::Path;

use mailtrail_resource_policy::plan::{Move, Plan, Step};

use crate::output::{BAD, BOLD, FAINT, GOOD, LOOK, NUMBER, count, paint, plain};

pub(super) fn plan(plan: &Plan, output: Option<&Path>) -> String {
    let mut text = String::new();
    for (at, one) in plan.steps.iter().enumerate() {
        push(&mut text, &step(at + 1, one));
    }
    for unmet in &plan.unmet {
        let size = count(unmet.characters as u64, "character");
        push(&mut text, &format!("{} {} stays at {size}", paint(LOOK, "!"), plain(&unmet.place.to_string())));
        for reason in &unmet.reasons {
            push(&mut text, &format!("    {}", plain(reason)));
        }
    }
    for refusal in &plan.refused {
        push(&mut text, &format!("{} {}", paint(LOOK, "!"), plain(&refusal.to_string())));
    }
    push(&mut text, &end(plan, output));
    text
}

fn push(text: &mut String, lines: &str) {
    // A `String` takes every write.
    let _infallible = writeln!(text, "{lines}");
}

fn step(number: usize, step: &Step) -> String {
    let mut lines = format!("{} {}\n", paint(BOLD, format_args!("{number}.")), plain(&step.what));
    let mut tell = |name: &str, words: &str| {
        // A `String` takes every write.
        let _infallible = writeln!(lines, "    {} {}", paint(FAINT, format_args!("{name:<6}")), plain(words));
    };
    tell("why", &step.why);
    tell("saves", &saves(step));
    tell("risk", &step.risk_reason);
    tell("undo", &step.undo);
    if let Some(moving) = &step.moving {
        for (name, words) in by_hand(moving) {
            tell(name, &words);
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
        lines.push(("you", format!("{tool} keeps it as it is and would undo the move: change it there")));
    }
    for commands in &moving.v1 {
        lines.push(("note", format!("{}: {}", commands.service, commands.note)));
        lines.extend(commands.refused.iter().map(|reason| ("no", reason.clone())));
        lines.extend(commands.forward.iter().map(|command| ("run", command.clone())));
        lines.extend(commands.back.iter().map(|command| ("back", command.clone())));
    }
    lines
}

fn end(plan: &Plan, output: Option<&Path>) -> String {
    if plan.steps.is_empty() {
        return if plan.unmet.is_empty() && plan.refused.is_empty() {
            format!("{} nothing to do: no policy is above {}", paint(GOOD, "✓"), plan.target_characters)
        } else {
            format!("{} no step helps", paint(BAD, "✗"))
        };
    }
    let saved: i64 = plan.steps.iter().map(|step| step.saves).sum();
    let proof = &plan.proof;
    let mut lines = format!(
        "{} {} save {}; proved over {}: nobody loses access\n",
        paint(GOOD, "✓"),
        count(plan.steps.len() as u64, "step"),
        paint(NUMBER, count(u64::try_from(saved).unwrap_or_default(), "character")),
        count(proof.requests as u64, "request"),
    );
    for grant in &plan.grants {
        let (principal, resource) = (plain(&grant.principal), plain(&grant.resource));
        // A `String` takes every write.
        let _infallible =
            writeln!(lines, "  newly allowed: {principal} on {resource}, for this account only");
    }
    let file = output.map_or_else(|| "PLAN".to_owned(), |path| path.display().to_string());
    let hint = if output.is_some() { "" } else { " (write one with --output)" };
    let _infallible = write!(lines, "  carry it out: mailtrail policy apply {file}{hint}");
    lines
}
