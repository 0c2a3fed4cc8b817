//! Who did what: a record of any class, in one form.
//!
//! A record of a role that was taken on describes in `user` and `session` what was opened, and in `actor` who
//! asked: only the actor did it. In any other sign-in `user` is who signed in, and may be named nowhere else.
//! A Base Event has all of it in `unmapped`.

use mailtrail_ocsf::Class;

use super::kept::Kept;
use super::record::Record;
use super::session::label;
use super::who::Who;

/// `status_id` of OCSF.
const SUCCESS: u8 = 1;
const FAILURE: u8 = 2;

/// How it went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Outcome {
    Success,
    Failure,
    /// The source does not say.
    #[default]
    Unknown,
}

#[derive(Debug, Default)]
pub(super) struct Deed<'r> {
    pub(super) who: Who<'r>,
    /// The operation; where the source has no word for one, the activity.
    pub(super) event: &'r str,
    pub(super) service: &'r str,
    /// An address, or the name of the service that asked for somebody.
    pub(super) source: &'r str,
    /// The program that asked, in its own words.
    pub(super) user_agent: &'r str,
    pub(super) outcome: Outcome,
    pub(super) error: &'r str,
    pub(super) error_detail: &'r str,
    /// The owner of the mailbox that was accessed.
    pub(super) owner: Option<&'r str>,
    /// Its folder, where no resource tells.
    folder: Option<&'r str>,
}

impl<'r> Deed<'r> {
    /// What a record tells, if it tells of anybody.
    pub(super) fn of(record: &'r Record<'_>) -> Option<Self> {
        let kept = Kept::of(record);
        let who = Who::of(record, &kept);
        if record.class_uid == Class::BaseEvent.uid() && !who.is_known() {
            return None;
        }
        let event = record.api.operation.get().or(kept.event).or_else(|| record.activity_name.get());
        let service = record.api.service.name.get().or_else(|| record.service.name.get()).or(kept.service);
        let error = record.status_code.get().or(kept.error);
        let detail = record.status_detail.get().or(kept.detail);
        let says_error = record.status_id.is_none() && (error.is_some() || detail.is_some());
        let from = &record.src_endpoint;
        let source =
            [&from.ip, &from.domain, &from.svc_name, &from.uid].into_iter().find_map(|text| text.get());
        let owner = record.resources.first().and_then(|resource| resource.owner.uid.get());
        Some(Self {
            who,
            event: event.unwrap_or_default(),
            service: service.or_else(|| record.metadata.log_provider.get()).unwrap_or_default(),
            source: source.or(kept.source).unwrap_or_default(),
            user_agent: record.http_request.user_agent.get().or(kept.user_agent).unwrap_or_default(),
            outcome: match record.status_id {
                Some(SUCCESS) => Outcome::Success,
                Some(FAILURE) => Outcome::Failure,
                _ if says_error => Outcome::Failure,
                _ => Outcome::Unknown,
            },
            error: error.unwrap_or_default(),
            error_detail: detail.unwrap_or_default(),
            owner: owner.or(kept.owner),
            folder: kept.folder,
        })
    }

    /// Whether a mailbox was accessed by somebody who does not own it, or by an application in the owner's
    /// name.
    pub(super) fn is_by_another(&self) -> bool {
        let another = self.who.uid.is_some_and(|uid| self.owner.is_some_and(|owner| owner != uid));
        another || (self.owner.is_some() && self.who.impersonator.is_some())
    }

    /// What it was about, in a few words.
    pub(super) fn target(&self, record: &Record<'_>) -> String {
        if record.account_switch_type_id.is_some() {
            return label(record);
        }
        let first = record.resources.first();
        let place = first.and_then(|resource| resource.namespace.get()).or(self.folder);
        let name = first.and_then(|resource| resource.name.get()).filter(|&name| Some(name) != place);
        let uid = first.and_then(|resource| resource.uid.get());
        if let Some(owner) = self.owner {
            let kind = first.and_then(|resource| resource.r#type.get());
            let words = [kind, name, place, Some("of"), Some(owner)];
            return words.into_iter().flatten().collect::<Vec<_>>().join(" ");
        }
        let target = name.or(place).or(uid).or_else(|| record.entity.name.get());
        target.or_else(|| record.api.request.data.get()).unwrap_or_default().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::session::issued;

    fn with<T>(json: &str, look: impl Fn(&Record<'_>, &Deed<'_>) -> T) -> T {
        let record: Record<'_> = serde_json::from_str(json).unwrap();
        look(&record, &Deed::of(&record).unwrap())
    }

    #[test]
    fn who_took_a_role_on_is_who_asked_and_not_the_role() {
        let json = r#"{"class_uid":3002,"account_switch_type_id":2,"actor":{"user":{"name":"alice"}},
            "user":{"name":"x","uid":"arn:aws:sts::111122223333:assumed-role/Admin/s"},
            "session":{"uid_alt":"s","issuer":"arn:aws:iam::111122223333:role/a/Admin","credential_uid":"ASIA1"}}"#;
        with(json, |record, deed| {
            let Who { name, uid, role, session, .. } = &deed.who;
            assert_eq!((*name, *uid, role.as_deref(), *session), (Some("alice"), None, None, None));
            let issued = issued(record).unwrap();
            assert_eq!((issued.key.as_str(), issued.label.as_str()), ("ASIA1", "Admin/s"));
            assert_eq!(deed.target(record), "Admin/s");
        });
    }

    #[test]
    fn a_mailbox_is_opened_by_another_user_or_by_an_application_in_the_name_of_its_owner() {
        let by_another = |actor: &str, rest: &str| {
            let json = format!(r#"{{"class_uid":6003,"actor":{actor},{rest}}}"#);
            with(&json, |_, deed| deed.is_by_another())
        };
        let of_bob = r#""resources":[{"owner":{"uid":"bob"}}]"#;
        assert!(by_another(r#"{"user":{"uid":"ana"}}"#, of_bob));
        assert!(by_another(
            r#"{"user":{"uid":"ana"}}"#,
            r#""metadata":{"log_provider":"Amazon WorkMail"},"unmapped":{"owner_id":"bob"}"#
        ));
        assert!(by_another(r#"{"user":{"uid":"bob"},"app_uid":"imp-01"}"#, of_bob));
        assert!(!by_another(r#"{"user":{"uid":"bob"}}"#, of_bob));
        let bucket =
            r#""resources":[{"uid":"arn:aws:s3:::example","owner":{"account":{"uid":"111122223333"}}}]"#;
        assert!(!by_another(r#"{"user":{"uid":"ana"},"app_uid":"imp-01"}"#, bucket));
    }

    #[test]
    fn a_base_event_counts_where_its_source_names_somebody() {
        let of = |provider: &str, fields: &str| {
            let json = format!(
                r#"{{"class_uid":0,"activity_name":"ListBuckets","metadata":{{"log_provider":"{provider}"}},
                "unmapped":{{{fields}}}}}"#
            );
            let record: Record<'_> = serde_json::from_str(&json).unwrap();
            Deed::of(&record).map(|deed| format!("{} {} {:?}", deed.who.label(), deed.event, deed.outcome))
        };
        let call = r#""userIdentity.userName":"alice","errorCode":"AccessDenied""#;
        let access = r#""user_id":"ana","owner_id":"bob","action":"read""#;
        assert_eq!(of("CloudTrail", call).as_deref(), Some("alice ListBuckets Failure"));
        assert_eq!(of("Amazon WorkMail", access).as_deref(), Some("ana read Unknown"));
        for (provider, fields) in
            [("CloudTrail", access), ("Amazon WorkMail", call), ("", call), ("CloudTrail", "")]
        {
            assert_eq!(of(provider, fields), None, "{provider} {fields}");
        }
    }
}
