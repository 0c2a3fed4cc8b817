//! `[ip, user, ..., status = 4*]`: patterns for lines of fields with spaces between them.

use std::fmt;

use crate::cursor::Cursor;
use crate::error::ParseError;
use crate::logic::Logic;
use crate::value::Comparison;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DelimitedPattern {
    /// From the start of the line.
    first: Vec<Field>,
    /// From its end, if there is an ellipsis in the pattern.
    last: Option<Vec<Field>>,
}

/// A field, and what must hold of it.
#[derive(Debug, Clone, PartialEq)]
struct Field {
    /// Empty for a field that is only counted.
    name: String,
    conditions: Option<Logic<Condition>>,
}

/// The name is that of the field; it is repeated in each of its conditions.
#[derive(Debug, Clone, PartialEq)]
struct Condition {
    name: String,
    comparison: Comparison,
}

impl DelimitedPattern {
    pub(crate) fn parse(cursor: &mut Cursor<'_>) -> Result<Self, ParseError> {
        cursor.expect("[", "[ at the start of a space-delimited pattern")?;
        let mut pattern = Self { first: Vec::new(), last: None };
        // `[]` has no field, `[a,]` two.
        if cursor.eat_spaced("]") {
            return Ok(pattern);
        }
        loop {
            cursor.skip_space();
            let once = cursor.error_found("an ellipsis (...) at most once", "a second one");
            if !cursor.eat("...") {
                let field = Field::parse(cursor)?;
                pattern.last.as_mut().unwrap_or(&mut pattern.first).push(field);
            } else if pattern.last.replace(Vec::new()).is_some() {
                return Err(once);
            }
            if cursor.eat_spaced("]") {
                return Ok(pattern);
            }
            cursor.expect(",", "a comma between fields, or ] at the end of the pattern")?;
        }
    }

    pub(crate) fn matches(&self, line: &str) -> bool {
        let words = words(line);
        match &self.last {
            Some(last) if words.len() >= self.first.len() + last.len() => {
                let from_end = &words[words.len() - last.len()..];
                hold(&self.first, words.iter().map(|word| word.text))
                    && hold(last, from_end.iter().map(|word| word.text))
            }
            Some(_) => false,
            None => self.matches_whole(&words),
        }
    }

    /// Without an ellipsis the last field is what is left of the line: `[level = ERROR, rest]`.
    fn matches_whole(&self, words: &[Word<'_>]) -> bool {
        let Some(last) = self.first.len().checked_sub(1) else { return true };
        let Some(word) = words.get(last) else { return false };
        let rest = if words.len() > self.first.len() { word.to_end } else { word.text };
        hold(&self.first, words[..last].iter().map(|word| word.text).chain([rest]))
    }
}

fn hold<'a>(fields: &[Field], texts: impl Iterator<Item = &'a str>) -> bool {
    fields.iter().zip(texts).all(|(field, text)| {
        let conditions = field.conditions.as_ref();
        conditions.is_none_or(|conditions| conditions.holds(&|condition| condition.comparison.holds(text)))
    })
}

impl Field {
    fn parse(cursor: &mut Cursor<'_>) -> Result<Self, ParseError> {
        let name = cursor.take_while(is_name);
        if name.is_empty() {
            return match cursor.peek() {
                Some(',' | ']') => Ok(Self { name: String::new(), conditions: None }),
                _ => Err(cursor.error("the name of a field (letters, digits, - and _), ..., a comma or ]")),
            };
        }
        let name = name.to_owned();
        let Some(comparison) = Comparison::parse(cursor)? else { return Ok(Self { name, conditions: None }) };
        // The first condition is read; of the others there is the whole text.
        let mut first = Some(Condition { name: name.clone(), comparison });
        let conditions = Logic::parse(cursor, &mut |cursor| match first.take() {
            Some(condition) => Ok(Logic::One(condition)),
            None => Condition::parse(cursor, &name).map(Logic::One),
        })?;
        Ok(Self { name, conditions: Some(conditions) })
    }
}

impl Condition {
    fn parse(cursor: &mut Cursor<'_>, name: &str) -> Result<Self, ParseError> {
        cursor.skip_space();
        let wrong_name = cursor.error(format!("a condition on `{name}`, the field that it stands in"));
        if cursor.take_while(is_name) != name {
            return Err(wrong_name);
        }
        let comparison = Comparison::parse(cursor)?;
        let comparison = comparison.ok_or_else(|| cursor.error("an operator: =, !=, <, <=, > or >="))?;
        Ok(Self { name: name.to_owned(), comparison })
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

/// A field of a line.
#[derive(Debug, PartialEq)]
struct Word<'a> {
    /// Without the quotes or brackets around it.
    text: &'a str,
    /// From its start to the end of the line.
    to_end: &'a str,
}

/// The fields of a line: words, texts in double quotes and texts in square brackets.
fn words(line: &str) -> Vec<Word<'_>> {
    let line = line.trim();
    // Asked once, lest each of a million open brackets looks for its end in vain.
    let last_closing = line.rfind(']').unwrap_or(0);
    let mut words = Vec::new();
    let mut to_end = line;
    while !to_end.is_empty() {
        let enclosed = match to_end.as_bytes()[0] {
            b'"' => enclosed(to_end, '"'),
            b'[' if last_closing > line.len() - to_end.len() => enclosed(to_end, ']'),
            _ => None,
        };
        let word = to_end.split(char::is_whitespace).next().unwrap_or_default();
        let (text, length) = enclosed.map_or((word, word.len()), |text| (text, text.len() + 2));
        words.push(Word { text, to_end });
        to_end = to_end[length..].trim_start();
    }
    words
}

/// What stands between the first character and the closing one, if there is one.
fn enclosed(text: &str, closing: char) -> Option<&str> {
    let inner = &text[1..];
    inner.find(closing).map(|end| &inner[..end])
}

impl fmt::Display for DelimitedPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields: Vec<String> = self.first.iter().map(Field::to_string).collect();
        if let Some(last) = &self.last {
            fields.push("...".to_owned());
            fields.extend(last.iter().map(Field::to_string));
        }
        write!(f, "[{}]", fields.join(", "))
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.conditions {
            None => f.write_str(&self.name),
            Some(conditions) => conditions.fmt(f),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.comparison)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<&str> {
        words(line).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn quotes_and_brackets_make_one_field() {
        let line = r#"192.0.2.1 - [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 200"#;
        let expected = ["192.0.2.1", "-", "10/Oct/2000:13:25:15 -0700", "GET /index.html HTTP/1.0", "200"];
        assert_eq!(texts(line), expected);
        assert_eq!(texts("\"\" []"), ["", ""]);
    }

    #[test]
    fn a_quote_that_is_not_closed_or_stands_in_a_word_is_part_of_the_word() {
        assert_eq!(texts("\"a b"), ["\"a", "b"]);
        assert_eq!(texts("a\"b c\" [d"), ["a\"b", "c\"", "[d"]);
    }

    #[test]
    fn any_number_of_spaces_is_one() {
        assert_eq!(texts("  a \t b\n"), ["a", "b"]);
        assert_eq!(texts(" "), Vec::<&str>::new());
    }

    #[test]
    fn a_million_unclosed_brackets_are_words() {
        assert_eq!(words(&"[ ".repeat(1_000_000)).len(), 1_000_000);
    }
}
