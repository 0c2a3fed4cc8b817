//! Rows of Insights as CSV, as the console exports them (RFC 4180).

use std::borrow::Cow;
use std::io::Read;

use super::{Counts, Lines};
use crate::Damage;
use crate::entry::row_event;
use crate::event::Sink;
use crate::window::{LONGEST, Window};

/// The rows of a table whose first row has the names of the fields.
pub(crate) struct Rows<R> {
    window: Window<R>,
    names: Vec<String>,
}

impl<R: Read> Rows<R> {
    pub(crate) fn new(window: Window<R>) -> Self {
        Self { window, names: Vec::new() }
    }

    /// The length of the next row: to the first line feed outside of quotes.
    fn row_length(&mut self) -> Result<usize, Damage> {
        let (mut seen, mut quoted) = (0, false);
        loop {
            for (at, byte) in self.window.rest().iter().enumerate().skip(seen) {
                match byte {
                    b'"' => quoted = !quoted,
                    b'\n' if !quoted => return Ok(at + 1),
                    _ => {}
                }
            }
            seen = self.window.rest().len();
            if seen > LONGEST {
                return Err(self.window.not_json());
            }
            if !self.window.more()? {
                return if quoted { Err(self.window.cut()) } else { Ok(seen) };
            }
        }
    }
}

impl<R: Read> Lines for Rows<R> {
    fn advance(&mut self, sink: &mut dyn Sink, counts: &mut Counts) -> Result<bool, Damage> {
        if self.window.position() == 0 {
            self.window.take_byte_order_mark()?;
        }
        let length = self.row_length()?;
        if length == 0 {
            return Ok(false);
        }
        let values = values(&String::from_utf8_lossy(&self.window.rest()[..length]));
        self.window.take(length);
        if values == [""] {
            return Ok(true);
        }
        if self.names.is_empty() {
            self.names = values;
            return Ok(true);
        }
        // Tables that were joined.
        if self.names == values {
            return Ok(true);
        }
        let is_whole = values.len() == self.names.len();
        let fields = self.names.iter().map(String::as_str).zip(values.into_iter().map(Cow::Owned));
        match row_event(fields).filter(|_| is_whole) {
            Some(event) => sink.event(event),
            None => counts.other += 1,
        }
        Ok(true)
    }
}

/// The values of a row.
fn values(row: &str) -> Vec<String> {
    let row = row.strip_suffix('\n').unwrap_or(row);
    let row = row.strip_suffix('\r').unwrap_or(row);
    let (mut values, mut value, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = row.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                value.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => values.push(std::mem::take(&mut value)),
            _ => value.push(letter),
        }
    }
    values.push(value);
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_commas_and_quotes() {
        assert_eq!(values("a,\"b,\"\"c\"\"\",\r\n"), ["a", "b,\"c\"", ""]);
        assert_eq!(values(""), [""]);
    }
}
