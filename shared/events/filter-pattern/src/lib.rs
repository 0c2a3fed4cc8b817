//! The filter-pattern language of CloudWatch Logs: parse a pattern, match messages against it.
//!
//! What `PutSubscriptionFilter`, `PutMetricFilter`, `FilterLogEvents` and Live Tail call a filter pattern,
//! for messages that are already here. Pure: no I/O, no clock. Neither a pattern nor a message can make it
//! panic, recurse without bound, or take more than time in proportion to the length of both multiplied.
//!
//! ```
//! use mailtrail_filter_pattern::FilterPattern;
//!
//! let pattern = FilterPattern::parse(r#"{ $.userIdentity.userName = "alice" && $.errorCode = * }"#)?;
//! assert!(pattern.matches(r#"{"userIdentity":{"userName":"alice"},"errorCode":"AccessDenied"}"#));
//! assert!(!pattern.matches(r#"{"userIdentity":{"userName":"alice"}}"#));
//! # Ok::<(), mailtrail_filter_pattern::ParseError>(())
//! ```
//!
//! # Three kinds of pattern
//!
//! The first character decides: `{` begins a JSON pattern, `[` a space-delimited one, and everything else
//! is terms. Matching is case-sensitive everywhere.
//!
//! ## Terms
//!
//! | pattern | matches a message that contains |
//! |---|---|
//! | nothing, or `" "` | anything: every message |
//! | `ERROR` | `ERROR`, also as a part of a word (`ERRORCODE`) |
//! | `ERROR Exception` | both, in any order |
//! | `?ERROR ?WARN` | one of them, or both |
//! | `ERROR -Exiting` | `ERROR`, and not `Exiting` |
//! | `"time out"` | that phrase |
//! | `%[Ee]rror%` | something that the regular expression finds |
//!
//! A term with other characters than letters, digits and `_` stands in quotes. Beside a term without a
//! `?`, those with a `?` say nothing: `?ERROR ?WARN REQUEST` is `REQUEST`.
//!
//! ```
//! # use mailtrail_filter_pattern::FilterPattern;
//! assert!(FilterPattern::parse("?ERROR ?WARN")?.matches("WARN message"));
//! assert!(!FilterPattern::parse("ERROR -Exiting")?.matches("Exiting with ERRORCODE: -1"));
//! # Ok::<(), mailtrail_filter_pattern::ParseError>(())
//! ```
//!
//! ## JSON
//!
//! Conditions on what stands in a message that is a JSON object; any other message does not match.
//!
//! * A selector goes down from `$`: `.key`, `.['any.key']`, `[0]` for an element, and as a wildcard `[*]`
//!   for each element or `.*` for each member. With a wildcard, one value that does is enough.
//! * Only strings and numbers can be compared. Where a selector lands on an array, an object, `null`,
//!   `true`, `false` or nothing at all, `=` does not hold, and **`!=` does not either**.
//! * A text may have a `*` at its start, at its end or at both; in the middle it is an ordinary star, as
//!   CloudWatch Logs documents it (use a regular expression there). `= *` is how to ask for a string or
//!   number that is there. A number without quotes is compared by its value, with quotes by its digits.
//! * `IS NULL` asks for a key whose value is `null`, `NOT EXISTS` for a key that is missing.
//! * `&&` binds tighter than `||`; parentheses bind tighter than both.
//!
//! ```
//! # use mailtrail_filter_pattern::FilterPattern;
//! let pattern = "{ ($.latency >= 500 || $.users[*].id = 3) && $.['cluster.name'] = \"prod*\" }";
//! let pattern = FilterPattern::parse(pattern)?;
//! assert!(pattern.matches(r#"{"latency":5e2,"cluster.name":"prod-1"}"#));
//! assert!(pattern.matches(r#"{"users":[{"id":2},{"id":3}],"cluster.name":"prod-2"}"#));
//! assert!(!FilterPattern::parse("{ $.users != 1 }")?.matches(r#"{"users":[1,2,3]}"#));
//! # Ok::<(), mailtrail_filter_pattern::ParseError>(())
//! ```
//!
//! ## Space-delimited
//!
//! A name for each field of a line, with conditions where wanted. What the line has in double quotes or
//! square brackets is one field. An ellipsis stands for any number of fields, also none. Without one, the
//! last name stands for the rest of the line, however many fields that is; a line with fewer fields than
//! the pattern does not match. `[]` matches every line.
//!
//! ```
//! # use mailtrail_filter_pattern::FilterPattern;
//! let line = r#"192.0.2.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534"#;
//! let not_found = FilterPattern::parse("[ip, ..., request = *html*, status = 4* && status != 403, bytes > 1000]")?;
//! assert!(not_found.matches(line));
//! let severe = FilterPattern::parse("[level = ERROR || level = WARN, rest]")?;
//! assert!(severe.matches("WARN disk is nearly full"));
//! # Ok::<(), mailtrail_filter_pattern::ParseError>(())
//! ```
//!
//! # Grammar
//!
//! White space may stand between any two tokens of a JSON or space-delimited pattern, but not inside a selector.
//!
//! ```ebnf
//! pattern     = json | delimited | terms ;
//!
//! terms       = [ term { space term } ] ;
//! term        = [ "?" | "-" ] ( word | quoted | regex ) ;
//! word        = ( letter | digit | "_" ) { letter | digit | "_" } ;
//!
//! json        = "{" any "}" ;
//! any         = all { "||" all } ;
//! all         = operand { "&&" operand } ;
//! operand     = "(" any ")" | condition ;
//! condition   = selector ( comparison | "IS" ( "NULL" | "TRUE" | "FALSE" ) | "NOT" "EXISTS" ) ;
//! selector    = "$" key { key | "[" ( digits | "*" ) "]" } ;
//! key         = "." name | "." "*" | [ "." ] "['" { any character but "'" } "']" ;
//! name        = ( letter | digit | "-" | "_" ) { letter | digit | "-" | "_" } ;
//!
//! comparison  = ( "=" | "!=" ) value | ( "<" | "<=" | ">" | ">=" ) number ;
//! value       = quoted | regex | number | bare ;
//! bare        = bare-char { bare-char } ;
//! bare-char   = letter | digit | "_" | "*" | "." | "+" | "-" ;
//! number      = [ "+" | "-" ] digits [ "." digits ] [ ( "e" | "E" ) [ "+" | "-" ] digits ] ;
//! quoted      = '"' { any character but '"' and "\" | '\"' | "\\" | "\" } '"' ;
//!
//! delimited   = "[" [ field { "," field } ] "]" ;
//! field       = "..." | [ name [ comparison { ( "&&" | "||" ) name comparison } ] ] ;
//!
//! regex       = "%" piece { piece } "%" ;
//! piece       = symbol | escape | class | repetition | "^" | "$" | "?" | "*" | "+" | "." | "|" | "]" | "}" ;
//! symbol      = letter | digit | " " | ":" | "_" | "#" | "=" | "@" | "/" | ";" | "," | "-" ;
//! escape      = "\" ( "d" | "D" | "s" | "S" | "w" | "W" | "x" hex hex | operator
//!                   | any symbol but letters, digits and " " ) ;
//! operator    = "^" | "$" | "?" | "[" | "]" | "{" | "}" | "|" | "\" | "*" | "+" | "." ;
//! class       = "[" [ "^" ] item { item } "]" ;
//! item        = character [ "-" character ] | escape ;
//! character   = symbol | escape that stands for one | any operator but "\" and "]" ;
//! repetition  = "{" digits [ "," [ digits ] ] "}" ;
//! letter      = "a" … "z" | "A" … "Z" ;
//! ```
//!
//! # Limits
//!
//! [`MAX_CHARACTERS`], [`MAX_WILDCARD_SELECTORS`] and [`MAX_REGEXES`] are those of CloudWatch Logs. There is
//! no `IS NOT` and no `EXISTS`; the errors say what to write instead.
//!
//! # What is not documented
//!
//! CloudWatch Logs does not say what follows; it was decided here. A string that reads as a number is compared
//! with a number by its value (`$.recipientAccountId = 111122223333`). Of a key that an object repeats, the first
//! value counts. In quotes, `\"` is a quote and `\\` a backslash. Regular expressions may contain spaces.
//! Parentheses may be nested [`MAX_NESTING`] deep.

mod cursor;
mod delimited;
mod error;
mod json;
mod logic;
mod regex;
mod selector;
mod terms;
mod value;

use std::fmt;
use std::str::FromStr;

pub use error::ParseError;

use crate::cursor::Cursor;
use crate::delimited::DelimitedPattern;
use crate::json::JsonPattern;
use crate::terms::Terms;

/// How many characters a pattern may have.
pub const MAX_CHARACTERS: usize = 1024;
/// How many regular expressions a pattern may have.
pub const MAX_REGEXES: usize = 2;
/// How many selectors with a wildcard a pattern may have; each of them may have one.
pub const MAX_WILDCARD_SELECTORS: usize = 3;
/// How deep parentheses may stand inside each other.
pub const MAX_NESTING: usize = 32;

/// A filter pattern that was understood.
///
/// Printing it gives a pattern that means the same, in one spelling: one space around operators, no needless
/// quotes or parentheses. (Spaces make it longer: of a pattern close to [`MAX_CHARACTERS`] that spelling
/// may be too long to be parsed again.) Two patterns are equal if they print the same.
#[derive(Debug, Clone, PartialEq)]
pub struct FilterPattern(Kind);

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Json(JsonPattern),
    Delimited(DelimitedPattern),
    Terms(Terms),
}

impl FilterPattern {
    /// Reads a pattern.
    ///
    /// ```
    /// # use mailtrail_filter_pattern::FilterPattern;
    /// let error = FilterPattern::parse("{ $.errorCode EXISTS }").unwrap_err();
    /// assert_eq!(error.position(), 15);
    /// assert!(error.expected().starts_with("`= *`"));
    /// ```
    pub fn parse(pattern: &str) -> Result<Self, ParseError> {
        let mut cursor = Cursor::new(pattern)?;
        cursor.skip_space();
        let kind = match cursor.peek() {
            Some('{') => Kind::Json(JsonPattern::parse(&mut cursor)?),
            Some('[') => Kind::Delimited(DelimitedPattern::parse(&mut cursor)?),
            _ => Kind::Terms(Terms::parse(&mut cursor)?),
        };
        cursor.skip_space();
        if cursor.peek().is_some() {
            return Err(cursor.error("the end of the pattern"));
        }
        Ok(Self(kind))
    }

    /// Whether a message matches. It is the text of one log event.
    pub fn matches(&self, message: &str) -> bool {
        match &self.0 {
            Kind::Json(pattern) => pattern.matches(message),
            Kind::Delimited(pattern) => pattern.matches(message),
            Kind::Terms(terms) => terms.matches(message),
        }
    }
}

impl FromStr for FilterPattern {
    type Err = ParseError;

    fn from_str(pattern: &str) -> Result<Self, ParseError> {
        Self::parse(pattern)
    }
}

impl fmt::Display for FilterPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Json(pattern) => pattern.fmt(f),
            Kind::Delimited(pattern) => pattern.fmt(f),
            Kind::Terms(terms) => terms.fmt(f),
        }
    }
}
