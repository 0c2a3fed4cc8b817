//! Lines of text whose columns a setting names.
//!
//! WorkMail can deliver its audit logs as `plain`, `w3c` or `raw` text instead of JSON
//! (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateDelivery.html>). Such a
//! line names no field, and the delivery defines the fields, their order and their separator. Who
//! tells us gets full records; without that, a line is kept as it is.

use std::str::FromStr;

use serde_json::{Map, Value};
use thiserror::Error;

/// What stands for a field that has no value.
const ABSENT: &str = "-";

/// The fields of a line in their order, and what parts them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    names: Vec<String>,
    delimiter: String,
}

/// Text that names no columns.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnknownColumns {
    /// There are fewer than two names.
    #[error(
        "`{0}` names fewer than two fields; write the names as a line has the values, such as event_timestamp|user_id"
    )]
    TooFew(String),
    /// Between two names stands something else than between the first two.
    #[error("in `{0}` the names are not all separated by `{1}`")]
    Mixed(String, String),
    /// A name stands there twice.
    #[error("the field `{0}` is named twice")]
    Twice(String),
}

impl Columns {
    /// The line as a JSON object of texts. Nothing where the number of values is not that of the names: a value
    /// that contains the delimiter would move all that come after it.
    ///
    /// A value that is empty or `-` is absent.
    pub fn read(&self, line: &str) -> Option<String> {
        if line.starts_with(['#', '{']) { None } else { self.row(line) }
    }

    /// The same of a line that is no header and no JSON, however its first value begins.
    pub fn row(&self, line: &str) -> Option<String> {
        let line = line.strip_suffix('\n').unwrap_or(line);
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.split(&self.delimiter).count() != self.names.len() {
            return None;
        }
        let values = self.names.iter().zip(line.split(&self.delimiter));
        let object: Map<String, Value> = values
            .filter(|(_, value)| !value.is_empty() && *value != ABSENT)
            .map(|(name, value)| (name.clone(), Value::from(value)))
            .collect();
        Some(Value::Object(object).to_string())
    }
}

/// Reads the names of the fields, separated by what separates the values: `event_timestamp|user_id|protocol`. A space is
/// written `\s` and a tab `\t`.
impl FromStr for Columns {
    type Err = UnknownColumns;

    fn from_str(text: &str) -> Result<Self, UnknownColumns> {
        let is_part_of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let text = text.replace("\\t", "\t").replace("\\s", " ");
        let too_few = || UnknownColumns::TooFew(text.clone());
        let start = text.find(|letter| !is_part_of_name(letter)).ok_or_else(too_few)?;
        let length = text[start..].find(is_part_of_name).ok_or_else(too_few)?;
        let delimiter = text[start..start + length].to_owned();
        let names: Vec<String> = text.split(&delimiter).map(str::to_owned).collect();
        if names.iter().any(|name| name.is_empty() || !name.chars().all(is_part_of_name)) {
            return Err(UnknownColumns::Mixed(text, delimiter));
        }
        if let Some((_, name)) = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
            return Err(UnknownColumns::Twice(name.clone()));
        }
        Ok(Self { names, delimiter })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_becomes_an_object_by_the_names_of_its_columns() {
        let columns: Columns = "event_timestamp|user_id|user_agent".parse().unwrap();
        assert_eq!(
            columns.read("1762780502123|S-1|Mail \"x\" 1.0\r\n").unwrap(),
            r#"{"event_timestamp":"1762780502123","user_agent":"Mail \"x\" 1.0","user_id":"S-1"}"#
        );
        assert_eq!(columns.read("1762780502123|-|").unwrap(), r#"{"event_timestamp":"1762780502123"}"#);
    }

    #[test]
    fn a_line_with_another_number_of_values_is_left_alone() {
        let columns: Columns = r"event_timestamp\suser_id".parse().unwrap();
        for line in ["", "1", "1 2 3", "#Fields: a", r#"{"a": 1}"#] {
            assert_eq!(columns.read(line), None, "{line}");
        }
        assert!(columns.read("1 2").is_some());
    }

    #[test]
    fn what_stands_between_the_names_parts_the_values() {
        assert_eq!(r"a\tb".parse::<Columns>().unwrap().delimiter, "\t");
        assert_eq!("a<=>b<=>c".parse::<Columns>().unwrap().delimiter, "<=>");
        assert!(matches!("a".parse::<Columns>(), Err(UnknownColumns::TooFew(_))));
        assert!(matches!("a|b,c".parse::<Columns>(), Err(UnknownColumns::Mixed(..))));
        assert!(matches!("a|b|a".parse::<Columns>(), Err(UnknownColumns::Twice(_))));
    }
}
