//! An event as it is shown: what the table, the CSV and the summary have in common.

use mailtrail_clock::Time;

use super::deed::{Deed, Outcome};
use super::record::Record;

#[derive(Debug)]
pub(super) struct Event {
    pub(super) time: Time,
    /// Who it was, in a few words: a user, `role/session`, a service.
    pub(super) who: String,
    /// The ARN or id of it.
    pub(super) identity: String,
    /// The ARN of the role.
    pub(super) role: String,
    pub(super) session: String,
    pub(super) access_key: String,
    /// The service, without what all names of AWS's services end with.
    pub(super) service: String,
    /// The operation.
    pub(super) name: String,
    /// What it was about.
    pub(super) target: String,
    /// The owner of the mailbox.
    pub(super) owner: String,
    pub(super) source: String,
    pub(super) user_agent: String,
    pub(super) outcome: Outcome,
    /// The code of the error, or the words to it where there is no code.
    pub(super) error: String,
    pub(super) error_detail: String,
    /// The sessions through which it came into the chain that is followed.
    pub(super) via: String,
    pub(super) account: String,
    pub(super) region: String,
    pub(super) log_group: String,
    pub(super) uid: String,
}

impl Event {
    pub(super) fn new(record: &Record<'_>, deed: &Deed<'_>, account: &str, via: String) -> Self {
        let own = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let (who, service) = (&deed.who, deed.service);
        let error = if deed.error.is_empty() { deed.error_detail } else { deed.error };
        Self {
            time: record.moment(),
            who: who.label(),
            identity: own(who.uid.or(who.uid_alt)),
            role: who.role.clone().unwrap_or_default(),
            session: own(who.session),
            access_key: who.keys.join(" "),
            service: service.strip_suffix(".amazonaws.com").unwrap_or(service).to_owned(),
            name: deed.event.to_owned(),
            target: deed.target(record),
            owner: own(deed.owner),
            source: deed.source.to_owned(),
            user_agent: deed.user_agent.to_owned(),
            outcome: deed.outcome,
            error: error.to_owned(),
            error_detail: deed.error_detail.to_owned(),
            via,
            account: record.cloud.account.uid.get().unwrap_or(account).to_owned(),
            region: own(record.cloud.region.get()),
            log_group: record.metadata.log_name.to_owned(),
            uid: record.metadata.uid.to_owned(),
        }
    }

    /// How it went, in a word.
    pub(super) fn result(&self) -> &str {
        match self.outcome {
            Outcome::Success => "ok",
            Outcome::Failure if self.error.is_empty() => "failed",
            Outcome::Failure => &self.error,
            Outcome::Unknown => "",
        }
    }
}

#[cfg(test)]
impl Default for Event {
    /// Of a record that says nothing.
    fn default() -> Self {
        Self::new(&Record::default(), &Deed::default(), "", String::new())
    }
}
