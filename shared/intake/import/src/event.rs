//! A log event as a file has it.

use std::borrow::Cow;

/// A log event of a file, with what the file says about where it is from. What it does not say is left to
/// [`FileOrigin`](crate::FileOrigin).
#[derive(Debug, Default)]
pub(crate) struct FileEvent<'a> {
    pub(crate) account: Option<Cow<'a, str>>,
    pub(crate) region: Option<Cow<'a, str>>,
    pub(crate) log_group: Option<Cow<'a, str>>,
    pub(crate) log_stream: Option<Cow<'a, str>>,
    /// The id that CloudWatch Logs gave it.
    pub(crate) id: Option<Cow<'a, str>>,
    /// When it happened, in milliseconds since 1970.
    pub(crate) timestamp: Option<i64>,
    /// The log line.
    pub(crate) message: Cow<'a, str>,
}

/// Takes events.
pub(crate) trait Sink {
    fn event(&mut self, event: FileEvent<'_>);

    /// Takes the event of an entry, if it has one. Whether it had.
    fn event_if_any(&mut self, event: Option<FileEvent<'_>>) -> bool {
        let is_event = event.is_some();
        if let Some(event) = event {
            self.event(event);
        }
        is_event
    }
}
