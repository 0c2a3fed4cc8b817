//! The text of header fields, with encoded words decoded.
//!
//! A mail server writes `Größe` as `=?utf-8?Q?Gr=C3=B6=C3=9Fe?=` ([RFC 2047](https://www.rfc-editor.org/rfc/rfc2047)), and a
//! log has it either way: one leg of a message may have the words, and another the text.

use mail_parser::parsers::MessageStream;

/// The text that a header field stands for. Text without encoded words stays as it is, and so do words that cannot be decoded.
pub(crate) fn decoded(text: &str) -> String {
    if !text.contains("=?") {
        return text.to_owned();
    }
    // A field ends with its line; the text of one may have been folded.
    let field = text.replace(['\r', '\n'], " ") + "\n";
    match MessageStream::new(field.as_bytes()).parse_unstructured().as_text() {
        Some(decoded) => decoded.to_owned(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_are_decoded_whatever_their_charset() {
        for (text, expected) in [
            ("=?utf-8?Q?Gr=C3=B6=C3=9Fe?=", "Größe"),
            ("=?UTF-8?B?5pel5pys?= =?utf-8?b?6Kqe?=", "日本語"),
            ("Re: =?ISO-8859-1?Q?a=E9_b?= c", "Re: aé b c"),
            ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
            ("plain = ? text", "plain = ? text"),
            ("", ""),
        ] {
            assert_eq!(decoded(text), expected, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_decoded_is_shown_as_it_stands() {
        for text in ["=?utf-8?Q?", "=?x", "=?=?=?", "=?utf-8?X?abc?="] {
            assert_eq!(decoded(text), text);
        }
    }
}
