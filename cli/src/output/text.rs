//! Text as it is shown: escaped, wrapped, counted.

use indicatif::HumanCount;

/// The longest line of prose, in characters: readable, and within a terminal beside another window.
const LINE: usize = 100;

/// Text of unknown origin on one line of a terminal or a table.
pub(crate) fn plain(text: &str) -> String {
    mailtrail_plain_text::escape(text).into_owned()
}

/// Wraps text between words into lines of at most [`LINE`] characters. The lines after the first are indented. A word
/// that is longer than a line, such as an ARN, stays whole.
pub(crate) fn wrap(text: &str, indent: usize) -> String {
    let (mut wrapped, mut used) = (String::with_capacity(text.len()), indent);
    for word in text.split(' ') {
        let length = word.chars().count();
        if used > indent && used + 1 + length > LINE {
            wrapped.push('\n');
            wrapped.extend(std::iter::repeat_n(' ', indent));
            used = indent;
        } else if !wrapped.is_empty() {
            wrapped.push(' ');
            used += 1;
        }
        wrapped.push_str(word);
        used += length;
    }
    wrapped
}

/// `1 event`, `1,200 events`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", HumanCount(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_wrapped_between_words_and_a_long_word_stays_whole() {
        let long = "x".repeat(LINE);
        assert_eq!(wrap("a few words", 4), "a few words");
        assert_eq!(wrap(&format!("see {long} there"), 2), format!("see\n  {long}\n  there"));
        let text = wrap(&"word ".repeat(60), 6);
        assert!(text.lines().all(|line| line.len() <= LINE), "{text}");
        assert!(text.lines().skip(1).all(|line| line.starts_with("      word")), "{text}");
    }
}
