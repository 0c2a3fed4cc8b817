//! The session that a call opened, and the key that everything in it is signed with.

use serde::Deserialize;

use super::kept::Kept;
use super::record::{Record, Text};
use super::who::{last_part, resource};

/// A session that a call opened.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Issued {
    pub(super) key: String,
    /// `role/session`, or how else the session can be named.
    pub(super) label: String,
}

/// The session that a call opened, if the record says by which key it is known.
pub(super) fn issued(record: &Record<'_>) -> Option<Issued> {
    if let Some(key) = record.session.credential_uid.get() {
        return Some(Issued { key: key.to_owned(), label: label(record) });
    }
    let kept = Kept::of(record);
    let service = record.api.service.name.get().or(kept.service)?;
    if !service.eq_ignore_ascii_case("sts.amazonaws.com") {
        return None;
    }
    let operation = record.api.operation.get().or_else(|| record.activity_name.get()).unwrap_or_default();
    if let Some(key) = kept.issued_key {
        return Some(Issued { key: key.to_owned(), label: operation.to_owned() });
    }
    // GetSessionToken and GetFederationToken are ordinary calls: the key is in their answer.
    let answer: Answer<'_> = serde_json::from_str(record.api.response.data.get()?).ok()?;
    let key = answer.credentials.access_key_id.get()?.to_owned();
    let label = answer.federated_user.arn.get().map_or(operation, resource).to_owned();
    Some(Issued { key, label })
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Answer<'a> {
    #[serde(borrow)]
    credentials: AnsweredKey<'a>,
    #[serde(borrow)]
    federated_user: AnsweredUser<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct AnsweredKey<'a> {
    #[serde(borrow)]
    access_key_id: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct AnsweredUser<'a> {
    #[serde(borrow)]
    arn: Text<'a>,
}

/// `role/session` of what was taken on.
pub(super) fn label(record: &Record<'_>) -> String {
    let role = record.session.issuer.get().or_else(|| record.user.uid.get());
    let parts = [role.map(last_part), record.session.uid_alt.get()];
    parts.into_iter().flatten().collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_token_is_found_in_the_answer_of_sts_alone() {
        let found = |service: &str, data: &str| {
            let data = serde_json::to_string(data).unwrap();
            let json = format!(
                r#"{{"class_uid":6003,"api":{{"operation":"GetSessionToken","service":{{"name":"{service}"}},
                "response":{{"data":{data}}}}}}}"#
            );
            let record: Record<'_> = serde_json::from_str(&json).unwrap();
            issued(&record).map(|issued| (issued.key, issued.label))
        };
        let token = r#"{"credentials":{"accessKeyId":"ASIA1"}}"#;
        let federated = r#"{"credentials":{"accessKeyId":"ASIA1"},
            "federatedUser":{"arn":"arn:aws:sts::111122223333:federated-user/bob"}}"#;
        let issued = |label: &str| Some(("ASIA1".to_owned(), label.to_owned()));
        assert_eq!(found("sts.amazonaws.com", token), issued("GetSessionToken"));
        assert_eq!(found("STS.amazonaws.com", federated), issued("federated-user/bob"));
        assert_eq!(found("example.amazonaws.com", token), None);
        for other in ["", "null", "{}", "[1]", r#"{"credentials":{"accessKeyId":null}}"#] {
            assert_eq!(found("sts.amazonaws.com", other), None, "{other}");
        }
    }
}
