//! What an activity was about, in a few words instead of the request's JSON.

use mailtrail_activity::Activity;

/// Words for an operation, `{name}` being a parameter of the request. The first of an operation counts whose parameters are
/// all logged.
const PHRASES: [(&str, &str); 31] = [
    // WorkMail
    ("PutMailboxPermissions", "{permissionValues} for {granteeId} on the mailbox of {entityId}"),
    ("DeleteMailboxPermissions", "those of {granteeId} on the mailbox of {entityId}"),
    ("CreateAlias", "{alias} for {entityId}"),
    ("CreateAlias", "{alias}"),
    ("DeleteAlias", "{alias} of {entityId}"),
    ("DeleteAlias", "{alias}"),
    ("ResetPassword", "the password of {userId}"),
    ("RegisterToWorkMail", "{entityId} as {email}"),
    ("DeregisterFromWorkMail", "{entityId}"),
    ("AssociateMemberToGroup", "{memberId} to group {groupId}"),
    ("DisassociateMemberFromGroup", "{memberId} from group {groupId}"),
    ("UpdatePrimaryEmailAddress", "{email} for {entityId}"),
    ("PutAccessControlRule", "{effect} by rule {name}"),
    ("DeleteAccessControlRule", "rule {name}"),
    ("CreateImpersonationRole", "{name} ({type})"),
    ("AssumeImpersonationRole", "{impersonationRoleId}"),
    // IAM
    ("AttachUserPolicy", "{policyArn} to user {userName}"),
    ("DetachUserPolicy", "{policyArn} from user {userName}"),
    ("AttachRolePolicy", "{policyArn} to role {roleName}"),
    ("DetachRolePolicy", "{policyArn} from role {roleName}"),
    ("PutUserPolicy", "{policyName} of user {userName}"),
    ("PutRolePolicy", "{policyName} of role {roleName}"),
    ("AddUserToGroup", "{userName} to group {groupName}"),
    ("RemoveUserFromGroup", "{userName} from group {groupName}"),
    ("CreateAccessKey", "for user {userName}"),
    ("UpdateAccessKey", "{accessKeyId} of user {userName}: {status}"),
    ("DeleteAccessKey", "{accessKeyId} of user {userName}"),
    ("UpdateAssumeRolePolicy", "the trust policy of role {roleName}"),
    // STS and S3
    ("GetSessionToken", "for {durationSeconds} s, with MFA device {serialNumber}"),
    ("GetObject", "{bucketName}/{key}"),
    ("DeleteObject", "{bucketName}/{key}"),
];

/// Parameters that say nothing about what was done.
const SILENT: [&str; 4] = ["organizationId", "clientToken", "clientRequestToken", "password"];

/// What an activity was about; nothing where the record does not say it. Values are whole, however long they are.
pub(super) fn describe(activity: &Activity<'_>, parameters: &[(String, String)]) -> String {
    if let Some(assumed) = activity.assumed {
        return assumed.label();
    }
    let target = &activity.target;
    let name = if target.name == target.folder { "" } else { target.name };
    if let Some(owner) = &activity.owner {
        let words = [target.kind, name, target.folder, "of", &owner.value];
        return words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    }
    let known = [name, target.folder, target.uid].into_iter().find(|text| !text.is_empty());
    known.map_or_else(|| of_request(activity.operation, parameters), str::to_owned)
}

fn of_request(operation: &str, parameters: &[(String, String)]) -> String {
    let mut phrases = PHRASES.iter().filter(|(name, _)| *name == operation);
    let phrase = phrases.find_map(|(_, template)| filled(template, parameters));
    phrase.unwrap_or_else(|| {
        let telling =
            parameters.iter().filter(|(name, value)| !SILENT.contains(&name.as_str()) && !value.is_empty());
        match &telling.collect::<Vec<_>>()[..] {
            [(_, value)] => value.clone(),
            several => {
                let texts = several.iter().map(|(name, value)| format!("{name} {value}"));
                texts.collect::<Vec<_>>().join(", ")
            }
        }
    })
}

/// The words with the parameters in their places, if all are known.
fn filled(template: &str, parameters: &[(String, String)]) -> Option<String> {
    let mut parts = template.split('{');
    let mut text = parts.next()?.to_owned();
    for part in parts {
        let (name, after) = part.split_once('}')?;
        let (_, value) = parameters.iter().find(|(known, value)| known == name && !value.is_empty())?;
        text.push_str(value);
        text.push_str(after);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrase(operation: &str, parameters: &[(&str, &str)]) -> String {
        let owned: Vec<_> =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        of_request(operation, &owned)
    }

    #[test]
    fn an_operation_is_told_in_words_where_its_parameters_are_logged() {
        let parameters =
            [("granteeId", "S-grantee"), ("entityId", "S-owner"), ("permissionValues", "FULL_ACCESS")];
        assert_eq!(
            phrase("PutMailboxPermissions", &parameters),
            "FULL_ACCESS for S-grantee on the mailbox of S-owner"
        );
        assert_eq!(phrase("CreateAlias", &[("alias", "sales@example.com")]), "sales@example.com");
        assert_eq!(phrase("PutMailboxPermissions", &parameters[..1]), "S-grantee");
    }

    #[test]
    fn any_other_operation_names_all_its_parameters_whole() {
        let parameters =
            [("organizationId", "m-1"), ("userName", "bob"), ("path", "/"), ("password", "HIDDEN")];
        assert_eq!(phrase("CreateUser", &parameters), "userName bob, path /");
        assert_eq!(phrase("DeleteUser", &parameters[..2]), "bob");
        let document = "x".repeat(200);
        assert_eq!(phrase("PutPolicy", &[("document", &document)]), document);
        assert_eq!(
            phrase("PutBucketAcl", &[("a", "1"), ("b", "2"), ("c", "3"), ("d", "4"), ("e", &document)]),
            format!("a 1, b 2, c 3, d 4, e {document}")
        );
        assert_eq!(phrase("ListBuckets", &[]), "");
    }
}
