//! What a file is, by its content: the shapes in which log events are kept, sent and printed, and what often lies beside
//! them.
//!
//! Policy: a shape is said of what was seen. Where the beginning does not decide, the whole is looked at; what is no shape
//! that we know is named by its kind (JSON, text, a format by its signature). Nothing of the content is quoted.
//!
//! [`recognize`] finds the payloads in the shapes that hold some; what holds log events in another form is read by
//! `mailtrail-import`. Where a shape is told from others is in [`json`] and [`text`].

mod format;
mod json;
mod kind;
mod text;

use std::borrow::Cow;
use std::fmt;
use std::io::Read;

use bytes::Bytes;
#[expect(clippy::disallowed_types, reason = "at most HEAD bytes of it are read")]
use flate2::read::MultiGzDecoder;

use crate::inflate::MAGIC;
use crate::{Content, Payload, Undecodable, inflate, payloads};

pub use format::Format;
pub use kind::{Holds, Shape};
pub use text::names_audit_fields;

/// How much of a file decides what it is, where its beginning does.
pub const HEAD: usize = 64 << 10;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A file, recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recognized {
    /// It holds payloads; what is in them may still be unreadable.
    Payloads(Shape, Vec<Payload>),
    /// It holds none.
    Other(Other),
}

/// A file without payloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Other {
    /// What it is.
    pub shape: Shape,
    /// Whether it is compressed with gzip.
    pub gzip: bool,
}

/// Recognises a file, given whole, and finds the payloads in it. `limit` is that of [`Payload::decode`].
pub fn recognize(input: &Bytes, limit: usize) -> Recognized {
    let input = match input.strip_prefix(BYTE_ORDER_MARK.as_bytes()) {
        Some(text) => input.slice_ref(text),
        None => input.clone(),
    };
    let shape = match of_gzip(&input, limit) {
        Some(shape) if shape != Shape::Payload => return Recognized::Other(Other { shape, gzip: true }),
        Some(shape) => shape,
        None => of_plain(&input, false).unwrap_or(Shape::Binary),
    };
    if shape.holds() != Holds::Payloads {
        return Recognized::Other(Other { shape, gzip: false });
    }
    let found = payloads(&input);
    let is_unknown =
        |payload: &Payload| matches!(payload.content, Content::Unreadable(_, Undecodable::UnknownEvent));
    match shape {
        Shape::OnFailureRecord if found.iter().any(is_unknown) => {
            Recognized::Other(Other { shape: Shape::OnFailureOther, gzip: false })
        }
        _ if found.iter().any(is_unknown) => {
            Recognized::Other(Other { shape: Shape::InvalidEvent, gzip: false })
        }
        shape => Recognized::Payloads(shape, found),
    }
}

/// What the first [`HEAD`] bytes of a file tell, of what is in it where it is compressed with gzip; nothing where they do not
/// decide.
pub fn recognize_head(head: &[u8]) -> Option<Other> {
    if !head.starts_with(&MAGIC) {
        return of_head(head).map(|shape| Other { shape, gzip: false });
    }
    let inside = inflate_head(head);
    let shape = if inside.starts_with(&MAGIC) { Shape::NestedGzip } else { of_head(&inside)? };
    // With its compression, that is a payload, which is read as a whole.
    (shape != Shape::DecodedPayload).then_some(Other { shape, gzip: true })
}

/// What the beginning of a text tells. More of it may tell more of JSON.
fn of_head(head: &[u8]) -> Option<Shape> {
    of_plain(head, true).filter(|shape| *shape != Shape::Json)
}

/// What is inside gzip: by its beginning, or where that does not decide, by all of it. Nothing for what is not gzip.
fn of_gzip(input: &[u8], limit: usize) -> Option<Shape> {
    if !input.starts_with(&MAGIC) {
        return None;
    }
    let head = inflate_head(input);
    if head.starts_with(&MAGIC) {
        return Some(Shape::NestedGzip);
    }
    let inside = match of_head(&head) {
        Some(shape) => shape,
        None => match inflate(input, limit) {
            Ok(decoded) => of_plain(&decoded, false).unwrap_or(Shape::Binary),
            Err(Undecodable::TooLarge { .. }) => Shape::TooLarge,
            Err(_) => Shape::DamagedGzip,
        },
    };
    Some(if inside == Shape::DecodedPayload { Shape::Payload } else { inside })
}

/// The beginning of what is inside gzip, as far as it can be read.
fn inflate_head(gzip: &[u8]) -> Vec<u8> {
    let mut head = Vec::new();
    // An error ends what can be read; what comes before it counts.
    #[expect(clippy::disallowed_types, reason = "at most HEAD bytes of it are read")]
    let _damage = MultiGzDecoder::new(gzip).take(HEAD as u64).read_to_end(&mut head);
    head
}

/// What is not compressed; `cut` says that more follows. Nothing where that is needed.
fn of_plain(input: &[u8], cut: bool) -> Option<Shape> {
    // What begins like JSON may have the signature of a format further on: its writer chooses what stands there.
    let format = Format::of(input).filter(|_| !begins_like_json(input));
    if let Some(format) = format {
        return Some(Shape::Format(format));
    }
    if input.starts_with(&[0xff, 0xfe]) || input.starts_with(&[0xfe, 0xff]) {
        return Some(Shape::Utf16);
    }
    let text = String::from_utf8_lossy(input);
    let text_alone = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text).trim_start();
    if text_alone.is_empty() {
        return (!cut).then_some(Shape::Empty);
    }
    let known = json::shape(text_alone, cut).or_else(|| text::shape(text_alone));
    Some(known.unwrap_or_else(|| if is_text(input, &text) { Shape::Text } else { Shape::Binary }))
}

fn begins_like_json(input: &[u8]) -> bool {
    let text = input.strip_prefix(BYTE_ORDER_MARK.as_bytes()).unwrap_or(input);
    matches!(text.trim_ascii_start().first(), Some(b'{' | b'['))
}

/// Whether bytes are UTF-8, but for a character that is cut at their end, without what no text has.
#[expect(clippy::ptr_arg, reason = "whether it is borrowed says whether the bytes are UTF-8")]
fn is_text(bytes: &[u8], text: &Cow<'_, str>) -> bool {
    let is_utf8 = match text {
        Cow::Borrowed(_) => true,
        Cow::Owned(_) => std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none()),
    };
    is_utf8 && !text.contains('\0')
}

impl fmt::Display for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { shape, gzip } = self;
        write!(f, "{shape}{}", if *gzip { " (gzip)" } else { "" })
    }
}
