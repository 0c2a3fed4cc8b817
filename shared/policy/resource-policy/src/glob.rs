//! `*` for any number of characters, `?` for one; there is no way to write a literal star.

/// Whether a pattern matches a text.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    walk(pattern, text, false)
}

/// Whether a pattern matches everything that another one does. Sound: a `true` is certain, a `false` is not.
pub(crate) fn covers(pattern: &str, other: &str) -> bool {
    pattern == other || walk(pattern, other, true)
}

/// Whether there is a wildcard.
pub(crate) fn is_wild(pattern: &str) -> bool {
    pattern.contains(['*', '?'])
}

/// Goes through both once; a star takes as little as it can, and one character more each time it fails
/// after it. Where the text is a pattern, only a star takes its stars, and no literal takes its `?`.
fn walk(pattern: &str, text: &str, text_is_pattern: bool) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    // What stands after the last star, and what is left of the text for it.
    let mut again = None;
    loop {
        let found = match (pattern.next(), text.clone().next()) {
            (Some('*'), _) => {
                again = Some((pattern.clone(), text.clone()));
                continue;
            }
            (None, None) => return true,
            (Some('?'), Some(character)) => !(text_is_pattern && character == '*'),
            (Some(wanted), Some(character)) => {
                wanted == character && !(text_is_pattern && matches!(character, '*' | '?'))
            }
            (None, Some(_)) | (Some(_), None) => false,
        };
        if found {
            text.next();
            continue;
        }
        let Some((after_star, mut rest)) = again else { return false };
        if rest.next().is_none() {
            return false;
        }
        pattern = after_star.clone();
        text = rest.clone();
        again = Some((after_star, rest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_take_any_number_and_question_marks_one() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abb", false),
            ("a?c", "aéc", true),
            ("a?c", "ac", false),
            ("*a*b", "xaabyb", true),
            ("*??", "é", false),
            ("a", "A", false),
            ("/aws/*:log-stream:*", "/aws/x:log-stream:y", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn a_pattern_covers_another_only_if_it_takes_all_of_it() {
        for (pattern, other, expected) in [
            ("/aws/*", "/aws/vendedlogs/*", true),
            ("/aws/vendedlogs/*", "/aws/*", false),
            ("a?", "a?", true),
            ("a?", "a*", false),
            ("ab", "a?", false),
            ("*", "?", true),
            ("a*", "a", true),
            ("*b", "a*b", true),
            ("?*", "*", false),
        ] {
            assert_eq!(covers(pattern, other), expected, "{pattern} over {other}");
        }
    }
}
