//! What goes to stdout and stderr, and how the run ends.
//!
//! stdout belongs to the answer. With `--json` that is one JSON object, and people's text goes to stderr.
//! Colours appear on terminals only, and never where `NO_COLOR` says no (`anstream` sees to both).

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use indicatif::HumanCount;
use mailtrail_delivery::Ledger;

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const FAINT: Style = Style::new().dimmed();
pub(crate) const NUMBER: Style = AnsiColor::Cyan.on_default();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(crate) const LOOK: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();

/// Characters of a line that people read with ease, and that a terminal beside another window shows.
const LINE: usize = 100;

/// How a command ends. Wrong usage (2) ends before that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Done,
    /// Something is not archived, and the error says why.
    Failed,
    /// Done, but something needs a look.
    NeedsALook,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::Failed => Self::FAILURE,
            Exit::NeedsALook => Self::from(3),
        }
    }
}

/// Where people's text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    Stdout,
    Stderr,
}

impl Output {
    /// stdout, unless that is for the machines.
    pub(crate) fn for_text(json: bool) -> Self {
        if json { Self::Stderr } else { Self::Stdout }
    }

    pub(crate) fn write(self, text: &str) -> anyhow::Result<()> {
        match self {
            Self::Stdout => heard(anstream::stdout().lock().write_all(text.as_bytes())),
            Self::Stderr => heard(anstream::stderr().lock().write_all(text.as_bytes())),
        }
    }
}

/// The ledger: one JSON object, one line.
pub(crate) fn json(ledger: &Ledger) -> anyhow::Result<()> {
    let mut line = serde_json::to_string(ledger)?;
    line.push('\n');
    heard(io::stdout().lock().write_all(line.as_bytes()))
}

/// What went wrong, with what, and what to do.
pub(crate) fn error(error: &anyhow::Error) {
    note(&format!("{} {}", paint(BAD, "error:"), with_causes(error)));
}

/// An error and what led to it, each once: many errors tell their cause themselves.
fn with_causes(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |told, cause| match told.is_empty() {
        true => cause,
        false if told.contains(&cause) => told,
        false => format!("{told}: {cause}"),
    })
}

/// A line for people, whatever stdout is for.
pub(crate) fn note(text: &str) {
    // Nobody can be told that stderr is gone.
    let _unheard = Output::Stderr.write(&format!("{text}\n"));
}

/// A reader that stopped listening (`mailtrail demo | head`) has heard enough: that is no failure.
fn heard(written: io::Result<()>) -> anyhow::Result<()> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

pub(crate) fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Text without power over the terminal: what strangers logged may hold its control characters.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() && character != '\t' {
            plain.extend(character.escape_default());
        } else {
            plain.push(character);
        }
    }
    plain
}

/// Output in lines of at most [`LINE`] characters. The lines after the first are indented; a word that is longer, such as
/// an ARN, stays whole.
pub(crate) fn wrap(text: &str, indent: usize) -> String {
    let (mut wrapped, mut used) = (String::with_capacity(text.len()), indent);
    for word in text.split(' ') {
        let length = word.chars().count();
        if used > indent && used + 1 + length > LINE {
            wrapped.push('\n');
            wrapped.extend(std::iter::repeat_n(' ', indent));
            used = indent;
        } else if !wrapped.is_empty() {
            wrapped.push(' ');
            used += 1;
        }
        wrapped.push_str(word);
        used += length;
    }
    wrapped
}

/// `1 event`, `1,200 events`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", HumanCount(number))
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn an_error_tells_each_of_its_causes_once() {
        let error = anyhow!("line 1").context("not JSON: line 1").context("policy.json");
        assert_eq!(with_causes(&error), "policy.json: not JSON: line 1");
        assert_eq!(with_causes(&anyhow!("denied").context("s3://archive")), "s3://archive: denied");
    }

    #[test]
    fn long_text_is_wrapped_between_words_and_a_long_word_stays_whole() {
        let long = "x".repeat(LINE);
        assert_eq!(wrap("a few words", 4), "a few words");
        assert_eq!(wrap(&format!("see {long} there"), 2), format!("see\n  {long}\n  there"));
        let text = wrap(&"word ".repeat(60), 6);
        assert!(text.lines().all(|line| line.len() <= LINE), "{text}");
        assert!(text.lines().skip(1).all(|line| line.starts_with("      word")), "{text}");
    }
}
