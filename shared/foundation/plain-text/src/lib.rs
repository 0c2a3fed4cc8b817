//! Text of unknown origin, such as a subject, a log line or an object key, escaped for where it is shown.
//!
//! A sender chooses what stands in a subject, and so in a log event. Control characters can move a terminal's cursor,
//! bidirectional overrides can reorder a line, and invisible characters can make two addresses look alike
//! ([Unicode Technical Report 36](https://www.unicode.org/reports/tr36/)). Everything that the command line prints
//! goes through [`escape`], [`csv_cell`] or [`escape_json`]; reports in Markdown through [`markdown`] or [`markdown_code`].

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

/// A cell of a CSV file: escaped, and with a `'` in front where a spreadsheet would read it as a formula, which some do
/// after white space, and with the full-width forms of the characters, too.
/// Quoting is left to the CSV writer. <https://owasp.org/www-community/attacks/CSV_Injection>
pub fn csv_cell(text: &str) -> String {
    let is_formula = text.starts_with(['\t', '\r'])
        || text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let prefix = if is_formula { "'" } else { "" };
    format!("{prefix}{}", escape(text))
}

/// A text in a line of Markdown that means itself: nothing in it becomes markup, a link, a mention, an entity, or HTML.
/// <https://github.github.com/gfm/>
///
/// ```
/// assert_eq!(mailtrail_plain_text::markdown("<b>*a*_b [x](http://example.com)"), r"\<b\>\*a\*\_b \[x\](http\://example.com)");
/// ```
pub fn markdown(text: &str) -> String {
    let text = escape(text);
    let mut escaped = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        let (before, after) = (&text[..at], &text[at + character.len_utf8()..]);
        let is_markup = match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '#' | '$' | '@' => true,
            // Bare addresses become links, too.
            ':' => after.starts_with("//"),
            '.' => before
                .get(before.len().saturating_sub(3)..)
                .is_some_and(|end| end.eq_ignore_ascii_case("www")),
            _ => false,
        };
        if is_markup {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// A text as code in a line of Markdown. The fence is longer than any row of backticks in it.
///
/// ```
/// assert_eq!(mailtrail_plain_text::markdown_code("a"), "`a`");
/// assert_eq!(mailtrail_plain_text::markdown_code("a`b"), "``a`b``");
/// ```
pub fn markdown_code(text: &str) -> String {
    let text = escape(text);
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    // One space at each end is taken off again, where both are there.
    let is_padded = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let space = if is_padded || text.is_empty() { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// One word of a command for a POSIX shell, in single quotes unless no shell gives any of its characters a meaning. (The
/// quoting of `shell-words` leaves `{a,b}` and `!x`, which bash expands.) What would do something to a terminal is written byte by
/// byte, in the form that bash, ksh and zsh read: pasted, the word is what it was.
///
/// ```
/// assert_eq!(mailtrail_plain_text::shell_word("my archive"), "'my archive'");
/// ```
pub fn shell_word(text: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./:,@+-=%".contains(&byte);
    // zsh takes `=ls` for the path of a program.
    if !text.is_empty() && !text.starts_with('=') && text.bytes().all(is_plain) {
        return Cow::from(text);
    }
    if !text.chars().any(is_hidden) {
        return Cow::from(format!("'{}'", text.replace('\'', r"'\''")));
    }
    let mut word = String::from("$'");
    for character in text.chars() {
        if is_hidden(character) || matches!(character, '\\' | '\'') {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                // A `String` takes every write.
                let _infallible = write!(word, "\\x{byte:02x}");
            }
        } else {
            word.push(character);
        }
    }
    Cow::from(word + "'")
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
    fn nothing_becomes_markup() {
        for (text, expected) in [
            ("a-b.c (d) 1+1 = 2!", "a-b.c (d) 1+1 = 2!"),
            ("`rm`", r"\`rm\`"),
            ("![x](y)", r"!\[x\](y)"),
            ("<script>", r"\<script\>"),
            ("&lt; a|b ~~c~~ #1 $x$ @me", r"\&lt; a\|b \~\~c\~\~ \#1 \$x\$ \@me"),
            (
                "https://example.com WWW.example.com aws:SourceArn",
                r"https\://example.com WWW\.example.com aws:SourceArn",
            ),
            ("a\n# b\u{202e}", r"a\\n\# b\\u{202e}"),
        ] {
            assert_eq!(markdown(text), expected);
        }
    }

    #[test]
    fn code_ends_where_its_fence_does() {
        for (text, expected) in [
            ("a|b", "`a|b`"),
            ("``", "``` `` ```"),
            ("`a", "`` `a ``"),
            (" a ", "`  a  `"),
            ("", "`  `"),
            ("a\nb", "`a\\nb`"),
        ] {
            assert_eq!(markdown_code(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_shell_reads_a_word_as_it_was_and_a_terminal_sees_nothing_of_it() {
        assert_eq!(shell_word("./archive"), "./archive");
        for text in
            ["a b", "it's", "a\\b", "büro", "$(id)", "a\u{202e}b", "x\ty'\\", "\u{1b}[2J\n", "a\\\u{202e}'$x"]
        {
            let word = shell_word(text);
            assert_eq!(escape(&word), word, "{text:?}");
            let shown = std::process::Command::new("bash")
                .args(["-c", &format!("printf %s {word}")])
                .output()
                .unwrap();
            assert_eq!(String::from_utf8(shown.stdout).unwrap(), text, "{word}");
        }
    }

    #[test]
    fn a_word_of_a_command_is_quoted_where_a_shell_would_change_it() {
        for text in ["mailtrail", "/aws/lambda/x", "arn:aws:iam::111122223333:role/a.b@c", "a=b", "90%"] {
            assert_eq!(shell_word(text), text);
        }
        for text in [
            "",
            "a b",
            "x; rm -rf ~",
            "$(id)",
            "`id`",
            "!rm",
            "~",
            "{a,b}",
            "#",
            "=x",
            "it's",
            "a\\",
            "a*",
            "é",
        ] {
            assert!(shell_word(text).starts_with('\''), "{text}");
        }
    }

    #[test]
    fn a_csv_cell_is_never_a_formula() {
        for formula in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "  =1",
            "\u{a0}+1",
            "\u{3000}-1",
            "＝1",
            "＋1",
            "－1",
            " ＠A1",
        ] {
            assert_eq!(csv_cell(formula), format!("'{formula}"));
        }
        assert_eq!(csv_cell("\r=1\u{1b}[2J\n"), "'\\r=1\\u{1b}[2J\\n");
        for cell in ["", "a=b", "'=1", "2001:db8::1"] {
            assert_eq!(csv_cell(cell), cell);
        }
    }

    proptest! {
        #[test]
        fn a_shell_reads_a_word_as_it_is(texts in proptest::collection::vec("[ -~äöü€]{0,20}", 1..4)) {
            let line = texts.iter().map(|text| shell_word(text)).collect::<Vec<_>>().join(" ");
            prop_assert_eq!(shell_words::split(&line).unwrap(), texts);
        }

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
