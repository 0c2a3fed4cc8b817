//! Text of unknown origin, such as a subject, a log line or an object key, escaped for where it is shown.
//!
//! A sender chooses what stands in a subject, and so in a log event. Control characters can move a terminal's cursor,
//! bidirectional overrides can reorder a line, and invisible characters can make two addresses look alike
//! ([Unicode Technical Report 36](https://www.unicode.org/reports/tr36/)). Everything that the command line prints
//! goes through [`escape`], [`csv_cell`] or [`escape_json`].

use std::borrow::Cow;
use std::fmt::Write;

/// One line of text in which every character is visible and keeps its place: control characters except tab, bidirectional
/// controls, line and paragraph separators and zero-width characters become escapes such as `\n` or `\u{202e}`.
///
/// ```
/// assert_eq!(mailtrail_plain_text::escape("invoice\u{202e}fdp.exe"), "invoice\\u{202e}fdp.exe");
/// ```
pub fn escape(text: &str) -> Cow<'_, str> {
    let must_escape = |character: char| character != '\t' && is_hidden(character);
    replace(text, must_escape, |escaped, character| escaped.extend(character.escape_default()))
}

/// A cell of a CSV file: escaped, and with a `'` in front where a spreadsheet would read it as a formula.
/// Quoting is left to the CSV writer. <https://owasp.org/www-community/attacks/CSV_Injection>
pub fn csv_cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let prefix = if is_formula { "'" } else { "" };
    format!("{prefix}{}", escape(text))
}

/// Serialized JSON in which the same characters are `\uXXXX` escapes, so that it can be printed on a terminal. The
/// value stays the same. JSON allows these characters inside strings only, and there an escape means the character.
pub fn escape_json(json: &str) -> Cow<'_, str> {
    let must_escape = |character: char| !matches!(character, '\t' | '\n' | '\r') && is_hidden(character);
    replace(json, must_escape, |escaped, character| {
        for unit in character.encode_utf16(&mut [0; 2]) {
            // A `String` takes every write.
            let _infallible = write!(escaped, "\\u{unit:04x}");
        }
    })
}

/// Whether a character is a control, changes the direction of text, ends a line, or has no width of its own.
/// Everything from Unicode's `Bidi_Control` and `Default_Ignorable_Code_Point`, and the separators of lines.
/// <https://www.unicode.org/Public/16.0.0/ucd/DerivedCoreProperties.txt>
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

fn replace(
    text: &str,
    must_escape: impl Fn(char) -> bool,
    escape: impl Fn(&mut String, char),
) -> Cow<'_, str> {
    let Some(first) = text.find(&must_escape) else { return Cow::Borrowed(text) };
    let (clean, rest) = text.split_at(first);
    let mut escaped = clean.to_owned();
    for character in rest.chars() {
        if must_escape(character) { escape(&mut escaped, character) } else { escaped.push(character) }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One of each kind: C0, DEL, C1, separators, bidirectional controls, zero-width characters, tags.
    const HIDDEN: [char; 14] = [
        '\0',
        '\u{1b}',
        '\u{7f}',
        '\u{9b}',
        '\u{2028}',
        '\u{2029}',
        '\u{202e}',
        '\u{2066}',
        '\u{61c}',
        '\u{200b}',
        '\u{200d}',
        '\u{feff}',
        '\u{ad}',
        '\u{e0041}',
    ];

    #[test]
    fn hidden_characters_become_visible() {
        for character in HIDDEN {
            let escaped = escape(&format!("a{character}b")).into_owned();
            assert_eq!(escaped, format!("a{}b", character.escape_default()));
            assert!(escaped.is_ascii(), "{escaped}");
        }
        assert_eq!(escape("a\r\nb"), "a\\r\\nb");
    }

    #[test]
    fn letters_of_every_script_symbols_and_tabs_stay() {
        for text in ["", "Grüße, Ελλάδα, שלום, 你好", "👍 € ≠", "a\tb", r"C:\new"] {
            assert!(matches!(escape(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn a_csv_cell_is_never_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"] {
            assert_eq!(csv_cell(formula), format!("'{formula}"));
        }
        assert_eq!(csv_cell("\r=1\u{1b}[2J\n"), "'\\r=1\\u{1b}[2J\\n");
        for cell in ["", "a=b", "'=1", "2001:db8::1"] {
            assert_eq!(csv_cell(cell), cell);
        }
    }

    proptest! {
        #[test]
        fn nothing_hidden_is_left(text in any::<String>()) {
            prop_assert!(!escape(&text).chars().any(|character| character != '\t' && is_hidden(character)));
        }

        #[test]
        fn json_means_the_same_and_has_nothing_hidden(text in any::<String>(), hidden in proptest::sample::select(&HIDDEN[..])) {
            let value = format!("{text}{hidden}");
            let json = serde_json::to_string(&value).unwrap();
            let escaped = escape_json(&json);
            prop_assert!(!escaped.chars().any(is_hidden), "{escaped}");
            prop_assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), value);
        }
    }
}
