//! Conditions joined by `&&` and `||`, of which `&&` binds tighter.

use std::fmt;

use crate::cursor::Cursor;
use crate::error::ParseError;

/// Always in its simplest form: no list of one, and no list directly inside a list of its kind. So two
/// expressions that differ in needless parentheses only are equal, and printing one loses nothing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Logic<T> {
    One(T),
    All(Vec<Logic<T>>),
    Any(Vec<Logic<T>>),
}

impl<T> Logic<T> {
    /// Operands joined by `&&` and `||`.
    pub(crate) fn parse(
        cursor: &mut Cursor<'_>,
        operand: &mut dyn FnMut(&mut Cursor<'_>) -> Result<Self, ParseError>,
    ) -> Result<Self, ParseError> {
        let mut alternatives = vec![Self::parse_all(cursor, operand)?];
        while cursor.eat_spaced("||") {
            alternatives.push(Self::parse_all(cursor, operand)?);
        }
        Ok(Self::any(alternatives))
    }

    fn parse_all(
        cursor: &mut Cursor<'_>,
        operand: &mut dyn FnMut(&mut Cursor<'_>) -> Result<Self, ParseError>,
    ) -> Result<Self, ParseError> {
        let mut conditions = vec![operand(cursor)?];
        while cursor.eat_spaced("&&") {
            conditions.push(operand(cursor)?);
        }
        Ok(Self::all(conditions))
    }

    fn all(parts: Vec<Self>) -> Self {
        let inline = |part| if let Self::All(inner) = part { inner } else { vec![part] };
        let mut parts: Vec<_> = parts.into_iter().flat_map(inline).collect();
        if parts.len() == 1 { parts.remove(0) } else { Self::All(parts) }
    }

    fn any(parts: Vec<Self>) -> Self {
        let inline = |part| if let Self::Any(inner) = part { inner } else { vec![part] };
        let mut parts: Vec<_> = parts.into_iter().flat_map(inline).collect();
        if parts.len() == 1 { parts.remove(0) } else { Self::Any(parts) }
    }

    /// Whether it holds, given what holds of its conditions; asks for no more than it needs.
    pub(crate) fn holds(&self, condition: &dyn Fn(&T) -> bool) -> bool {
        match self {
            Self::One(one) => condition(one),
            Self::All(parts) => parts.iter().all(|part| part.holds(condition)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(condition)),
        }
    }
}

impl<T: fmt::Display> fmt::Display for Logic<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, joint) = match self {
            Self::One(one) => return one.fmt(f),
            Self::All(parts) => (parts, " && "),
            Self::Any(parts) => (parts, " || "),
        };
        for (index, part) in parts.iter().enumerate() {
            let before = if index == 0 { "" } else { joint };
            match (self, part) {
                (Self::All(_), Self::Any(_)) => write!(f, "{before}({part})")?,
                _ => write!(f, "{before}{part}")?,
            }
        }
        Ok(())
    }
}
