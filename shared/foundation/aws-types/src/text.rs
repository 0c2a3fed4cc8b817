//! What the identifiers that are a checked text have in common.

/// Implements the conversions of a newtype over `String` that has `is_valid`, `KIND` and `EXPECTED`: from text with
/// the check, and back to the same text.
macro_rules! checked_text {
    ($name:ident) => {
        impl $name {
            /// The text, exactly as it was parsed.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::InvalidIdentifier;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::try_from(text.to_owned())
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::InvalidIdentifier;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                if Self::is_valid(&text) {
                    Ok(Self(text))
                } else {
                    Err($crate::InvalidIdentifier::new(Self::KIND, &text, Self::EXPECTED))
                }
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

pub(crate) use checked_text;
