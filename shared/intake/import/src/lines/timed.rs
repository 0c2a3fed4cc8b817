//! Lines that begin with the time of their event: export tasks, and `aws logs tail`.
//!
//! Nothing escapes a line feed in a message, so a line that does not begin with a time belongs to the event before. One
//! that is part of a message and begins with a time cannot be told from an event.

use std::borrow::Cow;
use std::io::Read;

use mailtrail_clock::Time;

use super::{Counts, Lines, next_line};
use crate::Damage;
use crate::event::{FileEvent, Sink};
use crate::window::{LONGEST, Window};

/// A text of events in the order of time.
pub(crate) struct TimedLines<R> {
    window: Window<R>,
    /// Whether the log stream stands between time and message.
    has_log_stream: bool,
    /// The event that was read last, which may go on.
    last: Last,
}

enum Last {
    /// Nothing, or the end of an event that is in another file.
    Nothing,
    Event(Event),
    /// An event that is too long: what follows of it is passed over.
    TooLong,
}

struct Event {
    millis: i64,
    log_stream: Option<String>,
    message: String,
}

impl<R: Read> TimedLines<R> {
    /// An object of an export task: time, space, message.
    pub(crate) fn exported(window: Window<R>) -> Self {
        Self { window, has_log_stream: false, last: Last::Nothing }
    }

    /// What `aws logs tail` prints: time, log stream, message.
    pub(crate) fn tailed(window: Window<R>) -> Self {
        Self { window, has_log_stream: true, last: Last::Nothing }
    }

    /// Hands the last event over, and goes on with this one.
    fn go_on(&mut self, next: Last, sink: &mut dyn Sink) {
        if let Last::Event(Event { millis, log_stream, message }) = std::mem::replace(&mut self.last, next) {
            sink.event(FileEvent {
                log_stream: log_stream.map(Cow::Owned),
                timestamp: Some(millis),
                message: Cow::Owned(message),
                ..FileEvent::default()
            });
        }
    }
}

/// The event that begins with a line.
fn begins(line: &str, has_log_stream: bool) -> Option<Event> {
    let (time, rest) = line.split_once(' ')?;
    let millis = Time::from_iso8601(time).filter(|_| time.contains('T'))?.millis();
    if !has_log_stream {
        return Some(Event { millis, log_stream: None, message: rest.to_owned() });
    }
    let (log_stream, message) = rest.split_once(' ')?;
    Some(Event { millis, log_stream: Some(log_stream.to_owned()), message: message.to_owned() })
}

impl<R: Read> Lines for TimedLines<R> {
    fn advance(&mut self, sink: &mut dyn Sink, counts: &mut Counts) -> Result<bool, Damage> {
        let too_long = counts.too_long;
        let has_log_stream = self.has_log_stream;
        let are_two = |_: &str, after: &str| begins(after, has_log_stream).is_some();
        let line = match next_line(&mut self.window, counts, are_two) {
            Ok(Some(line)) => line,
            Ok(None) => {
                self.go_on(Last::Nothing, sink);
                return Ok(false);
            }
            Err(damage) => {
                self.go_on(Last::Nothing, sink);
                return Err(damage);
            }
        };
        let (text, length) = (line.text().into_owned(), line.length);
        self.window.take(length);
        if counts.too_long > too_long {
            // Whether it was an event, or the event before went on, is not known: what follows belongs to neither.
            self.go_on(Last::TooLong, sink);
        }
        if let Some(event) = begins(&text, has_log_stream) {
            self.go_on(Last::Event(event), sink);
            return Ok(true);
        }
        match &mut self.last {
            Last::Event(last) if last.message.len() + text.len() < LONGEST => {
                last.message.push('\n');
                last.message.push_str(&text);
            }
            Last::Event(_) => {
                counts.too_long += 1;
                self.go_on(Last::TooLong, sink);
            }
            Last::TooLong => {}
            Last::Nothing => counts.other += 1,
        }
        Ok(true)
    }
}
