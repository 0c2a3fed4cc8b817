//! The credentials that an answer handed out: what is done with them is not logged under the caller.

use mailtrail_aws_types::Arn;
use serde_json::Value;

use crate::activity::AssumedRole;
use crate::{Activity, ActivityFields, Outcome, role_name};

/// Members of an answer that hold the id of an access key.
const KEY_ID: &str = "accessKeyId";
/// Operations that hand out credentials whenever they succeed, by service.
const HANDING_OUT: [(&str, &[&str]); 4] = [
    (
        "sts.amazonaws.com",
        &[
            "AssumeRole",
            "AssumeRoleWithSAML",
            "AssumeRoleWithWebIdentity",
            "AssumeRoot",
            "GetFederationToken",
            "GetSessionToken",
        ],
    ),
    ("iam.amazonaws.com", &["CreateAccessKey", "CreateServiceSpecificCredential"]),
    ("sso.amazonaws.com", &["GetRoleCredentials"]),
    ("cognito-identity.amazonaws.com", &["GetCredentialsForIdentity"]),
];

/// A credential that was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The id of the access key; nothing where the record does not hold it, so that it cannot be followed.
    pub key: Option<String>,
    /// What it is for, in a few words: `Admin/alice`, `CreateAccessKey for bob`; without a key, also of an assumed role with
    /// the operation: `AssumeRole of Admin/alice`.
    pub label: String,
    /// Whether the source cut the record off, so that a key may be in what is missing.
    pub is_partial: bool,
}

/// The credentials that the answer to a call handed out: every access key in it, whatever the service.
pub fn issued(fields: &ActivityFields<'_>, activity: &Activity<'_>) -> Vec<Issued> {
    let mut keys: Vec<String> = fields.session.credential_uid.get().map(str::to_owned).into_iter().collect();
    let answer = fields.api.response.data.get().filter(|answer| answer.contains(KEY_ID));
    let answer: Option<Value> = answer.and_then(|answer| serde_json::from_str(answer).ok());
    if let Some(answer) = &answer {
        collect(answer, &mut keys);
    }
    let below = fields.unmapped.below("responseElements.");
    keys.extend(below.filter(|(name, _)| is_key_id(name)).map(|(_, value)| value.to_owned()));
    keys.sort_unstable();
    keys.dedup();
    let mut label = label(fields, activity, answer.as_ref());
    let is_partial = activity.is_partial;
    if keys.is_empty() && hands_out(activity) {
        if assumed(fields, activity).is_some() {
            label = format!("{} of {label}", activity.operation);
        }
        return vec![Issued { key: None, label, is_partial }];
    }
    keys.into_iter().map(|key| Issued { key: Some(key), label: label.clone(), is_partial }).collect()
}

/// `credentials.accessKeyId` as `accessKeyId`.
fn is_key_id(name: &str) -> bool {
    name.rsplit('.').next() == Some(KEY_ID)
}

fn collect(value: &Value, keys: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, keys)),
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(key) if name == KEY_ID && !key.is_empty() => keys.push(key.clone()),
                    _ => collect(value, keys),
                }
            }
        }
        _ => {}
    }
}

/// Whether a call handed out a credential; one whose record was cut off may have.
fn hands_out(activity: &Activity<'_>) -> bool {
    let may_have_succeeded =
        activity.outcome == Outcome::Success || activity.is_partial && activity.outcome == Outcome::Unknown;
    let of_service = HANDING_OUT.iter().find(|(service, _)| service.eq_ignore_ascii_case(activity.service));
    may_have_succeeded && of_service.is_some_and(|(_, operations)| operations.contains(&activity.operation))
}

/// The role that was assumed; of a Base Event, the one that was asked for.
fn assumed<'r>(fields: &'r ActivityFields<'_>, activity: &Activity<'r>) -> Option<AssumedRole<'r>> {
    let asked = |name| fields.unmapped.get(name);
    let of_base = || {
        let role =
            asked("requestParameters.roleArn").filter(|_| activity.operation.starts_with("AssumeRole"))?;
        Some(AssumedRole { role, session: asked("requestParameters.roleSessionName").unwrap_or_default() })
    };
    activity.assumed.or_else(of_base)
}

fn label(fields: &ActivityFields<'_>, activity: &Activity<'_>, answer: Option<&Value>) -> String {
    if let Some(assumed) = assumed(fields, activity) {
        return assumed.label();
    }
    let text = |pointer: &str| answer?.pointer(pointer)?.as_str();
    if let Some(arn) = text("/federatedUser/arn") {
        return Arn::parse(arn).map_or(arn, |arn| arn.resource()).to_owned();
    }
    let user = text("/accessKey/userName");
    match user.or_else(|| fields.unmapped.get("responseElements.accessKey.userName")) {
        Some(user) => format!("{} for {user}", activity.operation),
        None => activity.operation.to_owned(),
    }
}

impl AssumedRole<'_> {
    /// `role/session`, or whichever of the two is known.
    pub fn label(&self) -> String {
        let role = role_name(self.role).unwrap_or_else(|| self.role.rsplit('/').next().unwrap_or(self.role));
        let parts = [role, self.session];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
    }
}
