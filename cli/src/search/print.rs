//! Matching events, as text grouped by log group or as JSON.

use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

use serde::Serialize;

use super::scan::Found;
use crate::output::{BOLD, FAINT, json_line, paint, plain};

/// Formats events as they are found.
#[derive(Debug)]
pub(super) struct Printer {
    pub(super) json: bool,
    /// The log group of the last heading.
    log_group: Option<Arc<str>>,
}

/// A line of `--json`.
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
    pub(super) fn new(json: bool) -> Self {
        Self { json, log_group: None }
    }

    /// The lines of these events.
    pub(super) fn lines(&mut self, events: &[Found]) -> io::Result<String> {
        let mut text = String::new();
        for event in events {
            if self.json { add_json(&mut text, event)? } else { self.add_text(&mut text, event) }
        }
        Ok(text)
    }

    fn add_text(&mut self, text: &mut String, event: &Found) {
        if self.log_group.as_ref() != Some(&event.log_group) {
            let separator = if self.log_group.is_some() { "\n" } else { "" };
            // A `String` takes every write.
            let _infallible = writeln!(text, "{separator}{}", paint(BOLD, plain(&event.log_group)));
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
    text.push_str(&json_line(&line)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use mailtrail_clock::Time;

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
        let text = Printer::new(false).lines(events).unwrap();
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn text_has_time_stream_and_message_under_the_log_group() {
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
    fn a_message_does_nothing_to_the_terminal() {
        let said = text(&[found("/a\u{7}", "\u{1b}[2Jgone\r\u{9b}31m\tx\u{202e}\u{200b}\u{2028}")]);
        assert!(
            said.starts_with("/a\\u{7}\n")
                && said.ends_with("\\u{1b}[2Jgone\\r\\u{9b}31m\tx\\u{202e}\\u{200b}\\u{2028}\n"),
            "{said}"
        );
    }

    #[test]
    fn json_is_one_object_a_line() {
        let mut text = String::new();
        add_json(&mut text, &found("/a", "two\nlines")).unwrap();
        assert_eq!(
            text,
            "{\"id\":\"7\",\"timestamp\":1795161649515,\"logGroup\":\"/a\",\"logStream\":\"stream\",\
             \"message\":\"two\\nlines\"}\n"
        );
    }
}
