//! Rows of Insights as CSV, as the console exports them (RFC 4180).
//!
//! A quote opens a value only at its beginning; anywhere else it stands for itself. Where something follows the quote that closes a
//! value, it is not known where the value ends, nor the row: it is counted, and no event.

use std::borrow::Cow;
use std::io::Read;

use super::{Counts, Lines, first_of};
use crate::Damage;
use crate::entry::row_event;
use crate::event::Sink;
use crate::window::{LONGEST, Window};

/// The rows of a table whose first row has the names of the fields.
pub(crate) struct Rows<R> {
    window: Window<R>,
    names: Vec<String>,
    /// Whether there was anything below the names.
    is_filled: bool,
}

/// Where in a value a reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Beginning,
    Plain,
    Quotes,
    /// After a quote in quotes, which ends the value, or is the first of two that stand for one.
    Quote,
    /// Behind the quotes, where nothing should be.
    Behind,
}

impl Within {
    fn after(self, letter: char) -> Self {
        match (self, letter) {
            (Self::Quotes, '"') | (Self::Quote, '\r') => Self::Quote,
            (Self::Quotes, _) | (Self::Beginning | Self::Quote, '"') => Self::Quotes,
            (_, ',') => Self::Beginning,
            (Self::Quote | Self::Behind, _) => Self::Behind,
            (Self::Beginning | Self::Plain, _) => Self::Plain,
        }
    }
}

impl<R: Read> Rows<R> {
    pub(crate) fn new(window: Window<R>) -> Self {
        Self { window, names: Vec::new(), is_filled: false }
    }

    /// The length of the next row: to the first line feed outside of quotes.
    fn row_length(&mut self) -> Result<usize, Damage> {
        let (mut seen, mut within) = (0, Within::Beginning);
        loop {
            for (at, byte) in self.window.rest().iter().enumerate().skip(seen) {
                if *byte == b'\n' && within != Within::Quotes {
                    return Ok(at + 1);
                }
                // Other letters than those of ASCII are all the same here.
                within = within.after(char::from(*byte));
            }
            seen = self.window.rest().len();
            if seen > LONGEST {
                return Err(self.window.not_json());
            }
            if !self.window.more()? {
                return if within == Within::Quotes { Err(self.window.cut()) } else { Ok(seen) };
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
            // An answer without rows, or one whose lines end otherwise: a look tells.
            counts.other += u64::from(!self.names.is_empty() && !self.is_filled);
            return Ok(false);
        }
        let are_names = |_: &str, after: &str| !self.names.is_empty() && Row::of(after).values == self.names;
        let length = first_of(&self.window, length, are_names);
        let Row { values, is_whole } = Row::of(&String::from_utf8_lossy(&self.window.rest()[..length]));
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
        self.is_filled = true;
        let is_whole = is_whole && values.len() == self.names.len();
        let fields = self.names.iter().map(String::as_str).zip(values.into_iter().map(Cow::Owned));
        let is_event = sink.event_if_any(row_event(fields).filter(|_| is_whole));
        counts.other += u64::from(!is_event);
        Ok(true)
    }
}

/// The values of a row.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    values: Vec<String>,
    /// Whether nothing stands behind quotes.
    is_whole: bool,
}

impl Row {
    fn of(text: &str) -> Self {
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        let (mut values, mut value) = (Vec::new(), String::new());
        let (mut within, mut is_whole) = (Within::Beginning, true);
        for letter in text.chars() {
            let next = within.after(letter);
            match (within, next) {
                (_, Within::Beginning) => values.push(std::mem::take(&mut value)),
                (_, Within::Quote) | (Within::Beginning, Within::Quotes) => {}
                _ => value.push(letter),
            }
            is_whole &= next != Within::Behind;
            within = next;
        }
        values.push(value);
        Self { values, is_whole }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_commas_and_quotes_where_a_value_begins_with_one() {
        for (row, values, is_whole) in [
            ("a,\"b,\"\"c\"\"\",\r\n", &["a", "b,\"c\"", ""][..], true),
            ("", &[""], true),
            ("\"\",\"\"\"\"", &["", "\""], true),
            ("5\" disk,a\"b,c\"", &["5\" disk", "a\"b", "c\""], true),
            ("\"a\" b,c", &["a b", "c"], false),
            ("\"a\nb\"\r\n", &["a\nb"], true),
        ] {
            assert_eq!(
                Row::of(row),
                Row { values: values.iter().map(ToString::to_string).collect(), is_whole },
                "{row}"
            );
        }
    }
}
