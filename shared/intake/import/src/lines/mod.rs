//! Texts whose entries are lines.

mod audit;
mod csv;
mod timed;

use std::io::Read;

use mailtrail_subscription::Shape;

use crate::Damage;
use crate::decode::Text;
use crate::event::Sink;
use crate::window::Window;

pub(crate) use audit::AuditLines;
pub(crate) use csv::Rows;
pub(crate) use timed::TimedLines;

/// A text that is read line by line.
pub(crate) trait Lines {
    /// Reads on; whether there was more to read. `counts` are of entries without an event.
    fn advance(&mut self, sink: &mut dyn Sink, counts: &mut Counts) -> Result<bool, Damage>;
}

/// Entries that are no events.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) other: u64,
    pub(crate) too_long: u64,
    /// Lines in the middle that may be the header of other fields.
    pub(crate) headers: u64,
}

/// The reader of a shape that is text; the text back where the shape is another one.
pub(crate) fn of<'r>(
    shape: Shape,
    from: Text<'r>,
    organization_arn: Option<String>,
    fields: Option<&str>,
) -> Result<Box<dyn Lines + Send + 'r>, Text<'r>> {
    Ok(match shape {
        Shape::ExportTaskObject => Box::new(TimedLines::exported(Window::of_text(from))),
        Shape::LogsTail => Box::new(TimedLines::tailed(Window::of_text(from))),
        Shape::AuditPlain | Shape::AuditW3c => {
            Box::new(AuditLines::new(Window::of_text(from), organization_arn, fields))
        }
        _ => return Err(from),
    })
}

/// The next line without its end, as text; nothing at the end.
///
/// A member of gzip was a file once, whose last line may have no end, or is a piece of one. So `are_two` decides, of what stands
/// before and after its beginning.
fn next_line<'w, R: Read>(
    window: &'w mut Window<R>,
    counts: &mut Counts,
    are_two: impl Fn(&str, &str) -> bool,
) -> Result<Option<Line<'w>>, Damage> {
    if window.position() == 0 {
        window.take_byte_order_mark()?;
    }
    loop {
        match window.line()? {
            Ok(0) => return Ok(None),
            Ok(length) => {
                let length = first_of(window, length, are_two);
                return Ok(Some(Line { bytes: &window.rest()[..length], length }));
            }
            Err(_too_long) => {
                counts.too_long += 1;
                window.skip_line()?;
            }
        }
    }
}

/// The length of the first line, where so many bytes are two that are joined by members of gzip.
fn first_of<R: Read>(window: &Window<R>, length: usize, are_two: impl Fn(&str, &str) -> bool) -> usize {
    let is_end = |at: &usize| {
        let (before, after) = window.rest()[..length].split_at(*at);
        let after = after.strip_suffix(b"\n").unwrap_or(after);
        are_two(&String::from_utf8_lossy(before), &String::from_utf8_lossy(after))
    };
    window.beginnings(length).find(is_end).unwrap_or(length)
}

/// A line that was not taken from the window yet.
struct Line<'w> {
    bytes: &'w [u8],
    length: usize,
}

impl Line<'_> {
    /// Its text without the line feed.
    fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.bytes.strip_suffix(b"\n").unwrap_or(self.bytes))
    }
}
