//! `userIdentity` in every shape that it has.

pub(super) const ALICE: &str = r#"{"type":"IAMUser","principalId":"AIDAEXAMPLEALICE",
    "arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333",
    "accessKeyId":"AKIAEXAMPLEALICE","userName":"alice"}"#;
pub(super) const ALICE_IN_CONSOLE: &str = r#"{"type":"IAMUser","principalId":"AIDAEXAMPLEALICE",
    "arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333",
    "accessKeyId":"ASIAEXAMPLEALICE","userName":"alice","sessionContext":{"sessionIssuer":{},
    "webIdFederationData":{},"attributes":{"creationDate":"20261120T093000Z",
    "mfaAuthenticated":"false"},
    "signInSessionArn":"arn:aws:signin:eu-west-1:111122223333:session/0a1b2c3d-0a1b-4c2d-8e3f-00000000000a"},
    "invokedBy":"cloudformation.amazonaws.com"}"#;
pub(super) const ADMIN: &str = r#"{"type":"AssumedRole","principalId":"AROAEXAMPLEADMIN:alice",
    "arn":"arn:aws:sts::111122223333:assumed-role/Admin/alice","accountId":"111122223333",
    "accessKeyId":"ASIAEXAMPLEADMIN","sessionContext":{"sessionIssuer":{"type":"Role",
    "principalId":"AROAEXAMPLEADMIN","arn":"arn:aws:iam::111122223333:role/Admin",
    "accountId":"111122223333","userName":"Admin"},"webIdFederationData":{},
    "attributes":{"creationDate":"2026-11-20T10:05:00Z","mfaAuthenticated":"true"}}}"#;
pub(super) const INSTANCE: &str = r#"{"type":"AssumedRole","principalId":"AROAEXAMPLEINSTANCE:i-0123456789abcdef0",
    "arn":"arn:aws:sts::111122223333:assumed-role/mail/Instance/i-0123456789abcdef0",
    "accountId":"111122223333","accessKeyId":"","sessionContext":{"sessionIssuer":{"type":"Role",
    "principalId":"AROAEXAMPLEINSTANCE","arn":"arn:aws:iam::111122223333:role/mail/Instance",
    "accountId":"111122223333","userName":"Instance"},"attributes":{"creationDate":"yesterday",
    "mfaAuthenticated":"false"},"ec2RoleDelivery":"2.0","sourceIdentity":"deployment"},
    "inScopeOf":{"sourceArn":"arn:aws:lambda:eu-west-1:111122223333:function:cap",
    "issuerType":"AWS::Lambda::Function"}}"#;
pub(super) const PROPAGATED: &str = r#"{"type":"AssumedRole","principalId":"AROAEXAMPLEADMIN:alice",
    "arn":"arn:aws:sts::111122223333:assumed-role/Admin/alice","accountId":"111122223333",
    "onBehalfOf":{"userId":"544894e8-80c1-707f-60e3-3ba6510dfac1",
    "identityStoreArn":"arn:aws:identitystore::111122223333:identitystore/d-9067642ac7"}}"#;
pub(super) const WEB_SESSION: &str = r#"{"type":"AssumedRole","principalId":"AROAEXAMPLEDEPLOY:run-42",
    "arn":"arn:aws:sts::111122223333:assumed-role/Deploy/run-42","accountId":"111122223333",
    "accessKeyId":"ASIAEXAMPLEDEPLOY","sessionContext":{"sessionIssuer":{"type":"Role",
    "principalId":"AROAEXAMPLEDEPLOY","arn":"arn:aws:iam::111122223333:role/Deploy",
    "accountId":"111122223333","userName":"Deploy"},
    "webIdFederationData":{"federatedProvider":"arn:aws:iam::111122223333:oidc-provider/token.example.org",
    "attributes":{"sub":"repo:example"}},"attributes":{"creationDate":"2026-11-20T10:00:00Z",
    "mfaAuthenticated":"false"}}}"#;
pub(super) const ROOT: &str = r#"{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root",
    "accountId":"111122223333","accessKeyId":"","userName":"example-alias"}"#;
pub(super) const FEDERATED: &str = r#"{"type":"FederatedUser","principalId":"111122223333:bob",
    "arn":"arn:aws:sts::111122223333:federated-user/bob","accountId":"111122223333",
    "accessKeyId":"ASIAEXAMPLEBOB","sessionContext":{"sessionIssuer":{"type":"IAMUser",
    "principalId":"AIDAEXAMPLEALICE","arn":"arn:aws:iam::111122223333:user/alice",
    "accountId":"111122223333","userName":"alice"},
    "attributes":{"creationDate":"2026-11-20T10:00:00Z","mfaAuthenticated":"false"}}}"#;
pub(super) const IDENTITY_CENTER: &str = r#"{"type":"IdentityCenterUser","accountId":"111122223333",
    "onBehalfOf":{"userId":"544894e8-80c1-707f-60e3-3ba6510dfac1",
    "identityStoreArn":"arn:aws:identitystore::111122223333:identitystore/d-9067642ac7"},
    "credentialId":"90e292de-5eb8-446e-9602-90f7c45044f7"}"#;
pub(super) const SAML: &str = r#"{"type":"SAMLUser","principalId":"SnFwJ7EXAMPLE=:carla@example.com",
    "userName":"carla@example.com","identityProvider":"SnFwJ7EXAMPLE="}"#;
pub(super) const WEB: &str = r#"{"type":"WebIdentityUser",
    "principalId":"accounts.example.org:app-1.example.org:103456789012345678901",
    "userName":"103456789012345678901","identityProvider":"accounts.example.org"}"#;
pub(super) const DIRECTORY: &str = r#"{"type":"Directory","userName":"carla@example.com"}"#;
pub(super) const OTHER_ACCOUNT: &str = r#"{"type":"AWSAccount","principalId":"AIDAEXAMPLEOTHER",
    "accountId":"111122223333"}"#;
pub(super) const ANONYMOUS: &str = r#"{"type":"AWSAccount","principalId":"","accountId":"anonymous"}"#;
pub(super) const PRINCIPAL_ONLY: &str = r#"{"type":"AWSAccount","principalId":"AIDAEXAMPLEOTHER"}"#;
pub(super) const UNKNOWN: &str = r#"{"type":"Unknown","principalId":"external","userName":"dmitri"}"#;
pub(super) const HIDDEN: &str = r#"{"type":"IAMUser","accountId":"111122223333","accessKeyId":"",
    "userName":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#;
pub(super) const KMS_SERVICE: &str = r#"{"type":"AWSService","invokedBy":"secretsmanager.amazonaws.com"}"#;
pub(super) const DELEGATE: &str = r#"{"type":"AWSService","invokedBy":"autoscaling.amazonaws.com",
    "accessKeyId":"ASIAEXAMPLESERVICE","invokedByDelegate":{"accountId":"111122223333"}}"#;
pub(super) const TYPE_ONLY: &str = r#"{"type":"Unknown"}"#;
