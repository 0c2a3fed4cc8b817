//! What an event name means: the two tables of this source.

use std::borrow::Cow;

use mailtrail_ocsf::ActivityId;

/// The sources of sign-in events: the console, and IAM Identity Center.
const SIGN_IN: [&str; 2] = ["signin.amazonaws.com", "sso.amazonaws.com"];
const STS: [&str; 1] = ["sts.amazonaws.com"];

const CREATE: [&str; 3] = ["Create", "Run", "Generate"];
const READ: [&str; 5] = ["Get", "List", "Describe", "Search", "Lookup"];
const UPDATE: [&str; 18] = [
    "Update",
    "Put",
    "Modify",
    "Add",
    "Remove",
    "Start",
    "Stop",
    "Attach",
    "Detach",
    "Associate",
    "Disassociate",
    "Tag",
    "Untag",
    "Enable",
    "Disable",
    "Register",
    "Deregister",
    "Set",
];
const DELETE: [&str; 2] = ["Delete", "Terminate"];

/// Whether an operation of a service (its `eventSource`) is a sign-in to AWS, or a step of one.
pub fn is_sign_in(service: &str, operation: &str) -> bool {
    authentication(service, operation).is_some_and(|activity| activity != ActivityId::ACCOUNT_SWITCH)
}

/// The activity of a call that is an Authentication: its name alone would not do, other services have calls
/// of the same names.
pub(super) fn authentication(service: &str, operation: &str) -> Option<ActivityId<'static>> {
    let is_of = |sources: &[&str]| sources.iter().any(|source| source.eq_ignore_ascii_case(service));
    match operation {
        "ConsoleLogin" | "ExternalIdPDirectoryLogin" | "UserAuthentication" if is_of(&SIGN_IN) => {
            Some(ActivityId::LOGON)
        }
        "CheckMfa" | "CredentialChallenge" | "CredentialVerification" if is_of(&SIGN_IN) => {
            Some(ActivityId::PREAUTH)
        }
        "AssumeRole" | "AssumeRoleWithSAML" | "AssumeRoleWithWebIdentity" | "AssumeRoot" if is_of(&STS) => {
            Some(ActivityId::ACCOUNT_SWITCH)
        }
        _ => None,
    }
}

/// The activity of any other call, by the verb that its name starts with; where the verb does not tell, by
/// whether the service calls it reading.
pub(super) fn of_call<'a>(operation: &Cow<'a, str>, read_only: Option<bool>) -> ActivityId<'a> {
    let starts = |verbs: &[&str]| verbs.iter().any(|verb| starts_with_word(operation, verb));
    if starts(&CREATE) {
        ActivityId::CREATE
    } else if starts(&READ) {
        ActivityId::READ
    } else if starts(&UPDATE) {
        ActivityId::UPDATE
    } else if starts(&DELETE) {
        ActivityId::DELETE
    } else if read_only == Some(true) {
        ActivityId::READ
    } else {
        ActivityId::other(operation.clone())
    }
}

/// Whether a name in camel case starts with a whole word: `Tag` starts `TagRole`, not `TagsOfRole`.
fn starts_with_word(name: &str, word: &str) -> bool {
    name.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verb_decides_and_reading_only_where_it_does_not() {
        let of = |name: &'static str, read_only| of_call(&Cow::Borrowed(name), read_only);
        assert_eq!(of("DeleteListener", Some(false)), ActivityId::DELETE);
        assert_eq!(of("DeleteTags", None), ActivityId::DELETE);
        assert_eq!(of("GetObject", None), ActivityId::READ);
        assert_eq!(of("RunInstances", Some(false)), ActivityId::CREATE);
        assert_eq!(of("UntagResource", None), ActivityId::UPDATE);
        assert_eq!(of("BatchGetItem", Some(true)), ActivityId::READ);
        assert_eq!(of("Invoke", Some(false)), ActivityId::other("Invoke"));
        assert_eq!(of("Settle", None), ActivityId::other("Settle"));
        assert_eq!(of("UnknownCreate", None), ActivityId::other("UnknownCreate"));
    }
}
