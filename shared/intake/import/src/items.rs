//! The entries of JSON texts: of lists in documents, or the documents themselves.

use std::io::Read;

use crate::Damage;
use crate::window::Window;

/// Where the entries stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// In the members of these names, lists, of objects; or in lists.
    Lists(&'static [&'static str]),
    /// Each object is one, whether in a list or not.
    Documents,
}

/// How an object begins that is an entry, where entries stand in lists otherwise: a row of Insights.
const ROW: &[u8] = b"\"@";
/// How far a document is looked into for that.
const LOOK: usize = 64;
/// The longest name of a member that is looked at.
const LONGEST_NAME: usize = 64;
/// Members in which files of any kind have their entries.
pub(crate) const LISTS: [&str; 7] =
    ["Records", "Events", "events", "results", "logEvents", "Messages", "records"];

/// Reads the entries one after the other.
pub(crate) struct Items<R> {
    window: Window<R>,
    layout: Layout,
    position: Position,
    /// Length of the entry that was handed out, which is taken when the next one is asked for.
    handed: usize,
    /// How many entries were too long.
    pub(crate) too_long: u64,
    /// How many lists and documents are of another kind.
    pub(crate) of_other_kind: u64,
    /// Whether the document that is read has a list of entries.
    has_list: bool,
}

/// What the name of a member says of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Entries,
    /// The list of another kind of file.
    OtherEntries,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    /// Before a document.
    Between,
    Object,
    List {
        in_object: bool,
    },
}

impl<R: Read> Items<R> {
    pub(crate) fn of(window: Window<R>, layout: Layout) -> Self {
        let position = Position::Between;
        Self { window, layout, position, handed: 0, too_long: 0, of_other_kind: 0, has_list: false }
    }

    /// The next entry, or nothing at the end.
    pub(crate) fn next_item(&mut self) -> Result<Option<&[u8]>, Damage> {
        self.window.take(std::mem::take(&mut self.handed));
        if self.window.position() == 0 {
            self.window.take_byte_order_mark()?;
        }
        loop {
            let Some(token) = self.window.token()? else {
                return if self.position == Position::Between { Ok(None) } else { Err(self.window.cut()) };
            };
            let found = match self.position {
                Position::Between => self.document(token)?,
                Position::Object => self.member(token).map(|()| false)?,
                Position::List { in_object } => self.entry(token, in_object)?,
            };
            if found {
                return Ok(Some(&self.window.rest()[..self.handed]));
            }
        }
    }

    fn document(&mut self, token: u8) -> Result<bool, Damage> {
        match token {
            b'[' => {
                self.window.take(1);
                self.position = Position::List { in_object: false };
                Ok(false)
            }
            b'{' if self.layout == Layout::Documents || self.is_row()? => self.hand_out(),
            b'{' => {
                self.window.take(1);
                self.position = Position::Object;
                self.has_list = false;
                Ok(false)
            }
            _ => Err(self.window.not_json()),
        }
    }

    fn is_row(&mut self) -> Result<bool, Damage> {
        let begin = self.window.peek(LOOK)?;
        Ok(begin[1..].trim_ascii_start().starts_with(ROW))
    }

    fn member(&mut self, token: u8) -> Result<(), Damage> {
        match token {
            b',' => self.window.take(1),
            b'}' => {
                self.window.take(1);
                self.position = Position::Between;
                self.of_other_kind += u64::from(!self.has_list);
            }
            b'"' => {
                let named = self.name()?;
                if self.window.token()? != Some(b':') {
                    return Err(self.out_of_place());
                }
                self.window.take(1);
                match self.window.token()? {
                    Some(b'[') if named == Named::Entries => {
                        self.window.take(1);
                        self.position = Position::List { in_object: true };
                        self.has_list = true;
                    }
                    Some(b'[') if named == Named::OtherEntries => {
                        self.of_other_kind += 1;
                        self.has_list = true;
                        self.window.skip_value()?;
                    }
                    Some(token) if begins_value(token) => self.window.skip_value()?,
                    _ => return Err(self.out_of_place()),
                }
            }
            _ => return Err(self.window.not_json()),
        }
        Ok(())
    }

    /// Takes the name of a member.
    fn name(&mut self) -> Result<Named, Damage> {
        let Ok(length) = self.window.value()? else {
            self.window.skip_value()?;
            return Ok(Named::Other);
        };
        let json = &self.window.rest()[..length];
        let name = || serde_json::from_slice::<String>(json).unwrap_or_default();
        let named = match self.layout {
            Layout::Lists(names) if length <= LONGEST_NAME => match name().as_str() {
                name if names.contains(&name) => Named::Entries,
                name if LISTS.contains(&name) => Named::OtherEntries,
                _ => Named::Other,
            },
            Layout::Lists(_) | Layout::Documents => Named::Other,
        };
        self.window.take(length);
        Ok(named)
    }

    fn entry(&mut self, token: u8, in_object: bool) -> Result<bool, Damage> {
        match token {
            b',' => self.window.take(1),
            b']' => {
                self.window.take(1);
                self.position = if in_object { Position::Object } else { Position::Between };
            }
            token if begins_value(token) => return self.hand_out(),
            _ => return Err(self.window.not_json()),
        }
        Ok(false)
    }

    /// Whether there is an entry to hand out: one that is too long is passed over.
    fn hand_out(&mut self) -> Result<bool, Damage> {
        if let Ok(length) = self.window.value()? {
            self.handed = length;
            return Ok(true);
        }
        self.too_long += 1;
        self.window.skip_value()?;
        Ok(false)
    }

    fn out_of_place(&self) -> Damage {
        if self.window.rest().is_empty() { self.window.cut() } else { self.window.not_json() }
    }
}

/// Whether a JSON value can begin with this byte.
fn begins_value(token: u8) -> bool {
    matches!(token, b'{' | b'[' | b'"' | b'-' | b't' | b'f' | b'n') || token.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDS: Layout = Layout::Lists(&["Records"]);

    /// The entries, and how it ends.
    fn items(text: &str, layout: Layout) -> (Vec<String>, Option<Damage>) {
        let (mut items, mut found) = (Items::of(Window::new(text.as_bytes()), layout), Vec::new());
        loop {
            match items.next_item() {
                Ok(Some(item)) => found.push(String::from_utf8_lossy(item).into_owned()),
                Ok(None) => return (found, None),
                Err(damage) => return (found, Some(damage)),
            }
        }
    }

    #[test]
    fn entries_are_those_of_the_lists_that_are_named() {
        for text in [
            r#"{"Records":[{"a":1},{"b":[2]}]}"#,
            r#"{"x":{"Records":[0]},"Records":[{"a":1}],"y":[1]} {"Records":[{"b":[2]}]}"#,
            r#"[{"a":1},{"b":[2]}]"#,
            "\u{feff}{\"\\u0052ecords\" : [ {\"a\":1} , {\"b\":[2]} ] , \"x\" : 12 }\n",
        ] {
            assert_eq!(
                items(text, RECORDS),
                (vec![r#"{"a":1}"#.into(), r#"{"b":[2]}"#.into()], None),
                "{text}"
            );
        }
        let rows = items("{\"@message\":\"x\"}\n{ \"@message\":\"y\"}", RECORDS).0;
        assert_eq!(rows, [r#"{"@message":"x"}"#, r#"{ "@message":"y"}"#]);
    }

    #[test]
    fn lists_and_documents_of_another_kind_are_counted() {
        for (text, others) in [
            (r#"{"Records":[{"a":1}]}{"events":[{"b":2}]}"#, 1),
            (r#"{"Records":[{"a":1}],"events":[{"b":2}]}"#, 1),
            (r#"{"x":1}{"Records":[{"a":1}]} {"y":[]}"#, 2),
            (r#"{"Records":null}{"Records":[{"a":1}],"Records":[]}"#, 1),
            (r#"{"x":{"events":[]},"Records":[{"a":1}]}"#, 0),
        ] {
            let (mut items, mut found) = (Items::of(Window::new(text.as_bytes()), RECORDS), 0);
            while items.next_item().unwrap().is_some() {
                found += 1;
            }
            assert_eq!((found, items.of_other_kind), (1, others), "{text}");
        }
    }

    #[test]
    fn documents_are_entries_whatever_stands_between_them() {
        for text in ["{\"a\":1}{\"b\":2}", "{\"a\":1}\r\n\n {\"b\":2}\n", "[{\"a\":1},{\"b\":2}]"] {
            assert_eq!(items(text, Layout::Documents), (vec!["{\"a\":1}".into(), "{\"b\":2}".into()], None));
        }
    }

    #[test]
    fn what_comes_before_the_damage_is_handed_out() {
        let first = vec![r#"{"a":1}"#.to_owned()];
        for (text, damage) in [
            (r#"{"Records":[{"a":1},{"b":"#, Damage::Cut { after: 25 }),
            (r#"{"Records":[{"a":1}"#, Damage::Cut { after: 19 }),
            (r#"{"Records":[{"a":1}]"#, Damage::Cut { after: 20 }),
            (r#"{"Records":[{"a":1}],"x""#, Damage::Cut { after: 24 }),
            (r#"{"Records":[{"a":1}}"#, Damage::NotJson { at: 19 }),
            (r#"{"Records":[{"a":1}]} rest"#, Damage::NotJson { at: 22 }),
            (r#"{"Records":[{"a":1}],"x":}"#, Damage::NotJson { at: 25 }),
            (r#"{"Records":[{"a":1}],1}"#, Damage::NotJson { at: 21 }),
        ] {
            assert_eq!(items(text, RECORDS), (first.clone(), Some(damage)), "{text}");
        }
    }
}
