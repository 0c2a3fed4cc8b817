//! What is known of a setting.

use std::fmt::Display;

use crate::SettingError;

/// An environment variable that mailtrail reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The variable: `MAILTRAIL_…`.
    pub name: &'static str,
    /// What it decides, in one or two sentences of Markdown.
    pub meaning: &'static str,
    /// What is allowed, and what applies where it is not set.
    pub kind: Kind,
    /// A valid value.
    pub example: &'static str,
    /// Whether the value may appear in logs.
    pub privacy: Privacy,
}

/// What is allowed, and what applies where a setting is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text that a parser of its own checks. Both are in words, as Markdown.
    Text {
        /// What is allowed.
        allowed: &'static str,
        /// What applies where nothing is set.
        default: &'static str,
    },
    /// An integer.
    Integer {
        /// The least and the greatest value.
        bounds: (u32, u32),
        /// What it counts, in the plural.
        unit: &'static str,
        /// What applies where nothing is set.
        default: u32,
    },
    /// One of several words.
    Choice {
        /// The words.
        values: &'static [&'static str],
        /// What applies where nothing is set: one of them.
        default: &'static str,
    },
}

/// Whether a value may appear in logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privacy {
    /// It names resources only.
    Public,
    /// It may name people: an error says what is allowed, and not what was found.
    Private,
}

/// A setting whose value is an integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntegerSetting {
    /// The variable: `MAILTRAIL_…`.
    pub name: &'static str,
    /// What it decides.
    pub meaning: &'static str,
    /// The least value.
    pub min: u32,
    /// The greatest value; `u32::MAX` stands for no limit.
    pub max: u32,
    /// What it counts, in the plural.
    pub unit: &'static str,
    /// What applies where nothing is set.
    pub default: u32,
    /// A valid value.
    pub example: &'static str,
}

impl Setting {
    /// What is allowed, in words.
    pub fn allowed(&self) -> String {
        match self.kind {
            Kind::Text { allowed, .. } => allowed.to_owned(),
            Kind::Integer { bounds: (min, u32::MAX), unit, .. } => {
                format!("an integer of at least {min} ({unit})")
            }
            Kind::Integer { bounds: (min, max), unit, .. } => {
                format!("an integer from {min} to {max} ({unit})")
            }
            Kind::Choice { values, .. } => {
                let mut words: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
                let last = words.pop().unwrap_or_default();
                if words.is_empty() { last } else { format!("{} or {last}", words.join(", ")) }
            }
        }
    }

    /// What applies where nothing is set, in words.
    pub fn default(&self) -> String {
        match self.kind {
            Kind::Text { default, .. } => default.to_owned(),
            Kind::Integer { default, .. } => format!("`{default}`"),
            Kind::Choice { default, .. } => format!("`{default}`"),
        }
    }

    /// The error that the setting is missing.
    pub fn missing(&self) -> SettingError {
        SettingError::Missing { name: self.name, allowed: self.allowed() }
    }

    /// The error that the value is invalid. `error` is what the value's parser says, which is used where it says
    /// more than the setting itself, and where it may be told.
    pub fn invalid(&self, value: &str, error: &impl Display) -> SettingError {
        let reason = match (self.privacy, self.kind) {
            (Privacy::Private, _) => format!("invalid value (not shown): expected {}", self.allowed()),
            (Privacy::Public, Kind::Text { .. }) => error.to_string(),
            (Privacy::Public, _) => format!("invalid value `{value}`: expected {}", self.allowed()),
        };
        SettingError::Invalid { name: self.name, reason }
    }
}

impl IntegerSetting {
    /// The setting as an entry of the reference page.
    pub const fn setting(&self) -> Setting {
        let Self { name, meaning, min, max, unit, default, example } = *self;
        let kind = Kind::Integer { bounds: (min, max), unit, default };
        Setting { name, meaning, kind, example, privacy: Privacy::Public }
    }

    /// Parses a value, and checks its bounds.
    ///
    /// # Errors
    /// When it is not an integer, or out of bounds.
    pub fn parse(&self, text: &str) -> Result<u32, SettingError> {
        let integer = text.trim().parse().ok().filter(|integer| (self.min..=self.max).contains(integer));
        integer.ok_or_else(|| self.setting().invalid(text, &"not an integer within the bounds"))
    }
}

#[cfg(test)]
mod tests {
    use crate::settings;

    #[test]
    fn an_invalid_value_is_named_with_what_is_allowed() {
        assert_eq!(
            settings::LOG.invalid("debug", &"").to_string(),
            "MAILTRAIL_LOG: invalid value `debug`: expected `error`, `warn` or `info`"
        );
        assert_eq!(
            settings::TAG_CACHE_SECONDS.parse("86401").unwrap_err().to_string(),
            "MAILTRAIL_TAG_CACHE_SECONDS: invalid value `86401`: expected an integer from 0 to 86400 (seconds)"
        );
    }

    #[test]
    fn a_value_that_may_name_people_is_not_repeated() {
        let error =
            settings::WATCHES.invalid("ana@example.com", &"invalid entry `ana@example.com`").to_string();
        assert!(!error.contains("ana"), "{error}");
        assert!(error.starts_with("MAILTRAIL_WATCHES: invalid value (not shown): expected "), "{error}");
    }
}
