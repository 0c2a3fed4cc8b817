//! Values of settings that may be wrong.

use std::fmt::Display;
use std::str::FromStr;

use mailtrail_config::settings::{Environment, SettingError, Variable};

/// A number within bounds, if one is set.
///
/// # Errors
/// When it is none, or out of bounds.
pub fn number<T>(
    environment: &Environment,
    variable: &Variable,
    allowed: std::ops::RangeInclusive<T>,
) -> Result<Option<T>, SettingError>
where
    T: FromStr<Err: Display> + PartialOrd + ToString,
{
    match environment.parse::<T>(variable)? {
        Some(number) if !allowed.contains(&number) => {
            Err(variable.wrong(number.to_string(), &"it is out of range"))
        }
        number => Ok(number),
    }
}

/// The value; a wrong one is reported, and the default holds.
pub fn value_or<T>(
    value: Result<Option<T>, SettingError>,
    report: &mut impl FnMut(SettingError),
) -> Option<T> {
    value.unwrap_or_else(|error| {
        report(error);
        None
    })
}
