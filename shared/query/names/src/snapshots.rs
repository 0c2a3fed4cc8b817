//! What snapshots of a directory say.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use mailtrail_clock::Time;
use mailtrail_directory::{
    AccessControlRule, Entity, ExportJob, Group, ImpersonationRole, Item, MobileDeviceRule,
    PersonalAccessToken, Resource, RetentionPolicy, Snapshot, User,
};

use crate::names::Names;
use crate::period::{Evidence, NameKind, NamePeriod};

/// What a snapshot says of one id.
#[derive(PartialEq, Eq, Hash)]
struct Said<'s> {
    id: &'s str,
    kind: NameKind,
    value: &'s str,
}

/// What it says besides.
struct Beside {
    /// What the id is.
    of: &'static str,
    /// When a deleted entity had the value at the latest.
    ended: Option<Time>,
}

type SaidBeside<'s> = HashMap<Said<'s>, Beside>;

impl Names {
    /// Learns from a snapshot, and returns whether it did. Those of an organization are learned in the order of their times:
    /// an earlier one, or one that is not of a later time, is left out.
    pub fn learn_snapshot(&mut self, snapshot: &Snapshot) -> bool {
        let organization: Arc<str> = snapshot.organization.id.to_string().into();
        if self.newest.get(&organization).is_some_and(|newest| *newest >= snapshot.taken) {
            return false;
        }
        self.newest.insert(Arc::clone(&organization), snapshot.taken);
        let (said, unread) = (said(snapshot), Unread::of(snapshot));
        for period in &mut self.periods {
            let is_open = period.evidence == Evidence::Snapshots && period.until.is_none();
            if !is_open || period.organization != organization {
                continue;
            }
            let until = match said.get(&Said { id: &period.id, kind: period.kind, value: &period.value }) {
                Some(Beside { ended, .. }) => *ended,
                None if unread.has(period) => None,
                None => Some(before(snapshot.taken)),
            };
            period.until = until.map(|until| period.since.max(until));
        }
        // Of a deleted entity, what is known of its time stays as it is.
        let is_known = |(said, beside): &(Said<'_>, Beside)| {
            let mut of_id = self.by_id.get(said.id).into_iter().flatten().map(|&at| &self.periods[at]);
            of_id.any(|period| {
                period.organization == organization
                    && period.evidence == Evidence::Snapshots
                    && (period.kind, &*period.value) == (said.kind, said.value)
                    && period.until.is_some() == beside.ended.is_some()
            })
        };
        let mut said: Vec<(Said<'_>, Beside)> = said.into_iter().filter(|said| !is_known(said)).collect();
        said.sort_unstable_by_key(|(Said { id, kind, value }, _)| (*id, *kind, *value));
        for (Said { id, kind, value }, Beside { of, ended }) in said {
            let until = ended.map(|ended| ended.min(snapshot.taken));
            self.add(NamePeriod {
                organization: Arc::clone(&organization),
                id: id.into(),
                of,
                kind,
                value: value.into(),
                since: until.unwrap_or(snapshot.taken),
                until,
                evidence: Evidence::Snapshots,
            });
        }
        true
    }

    /// The time of the newest snapshot of an organization.
    pub fn newest_snapshot(&self, organization: &str) -> Option<Time> {
        self.newest.get(organization).copied()
    }
}

/// The last moment before another.
fn before(time: Time) -> Time {
    Time::from_millis(time.millis() - 1).unwrap_or(Time::EPOCH)
}

/// Every name, address and linked id of a snapshot.
fn said(snapshot: &Snapshot) -> SaidBeside<'_> {
    let mut said = HashMap::new();
    for entity in snapshot.entities() {
        let ended = is_deleted(&entity).then_some(snapshot.taken);
        of_entity(&mut said, &entity, ended);
    }
    for user in snapshot.users.iter().flatten() {
        let is_deleted = is_deleted(&Entity::from(user));
        // Where it is not known when it was disabled, it had its name until now at the latest.
        let ended = is_deleted.then_some(user.disabled.unwrap_or(snapshot.taken));
        of_entity(&mut said, &Entity::from(user), ended);
        if let Some(linked) = &user.identity_provider_user_id {
            let key = Said { id: &user.id, kind: NameKind::LinkedId, value: linked };
            said.insert(key, Beside { of: User::KIND, ended: None });
        }
    }
    for other in snapshot.others() {
        if let Some(name) = other.name.filter(|name| *name != other.id) {
            let key = Said { id: other.id, kind: NameKind::Name, value: name };
            said.insert(key, Beside { of: other.kind, ended: None });
        }
    }
    said
}

fn is_deleted(entity: &Entity<'_>) -> bool {
    entity.state == Some("DELETED")
}

fn of_entity<'s>(said: &mut SaidBeside<'s>, entity: &Entity<'s>, ended: Option<Time>) {
    let addresses = entity.aliases.iter().map(|alias| (NameKind::Alias, alias.as_str()));
    let primary = entity.address.map(|address| (NameKind::Address, address));
    let name = entity.name.map(|name| (NameKind::Name, name));
    let is_primary = |value: &str| entity.address == Some(value);
    let addresses = addresses.filter(|(_, value)| !is_primary(value));
    for (kind, value) in addresses.chain(primary).chain(name) {
        said.insert(Said { id: entity.id, kind, value }, Beside { of: entity.kind.name(), ended });
    }
}

/// What a snapshot says nothing of, because a call was refused: that a name is not in it ends nothing.
struct Unread<'s> {
    /// What of.
    lists: HashSet<&'static str>,
    /// The ids whose aliases were not read.
    aliases: HashSet<&'s str>,
}

impl<'s> Unread<'s> {
    fn of(snapshot: &'s Snapshot) -> Self {
        let roles = &snapshot.impersonation_roles;
        let has_rules = roles.as_ref().is_some_and(|roles| roles.iter().all(|role| role.rules.is_some()));
        let read = [
            (User::KIND, snapshot.users.is_some()),
            (Group::KIND, snapshot.groups.is_some()),
            (Resource::KIND, snapshot.resources.is_some()),
            (ImpersonationRole::KIND, roles.is_some()),
            ("impersonation rule", has_rules),
            (AccessControlRule::KIND, snapshot.access_control_rules.is_some()),
            (MobileDeviceRule::KIND, snapshot.mobile_device_rules.is_some()),
            (PersonalAccessToken::KIND, snapshot.personal_access_tokens.is_some()),
            (RetentionPolicy::KIND, snapshot.retention_policies.is_some()),
            (ExportJob::KIND, snapshot.export_jobs.is_some()),
        ];
        let users = snapshot.users.iter().flatten().map(|it| (it.id.as_str(), it.aliases.is_none()));
        let groups = snapshot.groups.iter().flatten().map(|it| (it.id.as_str(), it.aliases.is_none()));
        let resources = snapshot.resources.iter().flatten().map(|it| (it.id.as_str(), it.aliases.is_none()));
        let aliases = users.chain(groups).chain(resources).filter(|(_, is_unread)| *is_unread);
        Self {
            lists: read.into_iter().filter(|(_, is_read)| !is_read).map(|(of, _)| of).collect(),
            aliases: aliases.map(|(id, _)| id).collect(),
        }
    }

    fn has(&self, period: &NamePeriod) -> bool {
        self.lists.contains(period.of) || period.kind == NameKind::Alias && self.aliases.contains(&*period.id)
    }
}
