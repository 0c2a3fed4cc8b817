//! CloudTrail records as a trail sends them to CloudWatch Logs: one JSON object a log line. Shapes follow the reference pages
//! of AWS; identities are invented.

mod call;
mod chain;
mod identity;

use super::sample::{SampleFile, batch_of};
use crate::batch::Batch;
use crate::envelope::one_line;
use call::{BY_CLI, Call, IAM, S3, SIGN_IN, STS, WORKMAIL, by_cli, call, called, written};
use identity::{
    ADMIN, ALICE, ALICE_IN_CONSOLE, ANONYMOUS, DELEGATE, DIRECTORY, FEDERATED, HIDDEN, IDENTITY_CENTER,
    INSTANCE, KMS_SERVICE, OTHER_ACCOUNT, PRINCIPAL_ONLY, PROPAGATED, ROOT, SAML, TYPE_ONLY, UNKNOWN, WEB,
    WEB_SESSION,
};

pub(super) fn files() -> Vec<SampleFile> {
    [identities(), sign_ins(), vec![chain::file()], calls(), odd_records()].into_iter().flatten().collect()
}

/// Every kind of `userIdentity`.
fn identities() -> Vec<SampleFile> {
    let alias = r#"{"organizationId":"m-0123456789abcdef0123456789abcdef","alias":"sales@example.com"}"#;
    let grant = r#"{"organizationId":"m-0123456789abcdef0123456789abcdef","entityId":"S-owner",
        "granteeId":"S-grantee","permissionValues":["FULL_ACCESS"]}"#;
    let reads = |identity, service, name| {
        call(identity, service, name, &format!(r#"{BY_CLI},"requestParameters":null,"readOnly":true"#))
    };
    vec![
        called(
            "cloudtrail-iam-user",
            "`IAMUser`: by a long-term key, and from the console with an empty `sessionIssuer`",
            &[
                by_cli(ALICE, WORKMAIL, "CreateAlias", alias),
                by_cli(ALICE_IN_CONSOLE, WORKMAIL, "DeleteAlias", alias),
            ],
        ),
        called(
            "cloudtrail-assumed-role",
            "`AssumedRole`: a person, an instance without a key, trusted identity propagation, a web identity",
            &[
                by_cli(ADMIN, WORKMAIL, "PutMailboxPermissions", grant),
                by_cli(INSTANCE, S3, "PutBucketTagging", r#"{"bucketName":"example"}"#),
                reads(PROPAGATED, S3, "ListBuckets"),
                reads(WEB_SESSION, IAM, "GetUser"),
            ],
        ),
        called(
            "cloudtrail-root",
            "`Root`, with the alias of the account for a name",
            &[by_cli(ROOT, IAM, "CreateAccessKey", "null")],
        ),
        called(
            "cloudtrail-federated-user",
            "`FederatedUser`: the issuer is an IAM user",
            &[reads(FEDERATED, S3, "ListBuckets")],
        ),
        called(
            "cloudtrail-identity-center-user",
            "`IdentityCenterUser`: neither ARN nor principal id",
            &[reads(IDENTITY_CENTER, "sso.amazonaws.com", "ListApplications")],
        ),
        called(
            "cloudtrail-other-identities",
            "`AWSAccount` (another account, anonymous, without an account), `Directory`, `Unknown`",
            &[
                reads(OTHER_ACCOUNT, S3, "GetObject"),
                reads(ANONYMOUS, S3, "GetObject"),
                reads(PRINCIPAL_ONLY, S3, "GetObject"),
                reads(DIRECTORY, "workdocs.amazonaws.com", "GetDocument"),
                reads(UNKNOWN, S3, "HeadBucket"),
            ],
        ),
        called(
            "cloudtrail-aws-service",
            "`AWSService`: nothing but `invokedBy`, delegated access, and an identity that is only a type",
            &[
                call(
                    KMS_SERVICE,
                    "kms.amazonaws.com",
                    "GenerateDataKey",
                    r#""sourceIPAddress":"secretsmanager.amazonaws.com",
                    "userAgent":"secretsmanager.amazonaws.com","requestParameters":{"keySpec":"AES_256"},
                    "responseElements":null,"readOnly":true,"sharedEventID":"0a1b2c3d-0a1b-4c2d-8e3f-00000000000b",
                    "resources":[{"accountId":"111122223333","type":"AWS::KMS::Key",
                    "ARN":"arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0a1b-4c2d-8e3f-00000000000c"}]"#,
                ),
                reads(DELEGATE, "ec2.amazonaws.com", "DescribeInstances"),
                reads(TYPE_ONLY, S3, "ListBuckets"),
            ],
        ),
    ]
}

/// What becomes an Authentication.
fn sign_ins() -> Vec<SampleFile> {
    const ASSUMED: &str = r#"{"credentials":{"accessKeyId":"ASIAEXAMPLEADMIN",
        "expiration":"Nov 20, 2026, 11:14:10 AM"},"assumedRoleUser":{"assumedRoleId":"AROAEXAMPLEADMIN:alice",
        "arn":"arn:aws:sts::111122223333:assumed-role/Admin/alice"}}"#;
    const ROLE: &str = r#"{"roleArn":"arn:aws:iam::111122223333:role/Admin","roleSessionName":"alice",
        "sourceIdentity":"alice"}"#;

    let console = |identity, name, outcome: &str, more: &str| {
        let rest = format!(
            r#""sourceIPAddress":"198.51.100.7","userAgent":"Mozilla/5.0","requestParameters":null,
            "responseElements":{{"{name}":"{outcome}"}}{more}"#
        );
        Call { identity, service: SIGN_IN, name, rest }
    };
    let assumes = |identity, name, answer: &str| {
        let rest =
            format!(r#"{BY_CLI},"requestParameters":{ROLE},"responseElements":{answer},"readOnly":true"#);
        Call { identity, service: STS, name, rest }
    };
    let login = |mfa: &str| {
        format!(
            r#","additionalEventData":{{"LoginTo":"https://console.aws.amazon.com/","MobileVersion":"No",
            "MFAUsed":"{mfa}"}}"#
        )
    };
    let failed = format!(r#"{},"errorMessage":"Failed authentication""#, login("No"));
    let unknown_user = format!(r#"{},"errorMessage":"No username found in supplied account""#, login("No"));
    vec![
        called(
            "cloudtrail-console-login",
            "`ConsoleLogin`: with a second factor, with a wrong password, by an unknown user; `CheckMfa`",
            &[
                console(ALICE, "CheckMfa", "Success", &login("Yes")),
                console(ALICE, "ConsoleLogin", "Success", &login("Yes")),
                console(ALICE, "ConsoleLogin", "Failure", &failed),
                console(HIDDEN, "ConsoleLogin", "Failure", &unknown_user),
            ],
        ),
        called(
            "cloudtrail-identity-center-login",
            "Sign-in to IAM Identity Center: the name is in `additionalEventData`, the outcome elsewhere, too",
            &[
                call(
                    IDENTITY_CENTER,
                    SIGN_IN,
                    "CredentialChallenge",
                    r#""sourceIPAddress":"198.51.100.7","userAgent":"Mozilla/5.0","requestParameters":null,
                    "responseElements":null,"additionalEventData":{"CredentialType":"PASSWORD",
                    "UserName":"ana"},"serviceEventDetails":{"CredentialChallenge":"Success"}"#,
                ),
                call(
                    IDENTITY_CENTER,
                    SIGN_IN,
                    "UserAuthentication",
                    r#""sourceIPAddress":"198.51.100.7","userAgent":"Mozilla/5.0","requestParameters":null,
                    "responseElements":null,"additionalEventData":{"UserName":"ana"},
                    "serviceEventDetails":{"UserAuthentication":"Failure"}"#,
                ),
            ],
        ),
        called(
            "cloudtrail-assume-role",
            "`AssumeRole`: by a user, refused, by a service; and what the session then did",
            &[
                assumes(ALICE, "AssumeRole", ASSUMED),
                by_cli(ADMIN, IAM, "CreateUser", r#"{"userName":"mallory"}"#),
                assumes(
                    ALICE,
                    "AssumeRole",
                    r#"null,"errorCode":"AccessDenied","errorMessage":"not authorized to perform sts:AssumeRole""#,
                ),
                assumes(KMS_SERVICE, "AssumeRole", ASSUMED),
            ],
        ),
        called(
            "cloudtrail-assume-role-federated",
            "`AssumeRoleWithSAML` and `AssumeRoleWithWebIdentity`: `SAMLUser` and `WebIdentityUser`",
            &[
                assumes(SAML, "AssumeRoleWithSAML", ASSUMED),
                assumes(WEB, "AssumeRoleWithWebIdentity", ASSUMED),
            ],
        ),
    ]
}

/// Addresses, errors, verbs and resources of ordinary calls.
fn calls() -> Vec<SampleFile> {
    let from =
        |address: &str| format!(r#""sourceIPAddress":"{address}","requestParameters":null,"readOnly":true"#);
    let fails = |error: &str| {
        format!(r#"{BY_CLI},"requestParameters":{{"userName":"bob"}},"responseElements":null,{error}"#)
    };
    let simple =
        |name, read_only: &str| call(ADMIN, "example.amazonaws.com", name, &format!("{BY_CLI},{read_only}"));
    vec![
        called(
            "cloudtrail-addresses",
            "`sourceIPAddress`: IPv6, the name of a service, `AWS Internal`; only a VPC endpoint; none at all",
            &[
                call(ALICE, S3, "ListBuckets", &from("2001:db8::20")),
                call(ALICE, S3, "ListBuckets", &from("athena.amazonaws.com")),
                call(ALICE, S3, "ListBuckets", &from("AWS Internal/7")),
                call(
                    ALICE,
                    S3,
                    "ListBuckets",
                    r#""vpcEndpointId":"vpce-0123456789abcdef0","vpcEndpointAccountId":"111122223333""#,
                ),
                call(ALICE, S3, "ListBuckets", r#""userAgent":"nobody knows where""#),
            ],
        ),
        called(
            "cloudtrail-errors",
            "Calls that failed: with code and message, with a code alone, with a message alone",
            &[
                call(
                    ALICE,
                    IAM,
                    "DeleteUser",
                    &fails(
                        r#""errorCode":"AccessDenied","errorMessage":"no identity-based policy allows it""#,
                    ),
                ),
                call(ALICE, IAM, "DeleteUser", &fails(r#""errorCode":"NoSuchEntityException""#)),
                call(ALICE, IAM, "DeleteUser", &fails(r#""errorMessage":"Rate exceeded""#)),
            ],
        ),
        called(
            "cloudtrail-verbs",
            "Names that mislead: `DeleteListener`, `DeleteTags`, `BatchGetItem`, and calls of the same name",
            &[
                simple("DeleteListener", r#""readOnly":false"#),
                simple("DeleteTags", r#""readOnly":false"#),
                simple("BatchGetItem", r#""readOnly":true"#),
                simple("Invoke", r#""readOnly":false"#),
                simple("Settle", r#""apiVersion":"2026_01_01""#),
                by_cli(ADMIN, WORKMAIL, "CreateUser", r#"{"name":"femi"}"#),
                by_cli(ADMIN, "example.amazonaws.com", "AssumeRole", "null"),
                by_cli(ADMIN, "workmailMessageFlow.amazonaws.com", "GetRawMessageContent", "null"),
            ],
        ),
        called(
            "cloudtrail-resources",
            "`resources`: with ARN, with a prefix of ARNs only, with an undocumented field",
            &[call(
                ALICE,
                S3,
                "DeleteObjects",
                &format!(
                    r#"{BY_CLI},"requestParameters":{{"bucketName":"example"}},"responseElements":null,
                    "resources":[{{"accountId":"111122223333","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::example"}},
                    {{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::example/"}},
                    {{"ARN":"arn:aws:s3:::other","colour":"red"}}]"#
                ),
            )],
        ),
    ]
}

/// Records without an identity, of old and of coming versions, and with everything that is optional.
fn odd_records() -> Vec<SampleFile> {
    const INSIGHT: &str = r#"{"eventVersion":"1.08","eventTime":"2026-11-20T10:14:00Z","awsRegion":"eu-west-1",
        "eventID":"55ed45c5-0b0c-4228-9fe5-000000000001","eventType":"AwsCloudTrailInsight",
        "recipientAccountId":"111122223333","sharedEventID":"bd03b0ab-2f83-4d0a-a2f1-000000000001",
        "insightDetails":{"state":"Start","eventSource":"iam.amazonaws.com","eventName":"DeleteUser",
        "insightType":"ApiCallRateInsight","insightContext":{"statistics":{"baseline":{"average":0.0017},
        "insight":{"average":11.5}}}},"eventCategory":"Insight"}"#;
    const AGGREGATE: &str = r#"{"eventVersion":"1.0","accountId":"111122223333",
        "eventId":"55ed45c5-0b0c-4228-9fe5-000000000002","eventCategory":"Aggregated",
        "eventType":"AwsAggregatedEvent","awsRegion":"eu-west-1","timeWindow":{
        "windowStart":"2026-11-20T10:10:00Z","windowEnd":"2026-11-20T10:15:00Z","windowSize":"PT5M"},
        "summary":{"primaryDimension":{"dimension":"eventName","statistics":[{"name":"GetObject","value":42}]}}}"#;
    const OLD: &str = r#"{"eventVersion":"1.0","userIdentity":{"type":"IAMUser",
        "principalId":"AIDAEXAMPLEALICE","arn":"arn:aws:iam::111122223333:user/alice",
        "accountId":"111122223333","accessKeyId":"AKIAEXAMPLEALICE","userName":"alice"},
        "eventTime":"2026-11-20T10:14:00Z","eventSource":"ec2.amazonaws.com","eventName":"StartInstances",
        "awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.20","userAgent":"ec2-api-tools 1.6.12.2",
        "requestParameters":{"instancesSet":{"items":[{"instanceId":"i-0123456789abcdef0"}]}},
        "responseElements":{"instancesSet":{"items":[]}}}"#;
    const FULL: &str = r#"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","userName":"alice"},
        "eventTime":"not a time","eventSource":"s3.amazonaws.com","eventName":"GetObject",
        "awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.20","userAgent":"aws-cli/2.30.0",
        "requestParameters":{"bucketName":"example","key":"a \"quoted\" name\u00e9"},"responseElements":null,
        "additionalEventData":{"bytesTransferredIn":0,"x-amz-id-2":"id"},"requestID":"EXAMPLE0123",
        "eventID":"55ed45c5-0b0c-4228-9fe5-000000000003","readOnly":true,"eventType":"AwsApiCall",
        "managementEvent":false,"recipientAccountId":"111122223333","eventCategory":"Data",
        "addendum":{"reason":"DELIVERY_DELAY","originalEventID":"55ed45c5-0b0c-4228-9fe5-000000000004"},
        "sessionCredentialFromConsole":"true","tlsDetails":{"tlsVersion":"TLSv1.3",
        "cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"example.s3.amazonaws.com"},
        "somethingNew":{"deep":[1,null,{"er":true}]}}"#;
    const NEXT_MAJOR: &str = r#"{"eventVersion":"2.0","userIdentity":"alice","eventName":"GetObject",
        "eventID":"55ed45c5-0b0c-4228-9fe5-000000000005"}"#;
    const CONSOLE_SIGNIN: &str = r#"{"eventVersion":"1.08","userIdentity":{"type":"Root",
        "principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333",
        "accessKeyId":""},"eventTime":"2026-11-20T10:14:00Z","eventSource":"signin.amazonaws.com",
        "eventName":"ConsoleLogin","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7",
        "userAgent":"Mozilla/5.0","requestParameters":null,"responseElements":{"ConsoleLogin":"Success"},
        "additionalEventData":{"MFAUsed":"No"},"eventID":"55ed45c5-0b0c-4228-9fe5-000000000006",
        "eventType":"AwsConsoleSignin"}"#;
    vec![
        written(
            "cloudtrail-without-identity",
            "An insight and an aggregate: no identity, no address, and `eventId` in one of them",
            &[INSIGHT, AGGREGATE],
        ),
        written(
            "cloudtrail-versions",
            "A record of the first version, one with all that is optional, a version to come, `AwsConsoleSignin`",
            &[OLD, FULL, NEXT_MAJOR, CONSOLE_SIGNIN],
        ),
    ]
}

/// A record that stops in the middle, in several places.
pub(super) fn cut_off(name: &str) -> Batch {
    let record = one_line(&call(ALICE, S3, "ListBuckets", BY_CLI).json(name, 0));
    let parts: Vec<&str> =
        [1, 30, 200, record.len() - 1].iter().filter_map(|end| record.get(..*end)).collect();
    batch_of(name, parts)
}
