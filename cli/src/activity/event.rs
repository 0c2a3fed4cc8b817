//! An event as it is shown: what the table and the CSV have in common.

use mailtrail_activity::{Activity, ActivityFields, IdentityKind, Outcome, parameters};
use mailtrail_clock::Time;
use mailtrail_names::Names;

use super::names::{name_of, with_names};
use super::phrase::describe;

#[derive(Debug)]
pub(super) struct Event {
    /// The epoch where it is unknown.
    pub(super) time: Time,
    /// The caller in a few words: a user, `role/session`, a service.
    pub(super) who: String,
    /// The same, with names before the ids: for people.
    pub(super) who_named: String,
    /// The ARN or id of the caller.
    pub(super) identity: String,
    /// The ARN of the role.
    pub(super) role: String,
    pub(super) session: String,
    pub(super) access_key: String,
    /// The service, without the domain that all names of AWS's services end with.
    pub(super) service: String,
    /// The operation.
    pub(super) name: String,
    /// What it was about.
    pub(super) target: String,
    /// The same, with names before the ids: for people.
    pub(super) target_named: String,
    /// The name, at the time, of the user who acted.
    pub(super) user_name: String,
    /// The name, at the time, of the owner of the mailbox.
    pub(super) owner_name: String,
    /// The ids in `who` and `target`, and their names.
    pub(super) names: Vec<(String, String)>,
    /// The owner of the mailbox.
    pub(super) owner: String,
    /// The addresses that it came from, separated by spaces.
    pub(super) source: String,
    pub(super) user_agent: String,
    pub(super) outcome: Outcome,
    /// The code of the error, or its text where there is no code.
    pub(super) error: String,
    pub(super) error_detail: String,
    /// The sessions through which it came into the chain that is followed.
    pub(super) via: String,
    pub(super) account: String,
    pub(super) region: String,
    pub(super) log_group: String,
    pub(super) uid: String,
    /// The other accounts that CloudTrail delivered a copy of it to.
    pub(super) also_in: Vec<String>,
    /// Whether the source cut the event off.
    pub(super) is_partial: bool,
}

impl Event {
    /// `account` is that of the partition, for a record that names none.
    pub(super) fn new(
        fields: &ActivityFields<'_>,
        activity: &Activity<'_>,
        account: &str,
        via: String,
        names: &Names,
    ) -> Self {
        let first = |kind| activity.first(kind).unwrap_or_default().to_owned();
        let ids = [IdentityKind::UserId, IdentityKind::Principal, IdentityKind::OnBehalfOf];
        let identity = ids.into_iter().find_map(|kind| activity.first(kind)).unwrap_or_default();
        let account = if activity.event_account.is_empty() { account } else { activity.event_account };
        let (who, target) = (activity.label(), describe(activity, &parameters(fields)));
        let (who_named, mut ids) = with_names(&who, activity, names);
        let (target_named, of_target) = with_names(&target, activity, names);
        ids.extend(of_target);
        ids.sort_unstable();
        ids.dedup();
        let user = activity.first(IdentityKind::UserId).or_else(|| activity.first(IdentityKind::OnBehalfOf));
        let owner = activity.owner.as_ref().map(|owner| &*owner.value);
        Self {
            time: activity.time,
            who,
            who_named,
            identity: identity.to_owned(),
            role: first(IdentityKind::Role),
            session: first(IdentityKind::RoleSession),
            access_key: activity.credentials().collect::<Vec<_>>().join(" "),
            service: service(activity).to_owned(),
            name: activity.operation.to_owned(),
            target,
            target_named,
            user_name: name_of(activity, user, names),
            owner_name: name_of(activity, owner, names),
            names: ids,
            owner: owner.unwrap_or_default().to_owned(),
            source: activity.sources.join(" "),
            user_agent: activity.user_agent.to_owned(),
            outcome: activity.outcome,
            error: error(activity).to_owned(),
            error_detail: activity.error_detail.to_owned(),
            via,
            account: account.to_owned(),
            region: activity.region.to_owned(),
            log_group: fields.log_group().to_owned(),
            uid: fields.uid().to_owned(),
            also_in: Vec::new(),
            is_partial: activity.is_partial,
        }
    }

    /// How it ended, in a word.
    pub(super) fn result(&self) -> &str {
        match self.outcome {
            Outcome::Success => "ok",
            Outcome::Failure if self.error.is_empty() => "failed",
            Outcome::Failure => &self.error,
            Outcome::Unknown if self.is_partial => "cut off",
            Outcome::Unknown => "",
        }
    }
}

/// The service without the domain that all names of AWS's services end with.
pub(super) fn service<'a>(activity: &Activity<'a>) -> &'a str {
    activity.service.strip_suffix(".amazonaws.com").unwrap_or(activity.service)
}

/// The code of the error, or its text where there is no code.
pub(super) fn error<'a>(activity: &Activity<'a>) -> &'a str {
    if activity.error_code.is_empty() { activity.error_detail } else { activity.error_code }
}

#[cfg(test)]
impl Default for Event {
    /// Of a record that says nothing.
    fn default() -> Self {
        let fields = ActivityFields::default();
        Self::new(&fields, &Activity::of(&fields), "", String::new(), &Names::default())
    }
}
