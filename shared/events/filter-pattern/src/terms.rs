//! `ERROR -"time out"`: words and phrases that a message must, may or must not contain.

use std::fmt;

use crate::cursor::{Cursor, write_quoted};
use crate::error::ParseError;
use crate::regex::Regex;

/// None at all match every message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Terms(Vec<Term>);

#[derive(Debug, Clone, PartialEq)]
struct Term {
    role: Role,
    needle: Needle,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Role {
    Required,
    /// One of those is enough; beside a term of another role they say nothing.
    Optional,
    Excluded,
}

#[derive(Debug, Clone, PartialEq)]
enum Needle {
    Text(String),
    Regex(Regex),
}

impl Terms {
    pub(crate) fn parse(cursor: &mut Cursor<'_>) -> Result<Self, ParseError> {
        let mut terms = Vec::new();
        cursor.skip_space();
        while cursor.peek().is_some() {
            terms.push(Term::parse(cursor)?);
            if !cursor.skip_space() {
                return Err(cursor.error(
                    "a space (a term with other characters than letters, digits and _ must stand in double quotes)",
                ));
            }
        }
        Ok(Self(terms))
    }

    pub(crate) fn matches(&self, message: &str) -> bool {
        if self.0.is_empty() {
            return true;
        }
        if self.0.iter().all(|term| term.role == Role::Optional) {
            return self.0.iter().any(|term| term.needle.is_in(message));
        }
        self.0.iter().all(|term| match term.role {
            Role::Required => term.needle.is_in(message),
            Role::Optional => true,
            Role::Excluded => !term.needle.is_in(message),
        })
    }
}

impl Term {
    fn parse(cursor: &mut Cursor<'_>) -> Result<Self, ParseError> {
        let role = if cursor.eat("?") {
            Role::Optional
        } else if cursor.eat("-") {
            Role::Excluded
        } else {
            Role::Required
        };
        let needle = match cursor.peek() {
            Some('"') => Needle::Text(cursor.quoted()?),
            Some('%') => Needle::Regex(Regex::parse(cursor)?),
            Some(c) if is_word(c) => Needle::Text(cursor.take_while(is_word).to_owned()),
            _ => {
                return Err(cursor.error(
                    "a term: a word of letters, digits and _, a \"phrase\" in double quotes or a %regex%",
                ));
            }
        };
        Ok(Self { role, needle })
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

impl Needle {
    fn is_in(&self, message: &str) -> bool {
        match self {
            // `" "` is how to say "every message".
            Self::Text(text) => text.trim().is_empty() || message.contains(text),
            Self::Regex(regex) => regex.is_match(message),
        }
    }
}

impl fmt::Display for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Term { role, needle }) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { " " })?;
            f.write_str(match role {
                Role::Required => "",
                Role::Optional => "?",
                Role::Excluded => "-",
            })?;
            match needle {
                Needle::Text(text) if !text.is_empty() && text.chars().all(is_word) => f.write_str(text)?,
                Needle::Text(text) => write_quoted(f, text)?,
                Needle::Regex(regex) => regex.fmt(f)?,
            }
        }
        Ok(())
    }
}
