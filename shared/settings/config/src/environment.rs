//! The environment of the process, read once.

use std::collections::BTreeMap;
use std::ffi::OsString;

/// The environment variables of a process.
///
/// An empty or blank variable counts as not set: a template can set a variable to nothing, but cannot omit it. A
/// variable whose name or value is not UTF-8 counts as not set, too.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The environment of this process.
    pub fn of_process() -> Self {
        let text =
            |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        std::env::vars_os().filter_map(text).collect()
    }

    /// The value of a variable, if it is set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The entries of a comma-separated list, trimmed; empty entries are skipped.
    pub fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        let value = self.get(name).unwrap_or_default();
        value.split(',').map(str::trim).filter(|entry| !entry.is_empty())
    }

    /// The entries of a list separated by white space.
    pub fn words(&self, name: &str) -> impl Iterator<Item = &str> {
        self.get(name).unwrap_or_default().split_whitespace()
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self(variables.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect())
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Environment {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(variables: I) -> Self {
        variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_counts_as_not_set() {
        let environment = Environment::from_iter([("EMPTY", ""), ("BLANK", " "), ("SET", "a, b ,,")]);
        assert_eq!((environment.get("EMPTY"), environment.get("BLANK")), (None, None));
        assert_eq!(environment.list("SET").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(environment.list("MISSING").count(), 0);
    }
}
