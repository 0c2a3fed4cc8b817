//! Who and what an id, an address or a name is.

use mailtrail_trace::Address;

use crate::{Group, Item, Member, Resource, Snapshot, User};

/// What has an address: a user, a group or a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entity<'a> {
    /// Which of these it is.
    pub kind: EntityKind,
    /// Its id.
    pub id: &'a str,
    /// Its name; of a user, that of the sign-in.
    pub name: Option<&'a str>,
    /// The name that others see; users have one.
    pub display_name: Option<&'a str>,
    /// The primary address.
    pub address: Option<&'a str>,
    /// `ENABLED`, `DISABLED`, `DELETED`
    pub state: Option<&'a str>,
    /// Its addresses, as far as they are known; the primary one may be among them.
    pub aliases: &'a [String],
}

/// What kind of entity it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityKind {
    /// A person, or a program with a mailbox.
    User,
    /// Mail to it reaches its members.
    Group,
    /// A room, or equipment.
    Resource,
}

/// Anything of a snapshot that has an id and perhaps a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named<'a> {
    /// What it is, as people call it.
    pub kind: &'static str,
    /// Its id; of access control rules, which have none, the name.
    pub id: &'a str,
    /// Its name.
    pub name: Option<&'a str>,
}

impl EntityKind {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::User, Self::Group, Self::Resource];

    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => User::KIND,
            Self::Group => Group::KIND,
            Self::Resource => Resource::KIND,
        }
    }
}

impl<'a> Entity<'a> {
    /// Its addresses, the primary one first, each once.
    pub fn addresses(self) -> impl Iterator<Item = &'a str> {
        let primary = self.address;
        let is_other = move |alias: &&str| primary.is_none_or(|primary| !primary.eq_ignore_ascii_case(alias));
        primary.into_iter().chain(self.aliases.iter().map(String::as_str).filter(is_other))
    }

    /// Whether it is called so: a name, whatever its case, or an address.
    fn is_called(self, asked: &str) -> bool {
        let is_name = |name: &str| name.to_lowercase() == asked.to_lowercase();
        self.name.is_some_and(is_name) || self.display_name.is_some_and(is_name)
    }

    fn has_address(self, address: &Address) -> bool {
        self.addresses().any(|own| Address::parse(own).key() == address.key())
    }
}

impl<'a> From<&'a User> for Entity<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            kind: EntityKind::User,
            id: &user.id,
            name: user.name.as_deref(),
            display_name: user.display_name.as_deref(),
            address: user.address.as_deref(),
            state: user.state.as_deref(),
            aliases: user.aliases.as_deref().unwrap_or_default(),
        }
    }
}

impl<'a> From<&'a Group> for Entity<'a> {
    fn from(group: &'a Group) -> Self {
        Self {
            kind: EntityKind::Group,
            id: &group.id,
            name: group.name.as_deref(),
            display_name: None,
            address: group.address.as_deref(),
            state: group.state.as_deref(),
            aliases: group.aliases.as_deref().unwrap_or_default(),
        }
    }
}

impl<'a> From<&'a Resource> for Entity<'a> {
    fn from(resource: &'a Resource) -> Self {
        Self {
            kind: EntityKind::Resource,
            id: &resource.id,
            name: resource.name.as_deref(),
            display_name: None,
            address: resource.address.as_deref(),
            state: resource.state.as_deref(),
            aliases: resource.aliases.as_deref().unwrap_or_default(),
        }
    }
}

impl Snapshot {
    /// Users, groups and resources that were read, each kind sorted by id.
    pub fn entities(&self) -> impl Iterator<Item = Entity<'_>> {
        let users = self.users.iter().flatten().map(Entity::from);
        let groups = self.groups.iter().flatten().map(Entity::from);
        users.chain(groups).chain(self.resources.iter().flatten().map(Entity::from))
    }

    /// The entity with an id. The snapshot is [`Self::sorted`].
    pub fn entity(&self, id: &str) -> Option<Entity<'_>> {
        let user = find(self.users.as_deref(), id).map(Entity::from);
        let group = || find(self.groups.as_deref(), id).map(Entity::from);
        user.or_else(group).or_else(|| find(self.resources.as_deref(), id).map(Entity::from))
    }

    /// The addresses of an entity, the primary one first. None where it has none, or none were read.
    pub fn addresses(&self, id: &str) -> impl Iterator<Item = &str> {
        self.entity(id).into_iter().flat_map(Entity::addresses)
    }

    /// Who or what has an address, as primary one or as alias: usually one, and of deleted entities perhaps more.
    pub fn by_address(&self, address: &str) -> Vec<Entity<'_>> {
        let address = Address::parse(address);
        self.entities().filter(|entity| entity.has_address(&address)).collect()
    }

    /// Who or what has a name, whatever its case: names need not be unique.
    pub fn by_name(&self, name: &str) -> Vec<Entity<'_>> {
        self.entities().filter(|entity| entity.is_called(name)).collect()
    }

    /// The members of a group, as far as they were read: users and groups.
    pub fn members(&self, group: &str) -> &[Member] {
        find(self.groups.as_deref(), group).and_then(|group| group.members.as_deref()).unwrap_or_default()
    }

    /// Everything else that logs name: impersonation roles and their rules, rules, tokens, export jobs, retention policies.
    pub fn others(&self) -> impl Iterator<Item = Named<'_>> {
        let roles = self.impersonation_roles.iter().flatten();
        let of_roles = roles
            .clone()
            .flat_map(|role| role.rules.iter().flatten())
            .map(|rule| named("impersonation rule", &rule.id, rule.name.as_deref()));
        let access = self.access_control_rules.iter().flatten();
        roles
            .map(|it| of_item(it, &it.id))
            .chain(of_roles)
            .chain(access.map(|it| named(crate::AccessControlRule::KIND, &it.name, Some(&it.name))))
            .chain(self.mobile_device_rules.iter().flatten().map(|it| of_item(it, &it.id)))
            .chain(self.personal_access_tokens.iter().flatten().map(|it| of_item(it, &it.id)))
            .chain(self.retention_policies.iter().flatten().map(|it| of_item(it, &it.id)))
            .chain(self.export_jobs.iter().flatten().map(|it| of_item(it, &it.id)))
    }

    /// What of [`Self::others`] has an id or a name.
    pub fn others_called(&self, asked: &str) -> Vec<Named<'_>> {
        let is_called = |other: &Named<'_>| {
            other.id == asked || other.name.is_some_and(|name| name.to_lowercase() == asked.to_lowercase())
        };
        self.others().filter(is_called).collect()
    }
}

fn find<'a, T: Item>(list: Option<&'a [T]>, id: &str) -> Option<&'a T> {
    let list = list?;
    list.binary_search_by(|item| (*item.id()).cmp(id)).ok().map(|at| &list[at])
}

fn of_item<'a, T: Item>(item: &'a T, id: &'a str) -> Named<'a> {
    named(T::KIND, id, item.title())
}

fn named<'a>(kind: &'static str, id: &'a str, name: Option<&'a str>) -> Named<'a> {
    Named { kind, id, name }
}
