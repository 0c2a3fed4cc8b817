//! Text that is read piece by piece, and the JSON values and lines that it consists of.
//!
//! Memory is bounded by the longest entry ([`LONGEST`]), whatever the size of the text.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read};

use memchr::{memchr, memchr2};

use crate::Damage;
use crate::decode::{Members, Text};

/// The longest entry that is read. A log event has at most 1 MiB, and JSON writes a byte in six at the most.
pub(crate) const LONGEST: usize = 16 << 20;
/// How much is read at a time.
const STEP: usize = 256 << 10;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What is longer than [`LONGEST`]. It can be skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLong;

/// A view of a text: what was read of it and not yet taken.
pub(crate) struct Window<R> {
    from: R,
    buffer: Vec<u8>,
    /// Where what is not taken begins.
    at: usize,
    /// How much of the text was taken before the buffer begins.
    before: u64,
    ended: bool,
    members: Members,
    /// How many members had begun when it was read last.
    begun: u64,
    /// Where members begin in what is not taken.
    beginnings: VecDeque<u64>,
}

impl<'r> Window<Text<'r>> {
    /// A view of the text of a file.
    pub(crate) fn of_text(from: Text<'r>) -> Self {
        let members = from.members();
        Self { members, ..Self::new(from) }
    }
}

impl<R: Read> Window<R> {
    pub(crate) fn new(from: R) -> Self {
        let (members, beginnings) = (Members::default(), VecDeque::new());
        Self { from, buffer: Vec::new(), at: 0, before: 0, ended: false, members, begun: 0, beginnings }
    }

    /// Whether a file begins here: the text, or a further member of gzip. Its first bytes are there.
    pub(crate) fn is_at_beginning(&mut self) -> bool {
        let position = self.position();
        while self.beginnings.front().is_some_and(|beginning| *beginning < position) {
            self.beginnings.pop_front();
        }
        position == 0 || self.beginnings.front() == Some(&position)
    }

    /// Where in the next so many bytes members begin, but for their first byte.
    pub(crate) fn beginnings(&self, length: usize) -> impl Iterator<Item = usize> {
        let position = self.position();
        let within = self.beginnings.iter().filter_map(move |beginning| beginning.checked_sub(position));
        within.filter_map(|at| usize::try_from(at).ok()).filter(move |at| (1..length).contains(at))
    }

    /// How many bytes were taken.
    pub(crate) fn position(&self) -> u64 {
        self.before + self.at as u64
    }

    /// What was read and not taken.
    pub(crate) fn rest(&self) -> &[u8] {
        &self.buffer[self.at..]
    }

    /// Takes so many of the bytes that were read.
    pub(crate) fn take(&mut self, length: usize) {
        self.at += length;
    }

    /// The first of the bytes that are not taken, where there are so many: they are read if they have to be.
    pub(crate) fn peek(&mut self, length: usize) -> Result<&[u8], Damage> {
        while self.rest().len() < length && self.more()? {}
        let there = self.rest().len().min(length);
        Ok(&self.rest()[..there])
    }

    /// Passes over a byte order mark.
    pub(crate) fn take_byte_order_mark(&mut self) -> Result<(), Damage> {
        if self.peek(BYTE_ORDER_MARK.len())? == BYTE_ORDER_MARK {
            self.take(BYTE_ORDER_MARK.len());
        }
        Ok(())
    }

    /// Passes over white space; the byte after it, or nothing at the end.
    pub(crate) fn token(&mut self) -> Result<Option<u8>, Damage> {
        loop {
            let is_space = |byte: &u8| byte.is_ascii_whitespace();
            let rest = self.rest();
            if let Some(spaces) = rest.iter().position(|byte| !is_space(byte)) {
                let byte = rest[spaces];
                self.take(spaces);
                return Ok(Some(byte));
            }
            self.at = self.buffer.len();
            if !self.more()? {
                return Ok(None);
            }
        }
    }

    /// The length of the JSON value that comes next, which is in [`Self::rest`] then.
    pub(crate) fn value(&mut self) -> Result<Result<usize, TooLong>, Damage> {
        let (mut value, mut seen) = (ValueEnd::default(), 0);
        loop {
            if let Some(end) = value.find(&self.rest()[seen..]) {
                return Ok(Ok(seen + end));
            }
            seen = self.rest().len();
            if seen > LONGEST {
                return Ok(Err(TooLong));
            }
            if !self.more()? {
                return if value.may_end() { Ok(Ok(seen)) } else { Err(self.cut()) };
            }
        }
    }

    /// Passes over the JSON value that comes next, whatever its length.
    pub(crate) fn skip_value(&mut self) -> Result<(), Damage> {
        let mut value = ValueEnd::default();
        loop {
            if let Some(end) = value.find(self.rest()) {
                self.take(end);
                return Ok(());
            }
            self.at = self.buffer.len();
            if !self.more()? {
                return if value.may_end() { Ok(()) } else { Err(self.cut()) };
            }
        }
    }

    /// The length of the line that comes next, with its line feed where it has one; 0 at the end.
    pub(crate) fn line(&mut self) -> Result<Result<usize, TooLong>, Damage> {
        let mut seen = 0;
        loop {
            if let Some(at) = memchr(b'\n', &self.rest()[seen..]) {
                return Ok(Ok(seen + at + 1));
            }
            seen = self.rest().len();
            if seen > LONGEST {
                return Ok(Err(TooLong));
            }
            if !self.more()? {
                return Ok(Ok(seen));
            }
        }
    }

    /// Passes over the rest of a line.
    pub(crate) fn skip_line(&mut self) -> Result<(), Damage> {
        loop {
            if let Some(at) = memchr(b'\n', self.rest()) {
                self.take(at + 1);
                return Ok(());
            }
            self.at = self.buffer.len();
            if !self.more()? {
                return Ok(());
            }
        }
    }

    /// That the text ends in the middle of something.
    pub(crate) fn cut(&self) -> Damage {
        Damage::Cut { after: self.before + self.buffer.len() as u64 }
    }

    /// That what comes next is invalid JSON, or not in its place.
    pub(crate) fn not_json(&self) -> Damage {
        Damage::NotJson { at: self.position() }
    }

    /// Reads more; false at the end.
    pub(crate) fn more(&mut self) -> Result<bool, Damage> {
        if self.ended {
            return Ok(false);
        }
        if self.at >= self.buffer.len() / 2 {
            self.before += self.at as u64;
            self.buffer.drain(..self.at);
            self.at = 0;
        }
        let old = self.buffer.len();
        self.buffer.resize(old + STEP, 0);
        let read = loop {
            match self.from.read(&mut self.buffer[old..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.buffer.truncate(old + read.as_ref().copied().unwrap_or_default());
        let after = self.before + self.buffer.len() as u64;
        let read = read.map_err(|error| {
            self.ended = true;
            Damage::of_read(&error, after)
        })?;
        self.ended = read == 0;
        let begun = self.members.begun();
        if begun > self.begun {
            self.begun = begun;
            self.beginnings.push_back(after - read as u64);
        }
        Ok(read > 0)
    }
}

/// Finds the end of a JSON value in pieces of text. What it finds need not be valid JSON.
#[derive(Debug, Default)]
struct ValueEnd {
    kind: Kind,
    /// How many lists and objects are open.
    depth: u64,
    in_string: bool,
    /// Whether the last byte was a backslash in a string.
    escaped: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Kind {
    #[default]
    Unknown,
    /// A list or an object.
    Container,
    String,
    /// A number or a word, which ends where something else begins.
    Scalar,
}

impl ValueEnd {
    /// Where the value ends, if it does so in this piece.
    fn find(&mut self, piece: &[u8]) -> Option<usize> {
        let first = *piece.first()?;
        if self.kind == Kind::Unknown {
            self.kind = match first {
                b'{' | b'[' => Kind::Container,
                b'"' => Kind::String,
                _ => Kind::Scalar,
            };
            if self.kind == Kind::String {
                self.in_string = true;
                return self.find_string_end(piece, 1);
            }
        }
        match self.kind {
            Kind::Container => self.find_container_end(piece),
            Kind::String => self.find_string_end(piece, 0),
            Kind::Scalar | Kind::Unknown => piece.iter().position(|byte| ends_scalar(*byte)),
        }
    }

    /// Whether the value may end where the text ends.
    fn may_end(&self) -> bool {
        self.kind == Kind::Scalar
    }

    fn find_container_end(&mut self, piece: &[u8]) -> Option<usize> {
        let mut at = 0;
        loop {
            if self.in_string {
                at = self.find_string_end(piece, at)?;
            }
            let next =
                piece[at..].iter().position(|byte| matches!(byte, b'"' | b'{' | b'[' | b'}' | b']'))?;
            at += next + 1;
            match piece[at - 1] {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                _ => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(at);
                    }
                }
            }
        }
    }

    /// Where the string that is open ends.
    fn find_string_end(&mut self, piece: &[u8], mut at: usize) -> Option<usize> {
        if self.escaped && at < piece.len() {
            self.escaped = false;
            at += 1;
        }
        loop {
            at += memchr2(b'"', b'\\', piece.get(at..)?)? + 1;
            if piece[at - 1] == b'"' {
                self.in_string = false;
                return Some(at);
            }
            if at == piece.len() {
                self.escaped = true;
                return None;
            }
            at += 1;
        }
    }
}

fn ends_scalar(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b",:[]{}\"".contains(&byte)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// Hands a text out in pieces of so many bytes.
    struct Pieces<'a>(&'a [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let length = self.1.min(self.0.len()).min(buffer.len());
            let (piece, rest) = self.0.split_at(length);
            buffer[..length].copy_from_slice(piece);
            self.0 = rest;
            Ok(length)
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_value_ends_where_a_parser_says_that_it_does(
            value in any_json(),
            after in prop_oneof![Just(""), Just(" "), Just(",1"), Just("]"), Just("\n{}")],
            piece in 1_usize..40,
        ) {
            let json = value.to_string();
            let text = format!("{json}{after}");
            let mut window = Window::new(Pieces(text.as_bytes(), piece));
            prop_assert_eq!(window.value().unwrap(), Ok(json.len()));
            prop_assert_eq!(&window.rest()[..json.len()], json.as_bytes());
            let mut skipping = Window::new(Pieces(text.as_bytes(), piece));
            skipping.skip_value().unwrap();
            prop_assert_eq!(skipping.position(), json.len() as u64);
        }

        #[test]
        fn a_value_without_its_end_is_cut(value in any_json(), piece in 1_usize..40) {
            let json = value.to_string();
            prop_assume!(json.starts_with(['{', '[', '"']));
            let mut window = Window::new(Pieces(&json.as_bytes()[..json.len() - 1], piece));
            prop_assert_eq!(window.value().unwrap_err(), Damage::Cut { after: json.len() as u64 - 1 });
        }
    }

    #[test]
    fn what_is_too_long_is_not_held_and_can_be_skipped() {
        let text = [b"\"".to_vec(), vec![b'x'; LONGEST + 2 * STEP], b"\" 1".to_vec()].concat();
        let mut window = Window::new(text.as_slice());
        assert_eq!(window.value().unwrap(), Err(TooLong));
        window.skip_value().unwrap();
        assert_eq!(window.token().unwrap(), Some(b'1'));
        assert!(window.buffer.capacity() < LONGEST * 3);
        let mut window = Window::new(text.as_slice());
        assert_eq!(window.line().unwrap(), Err(TooLong));
        window.skip_line().unwrap();
        assert_eq!(window.line().unwrap(), Ok(0));
    }
}
