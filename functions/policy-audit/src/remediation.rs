//! What was done about a policy that is too full, and what was not.

use mailtrail_policy_apply::{ApplyError, Commands, End, Moved, Next, Outcome};
use serde::Serialize;

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Remediation {
    /// The journals of what was done, by which it is undone.
    pub(crate) journals: Vec<String>,
    /// What was done, a sentence each.
    pub(crate) done: Vec<String>,
    /// What could not be done, a sentence each.
    pub(crate) failed: Vec<String>,
    /// What was left alone, and why: no news, for it is so at every audit.
    pub(crate) left: Vec<String>,
    /// Commands for people, by which they undo what was done, or do what could not be done. They stand apart from sentences,
    /// which Markdown escapes.
    pub(crate) commands: Vec<String>,
}

impl Remediation {
    /// Nothing was done, and nothing failed.
    pub(crate) fn is_nothing(&self) -> bool {
        self.done.is_empty() && self.failed.is_empty()
    }

    /// This, and what was done later.
    pub(crate) fn and(mut self, later: Self) -> Self {
        self.journals.extend(later.journals);
        self.done.extend(later.done);
        self.failed.extend(later.failed);
        self.left.extend(later.left);
        self.commands.extend(later.commands);
        self
    }

    /// Everything in a line each.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        let done = self.done.iter().map(|line| format!("Done: {line}"));
        let failed = self.failed.iter().map(|line| format!("Failed: {line}"));
        let left = self.left.iter().map(|line| format!("Skipped: {line}"));
        done.chain(failed).chain(left)
    }

    /// The part of the Markdown report that tells of it: nothing where there is nothing to tell.
    pub(crate) fn markdown(&self) -> String {
        let list = |line: String| format!("* {}", mailtrail_plain_text::markdown(&line));
        let code = |line: &String| format!("    {}", mailtrail_plain_text::escape(line));
        let did: Vec<String> = self.lines().map(list).collect();
        let to_do: Vec<String> = self.commands.iter().map(code).collect();
        section("What was done", &did) + &section("By hand", &to_do)
    }

    /// What a run came to, with the commands by which people go on.
    pub(crate) fn of(ended: Result<Outcome, ApplyError>, commands: &Commands) -> Self {
        match ended {
            Ok(outcome) => {
                let mut remediation = Self { journals: vec![outcome.journal.clone()], ..Self::default() };
                let changes = if outcome.changes == 1 { "change" } else { "changes" };
                let undo = commands.line(Next::RollBack(&outcome.journal));
                remediation.done.push(format!("{} {changes}", outcome.changes));
                remediation.commands.push(undo);
                remediation.done.extend(outcome.moves.iter().map(moved));
                if outcome.end == End::Stopped
                    && let Some(refused) = outcome.refused
                {
                    remediation.failed.push(format!("{}: {}", refused.destination, refused.reason));
                    remediation.failed.extend(outcome.kept);
                    remediation.commands.extend(refused.bridge);
                }
                remediation
            }
            Err(error) => {
                Self { failed: vec![error.to_string()], commands: commands.of(&error), ..Self::default() }
            }
        }
    }
}

/// What became of a move.
fn moved(moved: &Moved) -> String {
    let Moved { from, to, seen, .. } = moved;
    match seen {
        Some(_) => format!("moved {from} to {to}"),
        None => format!("moved {from} to {to}, which has no events yet: the move is not verified"),
    }
}

/// A section of Markdown, if it has any lines.
fn section(title: &str, lines: &[String]) -> String {
    if lines.is_empty() { String::new() } else { format!("\n## {title}\n\n{}\n", lines.join("\n")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_for_people_tells_what_was_done_and_how_to_do_the_rest() {
        assert_eq!(Remediation::default().markdown(), "");
        let [done, failed, left, command] = ["a", "b", "c", "aws logs"].map(|word| vec![word.to_owned()]);
        let remediation = Remediation { journals: Vec::new(), done, failed, left, commands: command };
        let expected = "\n## What was done\n\n* Done: a\n* Failed: b\n* Skipped: c\n\n\
                        ## By hand\n\n    aws logs\n";
        assert_eq!(remediation.markdown(), expected);
    }
}
