//! Organizations that end: whether `WorkMail` still has them, and the notes that close those that it has not.
//!
//! Only a whole answer of `ListOrganizations` counts, and only the second one, of a later day, is believed. The note is written when
//! no gap is left that could be filled, at the latest when the last day is final.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_workmail::Client;
use mailtrail_archive::{Archive, ArchiveError};
use mailtrail_aws_client::Deadline;
use mailtrail_aws_types::OrganizationId;
use mailtrail_clock::Time;
use mailtrail_coverage::{Day, History, LastChecks};
use mailtrail_delivery::Announcement;
use mailtrail_policy_survey::{Account, CallError};
use mailtrail_pull::{LogGroup, LogGroupId};
use mailtrail_retirement::{ClosingNote, Holdings, Organizations, Standing, Step, log_groups_of, steps};
use serde::Serialize;

use crate::due::GroupDay;
use crate::notification::{self, Context};

/// What is known of the ends of organizations.
#[derive(Debug, Default)]
pub(crate) struct Endings {
    history: History,
    organizations: Organizations,
    /// Id → alias, as far as it is known.
    known: BTreeMap<OrganizationId, String>,
    /// Log group → the last day that is compared, of organizations that ended.
    last_days: BTreeMap<String, Day>,
    /// Those that came back, seen in this run.
    returned: Vec<OrganizationId>,
    /// Whether it is known which organizations there are.
    is_listed: bool,
    /// Why it is not known which organizations there are.
    pub(crate) failure: Option<String>,
}

/// What the archive has of an organization that did not end yet, and what is to be done while there is time.
#[derive(Debug, Serialize)]
pub(crate) struct Outlook {
    #[serde(flatten)]
    pub(crate) holdings: Holdings,
    pub(crate) to_do: Vec<Step>,
}

/// Why it is not known which organizations there are.
#[derive(Debug, thiserror::Error)]
enum ListError {
    #[error("failed to list the organizations of WorkMail: {0}")]
    Call(#[from] CallError),
    #[error("failed to list the organizations of WorkMail: an answer has no list")]
    NoList,
}

impl Endings {
    /// Asks which organizations there are, if the archive knows any, and writes down what is new of them.
    ///
    /// # Errors
    /// When the archive cannot be read or written to.
    pub(crate) async fn look(
        account: &Account,
        history: Option<&History>,
        archive: &Archive,
        now: Time,
        deadline: Deadline,
    ) -> Result<Self, ArchiveError> {
        let reader = archive.reader();
        let history = match history {
            Some(history) => history.clone(),
            None => History::read(&reader, &account.id, &account.region, now).await?,
        };
        let mut organizations = Organizations::read(&reader, &account.id, &account.region, now).await?;
        let logged = history.organizations().filter_map(|(id, alias)| Some((id.parse().ok()?, alias)));
        let seen = organizations.ids().map(|id| (id.clone(), ""));
        let mut known: BTreeMap<OrganizationId, String> = BTreeMap::new();
        for (id, alias) in seen.chain(logged) {
            let known = known.entry(id).or_default();
            if known.is_empty() {
                alias.clone_into(known);
            }
        }
        let (mut returned, mut failure) = (Vec::new(), None);
        if !known.is_empty() {
            match listed(account, deadline).await {
                Ok(listed) => {
                    for id in known.keys() {
                        let is_listed = listed.contains(id.as_str());
                        let is_new = organizations.observe(archive, id, is_listed, now).await?;
                        if is_new && matches!(organizations.standing(id), Standing::Returned { .. }) {
                            returned.push(id.clone());
                        }
                    }
                }
                Err(error) => failure = Some(error.to_string()),
            }
        }
        let last_days = last_days(&organizations, &history);
        let is_listed = !known.is_empty() && failure.is_none();
        Ok(Self { history, organizations, known, last_days, returned, is_listed, failure })
    }

    /// What is not believed: the key of an object, and why.
    pub(crate) fn refused(&self) -> impl Iterator<Item = String> {
        let refused = self.organizations.refused.iter();
        refused.map(|(key, reason)| format!("`{key}` is not believed: {reason}"))
    }

    /// Whether a day of a log group is after the end of its organization: nothing is expected of it.
    pub(crate) fn is_after(&self, GroupDay { log_group, day }: &GroupDay) -> bool {
        self.last_days.get(log_group).is_some_and(|last| day > last)
    }

    /// What was found of each day, where any organization did not end yet.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub(crate) async fn checks(&self, archive: &Archive, now: Time) -> Result<LastChecks, ArchiveError> {
        if self.known.keys().all(|id| self.organizations.standing(id).ended().is_some()) {
            return Ok(LastChecks::default());
        }
        LastChecks::read(&archive.reader(), None, now).await
    }

    /// The notes that are due, of organizations that are gone. `unchecked` are days that were never compared.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub(crate) async fn due(
        &self,
        archive: &Archive,
        groups: &BTreeMap<String, LogGroup>,
        checks: &LastChecks,
        unchecked: &BTreeSet<GroupDay>,
        now: Time,
    ) -> Result<Vec<ClosingNote>, ArchiveError> {
        let mut due = Vec::new();
        let gone = self.known.iter().filter_map(|(id, alias)| match self.organizations.standing(id) {
            Standing::Gone { since, is_believed: true } => Some((id, alias, since)),
            _ => None,
        });
        for (id, alias, since) in gone {
            let holdings = self.holdings(archive, (id, alias), groups, checks, (Some(since), now)).await?;
            let is_its = |it: &&GroupDay| holdings.log_groups.iter().any(|its| its.log_group == it.log_group);
            let waits = unchecked.iter().filter(is_its).any(|it| it.day <= Day::of(since));
            let has_gap = holdings.log_groups.iter().any(|group| group.gap > 0);
            let note = ClosingNote::of(holdings, since, Some(false), now);
            if Day::of(now) >= note.final_on || !has_gap && !waits {
                due.push(note);
            }
        }
        Ok(due)
    }

    /// What the archive has of the organizations that did not end, and what is to be done.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub(crate) async fn outlooks(
        &self,
        archive: &Archive,
        groups: &BTreeMap<String, LogGroup>,
        checks: &LastChecks,
        now: Time,
    ) -> Result<Vec<Outlook>, ArchiveError> {
        let mut outlooks = Vec::new();
        for (id, alias) in &self.known {
            let standing = self.organizations.standing(id);
            if standing.ended().is_some() {
                continue;
            }
            let holdings = self.holdings(archive, (id, alias), groups, checks, (None, now)).await?;
            let is_gone = matches!(standing, Standing::Gone { .. });
            let to_do = steps(&holdings, standing, self.is_listed.then_some(!is_gone));
            outlooks.push(Outlook { holdings, to_do });
        }
        Ok(outlooks)
    }

    /// What the archive has of an organization with an alias, up to its end or up to now.
    async fn holdings(
        &self,
        archive: &Archive,
        (id, alias): (&OrganizationId, &str),
        groups: &BTreeMap<String, LogGroup>,
        checks: &LastChecks,
        times: (Option<Time>, Time),
    ) -> Result<Holdings, ArchiveError> {
        let (account, region) = (self.history.account(), self.history.region());
        let of = |name: String| {
            let retention = groups.get(&name).and_then(|group| group.retention_days);
            let (account, region) = (account.to_owned(), region.to_owned());
            (LogGroupId { account, region, name }, retention)
        };
        let names = log_groups_of(&self.history, checks, id, alias);
        let log_groups: BTreeMap<_, _> = names.into_iter().map(of).collect();
        Holdings::read(&archive.reader(), id, alias, &log_groups, (account, region), checks, times).await
    }

    /// Writes a note.
    ///
    /// # Errors
    /// When the archive did not take it.
    pub(crate) async fn close(&mut self, archive: &Archive, note: ClosingNote) -> Result<(), ArchiveError> {
        self.organizations.close(archive, note).await?;
        self.last_days = last_days(&self.organizations, &self.history);
        Ok(())
    }

    /// Whether every organization that is known has ended; not where none is known.
    pub(crate) fn are_all_ended(&self) -> bool {
        let mut all = self.known.keys().map(|id| self.organizations.standing(id));
        !self.known.is_empty() && all.all(|standing| standing.ended().is_some())
    }

    /// What people are told of organizations that came back.
    pub(crate) fn returned(&self, context: &Context<'_>) -> Vec<Announcement> {
        let returned = self.returned.iter().filter_map(|id| self.organizations.note(id));
        returned.map(|(key, note)| notification::returned(key, note, context)).collect()
    }
}

/// The ids of the organizations that are not deleted, from a whole answer.
async fn listed(account: &Account, deadline: Deadline) -> Result<BTreeSet<String>, ListError> {
    let client = Client::new(&account.config);
    let is_list = Cell::new(true);
    let ask = |token| client.list_organizations().set_next_token(token).send();
    let listed = account.calls.all("ListOrganizations", deadline, ask, |answer| {
        is_list.set(is_list.get() && answer.organization_summaries.is_some());
        let all = answer.organization_summaries.unwrap_or_default().into_iter();
        let existing =
            all.filter(|it| !it.state().is_some_and(|state| state.eq_ignore_ascii_case("deleted")));
        (existing.filter_map(|it| it.organization_id).collect(), answer.next_token)
    });
    let listed = listed.await?;
    if is_list.get() { Ok(listed.into_iter().collect()) } else { Err(ListError::NoList) }
}

/// The last day of each log group whose organizations have all ended.
fn last_days(organizations: &Organizations, history: &History) -> BTreeMap<String, Day> {
    let mut last_days: BTreeMap<String, Day> = BTreeMap::new();
    for (_, note) in organizations.ended() {
        for group in &note.log_groups {
            let last = last_days.entry(group.log_group.clone()).or_default();
            *last = (*last).max(Day::of(note.ended));
        }
    }
    // An alias may be given again, and with it the log group of its name.
    let is_open =
        |id: &str| id.parse::<OrganizationId>().is_ok_and(|id| organizations.standing(&id).ended().is_none());
    for log in history.logs().filter(|log| is_open(&log.organization)) {
        last_days.remove(&log.log_group);
    }
    last_days
}
