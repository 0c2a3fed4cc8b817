//! What a filter asks for: the text itself, or a text with `*` for any part of it. Upper and lower case
//! differ, as they do in AWS.

use std::convert::Infallible;
use std::str::FromStr;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(String);

impl FromStr for Pattern {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl Pattern {
    /// The same in lower case.
    pub(super) fn lowercase(&self) -> Self {
        Self(self.0.to_lowercase())
    }

    /// What was asked for, as it was given.
    pub(super) fn text(&self) -> &str {
        &self.0
    }

    /// Whether a text is what is asked for.
    pub(super) fn matches(&self, text: &str) -> bool {
        let Some((start, rest)) = self.0.split_once('*') else { return self.0 == text };
        let Some(mut text) = text.strip_prefix(start) else { return false };
        // Each part is taken where it first occurs, the last one at the end.
        let mut parts: Vec<&str> = rest.split('*').collect();
        let end = parts.pop().unwrap_or_default();
        for part in parts {
            let Some((_, after)) = text.split_once(part) else { return false };
            text = after;
        }
        text.ends_with(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        pattern.parse::<Pattern>().unwrap().matches(text)
    }

    #[test]
    fn without_a_star_it_is_the_text_itself() {
        assert!(matches("alice", "alice"));
        for other in ["Alice", "alice2", "malice", ""] {
            assert!(!matches("alice", other), "{other}");
        }
    }

    #[test]
    fn a_star_is_any_part_also_none() {
        for (pattern, text) in [
            ("*", ""),
            ("*", "x"),
            ("a*", "a"),
            ("*:user/al*", "arn:aws:iam::1:user/alice"),
            ("a*b*c", "abbc"),
            ("**x", "xx"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a*", "ba"), ("*a", "ab"), ("a*a", "a"), ("a*b*b", "ab"), ("a*bc*c", "abc")]
        {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
