//! The end of support for `WorkMail`.

/// 31 March 2027, in days since 1970.
/// <https://docs.aws.amazon.com/workmail/latest/adminguide/workmail-end-of-support.html>
const LAST_DAY: i64 = 20_908;
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// Days from a time in milliseconds since 1970 to 31 March 2027, the last day of `WorkMail`; negative after it.
pub fn days_until_end_of_support(at: i64) -> i64 {
    LAST_DAY - at.div_euclid(DAY_MILLIS)
}
