//! Wildcards in AWS identifiers.
//!
//! AWS has two languages. In policies, `*` stands for any number of characters and `?` for exactly one
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>): [`matches()`] and
//! [`covers`]. In names that people search by, only `*` is a wildcard, and `?` is itself: [`StarPattern`]. Neither
//! has an escape, and upper and lower case differ in both.

use std::convert::Infallible;
use std::str::FromStr;

/// Whether a policy pattern, with `*` and `?`, matches a whole text. An ARN has to be matched part by part, because
/// only the wildcards of its last part match colons.
pub fn matches(pattern: &str, text: &str) -> bool {
    Matcher { question_mark: true, text_is_pattern: false }.matches(pattern, text)
}

/// Whether a policy pattern matches every text that another pattern matches. Sound, not complete: `true` is certain.
pub fn covers(pattern: &str, other: &str) -> bool {
    pattern == other || Matcher { question_mark: true, text_is_pattern: true }.matches(pattern, other)
}

/// Whether a policy pattern has a wildcard, so that it stands for more than its own text.
pub fn has_wildcard(pattern: &str) -> bool {
    pattern.contains(['*', '?'])
}

/// A name to search by, in which `*` stands for any number of characters. Without one it is the name itself.
///
/// ```
/// use mailtrail_aws_types::StarPattern;
///
/// let pattern = StarPattern::new("arn:aws:iam::*:user/al*");
/// assert!(pattern.matches("arn:aws:iam::111122223333:user/alice"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StarPattern(String);

impl StarPattern {
    /// A pattern from its text. Every text is one.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The pattern as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is no wildcard, so that it matches only its own text.
    pub fn is_literal(&self) -> bool {
        !self.0.contains('*')
    }

    /// Whether it matches a whole text.
    pub fn matches(&self, text: &str) -> bool {
        Matcher { question_mark: false, text_is_pattern: false }.matches(&self.0, text)
    }
}

impl FromStr for StarPattern {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::new(text))
    }
}

#[derive(Clone, Copy)]
struct Matcher {
    /// Whether `?` is a wildcard.
    question_mark: bool,
    /// Whether the text is a pattern too: then only `*` matches its `*`, and no literal matches its `?`.
    text_is_pattern: bool,
}

impl Matcher {
    /// Walks through both once. A star matches as little as it can, and one character more each time that what
    /// follows it does not match; only the last star is tried again, so the time is at most the product of both
    /// lengths.
    fn matches(self, pattern: &str, text: &str) -> bool {
        let (mut pattern, mut text) = (pattern.chars(), text.chars());
        // What follows the last star, and the text that is left for it.
        let mut retry = None;
        loop {
            let is_match = match (pattern.next(), text.clone().next()) {
                (Some('*'), _) => {
                    retry = Some((pattern.clone(), text.clone()));
                    continue;
                }
                (None, None) => return true,
                (Some(wanted), Some(found)) => self.matches_one(wanted, found),
                (None, Some(_)) | (Some(_), None) => false,
            };
            if is_match {
                text.next();
                continue;
            }
            let Some((after_star, mut rest)) = retry else { return false };
            if rest.next().is_none() {
                return false;
            }
            pattern = after_star.clone();
            text = rest.clone();
            retry = Some((after_star, rest));
        }
    }

    fn matches_one(self, wanted: char, found: char) -> bool {
        if self.question_mark && wanted == '?' {
            return !(self.text_is_pattern && found == '*');
        }
        wanted == found && !(self.text_is_pattern && matches!(found, '*' | '?'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_match_any_number_and_question_marks_one() {
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
    fn a_pattern_covers_another_only_if_it_matches_all_of_it() {
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

    #[test]
    fn in_a_name_only_a_star_is_a_wildcard() {
        for (pattern, text, expected) in [
            ("alice", "alice", true),
            ("alice", "Alice", false),
            ("alice", "malice", false),
            ("", "", true),
            ("a?", "ab", false),
            ("a?", "a?", true),
            ("a\0", "ab", false),
            ("a*b*c", "abbc", true),
            ("**x", "xx", true),
            ("a*a", "a", false),
            ("a*bc*c", "abc", false),
        ] {
            assert_eq!(StarPattern::new(pattern).matches(text), expected, "{pattern} on {text}");
        }
        assert!(StarPattern::new("a?").is_literal() && !StarPattern::new("a*").is_literal());
        assert!(has_wildcard("a?") && has_wildcard("*") && !has_wildcard("a"));
    }
}
