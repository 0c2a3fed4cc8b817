//! Everything that is written to stdout and stderr, and how a command ends.
//!
//! stdout belongs to the answer. With `--json` the answer is JSON, and text for people goes to stderr. Text of unknown
//! origin is escaped with [`plain`], JSON by [`json_line`].

mod csv;
mod exit;
mod style;
mod table;
mod text;
mod zone;

use std::io::{self, Write};

use serde::Serialize;

pub(crate) use csv::csv_lines;
pub(crate) use exit::Exit;
pub(crate) use style::{BOLD, ERROR, FAINT, NUMBER, SUCCESS, WARNING, paint};
pub(crate) use table::{Row, Table, terminal_width};
pub(crate) use text::{count, plain, wrap};
pub(crate) use zone::Zone;

/// Where text for people is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    Stdout,
    Stderr,
}

impl Output {
    /// stdout, unless JSON is written there.
    pub(crate) fn for_text(json: bool) -> Self {
        if json { Self::Stderr } else { Self::Stdout }
    }

    pub(crate) fn write(self, text: &str) -> anyhow::Result<()> {
        match self {
            Self::Stdout => unless_closed(anstream::stdout().lock().write_all(text.as_bytes())),
            Self::Stderr => unless_closed(anstream::stderr().lock().write_all(text.as_bytes())),
        }
    }
}

/// Writes JSON to stdout: one value, one line.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    unless_closed(io::stdout().lock().write_all(json_line(value)?.as_bytes()))
}

/// One value as a line of JSON that does nothing to a terminal.
pub(crate) fn json_line(value: &impl Serialize) -> serde_json::Result<String> {
    let json = serde_json::to_string(value)?;
    Ok(mailtrail_plain_text::escape_json(&json).into_owned() + "\n")
}

/// Values as JSON, one a line.
pub(crate) fn json_lines<T: Serialize>(values: impl IntoIterator<Item = T>) -> serde_json::Result<String> {
    values.into_iter().map(|value| json_line(&value)).collect()
}

/// Writes an error and its causes to stderr.
pub(crate) fn error(error: &anyhow::Error) {
    note(&format!("{} {}", paint(ERROR, "error:"), with_causes(error)));
}

/// An error and its causes, each once: the text of many errors holds that of their cause. It is one line: errors quote
/// keys, names and answers, and a line of its own in one of those would look like one of ours.
fn with_causes(error: &anyhow::Error) -> String {
    error.chain().map(|cause| plain(&cause.to_string())).fold(String::new(), |text, cause| {
        match text.is_empty() {
            true => cause,
            false if text.contains(&cause) => text,
            false => format!("{text}: {cause}"),
        }
    })
}

/// Writes a line of text to stderr.
pub(crate) fn note(text: &str) {
    // An error on stderr cannot be reported anywhere.
    let _unreported = Output::Stderr.write(&format!("{text}\n"));
}

/// A closed pipe is no failure: the reader (`mailtrail demo | head`) has what it wants.
fn unless_closed(written: io::Result<()>) -> anyhow::Result<()> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn an_error_names_each_of_its_causes_once() {
        let error = anyhow!("line 1").context("not JSON: line 1").context("policy.json");
        assert_eq!(with_causes(&error), "policy.json: not JSON: line 1");
        assert_eq!(with_causes(&anyhow!("denied").context("s3://archive")), "s3://archive: denied");
    }

    #[test]
    fn an_error_does_nothing_to_the_terminal() {
        let error = anyhow!("a\u{202e}b\nc\u{1b}[2J").context("failed to read `x\u{200b}`");
        assert_eq!(with_causes(&error), "failed to read `x\\u{200b}`: a\\u{202e}b\\nc\\u{1b}[2J");
    }

    #[test]
    fn a_line_of_json_does_nothing_to_the_terminal() {
        assert_eq!(json_line(&"\u{9b}31m\u{202e}").unwrap(), "\"\\u009b31m\\u202e\"\n");
    }
}
