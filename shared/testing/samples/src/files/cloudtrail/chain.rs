//! A role that leads to another role: what one user did, most of it under other names.

use super::call::{BY_CLI, Call, IAM, S3, STS, WORKMAIL, by_cli, called};
use super::identity::ALICE;
use crate::files::sample::SampleFile;

/// Alice with the key that `GetSessionToken` gave her: still herself.
const ALICE_WITH_MFA: &str = r#"{"type":"IAMUser","principalId":"AIDAEXAMPLEALICE",
    "arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333",
    "accessKeyId":"ASIAEXAMPLEALICEMFA","userName":"alice","sessionContext":{"sessionIssuer":{},
    "attributes":{"creationDate":"2026-11-20T10:14:10Z","mfaAuthenticated":"true"}}}"#;
/// The role Support in the session that Alice opened, and in one of another user.
const SUPPORT: &str = r#"{"type":"AssumedRole","principalId":"AROAEXAMPLESUPPORT:laptop",
    "arn":"arn:aws:sts::111122223333:assumed-role/Support/laptop","accountId":"111122223333",
    "accessKeyId":"ASIAEXAMPLESUPPORT1","sessionContext":{"sessionIssuer":{"type":"Role",
    "principalId":"AROAEXAMPLESUPPORT","arn":"arn:aws:iam::111122223333:role/Support",
    "accountId":"111122223333","userName":"Support"},"attributes":{
    "creationDate":"2026-11-20T10:14:12Z","mfaAuthenticated":"true"}}}"#;
const SUPPORT_AT_NIGHT: &str = r#"{"type":"AssumedRole","principalId":"AROAEXAMPLESUPPORT:night-shift",
    "arn":"arn:aws:sts::111122223333:assumed-role/Support/night-shift","accountId":"111122223333",
    "accessKeyId":"ASIAEXAMPLESUPPORT2","sessionContext":{"sessionIssuer":{"type":"Role",
    "principalId":"AROAEXAMPLESUPPORT","arn":"arn:aws:iam::111122223333:role/Support",
    "accountId":"111122223333","userName":"Support"},"attributes":{
    "creationDate":"2026-11-20T04:00:00Z","mfaAuthenticated":"false"}}}"#;
/// The role that Support leads to.
const MAIL_ADMIN: &str = r#"{"type":"AssumedRole","principalId":"AROAEXAMPLEMAILADMIN:ticket-4711",
    "arn":"arn:aws:sts::111122223333:assumed-role/MailAdmin/ticket-4711","accountId":"111122223333",
    "accessKeyId":"ASIAEXAMPLEMAILADMIN","sessionContext":{"sessionIssuer":{"type":"Role",
    "principalId":"AROAEXAMPLEMAILADMIN","arn":"arn:aws:iam::111122223333:role/MailAdmin",
    "accountId":"111122223333","userName":"MailAdmin"},"attributes":{
    "creationDate":"2026-11-20T10:14:14Z","mfaAuthenticated":"false"}}}"#;

const RESET: &str = r#"{"organizationId":"m-0123456789abcdef0123456789abcdef","userId":"S-owner",
    "password":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#;
const GRANT: &str = r#"{"organizationId":"m-0123456789abcdef0123456789abcdef","entityId":"S-owner",
    "granteeId":"S-grantee","permissionValues":["FULL_ACCESS"]}"#;

pub(super) fn file() -> SampleFile {
    called(
        "cloudtrail-role-chain",
        "A user, a session token, a role, and the role that this one leads to; the same role in another session",
        &[
            sts(
                ALICE,
                "GetSessionToken",
                r#"{"durationSeconds":3600,"serialNumber":"arn:aws:iam::111122223333:mfa/alice"}"#,
                r#"{"credentials":{"accessKeyId":"ASIAEXAMPLEALICEMFA","expiration":"Nov 20, 2026, 11:14:10 AM"}}"#,
            ),
            by_cli(ALICE_WITH_MFA, IAM, "ListRoles", "null"),
            assumes(ALICE_WITH_MFA, "Support", "laptop", "ASIAEXAMPLESUPPORT1"),
            by_cli(SUPPORT, S3, "ListBuckets", "null"),
            assumes(SUPPORT, "MailAdmin", "ticket-4711", "ASIAEXAMPLEMAILADMIN"),
            by_cli(MAIL_ADMIN, WORKMAIL, "ResetPassword", RESET),
            by_cli(MAIL_ADMIN, WORKMAIL, "PutMailboxPermissions", GRANT),
            refused(MAIL_ADMIN, IAM, "DeleteUser", r#"{"userName":"bob"}"#),
            by_cli(SUPPORT_AT_NIGHT, WORKMAIL, "DescribeUser", r#"{"userId":"S-owner"}"#),
            refused(SUPPORT_AT_NIGHT, S3, "DeleteBucket", r#"{"bucketName":"example"}"#),
        ],
    )
}

fn sts<'a>(identity: &'a str, name: &'a str, parameters: &str, answer: &str) -> Call<'a> {
    let rest =
        format!(r#"{BY_CLI},"requestParameters":{parameters},"responseElements":{answer},"readOnly":true"#);
    Call { identity, service: STS, name, rest }
}

fn assumes<'a>(identity: &'a str, role: &str, session: &str, key: &str) -> Call<'a> {
    let parameters =
        format!(r#"{{"roleArn":"arn:aws:iam::111122223333:role/{role}","roleSessionName":"{session}"}}"#);
    let answer = format!(
        r#"{{"credentials":{{"accessKeyId":"{key}","expiration":"Nov 20, 2026, 11:14:10 AM"}},
        "assumedRoleUser":{{"assumedRoleId":"AROAEXAMPLE{}:{session}",
        "arn":"arn:aws:sts::111122223333:assumed-role/{role}/{session}"}}}}"#,
        role.to_uppercase()
    );
    sts(identity, "AssumeRole", &parameters, &answer)
}

fn refused<'a>(identity: &'a str, service: &'a str, name: &'a str, parameters: &str) -> Call<'a> {
    let rest = format!(
        r#"{BY_CLI},"requestParameters":{parameters},"responseElements":null,"readOnly":false,
        "errorCode":"AccessDenied","errorMessage":"no identity-based policy allows it""#
    );
    Call { identity, service, name, rest }
}
