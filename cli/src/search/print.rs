//! What was found, on stdout: for people as CloudWatch Logs shows it, or for machines.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::Arc;

use indicatif::ProgressBar;
use serde::Serialize;

use super::scan::Found;
use crate::output::{BOLD, FAINT, paint};

/// Prints events as they come.
#[derive(Debug)]
pub(super) struct Printer {
    json: bool,
    /// What must stand aside while something is printed.
    progress: ProgressBar,
    /// The log group under whose heading we are.
    log_group: Option<Arc<str>>,
}

/// A line for machines.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    id: &'a str,
    timestamp: i64,
    log_group: &'a str,
    log_stream: &'a str,
    message: &'a str,
}

impl Printer {
    pub(super) fn new(json: bool, progress: ProgressBar) -> Self {
        Self { json, progress, log_group: None }
    }

    /// Prints these, and sees that they are out.
    ///
    /// # Errors
    /// When they are not, also where nobody listens any more.
    pub(super) fn print(&mut self, events: &[Found]) -> io::Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        let mut text = String::new();
        for event in events {
            if self.json { add_json(&mut text, event)? } else { self.add_text(&mut text, event) }
        }
        self.progress.suspend(|| {
            if self.json {
                write(io::stdout().lock(), &text)
            } else {
                write(anstream::stdout().lock(), &text)
            }
        })
    }

    fn add_text(&mut self, text: &mut String, event: &Found) {
        if self.log_group.as_ref() != Some(&event.log_group) {
            let parting = if self.log_group.is_some() { "\n" } else { "" };
            // A `String` takes every write.
            let _infallible = writeln!(text, "{parting}{}", paint(BOLD, plain(&event.log_group)));
            self.log_group = Some(Arc::clone(&event.log_group));
        }
        let time = format!("{:<24}", event.time.rfc3339());
        let mut lines = event.message.lines();
        let first = plain(lines.next().unwrap_or_default());
        let _infallible = writeln!(text, "{}  {}  {first}", paint(FAINT, time), plain(&event.log_stream));
        for line in lines {
            let _infallible = writeln!(text, "    {}", plain(line));
        }
    }
}

fn add_json(text: &mut String, event: &Found) -> io::Result<()> {
    let Found { id, time, log_group, log_stream, message } = event;
    let line = Line { id, timestamp: time.millis(), log_group, log_stream, message };
    text.push_str(&serde_json::to_string(&line)?);
    text.push('\n');
    Ok(())
}

fn write(mut stdout: impl Write, text: &str) -> io::Result<()> {
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Text without power over the terminal: what strangers logged may hold its control characters.
fn plain(text: &str) -> String {
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

#[cfg(test)]
mod tests {
    use mailtrail_ocsf::Time;

    use super::*;

    fn found(group: &str, message: &str) -> Found {
        Found {
            id: "7".to_owned(),
            time: Time::from_millis(1_795_161_649_515).unwrap(),
            log_group: group.into(),
            log_stream: "stream".into(),
            message: message.to_owned(),
        }
    }

    fn text(events: &[Found]) -> String {
        let (mut printer, mut text) = (Printer::new(false, ProgressBar::hidden()), String::new());
        for event in events {
            printer.add_text(&mut text, event);
        }
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn people_see_time_stream_and_message_under_the_log_group() {
        assert_eq!(
            text(&[found("/a", "one"), found("/a", "two\n  lines\n"), found("/b", "")]),
            "/a\n\
             2026-11-20T08:00:49.515Z  stream  one\n\
             2026-11-20T08:00:49.515Z  stream  two\n      lines\n\
             \n\
             /b\n\
             2026-11-20T08:00:49.515Z  stream  \n"
        );
    }

    #[test]
    fn a_message_has_no_power_over_the_terminal() {
        let said = text(&[found("/a\u{7}", "\u{1b}[2Jgone\r\u{9b}31m\tx")]);
        assert!(
            said.starts_with("/a\\u{7}\n") && said.ends_with("\\u{1b}[2Jgone\\r\\u{9b}31m\tx\n"),
            "{said}"
        );
    }

    #[test]
    fn machines_get_one_object_a_line() {
        let mut text = String::new();
        add_json(&mut text, &found("/a", "two\nlines")).unwrap();
        assert_eq!(
            text,
            "{\"id\":\"7\",\"timestamp\":1795161649515,\"logGroup\":\"/a\",\"logStream\":\"stream\",\
             \"message\":\"two\\nlines\"}\n"
        );
    }
}
