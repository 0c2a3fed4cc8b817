//! JSON text, unescaped by ourselves.
//!
//! A JSON parser refuses `"\ud83d"`: half of a surrogate pair is not a character. Log messages contain such
//! halves (a subject cut in the middle of an emoji), and one of them must not cost the whole batch. So
//! strings are taken from the parser as they stand and unescaped here, with U+FFFD for half a surrogate pair.
//!
//! A parser refuses an object without its end, too; [`Members`] reads what there is of it.

mod members;

use std::borrow::Cow;

use serde_json::value::RawValue;

pub use members::{Member, Members};

/// The text of a JSON string, given with its quotes; borrowed where nothing is escaped.
///
/// The input must have passed a JSON parser. What is not a string comes back as it stands.
pub fn unescape(json: &str) -> Cow<'_, str> {
    let Some(inner) = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return Cow::Borrowed(json);
    };
    match backslash(inner) {
        None => Cow::Borrowed(inner),
        Some(first) => Cow::Owned(unescape_from(inner, first)),
    }
}

/// The text of a JSON string, number, `true` or `false`; nothing for `null`, lists and objects.
pub fn scalar(json: &RawValue) -> Option<Cow<'_, str>> {
    match json.get().as_bytes().first() {
        Some(b'{' | b'[' | b'n') | None => None,
        Some(_) => Some(unescape(json.get())),
    }
}

/// Where the next backslash stands. Messages that hold JSON have one every few bytes: at that distance
/// a plain loop beats a vectorised search.
fn backslash(text: &str) -> Option<usize> {
    text.bytes().position(|byte| byte == b'\\')
}

fn unescape_from(text: &str, first: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut next) = (text, Some(first));
    while let Some(at) = next {
        out.push_str(&rest[..at]);
        let (character, length) = escape(&rest[at..]);
        out.push(character);
        rest = &rest[at + length..];
        next = backslash(rest);
    }
    out.push_str(rest);
    out
}

/// The character that the escape at the start of the text stands for, and the length of the escape.
fn escape(text: &str) -> (char, usize) {
    let simple = match text.as_bytes().get(1) {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'u') => return unicode_escape(text),
        Some(&other) if other.is_ascii() => char::from(other),
        // A backslash before nothing or before half a character: the parser lets neither through.
        _ => return (char::REPLACEMENT_CHARACTER, 1),
    };
    (simple, 2)
}

/// `\uXXXX`, or two of them that are the halves of one character.
fn unicode_escape(text: &str) -> (char, usize) {
    let Some(unit) = code_unit(text) else { return (char::REPLACEMENT_CHARACTER, 2) };
    if let Some(character) = char::from_u32(u32::from(unit)) {
        return (character, 6);
    }
    let low = text.get(6..).and_then(code_unit);
    let pair = low.and_then(|low| char::decode_utf16([unit, low]).next()?.ok());
    pair.map_or((char::REPLACEMENT_CHARACTER, 6), |character| (character, 12))
}

/// The number in the `\uXXXX` at the start of the text.
fn code_unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn half_a_surrogate_pair_is_read_as_a_replacement_character() {
        assert_eq!(unescape(r#""a\ud83db""#), "a\u{fffd}b");
        assert_eq!(unescape(r#""\ude00""#), "\u{fffd}");
        assert_eq!(unescape(r#""\ud83d\ud83d\ude00""#), "\u{fffd}\u{1f600}");
        assert_eq!(unescape(r#""\ud83d\n""#), "\u{fffd}\n");
        assert_eq!(unescape(r#""\ud83d\u0041""#), "\u{fffd}A");
    }

    #[test]
    fn every_escape_of_json_is_known() {
        assert_eq!(unescape(r#""\"\\\/\b\f\n\r\t\u0000\u00e9""#), "\"\\/\u{8}\u{c}\n\r\t\0é");
        assert_eq!(unescape(r#""\ud83d\ude00""#), "😀");
    }

    #[test]
    fn text_without_escapes_is_borrowed() {
        assert!(matches!(unescape("\"plain\""), Cow::Borrowed("plain")));
    }

    proptest! {
        #[test]
        fn unescape_undoes_what_serde_json_escapes(text: String) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(unescape(&json), text);
        }

        #[test]
        fn unescape_takes_any_text_without_a_panic(text: String) {
            let _anything = unescape(&format!("\"{text}\""));
        }
    }
}
